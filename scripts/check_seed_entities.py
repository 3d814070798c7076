"""Does the English gloss name the right people, countries, places, dates and numbers?

    python scripts/check_seed_entities.py models/translator --seeds seeds

`translator/seed_entities.tsv` marks fifty entities by hand: the seed, Arabic words that find the
sentence, and the English forms that count as right (any of them, anywhere in the gloss).
"""

from __future__ import annotations

import argparse
import collections
from pathlib import Path

from mtaudit.read import read_paths
from mtaudit.segment import segment
from mtaudit.translate import load_translator
from mtaudit.types import Document

MARKED = Path(__file__).parent / "translator" / "seed_entities.tsv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    parser.add_argument("--show", action="store_true", help="print the glosses that miss")
    args = parser.parse_args()
    documents = [d for d in read_paths(sorted(args.seeds.glob("*.txt"))) if isinstance(d, Document)]
    rows = [line.split("\t") for line in MARKED.read_text(encoding="utf-8").splitlines()[1:]]
    sentences = []
    for seed, arabic, _english, _kind in rows:
        (document,) = [d for d in documents if Path(d.path).name.startswith(seed)]
        found = [s.text for s in segment(document) if arabic in s.text]
        if not found:
            parser.error(f"{MARKED.name}: {arabic!r} stands in no sentence of seed {seed}")
        sentences.append(found[0])
    glosses = load_translator(str(args.model)).translate(sentences, "ar", "en")
    right: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()
    for (_seed, arabic, english, kind), sentence, gloss in zip(
        rows, sentences, glosses, strict=True
    ):
        text = gloss.text
        hit = any(form in text for form in english.split("|"))
        total[kind] += 1
        right[kind] += hit
        if args.show and not hit:
            print(f"- {arabic} → {english}\n  {sentence}\n  {text}")
    print("| kind | right | of |\n|---|---:|---:|")
    for kind in sorted(total):
        print(f"| {kind} | {right[kind]} | {total[kind]} |")
    print(f"| all | {sum(right.values())} | {sum(total.values())} |")


if __name__ == "__main__":
    main()
