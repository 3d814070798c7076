"""Every stage of an audit, in order, on one page.

    read → segment → text-alone evidence → round trip → cleaner reports → scores

Each stage gets plain values from the one before it.  Results never depend on batch size, number
of processes or the order in which work finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from . import calibrate
from .calibrate import Calibration
from .config import Options
from .desk.baseline import EMPTY, Baseline, read_baseline
from .desk.inline import take
from .detector import load_detector
from .evidence import load_all
from .judging import Examined, judge
from .loading import (
    Models,
    Reports,
    judge_signature,
    load_models,
    named,
    open_reports,
    signature,
    stated,
)
from .memory import collector_paused
from .read import read_paths
from .segment import segment
from .stems import language
from .types import (
    Document,
    DocumentReport,
    Evidence,
    Failure,
    RoundTrip,
    RunReport,
    Segment,
    SentenceWitness,
    Verdict,
    Witness,
)

if TYPE_CHECKING:
    from .comparison import Compared, Comparison
    from .library import Library


class Progress(Protocol):
    """Called with the stage's name, units done and units in all (0 = not known yet)."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def audit(
    paths: Sequence[str | Path],
    options: Options | None = None,
    progress: Progress | None = None,
    models: Models | None = None,
    documents: Sequence[Document] = (),
) -> RunReport:
    """Audit files and directories; see :class:`mtaudit.config.Options`.

    ``documents`` are audited before the files in ``paths``; ``models`` saves loading them again.
    Inputs that cannot be judged end up in ``failures`` and the rest of the run goes on.  Raises
    :class:`mtaudit.errors.UsageError` for options that make no sense.
    """
    options = options or Options()
    report: Progress = progress or (lambda stage, done, total: None)
    found, failures = _read(paths, options)
    with open_reports(options, report) as (library, reports):
        grounds = read_grounds(options, reports)
        failures += [f for f in reports.failures if f not in failures]
        models = models or load_models(options, need_encoder=reports.present)

        examined = examine_all([*documents, *found], options.jobs, report)
        trips = round_trips(examined, models, report)
        comparison = open_comparison(library, models, grounds.calibration)
        compared = compare(examined, comparison, report)
        results = judge_all(examined, trips, compared, grounds)
    return RunReport(
        documents=tuple(results),
        failures=tuple(failures),
        signature=run_signature(options, models, grounds),
        options=stated(options),
        models=named(models, grounds.calibration),
        notes=(*models.notes, *reports.notes),
    )


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the documents of a run are judged on besides the models; read once."""

    calibration: Calibration
    baseline: Baseline
    reports: Reports


def read_grounds(options: Options, reports: Reports) -> Grounds:
    """Calibration, baseline and the clean reports of :func:`mtaudit.loading.open_reports`."""
    baseline = read_baseline(Path(options.baseline)) if options.baseline else EMPTY
    return Grounds(calibrate.named(options.calibration), baseline, reports)


def run_signature(options: Options, models: Models, grounds: Grounds) -> str:
    """Names everything that changes a result; see :func:`mtaudit.loading.signature`."""
    return signature(
        options,
        models,
        grounds.calibration,
        grounds.baseline.signature,
        grounds.reports.signature,
    )


def judge_all(
    examined: Sequence[Examined],
    trips: Sequence[Sequence[tuple[RoundTrip | None, Evidence]]],
    compared: Sequence[Compared],
    grounds: Grounds,
) -> list[DocumentReport]:
    """The last stage: every document's evidence drawn together and scored."""
    return [
        judge(
            item, trip, held.matches, grounds.calibration, reports=held.reports,
            is_reference=held.is_reference, baseline=grounds.baseline,
        )
        for item, trip, held in zip(examined, trips, compared, strict=True)
    ]  # fmt: skip


def _read(paths: Iterable[str | Path], options: Options) -> tuple[list[Document], list[Failure]]:
    documents: list[Document] = []
    failures: list[Failure] = []
    for item in read_paths(list(paths), text_column=options.text_column):
        if isinstance(item, Failure):
            failures.append(item)
        else:
            documents.append(item)
    return documents, failures


@cache
def _witnesses() -> list[Witness]:
    return [*load_all(), load_detector()]


def examine(document: Document) -> Examined:
    """Segment one document and hear every text-alone witness; its comments are no part of it."""
    return examine_together([document])[0]


# Documents are examined together up to so many characters, some 200 sentences: small articles
# alone cost more in calls of numpy than in work.
_TOGETHER = 30_000


def together(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in order, in groups that are examined together."""
    group: list[Document] = []
    size = 0
    for document in documents:
        group.append(document)
        size += len(document.text)
        if size >= _TOGETHER:
            yield group
            group, size = [], 0
    if group:
        yield group


@collector_paused()
def examine_together(documents: Sequence[Document]) -> list[Examined]:
    """:func:`examine` of each of the documents; none knows of the others."""
    taken = [take(document) for document in documents]
    cut = [segment(document) for document, _ in taken]
    every = list(chain.from_iterable(cut))
    columns: list[Iterable[Evidence]] = [
        witness.judge(every)
        if isinstance(witness, SentenceWitness)
        else chain.from_iterable(
            [witness.examine(d, own) for (d, _), own in zip(taken, cut, strict=True)]
        )
        for witness in _witnesses()
    ]
    rows, heat = list(zip(*columns, strict=True)), _surprisal(every)
    found, at = [], 0
    for (document, allowances), segments in zip(taken, cut, strict=True):
        end = at + len(segments)
        found.append(
            Examined(document, segments, tuple(rows[at:end]), tuple(heat[at:end]), allowances)
        )
        at = end
    return found


def _surprisal(segments: Sequence[Segment]) -> list[tuple[tuple[int, int, float], ...]]:
    """How unexpected each word is; nothing where the statistics are missing: the witness that
    lives on them has told why."""
    stats = language()
    if stats is None:
        return []
    heat = iter(stats.read(tuple([s.text for s in segments if s.role == "article"])).heat())
    return [tuple(next(heat)) if s.role == "article" else () for s in segments]


def examine_all(
    documents: Sequence[Document], jobs: int = 1, progress: Progress | None = None
) -> list[Examined]:
    """Text-alone stages for every document, in order, in ``jobs`` processes."""
    report: Progress = progress or (lambda stage, done, total: None)
    results: list[Examined] = []
    groups = list(together(documents))
    if jobs > 1 and len(documents) > 1:
        # Small groups, so that every process has some.
        share = max(1, len(documents) // (8 * jobs))
        groups = [part for group in groups for part in _parts(group, share)]
        # spawn: a forked child would inherit the model libraries' threads and may hang.
        with ProcessPoolExecutor(min(jobs, len(documents)), get_context("spawn")) as pool:
            for found in pool.map(examine_together, groups):
                results += found
                report("evidence", len(results), len(documents))
        return results
    for group in groups:
        results += examine_together(group)
        report("evidence", len(results), len(documents))
    return results


def _parts(group: list[Document], size: int) -> Iterator[list[Document]]:
    for first in range(0, len(group), size):
        yield group[first : first + size]


def round_trips(
    examined: Sequence[Examined], models: Models, progress: Progress
) -> list[list[tuple[RoundTrip | None, Evidence]]]:
    """Arabic → English → Arabic for every article sentence of the run, together.

    All documents go through the model in one pass, so that batches are full.
    """
    from .roundtrip import NO_MODEL, examine_round_trips

    wanted = [s for item in examined for s in item.segments]
    if models.translator is None:
        answers: list[tuple[RoundTrip | None, Evidence]] = [(None, NO_MODEL)] * len(wanted)
    else:
        answers = examine_round_trips(wanted, models.translator, models.encoder, progress)
    return _split(answers, [len(item.segments) for item in examined])


def open_comparison(
    library: Library | None, models: Models, calibration: Calibration
) -> Comparison | Evidence:
    """How articles are held against the library's reports, or why they are not.

    ``calibration`` is for the audit of the reports themselves.
    """
    from .reference import NO_ENCODER, NO_REFERENCE

    if library is None or models.encoder is None:
        return NO_REFERENCE if library is None else NO_ENCODER
    from .comparison import Comparison

    def standing(report: Document) -> tuple[Verdict, float | None]:
        return text_verdict(report, calibration)

    return Comparison(library, models.encoder, standing, judge_signature(calibration))


def compare(
    examined: Sequence[Examined], comparison: Comparison | Evidence, progress: Progress
) -> list[Compared]:
    """Each article sentence against the clean reports' sentences that say the same thing."""
    from .comparison import Compared

    if isinstance(comparison, Evidence):
        return [Compared([((), comparison)] * len(item.segments)) for item in examined]
    results = []
    for done, item in enumerate(examined, 1):
        results.append(comparison.compare(item.document, item.segments, item.evidence))
        progress("references", done, len(examined))
    return results


def text_verdict(document: Document, calibration: Calibration) -> tuple[Verdict, float | None]:
    """Verdict and probability of a document by its text alone."""
    from .reference import NO_REFERENCE

    item = examine(document)
    silent = Evidence("roundtrip", None, "not asked")
    result = judge(
        item,
        [(None, silent)] * len(item.segments),
        [((), NO_REFERENCE)] * len(item.segments),
        calibration,
    )
    return result.verdict, result.mt_probability


def _split(items: Sequence[Any], lengths: Sequence[int]) -> list[list[Any]]:
    out, at = [], 0
    for length in lengths:
        out.append(list(items[at : at + length]))
        at += length
    return out


__all__ = ["Models", "audit", "examine", "examine_all", "judge", "load_models"]
