"""One document's evidence drawn together: the scores of its sentences and its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import score, source_language
from .calibrate import Calibration
from .desk import inline
from .desk.baseline import EMPTY, Baseline
from .manner import manner, unlike_news
from .normalize import WORD
from .types import (
    Document,
    DocumentReport,
    Evidence,
    Issue,
    Note,
    Part,
    ReferenceMatch,
    ReportUse,
    RoundTrip,
    Segment,
    SegmentReport,
    Suppressed,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A document after the text-alone stages: ``evidence[i]`` and ``surprisal[i]`` (words with
    their bits, see :class:`SegmentReport`) belong to ``segments[i]``.  ``allowances`` are the
    comments in the article.

    A run that is judged again has no text, but what was drawn from it: ``lines[i]`` numbers the
    line that ``segments[i]`` begins on, in any way that tells lines apart, and ``suppressed[i]`` is
    what stays suppressed in it (the findings stand there and in no evidence)."""

    document: Document
    segments: tuple[Segment, ...]
    evidence: tuple[tuple[Evidence, ...], ...]
    surprisal: tuple[tuple[tuple[int, int, float], ...], ...] = ()
    allowances: tuple[inline.Allowance, ...] = ()
    lines: tuple[int, ...] = ()
    suppressed: tuple[tuple[Suppressed, ...], ...] = ()


def judge(
    item: Examined,
    trips: Sequence[tuple[RoundTrip | None, Evidence]],
    matches: Sequence[tuple[tuple[ReferenceMatch, ...], Evidence]],
    calibration: Calibration,
    *,
    reports: Sequence[ReportUse] = (),
    is_reference: bool = False,
    baseline: Baseline = EMPTY,
) -> DocumentReport:
    """Scores of one document and of each of its sentences; what ``baseline`` dismisses counts in
    none of them."""
    rows: list[SegmentReport] = []
    scores: list[score.SentenceScore] = []
    nothing: tuple[tuple[Any, ...], ...] = ((),) * len(item.segments)
    heat, kept = item.surprisal or nothing, item.suppressed or nothing
    written = manner(part.text for part in item.segments if part.role == "article")
    unlike = unlike_news(written, calibration.manner)
    columns = zip(item.segments, item.evidence, heat, kept, trips, matches, strict=True)
    for part, heard, words_heat, held, (trip, trip_evidence), (found, match_evidence) in columns:
        evidence = (*heard, trip_evidence, match_evidence)
        found_here = _weighed(issues_of_evidence(evidence), calibration.confidence)
        standing, allowed = inline.split(item.allowances, part, found_here)
        issues, dismissed = baseline.split(standing, part.text)
        kept_back = (_reweighed(s, calibration.confidence) for s in held)
        suppressed = (*dismissed, *allowed, *kept_back)
        if part.role == "furniture":
            rows.append(SegmentReport(item.document.doc_id, part, None, None, False, issues,
                                      evidence, trip, found, (), suppressed))  # fmt: skip
            continue
        values = score.feature_values(evidence, trip)
        words = len(WORD.findall(part.text))
        result = score.score_sentence(issues, values, words, calibration)
        if unlike:
            # The sentence threshold is native news' as well: here only damage marks a sentence.
            result = replace(result, flagged=result.grave > 0)
        scores.append(result)
        cleared = baseline.dismissed_sentence(part.text)
        rows.append(
            SegmentReport(
                doc_id=item.document.doc_id,
                segment=part,
                mt_probability=result.mt_probability,
                quality=result.quality,
                flagged=result.flagged and all(s.issue for s in suppressed) and cleared is None,
                issues=issues,
                evidence=evidence,
                roundtrip=trip,
                references=found,
                contributions=result.contributions,
                suppressed=(*suppressed, cleared) if cleared else suppressed,
                surprisal=words_heat,
            )
        )
    told = ((row.segment, s) for row in rows for s in row.suppressed)
    notes = (*item.document.notes, *inline.unused(item.allowances, told))
    document = replace(item.document, notes=notes)
    lines = item.lines or _lines(document, item.segments)
    return _document_report(
        document, rows, scores, calibration, unlike, lines, reports, is_reference
    )


def _lines(document: Document, segments: Sequence[Segment]) -> tuple[int, ...]:
    """The line breaks before each segment."""
    found, many, at = [], 0, 0
    for segment in segments:
        many += document.text.count("\n", at, segment.start)
        at = segment.start
        found.append(many)
    return tuple(found)


def _weighed(issues: tuple[Issue, ...], confidence: Mapping[str, float]) -> tuple[Issue, ...]:
    """``issues`` with the confidence that editors' verdicts gave their codes; the rule's own is
    kept beside it."""
    if not confidence:
        return issues
    return tuple(
        replace(
            issue,
            confidence=confidence[issue.code],
            more={**issue.more, "rule_confidence": issue.confidence},
        )
        if issue.code in confidence
        else issue
        for issue in issues
    )


def _reweighed(item: Suppressed, confidence: Mapping[str, float]) -> Suppressed:
    """The same of a finding that stays suppressed."""
    if item.issue is None:
        return item
    (issue,) = _weighed((item.issue,), confidence)
    return replace(item, issue=issue)


def issues_of_evidence(evidence: Iterable[Evidence]) -> tuple[Issue, ...]:
    """The issues of all witnesses in text order."""
    found = [issue for item in evidence for issue in item.issues]
    return tuple(sorted(found, key=lambda i: (i.start, i.end, i.code)))


def _document_report(
    document: Document,
    rows: Sequence[SegmentReport],
    scores: Sequence[score.SentenceScore],
    calibration: Calibration,
    unlike: str,
    lines: Sequence[int],
    reports: Sequence[ReportUse],
    is_reference: bool,
) -> DocumentReport:
    page_issues = [i for row in rows if row.segment.role == "furniture" for i in row.issues]
    article = [row for row in rows if row.segment.role == "article"]
    whole = score.score_document(scores, calibration, page_issues, unlike)
    counts = {
        "segments": len(rows),
        "sentences": len(article),
        "furniture": len(rows) - len(article),
        "words": sum(s.words for s in scores),
        "flagged": sum(row.flagged for row in article),
        "issues": sum(len(row.issues) for row in rows),
        "suppressed": sum(len(row.suppressed) for row in rows),
    }
    for severity in score.SEVERITY_WEIGHT:
        counts[severity] = sum(i.severity == severity for row in rows for i in row.issues)
    # A report that is itself likely machine translation covers nothing.
    covered = [row for row in article if any(not match.doubtful for match in row.references)]
    sentences = [row.segment for row in article]
    parts: tuple[Part, ...] = ()
    if whole.verdict != "abstained":
        # A line break between two sentences starts a paragraph.
        paragraphs = [
            n for n, row in zip(lines, rows, strict=True) if row.segment.role == "article"
        ]
        parts = tuple(
            Part(sentences[p.first].start, sentences[p.last].end, p.mt_probability, p.machine)
            for p in score.score_parts(scores, paragraphs, calibration)
        )
    mixed = any(p.machine for p in parts) and not all(p.machine for p in parts)
    if mixed:
        document = replace(document, notes=(*document.notes, _mixed(sentences, parts)))
    return DocumentReport(
        document=document,
        segments=tuple(rows),
        mt_probability=whole.mt_probability,
        quality=whole.quality,
        interval=whole.interval,
        # A part that a machine seems to have translated leaves no room for "human".
        verdict="unclear" if mixed and whole.verdict == "human" else whole.verdict,
        threshold=whole.threshold.value if whole.threshold else None,
        false_alarm_rate=whole.threshold.false_alarm_rate if whole.threshold else None,
        abstained=whole.abstained,
        counts=counts,
        reference_coverage=len(covered) / len(article) if reports and article else None,
        reports=tuple(reports),
        is_reference=is_reference,
        source_languages=source_language.guess(i for row in article for i in row.issues),
        parts=parts,
    )


MIXED = "mixed"  # the code of the note on an article of which parts look like a machine's
# Opening words of a part by which the editor finds it.
_SHOWN = 6


def _mixed(sentences: Sequence[Segment], parts: Sequence[Part]) -> Note:
    """Says which parts of a mixed article look like machine translation."""
    openings = []
    for part in (p for p in parts if p.machine):
        own = (s.text for s in sentences if part.start <= s.start < part.end)
        openings.append("«" + " ".join(" ".join(own).split()[:_SHOWN]) + " …»")
    return Note(
        MIXED,
        f"Mixed: {len(openings)} of {len(parts)} parts look like machine translation, the others do"
        f" not; they begin {', '.join(openings)}.",
        f"نص مختلط: يبدو {len(openings)} من أجزائه الـ{len(parts)} ترجمةً آلية دون سواها، وبدايتها:"
        f" {'، '.join(openings)}.",
    )
