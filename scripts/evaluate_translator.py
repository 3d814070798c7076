"""Measure translators on a held-out file, both directions, beside trivial floors.

    python scripts/evaluate_translator.py models/translator --data ../shared/data

Translations are the program's own (mtaudit.translate, with the decoding that the model's manifest
asks for). BLEU, chrF and TER by sacrebleu (signatures printed), greedy and, with --beam 1 4, beam
search; the floors are the untranslated source and a word-by-word dictionary (--floor-dictionary)
made from co-occurrence in the training pairs. Prints Markdown; --json FILE keeps the figures.
"""

from __future__ import annotations

import argparse
import collections
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import sacrebleu
from translator.corpus import pairs
from translator.data import collect
from translator.text import fold

from mtaudit.translate import load_translator

DIRECTIONS = {"ar-en": ("ar", "en"), "en-ar": ("en", "ar")}


def dictionary(data: Path, config: Path, direction: str) -> dict[str, str]:
    """Each source word's best partner by the Dice coefficient over the training pairs."""
    training, _held = collect(data, tomllib.loads(config.read_text(encoding="utf-8")))
    left: collections.Counter[str] = collections.Counter()
    right: collections.Counter[str] = collections.Counter()
    both: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for pair in training:
        sides = (pair.arabic, pair.english)
        source, target = (
            set(s.lower().split()) for s in (sides if direction == "ar-en" else sides[::-1])
        )
        left.update(source)
        right.update(target)
        for word in source:
            both[word].update(target)
    return {
        word: max(found, key=lambda t: (2 * found[t] / (left[word] + right[t]), t))
        for word, found in both.items()
    }


def figures(outputs: list[str], references: list[str], direction: str) -> dict[str, Any]:
    """Corpus scores, rounded to a tenth, with signatures."""
    chosen = {
        "bleu": sacrebleu.BLEU(),
        "chrf": sacrebleu.CHRF(),
        "ter": sacrebleu.TER(asian_support=direction == "en-ar", normalized=True),
    }
    found: dict[str, Any] = {"signatures": {}}
    for name, metric in chosen.items():
        found[name] = round(metric.corpus_score(outputs, [references]).score, 1)
        found["signatures"][name] = str(metric.get_signature())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", type=Path, nargs="*")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--set", default="eval/ntrex_dev.tsv", help="below --data")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--beam", type=int, nargs="*", default=[1])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--floor-dictionary", action="store_true")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--outputs", type=Path, help="write source, output, reference as TSV")
    args = parser.parse_args()
    rows = list(pairs(args.data / args.set))[: args.limit]
    table: list[dict[str, Any]] = []
    for direction, (source, target) in DIRECTIONS.items():
        sources = [row[0] if direction == "ar-en" else row[1] for row in rows]
        references = [row[1] if direction == "ar-en" else row[0] for row in rows]
        floors = [("copy of the source", sources)]
        if args.floor_dictionary:
            words = dictionary(args.data, args.config, direction)
            floors.append(
                (
                    "word by word",
                    [" ".join(words.get(w, w) for w in fold(s).lower().split()) for s in sources],
                )
            )
        for name, outputs in floors:
            table.append(
                {"system": name, "direction": direction, **figures(outputs, references, direction)}
            )
        for folder in args.models:
            for beam in args.beam:
                model = load_translator(str(folder), threads=args.threads, beam=beam)
                begun = time.perf_counter()
                outputs = [found.text for found in model.translate(sources, source, target)]
                speed = len(sources) / (time.perf_counter() - begun)
                table.append(
                    {
                        "system": f"{folder.name}, {'greedy' if beam == 1 else f'beam {beam}'}",
                        "direction": direction,
                        "sentences_a_second": round(speed, 1),
                        **figures(outputs, references, direction),
                    }
                )
                if args.outputs:
                    path = args.outputs.with_suffix(f".{direction}.{beam}.tsv")
                    path.write_text(
                        "".join(
                            "\t".join(t) + "\n"
                            for t in zip(sources, outputs, references, strict=True)
                        ),
                        encoding="utf-8",
                    )
    print(f"{args.set}: {len(rows)} sentences, {args.threads} threads\n")
    print("| direction | system | BLEU | chrF | TER | sentences/s |\n|---|---|---|---|---|---|")
    for line in table:
        print(
            f"| {line['direction']} | {line['system']} | {line['bleu']} | {line['chrf']} | "
            f"{line['ter']} | {line.get('sentences_a_second', '')} |"
        )
    print(
        "\n"
        + "\n".join(sorted({f"{k}: {v}" for line in table for k, v in line["signatures"].items()}))
    )
    if args.json:
        args.json.write_text(
            json.dumps(
                {"set": args.set, "sentences": len(rows), "rows": table},
                ensure_ascii=False,
                indent=1,
            )
        )


if __name__ == "__main__":
    main()
