"""One document's evidence drawn together: the scores of its sentences and its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A document after the text-alone stages: ``evidence[i]`` and ``surprisal[i]`` (words with
    their bits, see :class:`SegmentReport`) belong to ``segments[i]``.  ``allowances`` are the
    comments in the article."""

    document: Document
    segments: tuple[Segment, ...]
    evidence: tuple[tuple[Evidence, ...], ...]
    surprisal: tuple[tuple[tuple[int, int, float], ...], ...] = ()
    allowances: tuple[inline.Allowance, ...] = ()


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
    heat = item.surprisal or ((),) * len(item.segments)
    written = manner(part.text for part in item.segments if part.role == "article")
    unlike = unlike_news(written, calibration.manner)
    columns = zip(item.segments, item.evidence, heat, trips, matches, strict=True)
    for part, heard, words_heat, (trip, trip_evidence), (found, match_evidence) in columns:
        evidence = (*heard, trip_evidence, match_evidence)
        found_here = _weighed(issues_of_evidence(evidence), calibration.confidence)
        standing, allowed = inline.split(item.allowances, part, found_here)
        issues, dismissed = baseline.split(standing, part.text)
        suppressed = (*dismissed, *allowed)
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
    return _document_report(document, rows, scores, calibration, unlike, reports, is_reference)


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
    parts: tuple[Part, ...] = ()
    if whole.verdict != "abstained":
        parts = _parts(document, [row.segment for row in article], scores, calibration)
    mixed = any(p.machine for p in parts) and not all(p.machine for p in parts)
    if mixed:
        document = replace(document, notes=(*document.notes, _mixed(document, parts)))
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


def _parts(
    document: Document,
    segments: Sequence[Segment],
    scores: Sequence[score.SentenceScore],
    calibration: Calibration,
) -> tuple[Part, ...]:
    """The map of a document's parts; a line break between two sentences starts a paragraph."""
    paragraphs = [document.text.count("\n", 0, segment.start) for segment in segments]
    return tuple(
        Part(segments[p.first].start, segments[p.last].end, p.mt_probability, p.machine)
        for p in score.score_parts(scores, paragraphs, calibration)
    )


# Opening words of a part by which the editor finds it.
_SHOWN = 6


def _mixed(document: Document, parts: Sequence[Part]) -> Note:
    """Says which parts of a mixed article look like machine translation."""
    openings = [
        "«" + " ".join(document.text[p.start : p.end].split()[:_SHOWN]) + " …»"
        for p in parts
        if p.machine
    ]
    return Note(
        "mixed",
        f"Mixed: {len(openings)} of {len(parts)} parts look like machine translation, the others do"
        f" not; they begin {', '.join(openings)}.",
        f"نص مختلط: يبدو {len(openings)} من أجزائه الـ{len(parts)} ترجمةً آلية دون سواها، وبدايتها:"
        f" {'، '.join(openings)}.",
    )
