"""Does a round trip keep sense together: native news against the same news with its words shuffled?

    python scripts/check_round_trip.py models/translator --data ../shared/data --sentences 300

Sentences come from whole documents of detect/native_news_dev, which no training saw. A translator
that understands nothing brings word salad back as well as news; one that understands brings the
news back better. Prints mean chrF(original, back-translation) for both and for copies of the
native sentences without their punctuation, with the share of pairs in the right order.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
from pathlib import Path

import numpy as np
import sacrebleu

from mtaudit.segment import segment
from mtaudit.translate import load_translator
from mtaudit.types import Document


def sentences(data: Path, count: int) -> list[str]:
    """`count` native sentences of 8-30 words, spread over the set."""
    found: list[str] = []
    with lzma.open(data / "detect" / "native_news_dev.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            document = Document(doc_id="", text=json.loads(line)["text"])
            found += [s.text for s in segment(document) if 8 <= len(s.text.split()) <= 30]
    return random.Random(8).sample(found, count)


def shuffled(text: str, chance: random.Random) -> str:
    """The words in another order; final punctuation stays at the end."""
    words = text.split()
    last = re.search(r"[.!؟…»\"]+$", words[-1])
    tail = last.group() if last else ""
    words[-1] = words[-1].removesuffix(tail)
    chance.shuffle(words)
    return " ".join(words) + tail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sentences", type=int, default=300)
    args = parser.parse_args()
    native = sentences(args.data, args.sentences)
    chance = random.Random(9)
    kinds = {
        "native news": native,
        "the same, words shuffled": [shuffled(text, chance) for text in native],
        "the same, punctuation stripped": [re.sub(r"[^\w\s]", "", text) for text in native],
    }
    translator = load_translator(str(args.model))
    chrf = sacrebleu.CHRF()
    scores: dict[str, np.ndarray] = {}
    for name, texts in kinds.items():
        glosses = [g.text for g in translator.translate(texts, "ar", "en")]
        back = [b.text for b in translator.translate(glosses, "en", "ar")]
        scores[name] = np.array(
            [chrf.sentence_score(b, [t]).score for b, t in zip(back, texts, strict=True)]
        )
    first = scores["native news"]
    print("| text | mean chrF(original, back) | native is higher in |\n|---|---:|---:|")
    for name, found in scores.items():
        share = "" if found is first else f"{100 * float((first > found).mean()):.0f} %"
        print(f"| {name} | {found.mean():.1f} | {share} |")
    print(f"\n{len(native)} sentences; {chrf.get_signature()}")


if __name__ == "__main__":
    main()
