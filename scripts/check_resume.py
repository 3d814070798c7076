"""Kill a batch at random moments, let it go on, and hold its output against an undisturbed run's.

    python scripts/check_resume.py --data ../shared/data --documents 2000 --kills 50

Each trial begins afresh: the command runs, is killed (SIGKILL, with no warning to anybody) at a
moment drawn evenly from the undisturbed run's time, runs again with --resume until it ends, and
every byte it left is compared.  The drawing is seeded.  Evidence without the model, so that it can
be run; --full takes the round trip too.  Exit 1 when any trial differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_corpus import write_corpus


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def lines_of(folder: Path, table: str) -> int:
    return sum(p.read_bytes().count(b"\n") for p in folder.glob(f"shards/*/{table}.jsonl"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--length", type=int, default=3, help="sentences a document")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shard-size", type=int, default=100)
    parser.add_argument("--full", action="store_true", help="with the round trip")
    parser.add_argument("--work", type=Path, help="folder for the runs (default: a temporary one)")
    args = parser.parse_args()
    work = args.work or Path(tempfile.mkdtemp(prefix="resume-"))
    corpus = write_corpus(
        work / f"corpus-{args.documents}-{args.length}.jsonl", args.data, args.documents,
        args.length,
    )  # fmt: skip
    more = ["--no-cache"] if args.full else ["--no-roundtrip"]

    def start(out: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "mtaudit", "batch", str(corpus), "--out", str(out), "--quiet",
             "--resume", "--jobs", str(args.jobs), "--shard-size", str(args.shard_size), *more]
        )  # fmt: skip

    whole = work / "undisturbed"
    shutil.rmtree(whole, ignore_errors=True)
    began = time.monotonic()
    if start(whole).wait() not in (0, 3):
        return 1
    seconds = time.monotonic() - began
    expected = digests(whole)
    held = lines_of(whole, "documents") + lines_of(whole, "errors")
    print(
        f"undisturbed: {seconds:.1f} s, {len(expected)} files, {held} of {args.documents} records"
    )
    chance = random.Random(args.seed)
    same = finished = 0
    for trial in range(args.kills):
        out = work / "killed"
        shutil.rmtree(out, ignore_errors=True)
        running = start(out)
        moment = chance.random() * seconds
        try:
            running.wait(moment)
            finished += 1
        except subprocess.TimeoutExpired:
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
        there = len(list(out.glob("shards/0*")))
        start(out).wait()
        alike = digests(out) == expected
        same += alike
        print(
            f"{trial + 1:3}/{args.kills}  killed after {moment:6.2f} s, {there:3} shards there:"
            f" {'same' if alike else 'DIFFERENT'}",
            flush=True,
        )
    print(
        f"\n{same} of {args.kills} outputs identical to the undisturbed run's"
        f" ({finished} had ended before their moment came)"
    )
    if args.work is None:
        shutil.rmtree(work)
    return 0 if same == args.kills else 1


if __name__ == "__main__":
    sys.exit(main())
