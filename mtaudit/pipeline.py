"""Every stage of an audit, in order, on one page.

    read → segment → text-alone evidence → round trip → cleaner reports → scores

Each stage gets plain values from the one before it.  Results never depend on batch size, number
of processes or the order in which work finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from . import calibrate
from .config import Options
from .desk.baseline import EMPTY, read_baseline
from .detector import load_detector
from .evidence import load_all
from .judging import Examined, judge
from .loading import Models, load_models, named, signature, stated
from .read import read_paths
from .segment import segment
from .types import (
    Document,
    Evidence,
    Failure,
    ReferenceMatch,
    RoundTrip,
    RunReport,
    Segment,
    Witness,
)


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
    baseline = read_baseline(Path(options.baseline)) if options.baseline else EMPTY
    found, failures = _read(paths, options)
    clean, more_failures = _read(options.reference, options)
    failures += [f for f in more_failures if f not in failures]
    models = models or load_models(options, need_encoder=bool(clean))
    calibration = calibrate.default()

    examined = examine_all([*documents, *found], options.jobs, report)
    trips = round_trips(examined, models, report)
    reports = _examine_references(clean, examined)
    matches = compare(examined, reports, models, report)
    results = [
        judge(
            item, trip, match, calibration,
            is_reference=_same_file(item.document, clean), baseline=baseline,
        )
        for item, trip, match in zip(examined, trips, matches, strict=True)
    ]  # fmt: skip
    return RunReport(
        documents=tuple(results),
        failures=tuple(failures),
        signature=signature(options, models, calibration, baseline.signature),
        options=stated(options),
        models=named(models, calibration),
        notes=models.notes,
    )


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
    """Segment one document and hear every text-alone witness."""
    segments = segment(document)
    columns = [witness.examine(document, segments) for witness in _witnesses()]
    rows = tuple(tuple(column[i] for column in columns) for i in range(len(segments)))
    return Examined(document, segments, rows)


def examine_all(
    documents: Sequence[Document], jobs: int = 1, progress: Progress | None = None
) -> list[Examined]:
    """Text-alone stages for every document, in order, in ``jobs`` processes."""
    report: Progress = progress or (lambda stage, done, total: None)
    results: list[Examined] = []
    if jobs > 1 and len(documents) > 1:
        # spawn: a forked child would inherit the model libraries' threads and may hang.
        with ProcessPoolExecutor(min(jobs, len(documents)), get_context("spawn")) as pool:
            share = max(1, len(documents) // (8 * jobs))
            for item in pool.map(examine, documents, chunksize=share):
                results.append(item)
                report("evidence", len(results), len(documents))
        return results
    for document in documents:
        results.append(examine(document))
        report("evidence", len(results), len(documents))
    return results


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


def compare(
    examined: Sequence[Examined],
    clean: Sequence[tuple[Document, tuple[Segment, ...]]],
    models: Models,
    progress: Progress,
) -> list[list[tuple[tuple[ReferenceMatch, ...], Evidence]]]:
    """Each article sentence against the clean reports' sentences that say the same thing."""
    from .reference import NO_ENCODER, NO_REFERENCE, ReferenceIndex

    if not clean or models.encoder is None:
        silent = NO_REFERENCE if not clean else NO_ENCODER
        return [[((), silent)] * len(item.segments) for item in examined]
    index = ReferenceIndex.build(clean, models.encoder)
    results = []
    for done, item in enumerate(examined, 1):
        results.append(index.compare(item.document, item.segments))
        progress("references", done, len(examined))
    return results


def _examine_references(
    clean: Sequence[Document], examined: Sequence[Examined]
) -> list[tuple[Document, tuple[Segment, ...]]]:
    """Segments of the references; those that are audited as well are not segmented twice."""
    known = {item.document.text: item.segments for item in examined}
    return [
        (document, known[document.text] if document.text in known else segment(document))
        for document in clean
    ]


def _same_file(document: Document, others: Sequence[Document]) -> bool:
    return any(o.path == document.path and o.doc_id == document.doc_id for o in others)


def _split(items: Sequence[Any], lengths: Sequence[int]) -> list[list[Any]]:
    out, at = [], 0
    for length in lengths:
        out.append(list(items[at : at + length]))
        at += length
    return out


__all__ = ["Models", "audit", "examine", "examine_all", "judge", "load_models"]
