"""The batch's command for :mod:`mtaudit.cli`.  Heavy imports stand inside the functions."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ExitCode

_EXITS = """exit codes:
  0    every record was audited
  2    wrong option; nothing was run
  3    some records could not be judged: they stand in errors.jsonl (the others were audited)
  130  stopped; the same command with --resume goes on"""


def add_batch(commands: Any, add_model_flags: Callable[[Any], None]) -> None:
    """Register the command with argparse's subparsers."""
    import argparse

    batch = commands.add_parser(
        "batch",
        help="audit a corpus in shards; resumable",
        description="Audit a corpus in shards (JSON Lines and Parquet) that are whole or absent,"
        " with a summary and an index. Whatever stops it, the same command with --resume goes on,"
        " and the output is the same byte for byte.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    batch.add_argument(
        "source", nargs="+", metavar="SOURCE",
        help="folder, pattern, .jsonl(.gz, .zst), .csv, .tsv, .parquet, text or HTML file, or the"
        " name of a hub data set (ORG/NAME, hf:NAME)",
    )  # fmt: skip
    batch.add_argument("--out", required=True, metavar="DIR", help="a folder for this run alone")
    batch.add_argument("--engine", choices=("local", "ray"), default="local")
    batch.add_argument("--jobs", type=int, metavar="N", help="processes for text evidence"
                       " (default: one a core)")  # fmt: skip
    batch.add_argument("--resume", action="store_true", help="go on with the run in --out")
    batch.add_argument("--shard-size", type=int, metavar="N", help="records a shard (200)")
    batch.add_argument("--limit", type=int, metavar="N", help="only the first N records")
    batch.add_argument("--text-column", metavar="NAME", help="field with the text (text)")
    batch.add_argument("--split", metavar="NAME", help="split of a hub data set (train)")
    batch.add_argument("--format", metavar="LIST", help="jsonl,parquet,html (jsonl,parquet)")
    batch.add_argument(
        "--reference", nargs="+", action="extend", metavar="PATH", help="clean reports to compare"
    )
    batch.add_argument("--baseline", metavar="FILE", help="what editors dismissed counts no more")
    batch.add_argument(
        "--no-roundtrip", dest="roundtrip", action="store_false", default=None,
        help="leave the translation model out",
    )  # fmt: skip
    batch.add_argument("--lang", choices=("en", "ar"), help="language of the progress and the page")
    batch.add_argument("--quiet", action="store_true", help="no progress, no summary")
    batch.add_argument("--log", metavar="FILE", help="append what happens as JSON lines")
    add_model_flags(batch)


def _batch(arguments: dict[str, Any]) -> int:
    from ..config import load_options

    places, out, engine, resume, shard_size, limit, split, formats, quiet, log = (
        arguments.pop(name)
        for name in ("source", "out", "engine", "resume", "shard_size", "limit", "split", "format",
                     "quiet", "log")
    )  # fmt: skip
    if arguments["reference"] is not None:
        arguments["reference"] = tuple(arguments["reference"])
    arguments["jobs"] = arguments["jobs"] if arguments["jobs"] is not None else _cores()
    options = load_options(arguments)

    from .progress import Watcher
    from .run import SHARD_SIZE, Plan, run_batch

    plan = Plan(
        places=tuple(places),
        out=out,
        engine=engine,
        shard_size=SHARD_SIZE if shard_size is None else shard_size,
        limit=limit,
        split=split or "train",
        formats=_list(formats) if formats is not None else ("jsonl", "parquet"),
        resume=resume,
    )
    try:
        with (
            _polite_kill(),
            Watcher(quiet=quiet, lang=options.lang, log=Path(log) if log else None) as watcher,
        ):
            summary = run_batch(plan, options, watcher)
    except KeyboardInterrupt:
        print(
            f"mtaudit: stopped; the shards in {out} are whole, the same command with --resume"
            " goes on",
            file=sys.stderr,
        )
        return 130
    if not quiet:
        from .telling import tell

        print(tell(summary, plan.out, options.lang))
    failed = summary["counts"].get("errors") or summary["reference_failures"]
    return ExitCode.INPUT if failed else ExitCode.OK


@contextmanager
def _polite_kill() -> Iterator[None]:
    """SIGTERM is Ctrl-C by another name: workers are ended, and a word is said."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _list(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.strip() for n in names.split(",") if n.strip()))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


COMMANDS: Mapping[str, Callable[[dict[str, Any]], int]] = {"batch": _batch}
