"""What is scored: each row, runs of rows of one system, documents; and the scoring itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .. import pipeline, score
from ..calibrate import Calibration
from ..config import Options
from ..loading import Models
from ..normalize import WORD
from ..read import document_of
from ..types import Document, DocumentReport, Failure, SegmentReport
from .data import Row

# The detector is fitted with both labels weighing the same (scripts/fit_detector.py): this is
# what is known of a text of which it says nothing.
PRIOR = 0.5
# Documents a pass: bounds the evidence that is held at a time.
_PASS = 4000
MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Unit:
    """A text to be scored.  ``cluster`` names what must be drawn together in a bootstrap."""

    text: str
    label: str
    system: str
    domain: str
    cluster: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """What the audit says of a unit; ``probability`` is None and ``reason`` says why it abstained.

    ``called``: machine translation at the shipped threshold; ``flagged``: marked for the editor
    (a sentence by its probability or a grave issue, a document by its verdict).
    """

    probability: float | None
    called: bool
    flagged: bool
    reason: str = ""


def sentences(rows: Sequence[Row]) -> list[Unit]:
    """Every row by itself."""
    return [Unit(r.text, r.label, r.system, r.domain, _cluster(r)) for r in rows]


def groups(rows: Sequence[Row], size: int) -> list[Unit]:
    """Runs of ``size`` rows of one (file, label, system), in file order, as one article each.

    The rows left over at the end make no group: a short one is harder and would blur the figure.
    """
    found = []
    for members in _gathered(rows, lambda r: (r.file, r.label, r.system)):
        starts = range(0, len(members) - size + 1, size)
        found += [_joined(members[at : at + size]) for at in starts]
    return found


def documents(rows: Sequence[Row]) -> list[Unit]:
    """All rows of one system with one ``doc_id``, where there are at least two."""
    named = [r for r in rows if r.doc_id]
    gathered = _gathered(named, lambda r: (r.file, r.label, r.system, r.doc_id))
    return [_joined(members) for members in gathered if len(members) > 1]


def _gathered(rows: Iterable[Row], key: Callable[[Row], tuple[str, ...]]) -> list[list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return list(found.values())


def _joined(members: Sequence[Row]) -> Unit:
    first = members[0]
    domains = {r.domain for r in members}
    domain = first.domain if len(domains) == 1 else MIXED
    text = "\n".join(r.text for r in members)
    return Unit(text, first.label, first.system, domain, _cluster(first))


def _cluster(row: Row) -> tuple[str, str]:
    # All systems' versions of one source text share its doc_id: they are drawn together.
    return row.file, row.doc_id or f"line {row.line}"


def score_units(
    units: Sequence[Unit],
    whole: Sequence[bool],
    models: Models,
    calibration: Calibration,
    options: Options,
    report: Callable[[int], None],
) -> list[Score]:
    """Score every unit as an audit does: ``whole[i]`` by the document's model, else by sentence.

    ``report`` is told how many units are done.
    """
    results: list[Score] = []
    for at in range(0, len(units), _PASS):
        part, how = units[at : at + _PASS], whole[at : at + _PASS]
        read = [document_of(u.text, f"text {at + i}") for i, u in enumerate(part)]
        found = [d for d in read if isinstance(d, Document)]
        reports = iter(_audited(found, models, calibration, options, len(results), report))
        for document, is_whole in zip(read, how, strict=True):
            if isinstance(document, Failure):
                results.append(Score(None, False, False, document.kind))
            elif is_whole:
                results.append(_of_document(next(reports)))
            else:
                results.append(_of_sentences(next(reports), calibration))
        report(len(results))
    return results


def _audited(
    found: Sequence[Document],
    models: Models,
    calibration: Calibration,
    options: Options,
    before: int,
    report: Callable[[int], None],
) -> list[DocumentReport]:
    """The stages of :func:`mtaudit.pipeline.audit` without comparable reports."""

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "evidence":
            report(before + done)

    examined = pipeline.examine_all(found, options.jobs, progress)
    trips = pipeline.round_trips(examined, models, progress)
    comparison = pipeline.open_comparison(None, models, calibration)
    compared = pipeline.compare(examined, comparison, progress)
    return [
        pipeline.judge(item, trip, held.matches, calibration)
        for item, trip, held in zip(examined, trips, compared, strict=True)
    ]


def _of_document(report: DocumentReport) -> Score:
    if report.mt_probability is None:
        return Score(None, False, False, _kind(report.abstained))
    machine = report.verdict == "machine"
    return Score(report.mt_probability, machine, machine)


def _of_sentences(report: DocumentReport, calibration: Calibration) -> Score:
    """A row's sentences, averaged by words: a row is mostly one sentence, seldom two or three."""
    article = [s for s in report.segments if s.segment.role == "article"]
    flagged = any(s.flagged for s in article)
    parts = [
        (s.mt_probability, len(WORD.findall(s.segment.text)))
        for s in article
        if s.mt_probability is not None
    ]
    if not parts:
        return Score(None, False, flagged, "too-short" if article else "no-article-text")
    mean = math.fsum(p * w for p, w in parts) / sum(w for _, w in parts)
    tripped = any(_mode(s, calibration) == "roundtrip" for s in article)
    threshold = calibration.sentence_threshold["roundtrip" if tripped else "text"].value
    return Score(mean, mean >= threshold, flagged)


def _mode(segment: SegmentReport, calibration: Calibration) -> str:
    return score.mode_of(score.feature_values(segment.evidence, segment.roundtrip), calibration)


def _kind(reason: str) -> str:
    kinds = {"too short": "too-short", "not written like news": "unlike-news"}
    found = (kind for start, kind in kinds.items() if reason.startswith(start))
    return next(found, reason.replace(" ", "-"))
