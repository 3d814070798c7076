"""``mtaudit diff``: two runs held against each other, document by document.

Sentences are the same when their fingerprints are; findings are the same when theirs are, or when
code and marked text are and the sentence was only lightly edited (as for a baseline).  A sentence
got better or worse when its quality moved by at least ``STEP``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ..fingerprint import SAME_SENTENCE, marked_key, similarity
from ..report import StoredRun
from ..report.record import Record
from ..report.strings import one_line

# Points of quality: a tenth is what the reports show as a change at all.
STEP = 0.1


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence in both runs whose quality moved."""

    fingerprint: str
    text: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Found:
    """A finding that only one run holds."""

    fingerprint: str
    code: str
    severity: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """One document in two runs.  ``status``: both, new (only in the second) or gone.

    Numbers are (first, second); ``None`` where a run does not judge.
    """

    doc_id: str
    status: str
    quality: tuple[float | None, float | None]
    mt_probability: tuple[float | None, float | None]
    verdict: tuple[str | None, str | None]
    flagged: tuple[int, int]
    better: tuple[Change, ...] = ()
    worse: tuple[Change, ...] = ()
    new: tuple[Found, ...] = ()
    gone: tuple[Found, ...] = ()
    kept: int = 0


def _found(issue: Record) -> Found:
    return Found(**{name: issue[name] for name in Found.__slots__})


Finding = tuple[Record, Record]  # an issue and its sentence
State = Literal["new", "unchanged", "updated"]


def findings(segments: Iterable[Record]) -> list[Finding]:
    """What stands in the sentences, in text order."""
    return [(issue, segment) for segment in segments for issue in segment["issues"]]


def paired(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[list[State], list[Finding]]:
    """The state of each finding of ``after``, and those of ``before`` that are gone.

    ``unchanged``: the same words in the same sentence; ``updated``: the same words, the sentence
    lightly edited.
    """
    left = Counter(issue["fingerprint"] for issue, _ in before)
    states: list[State] = []
    for issue, _ in after:
        known = left[issue["fingerprint"]] > 0
        left[issue["fingerprint"]] -= known
        states.append("unchanged" if known else "new")
    gone: dict[tuple[str, str], list[Finding]] = {}
    for issue, segment in before:
        if left[issue["fingerprint"]]:
            left[issue["fingerprint"]] -= 1
            key = issue["code"], marked_key(issue["text"])
            gone.setdefault(key, []).append((issue, segment))
    for i, (issue, segment) in enumerate(after):
        if states[i] == "new":
            olds = gone.get((issue["code"], marked_key(issue["text"])), [])
            alike = (similarity(old[1]["text"], segment["text"]) for old in olds)
            at = next((n for n, x in enumerate(alike) if x >= SAME_SENTENCE), None)
            if at is not None:
                del olds[at]
                states[i] = "updated"
    lost = {id(issue) for olds in gone.values() for issue, _ in olds}
    return states, [finding for finding in before if id(finding[0]) in lost]


def _unmatched(
    first: Sequence[Record], second: Sequence[Record]
) -> tuple[list[Found], list[Found], int]:
    """Findings only in the second, only in the first, and how many are in both."""
    after = findings(second)
    states, gone = paired(findings(first), after)
    new = [_found(issue) for (issue, _), state in zip(after, states, strict=True) if state == "new"]
    return new, [_found(issue) for issue, _ in gone], len(after) - len(new)


def _changes(first: Sequence[Record], second: Sequence[Record]) -> Iterator[Change]:
    old: dict[str, list[Record]] = {}
    for segment in first:
        old.setdefault(segment["fingerprint"], []).append(segment)
    for segment in second:
        twins = old.get(segment["fingerprint"])
        before = twins.pop(0)["quality"] if twins else None
        after = segment["quality"]
        # Rounded, or 0.1 would be missed by a floating-point hair.
        if before is not None and after is not None and round(abs(after - before), 4) >= STEP:
            yield Change(segment["fingerprint"], segment["text"], before, after)


def _pair(documents: Sequence[Record | None], name: str) -> tuple[object, object]:
    first, second = (None if d is None else d[name] for d in documents)
    return first, second


def diff(first: StoredRun, second: StoredRun) -> list[DocumentDiff]:
    """Every document of either run, by ``doc_id``: those of the second in its order, then what is
    gone."""
    before = {d["doc_id"]: (d, s) for d, s in first.by_document()}
    after = {d["doc_id"]: (d, s) for d, s in second.by_document()}
    found = []
    for doc_id in [*after, *(d for d in before if d not in after)]:
        a, old = before.get(doc_id, (None, []))
        b, segments = after.get(doc_id, (None, []))
        changes = list(_changes(old, segments)) if a and b else []
        new, gone, kept = _unmatched(old, segments)
        found.append(
            DocumentDiff(
                doc_id,
                "both" if a and b else "new" if b else "gone",
                flagged=(sum(s["flagged"] for s in old), sum(s["flagged"] for s in segments)),
                better=tuple(c for c in changes if c.after > c.before),
                worse=tuple(c for c in changes if c.after < c.before),
                new=tuple(new),
                gone=tuple(gone),
                kept=kept,
                **{name: _pair((a, b), name) for name in ("quality", "mt_probability", "verdict")},  # type: ignore[arg-type]
            )
        )
    return found


def record(
    first: StoredRun, second: StoredRun, found: Sequence[DocumentDiff]
) -> Mapping[str, object]:
    """For ``--json``."""
    return {
        "kind": "mtaudit-diff",
        "schema": "1.0",
        "signatures": [first.run["signature"], second.run["signature"]],
        "documents": [asdict(item) for item in found],
    }


def _move(pair: tuple[float | None, float | None], digits: int) -> str:
    return " → ".join("-" if x is None else f"{x:.{digits}f}" for x in pair)


def lines(first: StoredRun, second: StoredRun, found: Sequence[DocumentDiff]) -> Iterator[str]:
    """A table, a row a document; below it the findings that came and went."""
    if first.run["signature"] != second.run["signature"]:
        yield "The two runs were judged differently (other rules, models or options):"
        yield f"  {one_line(first.run['signature'])}"
        yield f"  {one_line(second.run['signature'])}"
        yield ""
    width = max([len("document"), *(len(one_line(d.doc_id)) for d in found)])
    yield (
        f"{'document':<{width}}  {'':<4}  {'quality':>13}  {'probability':>13}  "
        f"{'better':>6}  {'worse':>6}  {'new':>5}  {'gone':>5}  {'kept':>5}"
    )
    for item in found:
        status = "" if item.status == "both" else item.status
        yield (
            f"{one_line(item.doc_id):<{width}}  {status:<4}  {_move(item.quality, 1):>13}  "
            f"{_move(item.mt_probability, 2):>13}  {len(item.better):>6}  {len(item.worse):>6}  "
            f"{len(item.new):>5}  {len(item.gone):>5}  {item.kept:>5}"
        )
    for item in found:
        if item.status != "both":
            continue
        for sign, part in (("+", item.new), ("-", item.gone)):
            for f in part:
                place = f"{one_line(item.doc_id)}:{f.start}-{f.end}"
                yield f"{sign} {place}: {f.severity}: {one_line(f.code)}: {one_line(f.text)}"
