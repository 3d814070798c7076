"""Every stage of an audit, in order, on one page.

    read → segment → text-alone evidence → round trip → cleaner reports → scores

Each stage gets plain values from the one before it.  Results never depend on batch size, number
of processes or the order in which work finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import calibrate
from .calibrate import Calibration
from .config import Options
from .desk.baseline import EMPTY, Baseline, read_baseline
from .examining import Progress, examine, examine_all, examine_together, together
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
from .read import read_paths
from .types import (
    Document,
    DocumentReport,
    Evidence,
    Failure,
    RoundTrip,
    RunReport,
    Verdict,
)

if TYPE_CHECKING:
    from .comparison import Compared, Comparison
    from .library import Library


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


__all__ = [
    "Models", "Progress", "audit", "examine", "examine_all", "examine_together", "judge",
    "load_models", "together",
]  # fmt: skip
