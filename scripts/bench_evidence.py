"""How many sentences a second each text-alone witness reads on one core, and all together.

    python scripts/bench_evidence.py ../shared/data/detect/native_news_dev.jsonl.xz

Every rule is compiled and the first --warm rows of FILE are read once, so that the words of
everyday news are known, as some minutes into a run; then come rows that the program has not seen,
--rows of them for each measurement.  Rows are joined to documents by doc_id, or --lines of them to
one document.  Seconds are processor time of this one process.  "evidence" is what an audit without
any model does: segmenting, every witness of the table and the surprisal of every word; "evidence
and detector" has the trained witness too, on other rows, so that each meets its text cold.  The
parts by themselves come last, on the rows of the first, and each finds the words known but cuts the
text anew.  --repeats times over different rows; medians are printed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tqdm import tqdm

from mtaudit import examining, normalize
from mtaudit.detector import load_detector
from mtaudit.evidence import load_all
from mtaudit.evidence.senses import entries
from mtaudit.segment import segment
from mtaudit.types import Document, Witness

EVIDENCE, DETECTOR = "evidence", "evidence and detector"


def documents(path: Path, first: int, limit: int, lines_each: int) -> list[Document]:
    """`limit` rows from row `first` of a JSON Lines file (plain or xz), as documents."""
    texts: dict[str, list[str]] = {}
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(itertools.islice(lines, first, first + limit)):
            row = json.loads(line)
            name = number // lines_each if lines_each else row.get("doc_id", number)
            texts.setdefault(str(name), []).append(row["text"])
    return [Document(doc_id=name, text="\n".join(lines)) for name, lines in texts.items()]


def seconds(part: Callable[[], object]) -> float:
    """Processor seconds of one call; sentences are folded anew, as in a first reading."""
    normalize.forget()
    began = time.process_time()
    part()
    return time.process_time() - began


def whole(texts: list[Document], witnesses: list[Witness]) -> Callable[[], object]:
    """What an audit does with the texts, with these witnesses."""

    def run() -> object:
        # The audit itself has no way to leave the detector out.
        examining._witnesses = lambda: witnesses  # type: ignore[assignment]
        return examining.examine_all(texts)

    return run


def parts_of(texts: list[Document]) -> Iterable[tuple[str, Callable[[], object]]]:
    """Each stage as (name, what to call)."""
    cut = [segment(document) for document in texts]
    yield "segmenting", lambda: [segment(document) for document in texts]
    for witness in (*load_all(), load_detector()):
        yield (
            witness.name,
            lambda witness=witness: [
                witness.examine(d, s) for d, s in zip(texts, cut, strict=True)
            ],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--warm", type=int, default=3000)
    parser.add_argument("--rows", type=int, default=700)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--lines", type=int, default=0, help="rows a document; 0: by doc_id")
    args = parser.parse_args()
    evidence = load_all()
    runs = {EVIDENCE: evidence, DETECTOR: [*evidence, load_detector()]}
    for entry in entries():
        _ = entry.wrong, entry.near
    examining.examine_all(documents(args.file, 0, args.warm, args.lines))
    found: dict[str, list[float]] = {}
    sentences = words = 0
    for turn in tqdm(range(args.repeats), desc="rounds"):
        first = args.warm + turn * args.rows * len(runs)
        rows = {
            name: documents(args.file, first + i * args.rows, args.rows, args.lines)
            for i, name in enumerate(runs)
        }
        if not all(rows.values()):
            parser.error(f"{args.file} has too few rows for --warm {args.warm} and {turn} rounds")
        measured = [(name, whole(rows[name], heard), rows[name]) for name, heard in runs.items()]
        measured += [(name, part, rows[EVIDENCE]) for name, part in parts_of(rows[EVIDENCE])]
        for name, part, texts in measured:
            here = [s.text for document in texts for s in segment(document)]
            found.setdefault(name, []).append(seconds(part) / len(here))
            if name in runs:
                sentences, words = sentences + len(here), words + sum(len(t.split()) for t in here)
    print(f"{args.file.name}: {sentences} sentences, {words / sentences:.0f} words each")
    print(f"load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| part | µs a sentence | sentences/s |\n|---|---:|---:|")
    order = {name: statistics.median(each) for name, each in found.items()}
    for name in sorted(order, key=lambda name: (name in runs, order[name])):
        shown = f"**{name}**" if name in runs else name
        print(f"| {shown} | {1e6 * order[name]:.0f} | {1 / order[name]:,.0f} |")
    print(f"\npeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
