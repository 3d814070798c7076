"""Translate one-language news with a finished model: synthetic pairs for the next training.

    python scripts/back_translate.py models/translator --data ../shared/data --to ar \
        --take mono_en/allsides_news.txt.xz=20000 --out SYNTHETIC.tsv

Writes Arabic TAB English; the side that people wrote is the one to train towards
(R. Sennrich et al., ACL 2016). Sentences of 6 to 36 words, spread evenly over each file; the
least probable outputs (--drop) and those that ran into the length limit are left out. Started
again it goes on after the sentences that --out's draft already holds.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import ctranslate2
import sentencepiece as spm
from tqdm import tqdm
from translator.corpus import lines, pairs
from translator.text import acceptable, fold, key, strip_harakat

WORDS = range(6, 37)
CHUNK = 2048  # sentences translated between two writes of the draft


def chosen(data: Path, takes: list[str], english: bool, seed: int) -> list[str]:
    """The sentences to translate: clean, once each, none of eval/'s, in a shuffled order."""
    banned = {
        key(side)
        for path in sorted((data / "eval").glob("*.tsv"))
        for pair in pairs(path)
        for side in pair
    }
    found: list[str] = []
    chance = random.Random(seed)
    for take in takes:
        name, _, number = take.partition("=")
        ours = []
        for line in lines(data / name):
            text = fold(line)
            text = text if english else strip_harakat(text)
            mark = key(text)
            if len(text.split()) in WORDS and mark not in banned:
                banned.add(mark)
                ours.append(text)
        chance.shuffle(ours)
        found += ours[: int(number)]
    chance.shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="folder of an embedded translator")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--to", choices=["ar", "en"], required=True, help="the synthetic side")
    parser.add_argument("--take", action="append", required=True, metavar="FILE=NUMBER")
    parser.add_argument("--limit", type=int, help="translate only so many of them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--drop", type=float, default=0.15, help="share of outputs left out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=21)
    args = parser.parse_args()
    manifest = json.loads((args.model / "manifest.json").read_text(encoding="utf-8"))
    tag = manifest["directions"]["en-ar" if args.to == "ar" else "ar-en"]
    advised = manifest["calling"].get("decoding", {})
    pieces = spm.SentencePieceProcessor(str(args.model / "sentencepiece.model"))
    model = ctranslate2.Translator(
        str(args.model), compute_type="int8", inter_threads=args.threads, intra_threads=1
    )
    sources = chosen(args.data, args.take, args.to == "ar", args.seed)[: args.limit]
    draft = args.out.with_suffix(".draft.jsonl")
    done = len(draft.read_text(encoding="utf-8").splitlines()) if draft.exists() else 0
    with draft.open("a", encoding="utf-8") as handle, tqdm(total=len(sources), initial=done) as bar:
        for at in range(done, len(sources), CHUNK):
            part = sources[at : at + CHUNK]
            rows = [["<s>", *ids, "</s>"] for ids in pieces.encode(part, out_type=str)]
            results = model.translate_batch(
                rows,
                [[tag]] * len(rows),
                beam_size=1,
                max_batch_size=3000,
                batch_type="tokens",
                max_decoding_length=100,
                no_repeat_ngram_size=int(advised.get("no_repeat_ngram_size", 0)),
                disable_unk=True,
                return_scores=True,
                return_end_token=True,
            )
            for text, found in zip(part, results, strict=True):
                made = found.hypotheses[0]
                whole = made[-1] == "</s>"
                output = pieces.decode_pieces([p for p in made if p not in (tag, "</s>")])
                # Greedy scores are divided by the length already (length_penalty is 1).
                score = found.scores[0] if whole else -math.inf
                handle.write(json.dumps([text, output, score], ensure_ascii=False) + "\n")
            handle.flush()
            bar.update(len(part))
    found = [json.loads(line) for line in draft.read_text(encoding="utf-8").splitlines()]
    ranked = sorted(score for _, _, score in found)
    floor = ranked[int(len(ranked) * args.drop)]
    kept = 0
    with args.out.open("w", encoding="utf-8") as handle:
        for text, output, score in found:
            pair = (output, text) if args.to == "ar" else (text, output)
            if score > max(floor, -1e9) and acceptable(*pair):
                handle.write("\t".join(pair) + "\n")
                kept += 1
    print(f"{kept} of {len(found)} pairs kept, score above {floor:.2f}")


if __name__ == "__main__":
    main()
