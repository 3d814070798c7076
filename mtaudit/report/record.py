"""The records of a run: plain dictionaries with a fixed key order, ready for JSON.

Measured numbers are rounded to :data:`mtaudit.types.DECIMALS` places, and what is not finite
becomes ``None``: a report never shows a number that cannot be written down.  The schemas in
``schema/`` describe the records.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from .. import __version__, fingerprint
from ..types import (
    DECIMALS,
    SCHEMA_VERSION,
    SEVERITIES,
    DocumentReport,
    Evidence,
    Issue,
    Note,
    ReferenceMatch,
    ReportUse,
    RoundTrip,
    RunReport,
    SegmentReport,
    Suppressed,
)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as records: what ``write_run`` writes and ``read_run`` gives back.

    ``segments`` are in document order, and in text order within a document.
    """

    run: Record
    documents: list[Record]
    segments: list[Record]

    def by_document(self) -> Iterator[tuple[Record, list[Record]]]:
        """Each document's record with its segments' records."""
        of: dict[str, list[Record]] = {document["doc_id"]: [] for document in self.documents}
        for segment in self.segments:
            of.setdefault(segment["doc_id"], []).append(segment)
        for document in self.documents:
            yield document, of[document["doc_id"]]


def plain(value: Any, decimals: int | None = DECIMALS) -> Any:
    """``value`` as JSON types.  ``decimals=None`` keeps numbers as they are (settings, say)."""
    # Python's own types first: asking an abstract class takes a microsecond, millions of times.
    if type(value) is float:
        return _number(value, decimals)
    if value is None or type(value) is int or isinstance(value, str | bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return _number(float(value), decimals)
    if isinstance(value, Mapping):
        return {str(key): plain(item, decimals) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted((plain(item, decimals) for item in value), key=str)
    if isinstance(value, Sequence) or hasattr(value, "tolist"):
        return [plain(item, decimals) for item in value]
    return str(value)


def _number(value: float, decimals: int | None) -> float | None:
    if not math.isfinite(value):
        return None
    return value if decimals is None else round(value, decimals) + 0.0  # -0.0 → 0.0


def _sorted(mapping: Mapping[str, Any], decimals: int | None = DECIMALS) -> Record:
    return {str(key): plain(mapping[key], decimals) for key in sorted(mapping)}


def _issue(issue: Issue, sentence: str) -> Record:
    return {
        "fingerprint": fingerprint.of_issue(issue, sentence),
        "code": issue.code,
        "category": issue.category,
        "severity": issue.severity,
        "start": issue.start,
        "end": issue.end,
        "text": issue.text,
        "message_en": issue.message_en,
        "message_ar": issue.message_ar,
        "suggestion": issue.suggestion,
        "witness": issue.witness,
        "confidence": plain(issue.confidence),
        "more": _sorted(issue.more),
    }


def _suppressed(item: Suppressed, sentence: str) -> Record:
    return {
        "issue": None if item.issue is None else _issue(item.issue, sentence),
        "reason": item.reason,
        "comment": item.comment,
        "editors": list(item.editors),
        "similarity": plain(item.similarity),
    }


def _evidence(evidence: Evidence) -> Record:
    return {
        "value": plain(evidence.value),
        "reason": evidence.reason,
        "features": _sorted(evidence.features),
    }


def _roundtrip(trip: RoundTrip) -> Record:
    return {
        "english": trip.english,
        "arabic": trip.arabic,
        "chrf": plain(trip.chrf),
        "bleu": plain(trip.bleu),
        "ter": plain(trip.ter),
        "length_ratio": plain(trip.length_ratio),
        "semantic": plain(trip.semantic),
        "forced_logprob": plain(trip.forced_logprob),
        "lost": list(trip.lost),
        "added": list(trip.added),
        "diff": [list(step) for step in trip.diff],
        "notes": list(trip.notes),
    }


def _reference(match: ReferenceMatch) -> Record:
    return {
        "doc_id": match.doc_id,
        "start": match.start,
        "end": match.end,
        "text": match.text,
        "similarity": plain(match.similarity),
        "facts": [
            {
                "kind": fact.kind,
                "status": fact.status,
                "suspect": fact.suspect,
                "reference": fact.reference,
            }
            for fact in match.facts
        ],
        "wording": [list(pair) for pair in match.wording],
        "also_in": list(match.also_in),
        "doubtful": match.doubtful,
    }


def _report_use(use: ReportUse) -> Record:
    return {
        "doc_id": use.doc_id,
        "path": use.path,
        "similarity": plain(use.similarity),
        "shared": list(use.shared),
        "verdict": use.verdict,
        "mt_probability": plain(use.mt_probability),
        "matched": use.matched,
        "identical": use.identical,
    }


def _note(note: Note) -> Record:
    return {"code": note.code, "message_en": note.message_en, "message_ar": note.message_ar}


def _surprisal(words: Sequence[tuple[int, int, float]]) -> list[int]:
    """Start, length and tenths of a bit, word after word: a third of the size of nested lists."""
    return [n for start, end, bits in words for n in (start, end - start, round(10 * bits))]


def segment_record(
    report: SegmentReport, signature: str, place: tuple[int, int] | None = None
) -> Record:
    """One line of ``segments.jsonl``.  Issues stand in text order; ``place`` is line and column."""
    segment = report.segment
    issues = sorted(report.issues, key=lambda i: (i.start, i.end, i.code))
    return {
        "schema": SCHEMA_VERSION,
        "fingerprint": fingerprint.of_sentence(segment.text),
        "doc_id": report.doc_id,
        "index": segment.index,
        "start": segment.start,
        "end": segment.end,
        "line": None if place is None else place[0],
        "column": None if place is None else place[1],
        "text": segment.text,
        "role": segment.role,
        "heading": segment.heading,
        "reason_code": segment.reason_code,
        "reason_en": segment.reason_en,
        "reason_ar": segment.reason_ar,
        "mt_probability": plain(report.mt_probability),
        "quality": plain(report.quality),
        "flagged": report.flagged,
        "issues": [_issue(issue, segment.text) for issue in issues],
        "suppressed": [_suppressed(item, segment.text) for item in report.suppressed],
        "evidence": {e.witness: _evidence(e) for e in report.evidence},
        "roundtrip": None if report.roundtrip is None else _roundtrip(report.roundtrip),
        "references": [_reference(match) for match in report.references],
        "contributions": [[name, plain(value)] for name, value in report.contributions],
        "surprisal": _surprisal(report.surprisal),
        "signature": signature,
    }


def _places(report: DocumentReport) -> Iterator[tuple[int, int] | None]:
    """Line and column of each segment, from 1; ``None`` where offsets lead into no file."""
    text, line, at = report.document.text, 1, 0
    for row in report.segments:
        start = row.segment.start
        line += text.count("\n", at, start)
        at = start
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        yield (line, column) if report.document.offsets_into == "file" else None


def document_record(report: DocumentReport, signature: str) -> Record:
    """One line of ``documents.jsonl``."""
    document = report.document
    return {
        "schema": SCHEMA_VERSION,
        "doc_id": document.doc_id,
        "path": document.path,
        "media": document.media,
        "encoding": document.encoding,
        "offsets_into": document.offsets_into,
        "notes": [_note(note) for note in document.notes],
        "is_reference": report.is_reference,
        "mt_probability": plain(report.mt_probability),
        "interval": None if report.interval is None else plain(report.interval),
        "verdict": report.verdict,
        "threshold": plain(report.threshold),
        "false_alarm_rate": plain(report.false_alarm_rate),
        "quality": plain(report.quality),
        "counts": _sorted(report.counts),
        "reference_coverage": plain(report.reference_coverage),
        "reports": [_report_use(use) for use in report.reports],
        "abstained": report.abstained,
        "source_languages": [
            {"language": language, "share": plain(share), "texts": list(found)}
            for language, share, found in report.source_languages
        ],
        "parts": [
            {
                "start": part.start,
                "end": part.end,
                "mt_probability": plain(part.mt_probability),
                "machine": part.machine,
            }
            for part in report.parts
        ],
        "signature": signature,
    }


def is_judged(segment: Mapping[str, Any]) -> bool:
    """Whether any score was given to this segment's record (the rest abstained)."""
    return segment["mt_probability"] is not None or segment["quality"] is not None


def run_record(run: RunReport, counts: Mapping[str, int], created: str | None) -> Record:
    """``run.json``.  ``created`` is only there when the caller hands a time in."""
    return {
        "schema": SCHEMA_VERSION,
        "versions": {"mtaudit": __version__, "schema": SCHEMA_VERSION},
        "created": created,
        "signature": run.signature,
        "counts": dict(counts),
        "options": _sorted(run.options, None),
        "models": _sorted(run.models, None),
        "failures": [
            {"path": f.path, "kind": f.kind, "message": f.message, "mend": f.mend}
            for f in run.failures
        ],
        "notes": [_note(note) for note in run.notes],
    }


def stored_run(run: RunReport, created: str | None = None) -> StoredRun:
    """All records of a run."""
    documents = [document_record(report, run.signature) for report in run.documents]
    segments = [
        segment_record(segment, run.signature, place)
        for report in run.documents
        for segment, place in zip(report.segments, _places(report), strict=True)
    ]
    issues = [issue for segment in segments for issue in segment["issues"]]
    counts = {
        "documents": sum(not document["is_reference"] for document in documents),
        "references": sum(document["is_reference"] for document in documents),
        "failures": len(run.failures),
        "segments": len(segments),
        "judged": sum(is_judged(segment) for segment in segments),
        "flagged": sum(segment["flagged"] for segment in segments),
        "issues": len(issues),
    }
    for severity in SEVERITIES:
        counts[severity] = sum(issue["severity"] == severity for issue in issues)
    return StoredRun(run_record(run, counts, created), documents, segments)
