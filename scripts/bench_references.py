"""How fast is an index of clean reports built, how large is it, how fast is an article compared?

    PYTHONPATH=. python scripts/bench_references.py --data ../shared/data --reports 10000

Reports are made of native news sentences in their order (mono/): runs of 8–20, one JSON Lines file
an outlet.  Every tenth article of detect/native_news_dev is cut in two (every other sentence): one
half is put among the reports, the other must find it (a measure of the search alone: same event,
other sentences).  Printed: CPU and wall seconds to build, again with nothing changed, with one
file changed; bytes on disk; memory; share of halves found; seconds to compare an article of 30
sentences with all that an audit does (search, audit of the reports found, alignment, facts), after
loading, none of its texts seen before.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import lzma
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mtaudit import calibrate
from mtaudit.comparison import Comparison
from mtaudit.encoder import load_encoder
from mtaudit.library import Library, Shelf
from mtaudit.pipeline import text_verdict
from mtaudit.segment import segment
from mtaudit.types import Document, SentenceEncoder

ARTICLE = 30


def runs(folder: Path, rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    """(outlet, sentences) of made-up reports, outlets taking turns."""
    with contextlib.ExitStack() as stack:
        streams = [
            (path.name.split(".")[0], stack.enter_context(lzma.open(path, "rt", encoding="utf-8")))
            for path in sorted(folder.glob("*.txt.xz"))
        ]
        while streams:
            for outlet, stream in list(streams):
                size = rng.randint(8, 20)
                lines = [line.strip() for line, _ in zip(stream, range(size), strict=False)]
                if len(lines) < size:
                    streams.remove((outlet, stream))
                else:
                    yield outlet, lines


def halves(path: Path, step: int) -> list[tuple[list[str], list[str]]]:
    whole: dict[str, list[str]] = {}
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            whole.setdefault(row["doc_id"], []).append(row["text"])
    found = []
    for rows in list(whole.values())[::step]:
        texts = [s.text for s in segment(Document("", "\n".join(rows)))]
        if len(texts) >= 8:
            found.append((texts[::2], texts[1::2]))
    return found


def timed(label: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` gives, and its CPU seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{label}: {cpu:.1f} s CPU, {wall:.1f} s wall")
    return result, cpu


def memory() -> float:
    """Most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=5, help="articles compared")
    parser.add_argument("--halves", type=int, default=40, help="articles cut in two")
    parser.add_argument("--folder", type=Path, help="where to build (default: a temporary one)")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if args.halves < 1:
        parser.error("--halves: at least 1, the articles that are compared are made of them")
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as spare:
        folder = args.folder or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        pairs = halves(args.data / "detect" / "native_news_dev.jsonl.xz", 10)[: args.halves]
        texts: dict[str, list[list[str]]] = {"held": [theirs for _, theirs in pairs]}
        count = len(pairs)
        for outlet, lines in runs(args.data / "mono", rng):
            if count >= args.reports:
                break
            texts.setdefault(outlet, []).append(lines)
            count += 1
        files = []
        for outlet, reports in texts.items():
            path = folder / f"{outlet}.jsonl"
            with path.open("w", encoding="utf-8") as stream:
                for n, lines in enumerate(reports):
                    text = "\n".join(lines)
                    stream.write(json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n")
            files.append(path)
        print(f"{count} reports, {sum(p.stat().st_size for p in files) / 1e6:.1f} MB of JSON Lines")
        print(f"memory before: {memory():.0f} MB")
        measure(folder, files, count, pairs, args)


def measure(
    folder: Path,
    files: list[Path],
    count: int,
    pairs: list[tuple[list[str], list[str]]],
    args: argparse.Namespace,
) -> None:
    library = Library(folder / "index")
    _, cpu = timed("built", lambda: library.update(files))
    print(f"  {count / cpu:.0f} reports a CPU second; memory {memory():.0f} MB")
    timed("nothing changed", lambda: library.update(files))
    with files[-1].open("a", encoding="utf-8") as stream:
        extra = {"id": "new", "text": "\n".join(pairs[0][0])}
        stream.write(json.dumps(extra, ensure_ascii=False) + "\n")
    timed(f"one report added to {files[-1].name}", lambda: library.update(files))
    size = sum(p.stat().st_size for p in (folder / "index").iterdir())
    print(f"on disk: {size / 1e6:.1f} MB, {size / count:.0f} bytes a report")
    shelf, _ = timed("loaded", lambda: Shelf(library))
    print(f"  memory {memory():.0f} MB")
    encoder = load_encoder("cpu", threads=args.threads)
    search(shelf, pairs, encoder)
    pool = [text for mine, _ in pairs for text in mine]
    articles = [pool[n * ARTICLE : (n + 1) * ARTICLE] for n in range(args.articles)]
    compare(library, articles, load_encoder("cpu", threads=args.threads))
    print(f"memory at the end: {memory():.0f} MB, {os.cpu_count()} cores seen")


def search(
    shelf: Shelf, pairs: list[tuple[list[str], list[str]]], encoder: SentenceEncoder
) -> None:
    """Where the other half of an article stands among the reports found."""
    if len(pairs) < 2:  # the first one's own half stands among the reports as well
        print("search: not measured (needs --halves 2 or more)")
        return
    ranks: dict[str, list[int]] = {"terms": [], "terms and lead": []}
    spent = []
    for mine, theirs in pairs[1:]:
        document = Document("suspect", "\n".join(mine))
        parts = segment(document)
        for name, model in (("terms", None), ("terms and lead", encoder)):
            start = time.process_time()
            found = shelf.find(document, parts, model)
            spent.append((name, time.process_time() - start))
            text = "\n".join(theirs)
            at = [n for n, item in enumerate(found) if item.document.text == text]
            ranks[name].append(at[0] if at else 99)
    for name, places in ranks.items():
        first = sum(p == 0 for p in places) / len(places)
        among = sum(p < 99 for p in places) / len(places)
        seconds = statistics.median(s for n, s in spent if n == name)
        print(
            f"{name}: the other half first in {100 * first:.1f} %, among the 8 compared in"
            f" {100 * among:.1f} % of {len(places)}; {1000 * seconds:.0f} ms CPU (median)"
        )


def compare(library: Library, articles: list[list[str]], encoder: SentenceEncoder) -> None:
    """Each article against what is found for it; the first one also loads tables of words."""
    calibration = calibrate.default()
    comparison = Comparison(
        library, encoder, lambda report: text_verdict(report, calibration), str(time.time())
    )
    for texts in articles:
        document = Document("article", "\n".join(texts))
        parts = segment(document)[:ARTICLE]
        cpu, wall = time.process_time(), time.perf_counter()
        found = comparison.compare(document, parts, [()] * len(parts))
        print(
            f"article of {len(parts)} sentences: {time.process_time() - cpu:.2f} s CPU,"
            f" {time.perf_counter() - wall:.2f} s wall; {len(found.reports)} reports,"
            f" {sum(bool(rows) for rows, _ in found.matches)} sentences matched"
        )


if __name__ == "__main__":
    main()
