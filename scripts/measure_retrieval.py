"""Is the right clean sentence found, and does likeness to it order the engines?

    PYTHONPATH=. python scripts/measure_retrieval.py --data ../shared/data

FLORES-dev: the human translations are the clean reports, each engine's output the suspects.
First place by (a) cosine of the sentence embeddings, (b) the program's own aligner, which adds the
words covered and the facts shared; with the share that the aligner accepts, the mean likeness of
accepted matches and, beside it, chrF against the same human sentence.

FLORES-dev gives two human texts to two sentences each, and each translates one: the sentence whose
machine translations resemble the text less has no human translation and is left out.
"""

from __future__ import annotations

import argparse
import collections
import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mtaudit.alignment import Aligner, centred, default_fit
from mtaudit.encoder import load_encoder
from mtaudit.facts import fact_keys
from mtaudit.pieces import PieceReader


def misplaced(
    human: Mapping[str, str], engines: Mapping[str, Mapping[str, tuple[str, float]]]
) -> set[str]:
    """Sentences whose human text is another sentence's."""
    same: dict[str, list[str]] = collections.defaultdict(list)
    for name, text in human.items():
        same[text].append(name)

    def likeness(name: str) -> float:
        return max(outputs[name][1] for outputs in engines.values() if name in outputs)

    groups = [sorted(names, key=likeness) for names in same.values() if len(names) > 1]
    return {name for names in groups for name in names[:-1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--limit", type=int, help="sentences")
    parser.add_argument("--engine", default="", help="only engines with this in their name")
    parser.add_argument("--misses", action="store_true", help="print what the aligner misses")
    parser.add_argument("--no-aligner", action="store_true", help="cosine only: quick")
    args = parser.parse_args()
    human: dict[str, str] = {}
    engines: dict[str, dict[str, tuple[str, float]]] = collections.defaultdict(dict)
    with lzma.open(args.data / "detect" / "flores_dev.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["label"] == "human":
                human[row["doc_id"]] = row["text"]
            else:
                engines[row["system"]][row["doc_id"]] = row["text"], float(row["chrf"])
    ids = list(human)[: args.limit]
    clean = [human[i] for i in ids]
    mistaken = misplaced(human, engines)
    print(f"left out, without a human translation: {', '.join(sorted(mistaken))}\n")
    fit = default_fit()
    encoder: Any = load_encoder("cpu")
    reader = PieceReader(encoder, fit.piece_mean)
    states = reader.vectors(clean)
    mean = states.mean(0)
    aligner = Aligner(clean, states, [fact_keys(t) for t in clean], reader, fit)
    print("| engine | first by cosine | first by aligner | accepted | likeness | chrF |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, outputs in tqdm(sorted(engines.items())):
        if args.engine.lower() not in name.lower():
            continue
        there = [n for n, i in enumerate(ids) if i in outputs and i not in mistaken]
        found, places = [outputs[ids[n]] for n in there], np.array(there)
        texts = [text for text, _ in found]
        mine = reader.vectors(texts)
        cosines = centred(mine, mean) @ centred(states, mean).T
        # By text: two stand there twice.
        best = cosines.argmax(1)
        first = np.mean([clean[a] == clean[b] for a, b in zip(best, places, strict=True)])
        aligned, accepted = "", ""
        if not args.no_aligner:
            allowed = np.ones(len(clean), dtype=bool)
            pairs = aligner.pairs(texts, mine, [fact_keys(t) for t in texts], allowed)
            hits = [
                bool(p) and clean[p[0].candidate] == clean[n]
                for p, n in zip(pairs, places, strict=True)
            ]
            for place, text, row, hit in zip(places, texts, pairs, hits, strict=True):
                if args.misses and not hit:
                    tqdm.write(f"{text}\n  right {clean[place]}\n  first {clean[row[0].candidate]}")
            sure = [bool(p) and p[0].probability >= fit.accept for p in pairs]
            aligned = f"{sum(hits)} of {len(hits)}, {100 * np.mean(hits):.1f} %"
            accepted = f"{100 * np.mean(sure):.1f} %"
        like = float((mine * states[places]).sum(1).mean())
        chrf = float(np.mean([score for _, score in found]))
        tqdm.write(
            f"| {name} | {100 * first:.1f} % | {aligned} | {accepted} | {like:.4f} | {chrf:.1f} |"
        )
    print(f"\n{len(clean)} clean sentences")


if __name__ == "__main__":
    main()
