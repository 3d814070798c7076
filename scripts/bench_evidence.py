"""How many sentences a second each text-alone witness reads on one core, and all together.

    python scripts/bench_evidence.py ../shared/data/detect/native_news_dev.jsonl.xz

The first --warm rows of FILE are read once, so that rules are compiled and the words of everyday
news are known; the next --rows, which the program has not seen, are measured. Rows are joined to
documents by doc_id. Seconds are processor time of this one process; "all together" is what an
audit without the model does: segmenting and every witness. Parts and whole are measured in turn
on the same text, --repeats times over different rows, and their medians printed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tqdm import tqdm

from mtaudit import normalize
from mtaudit.evidence import WITNESSES, load_witness
from mtaudit.pipeline import examine
from mtaudit.segment import segment
from mtaudit.types import Document


def documents(path: Path, first: int, limit: int) -> list[Document]:
    """`limit` rows from row `first` of a JSON Lines file (plain or xz), as documents."""
    texts: dict[str, list[str]] = {}
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(itertools.islice(lines, first, first + limit)):
            row = json.loads(line)
            texts.setdefault(str(row.get("doc_id", number)), []).append(row["text"])
    return [Document(doc_id=name, text="\n".join(lines)) for name, lines in texts.items()]


def seconds(part: Callable[[], object]) -> float:
    """Processor seconds of one call; sentences are folded anew, as in a first reading."""
    normalize.forget()
    began = time.process_time()
    part()
    return time.process_time() - began


def parts_of(texts: list[Document]) -> Iterable[tuple[str, Callable[[], object]]]:
    """Each stage as (name, what to call)."""
    cut = [segment(document) for document in texts]
    # The whole goes first: what comes after meets words that are known by then.
    yield "all together", lambda: [examine(document) for document in texts]
    yield "segmenting", lambda: [segment(document) for document in texts]
    for name in WITNESSES:
        witness = load_witness(name)
        yield (
            name,
            lambda witness=witness: [
                witness.examine(d, s) for d, s in zip(texts, cut, strict=True)
            ],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--warm", type=int, default=3000)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    for document in tqdm(documents(args.file, 0, args.warm), desc="warm"):
        examine(document)
    found: dict[str, list[float]] = {}
    sentences = words = 0
    for turn in tqdm(range(args.repeats), desc="rounds"):
        texts = documents(args.file, args.warm + turn * args.rows, args.rows)
        if not texts:
            parser.error(f"{args.file} has too few rows for --warm {args.warm} and {turn} rounds")
        here = [s for document in texts for s in segment(document)]
        sentences, words = sentences + len(here), words + sum(len(s.text.split()) for s in here)
        for name, part in parts_of(texts):
            found.setdefault(name, []).append(seconds(part) / len(here))
    print(f"{args.file.name}: {sentences} sentences, {words / sentences:.0f} words each\n")
    print("| part | µs a sentence | sentences/s |\n|---|---:|---:|")
    for name, each in sorted(found.items(), key=lambda item: statistics.median(item[1])):
        middle = statistics.median(each)
        print(f"| {name} | {1e6 * middle:.0f} | {1 / middle:,.0f} |")
    print(f"\npeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
