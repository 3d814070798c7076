"""``mtaudit rejudge``: new scores for a stored run from the evidence that it holds.

No text is read again, no witness is heard, no model is loaded: evidence, findings, glosses and
matches are those of the record, and the same code as in an audit draws the scores from them.  What
can be new is the calibration, the thresholds and the baseline.  Where none of them is, the
judgement is the stored one to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from . import __version__
from .calibrate import Calibration, Threshold
from .desk.baseline import EMPTY, INLINE, Baseline
from .errors import UsageError
from .judging import MIXED, Examined, judge
from .report import StoredRun, stored_run
from .types import (
    Document,
    DocumentReport,
    Evidence,
    Fact,
    Issue,
    Note,
    ReferenceMatch,
    ReportUse,
    RoundTrip,
    RunReport,
    Segment,
    Suppressed,
)

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities to judge by; ``None`` leaves the calibration's own, with its false-alarm rate.

    Raises :class:`UsageError` for what is no probability.
    """

    document: float | None = None
    sentence: float | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not 0 < value <= 1:
                raise UsageError(
                    f"{name} threshold {value} is no probability", mend="above 0, at most 1"
                )

    def applied(self, calibration: Calibration) -> Calibration:
        """``calibration`` with these thresholds.  Above it nothing is in doubt, so the doubtful
        range ends at the new document threshold."""
        changed = calibration
        if self.sentence is not None:
            given = _moved(calibration.sentence_threshold, self.sentence)
            changed = replace(changed, sentence_threshold=given)
        if self.document is not None:
            given = _moved(calibration.document_threshold, self.document)
            changed = replace(changed, document_threshold=given)
        return changed


def _moved(old: Mapping[str, Threshold], value: float) -> dict[str, Threshold]:
    return {mode: replace(threshold, value=value) for mode, threshold in old.items()}


def rejudge(
    run: StoredRun,
    calibration: Calibration,
    thresholds: Thresholds | None = None,
    baseline: Baseline | None = None,
) -> StoredRun:
    """``run`` with new scores.  Without a ``baseline`` what was suppressed stays so."""
    given = thresholds or Thresholds()
    applied = given.applied(calibration)
    documents = []
    for document, segments in run.by_document():
        report = _judged(document, segments, applied, baseline)
        known = calibration.document_threshold.get("text")
        if given.document is not None and known and given.document != known.value:
            # The rate was measured at the calibration's threshold and at no other.
            report = replace(report, false_alarm_rate=None)
        documents.append(report)
    old = run.run
    options = {
        **old["options"],
        "threshold": given.document,
        "sentence_threshold": given.sentence,
    }
    stored = stored_run(
        RunReport(
            documents=tuple(documents),
            failures=(),
            signature=_signature(old["signature"], calibration, given, baseline),
            options=options,
            models={**old["models"], "calibration": calibration.signature},
            notes=tuple(Note(**note) for note in old["notes"]),
        ),
        old["created"],
    )
    for before, after in zip(run.segments, stored.segments, strict=True):
        # Places need the text of the file, which a record does not hold.
        after |= {name: before[name] for name in ("line", "column")}
    stored.run["failures"] = old["failures"]
    stored.run["counts"]["failures"] = len(old["failures"])
    return stored


def _signature(
    old: str, calibration: Calibration, thresholds: Thresholds, baseline: Baseline | None
) -> str:
    """The run's own signature with the parts that are new; thresholds only where they were set."""
    head, *pairs = old.split("|")
    parts = dict(pair.partition(":")[::2] for pair in pairs)
    parts |= {"calibration": calibration.signature, "rejudged": __version__}
    if baseline is not None:
        parts["baseline"] = baseline.signature
    for name in thresholds.__slots__:
        value = getattr(thresholds, name)
        if value is not None:
            parts[f"{name}-threshold"] = f"{value:g}"
    return "|".join([head, *(f"{key}:{value}" for key, value in parts.items())])


# ------------------------------------------------------------------ records back into values


def _judged(
    document: Record,
    segments: Sequence[Record],
    calibration: Calibration,
    baseline: Baseline | None,
) -> DocumentReport:
    suppressed = [[_suppressed(record) for record in s["suppressed"]] for s in segments]
    # What comments in the articles allow holds under every baseline.
    held = [[s for s in found if baseline is None or s.reason == INLINE] for found in suppressed]
    freed = [
        [s.issue for s in found if s not in kept and s.issue]
        for found, kept in zip(suppressed, held, strict=True)
    ]
    evidence = [_evidence(s, issues) for s, issues in zip(segments, freed, strict=True)]
    both = list(zip(segments, evidence, strict=True))
    trips = [(_trip(record), _of(heard, "roundtrip")) for record, heard in both]
    matches = [(_matches(record), _of(heard, "reference")) for record, heard in both]
    alone = tuple(
        tuple(e for e in heard if e.witness not in ("roundtrip", "reference")) for heard in evidence
    )
    item = Examined(
        _document(document),
        tuple(_segment(s) for s in segments),
        alone,
        tuple(_surprisal(s["surprisal"]) for s in segments),
        lines=tuple(_line(s, document["parts"]) for s in segments),
        suppressed=tuple(map(tuple, held)),
    )
    return judge(
        item, trips, matches, calibration, reports=_reports(document),
        is_reference=document["is_reference"], baseline=baseline or EMPTY,
    )  # fmt: skip


def _line(segment: Record, parts: Sequence[Record]) -> int:
    """The line of the file; in a text that was extracted the part, which a paragraph never leaves
    and which depends on nothing that can be new."""
    if segment["line"] is not None:
        return int(segment["line"])
    return sum(part["start"] <= segment["start"] for part in parts)


def _document(record: Record) -> Document:
    """Without its text, and without the note on mixed articles: that is judged anew."""
    return Document(
        doc_id=record["doc_id"],
        text="",
        path=record["path"],
        encoding=record["encoding"],
        media=record["media"],
        offsets_into=record["offsets_into"],
        notes=tuple(Note(**note) for note in record["notes"] if note["code"] != MIXED),
    )


def _reports(record: Record) -> tuple[ReportUse, ...]:
    return tuple(ReportUse(**{**r, "shared": tuple(r["shared"])}) for r in record["reports"])


def _segment(record: Record) -> Segment:
    return Segment(**{name: record[name] for name in Segment.__slots__})


def _issue(record: Record) -> Issue:
    given = {name: record[name] for name in Issue.__slots__}
    more = dict(given["more"])
    # What a refitted calibration had put in the place of the rule's own.
    given["confidence"] = more.pop("rule_confidence", given["confidence"])
    return Issue(**{**given, "more": more})


def _suppressed(record: Record) -> Suppressed:
    issue = _issue(record["issue"]) if record["issue"] else None
    return Suppressed(**{**record, "issue": issue, "editors": tuple(record["editors"])})


def _evidence(segment: Record, freed: Sequence[Issue]) -> list[Evidence]:
    """The witnesses as they were heard, each with its findings; those that a former baseline
    suppressed (``freed``) are among them again."""
    issues = [*map(_issue, segment["issues"]), *freed]
    names = list(segment["evidence"])
    found = []
    for name in names:
        heard = segment["evidence"][name]
        own = tuple(i for i in issues if i.witness == name)
        features = {k: v for k, v in heard["features"].items() if v is not None}
        found.append(Evidence(name, heard["value"], heard["reason"], own, features))
    strays = tuple(i for i in issues if i.witness not in names)
    return [*found, Evidence("unknown", None, "not in the record", strays)] if strays else found


def _of(heard: Sequence[Evidence], name: str) -> Evidence:
    return next((e for e in heard if e.witness == name), Evidence(name, None, "not in the record"))


def _trip(segment: Record) -> RoundTrip | None:
    record = segment["roundtrip"]
    if record is None:
        return None
    lists = {name: tuple(record[name]) for name in ("lost", "added", "notes")}
    return RoundTrip(**{**record, **lists, "diff": tuple(tuple(s) for s in record["diff"])})


def _matches(segment: Record) -> tuple[ReferenceMatch, ...]:
    return tuple(
        ReferenceMatch(
            **{
                **record,
                "facts": tuple(Fact(**fact) for fact in record["facts"]),
                "wording": tuple(cast("tuple[str, str]", tuple(w)) for w in record["wording"]),
                "also_in": tuple(record["also_in"]),
            }
        )
        for record in segment["references"]
    )


def _surprisal(flat: Sequence[int]) -> tuple[tuple[int, int, float], ...]:
    starts, lengths, tenths = flat[::3], flat[1::3], flat[2::3]
    triples = zip(starts, lengths, tenths, strict=True)
    return tuple((start, start + length, bits / 10) for start, length, bits in triples)
