"""A batch from its first record to its summary, in order.

settings → models → shards (those that are whole are kept) → summary and index
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from .. import pipeline
from ..config import Options
from ..errors import UsageError
from ..loading import open_reports, stated
from ..report import index
from ..types import SCHEMA_VERSION
from .answers import Cards
from .output import INDEX, SETTINGS, SUMMARY
from .packing import FORMATS
from .place import Place, open_output
from .progress import Watcher
from .source import Source
from .stages import Terms, terms_of
from .summary import index_rows, summarize
from .work import Work
from .workers import Writing

ENGINES = ("local", "ray")
# At 15 sentences a document about 3,000 sentences: seconds of text evidence, minutes of the round
# trip; what a kill can cost.
SHARD_SIZE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is told besides the audit's options."""

    places: tuple[str, ...]
    out: str
    engine: str = "local"
    shard_size: int = SHARD_SIZE
    limit: int | None = None
    split: str = "train"
    formats: tuple[str, ...] = ("jsonl", "parquet")
    resume: bool = False

    def __post_init__(self) -> None:
        for name, value in (("shard-size", self.shard_size), ("limit", self.limit)):
            if value is not None and value < 1:
                raise UsageError(f"--{name} must be at least 1", mend=f"give --{name} 1 or more")
        for name in self.formats:
            if name not in FORMATS:
                raise UsageError(
                    f"format {name!r} is not known", mend="choose from " + ", ".join(FORMATS)
                )
        if not {"jsonl", "parquet"} & set(self.formats):
            raise UsageError("no format for the tables", mend="give jsonl or parquet, or both")


class Engine(AbstractContextManager["Engine"], Protocol):
    """Where the work is done."""

    def cards(self) -> Cards: ...

    def run(self, work: Work, terms: Terms, writing: Writing, watcher: Watcher) -> int: ...


def run_batch(plan: Plan, options: Options, watcher: Watcher) -> dict[str, Any]:
    """Audit everything that ``plan`` names; returns the summary, which is on the disk as well.

    Raises :class:`UsageError` where the output folder belongs to another run, or the source is not
    the one that the run was begun with.
    """
    if "parquet" in plan.formats:
        from .tables import require_arrow

        require_arrow()
    source = Source(plan.places, options.text_column, plan.limit, plan.split)
    output = open_output(plan.out)
    # The workers open the index of clean reports themselves, brought up to date here.
    with open_reports(options) as (_library, reports):
        grounds = pipeline.read_grounds(options, reports)
    with output.locked():
        _refuse_strangers(output, plan)
        with _engine(plan.engine, options, grounds) as engine:
            terms = terms_of(options, grounds, engine.cards())
            settings = _settings(plan, options, terms)
            _agree(output, plan.out, settings)
            watcher.log("begun", out=plan.out, engine=plan.engine, signature=terms.signature)
            work = Work(source, plan.shard_size, output, plan.out)
            shards = engine.run(work, terms, Writing(plan.out, plan.formats), watcher)
        summary = summarize(output, shards, terms, settings)
        rows = index_rows(output, shards, plan.formats)
        output.write_text(INDEX, index.page(rows, lang=options.lang, signature=terms.signature))
        # Last: where it stands, everything else does.
        output.write_json(SUMMARY, summary)
        watcher.log("ended", shards=shards, counts=summary["counts"])
    return summary


def _engine(name: str, options: Options, grounds: pipeline.Grounds) -> Engine:
    if name == "ray":
        from .ray_engine import RayEngine

        return RayEngine(options, grounds)
    from .local import LocalEngine

    return LocalEngine(options, grounds)


def _settings(plan: Plan, options: Options, terms: Terms) -> dict[str, Any]:
    """Everything that the output depends on besides the source's content."""
    return {
        "schema": SCHEMA_VERSION,
        "source": list(plan.places),
        "split": plan.split,
        "limit": plan.limit,
        "shard_size": plan.shard_size,
        "formats": sorted(plan.formats),
        "options": {k: list(v) if isinstance(v, tuple) else v for k, v in stated(options).items()},
        "signature": terms.signature,
    }


def _refuse_strangers(output: Place, plan: Plan) -> None:
    if plan.resume:
        return
    if output.read_json(SETTINGS) is not None or output.last() >= 0:
        raise UsageError(
            "the folder holds a batch already",
            where=plan.out,
            mend="go on with it by --resume, or choose another --out",
        )


def _agree(output: Place, out: str, settings: dict[str, Any]) -> None:
    """Note the settings down, or hold them against those that the run was begun with."""
    known = output.read_json(SETTINGS)
    if known is None:
        if output.last() >= 0:
            raise UsageError(
                f"holds shards and no {SETTINGS}",
                where=out,
                mend="choose another --out",
            )
        output.write_json(SETTINGS, settings)
        return
    for name, value in settings.items():
        if known.get(name) != value:
            raise UsageError(
                f"the run was begun with another {name.replace('_', ' ')}:"
                f" {known.get(name)!r}, now {value!r}",
                where=f"{out}/{SETTINGS}",
                mend="give the same command, or choose another --out",
            )
