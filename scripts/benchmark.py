"""What a batch costs: sentences a second, memory, growth, beside plain Transformers and the floor.

    python scripts/benchmark.py --data ../shared/data --float FLOAT [--parts LIST]

Parts (default: all that can be run here):

stages    one process: every stage by itself on the same sentences
evidence  `mtaudit batch --no-roundtrip`, --documents articles
full      `mtaudit batch --no-cache`, --full-documents articles: all witnesses, both directions
plain     the same work on the same sentences by the same weights in float through Transformers, as
          it is written down first (a sentence at a time) and as an expert writes it (length-sorted
          batches of 32). FLOAT is what export_translator.py --transformers writes
batches   what a sentence costs the translator by the sentences in its batch, in processor seconds
floor     the arithmetic: the models' operations by the rate of int8 products measured here
growth    evidence on --documents and ten times as many: time and peak memory
gpu       `full` on the GPU, where there is one

Seconds are of the wall clock unless a table says otherwise, from the log's "begun" (models are
loaded) to "ended". Memory is the sum over all processes of what each holds alone and its share of
what it shares (PSS), sampled five times a second. Writes the table of docs/PERFORMANCE.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_corpus import write_corpus
from bench_model import batch_seconds, floor_seconds, int8_rate, plain_seconds, stage_seconds

PARTS = ("stages", "batches", "evidence", "full", "plain", "floor", "growth", "gpu")


# The articles here are short: a shard of 1,000 has the 3,000 sentences that 200 news articles have.
LARGE = ("--shard-size", "1000")


@dataclass(frozen=True)
class Measured:
    """One run of the command."""

    documents: int
    sentences: int
    seconds: float
    start_seconds: float
    cpu_seconds: float
    peak_megabytes: float

    @property
    def speed(self) -> float:
        return self.sentences / self.seconds


def run_batch(corpus: Path, limit: int, work: Path, *more: str) -> Measured:
    """`mtaudit batch` on the first ``limit`` records, watched from outside."""
    out = Path(tempfile.mkdtemp(dir=work))
    log = out / "log.jsonl"
    command = [sys.executable, "-m", "mtaudit", "batch", str(corpus), "--out", str(out / "out"),
               "--limit", str(limit), "--quiet", "--log", str(log), *more]  # fmt: skip
    before = os.times()
    began = time.time()
    running = subprocess.Popen(command)
    peak = 0.0
    while running.poll() is None:
        peak = max(peak, held_by(running.pid))
        time.sleep(0.2)
    if running.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)}: exit {running.returncode}")
    after = os.times()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    moments = {e["event"]: _seconds(e["time"]) for e in events if e["event"] in ("begun", "ended")}
    counts = events[-1]["counts"]
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Measured(
        counts["documents"],
        counts["sentences"],
        moments["ended"] - moments["begun"],
        moments["begun"] - began,
        cpu,
        peak,
    )


def _seconds(stamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(stamp).timestamp()


def held_by(pid: int) -> float:
    """Megabytes (PSS) of a process and everything below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        todo += children.get(one, [])
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def row(*cells: Any) -> None:
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def head(*cells: str) -> None:
    row(*cells)
    print("|" + "|".join("---" if not n else "---:" for n in range(len(cells))) + "|", flush=True)


def describe(name: str, found: Measured) -> None:
    row(
        name, f"{found.documents:,}", f"{found.sentences:,}", f"{found.seconds:.1f}",
        f"{found.speed:,.1f}", f"{found.cpu_seconds:.1f}", f"{found.peak_megabytes:,.0f}",
        f"{found.start_seconds:.1f}",
    )  # fmt: skip


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--float", type=Path, help="the translator in Transformers' layout")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--length", type=int, default=3, help="sentences a document")
    parser.add_argument("--full-documents", type=int, default=1000)
    parser.add_argument("--plain-sentences", type=int, default=100)
    parser.add_argument("--stage-sentences", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--work", type=Path, help="folder for corpora and outputs")
    args = parser.parse_args()
    parts = args.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    work = args.work or Path(tempfile.mkdtemp(prefix="benchmark-"))
    most = max(args.documents * (10 if "growth" in parts else 1), args.full_documents)
    if "gpu" in parts:
        most = max(most, 10 * args.full_documents)
    corpus = write_corpus(work / f"corpus-{most}-{args.length}.jsonl", args.data, most, args.length)
    texts = _texts(corpus, max(args.plain_sentences, args.stage_sentences))
    jobs = ("--jobs", str(args.jobs))
    load = os.getloadavg()[0]
    print(f"{processor()}, {len(os.sched_getaffinity(0))} cores, load {load:.1f} at the start\n")
    if "stages" in parts:
        head("stage, one process", "sentences/s", "ms a sentence")
        for name, seconds, number in stage_seconds(texts[: args.stage_sentences]):
            row(name, f"{number / seconds:,.1f}", f"{1000 * seconds / number:.2f}")
        print()
    if "batches" in parts:
        head("sentences of 30 pieces in a batch, one thread", "CPU ms a sentence")
        for size, seconds in batch_seconds(args.data):
            row(size, f"{1000 * seconds:.1f}")
        print()
    if {"evidence", "growth", "full"} & set(parts):
        head("run", "documents", "sentences", "s", "sentences/s", "CPU s", "peak MB", "start s")
    if "evidence" in parts or "growth" in parts:
        small = run_batch(corpus, args.documents, work, "--no-roundtrip", *jobs)
        describe("evidence and detector", small)
    if "growth" in parts:
        large = run_batch(corpus, 10 * args.documents, work, "--no-roundtrip", *jobs)
        describe("ten times as many", large)
    if "full" in parts:
        full = run_batch(
            corpus, args.full_documents, work, "--no-cache", "--device", "cpu", *LARGE, *jobs
        )
        describe("full audit", full)
    print()
    if "growth" in parts:
        whole = [m.seconds + m.start_seconds for m in (small, large)]
        print(
            f"ten times the documents: {large.seconds / small.seconds:.2f} × the time"
            f" ({whole[1] / whole[0]:.2f} × with the start),"
            f" {large.peak_megabytes / small.peak_megabytes:.2f} × the memory\n"
        )
    if "plain" in parts:
        if args.float is None:
            print("plain Transformers: not measured, --float is missing\n")
        else:
            head("the same by plain Transformers", "sentences/s", "batch is faster by")
            sample = texts[: args.plain_sentences]
            for name, seconds in plain_seconds(args.float, sample, args.jobs):
                speed = len(sample) / seconds
                ratio = f"{full.speed / speed:.1f} ×" if "full" in parts else "not measured"
                row(name, f"{speed:.2f}", ratio)
            print()
    if "floor" in parts:
        rate = int8_rate(args.jobs)
        least, operations = floor_seconds(texts[: args.stage_sentences], rate)
        print(
            f"arithmetic floor: {operations / 1e9:.2f} GFLOP a sentence at {rate / 1e9:.0f} GFLOP/s"
            f" (int8, {args.jobs} processes at once) = {1 / least:.1f} sentences/s"
        )
        if "full" in parts:
            print(f"the full audit reaches {full.speed * least:.0%} of it")
        print()
    if "gpu" in parts:
        measure_gpu(corpus, work, args, full.speed if "full" in parts else None)


def measure_gpu(
    corpus: Path, work: Path, args: argparse.Namespace, cpu_speed: float | None
) -> None:
    """The full audit in float16, and how busy the device was."""
    import ctranslate2

    if not ctranslate2.get_cuda_device_count():
        print("GPU: none at hand, not measured")
        return
    usage = subprocess.Popen(
        ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms",
         "200"], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = run_batch(
        corpus, args.full_documents * 10, work, "--no-cache", "--device", "cuda", *LARGE,
        "--jobs", str(args.jobs),
    )  # fmt: skip
    usage.terminate()
    samples = [float(x) for x in (usage.communicate()[0] or "").split() if x.strip().isdigit()]
    busy = sum(samples) / len(samples) if samples else 0.0
    ratio = f", {found.speed / cpu_speed:.1f} × the processor" if cpu_speed else ""
    print(f"GPU, float16: {found.speed:,.1f} sentences/s, device busy {busy:.0f} %{ratio}")


def _texts(corpus: Path, number: int) -> list[str]:
    """The first ``number`` sentences of the corpus that the round trip would take."""
    from mtaudit.read import document_of
    from mtaudit.roundtrip import abstention
    from mtaudit.segment import segment
    from mtaudit.types import Document

    found: dict[str, None] = {}
    with open(corpus, encoding="utf-8") as lines:
        for line in lines:
            document = document_of(json.loads(line)["text"])
            if isinstance(document, Document):
                found.update(dict.fromkeys(s.text for s in segment(document) if not abstention(s)))
            if len(found) >= number:
                break
    return list(found)[:number]


if __name__ == "__main__":
    main()
