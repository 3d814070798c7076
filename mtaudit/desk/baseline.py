"""The baseline: what editors dismissed, and how an audit recognises it.

A dismissed finding holds for the same issue code on the same marked text, in a sentence whose
similarity (:func:`mtaudit.fingerprint.similarity`) is at least ``SAME_SENTENCE``: an article that
was lightly edited is not argued over again.  A sentence dismissed as a whole is not flagged as
long as its words stay as they were; what is found in it is judged finding by finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

from ..errors import InputError, UsageError
from ..fingerprint import (
    SAME_SENTENCE,
    marked_key,
    of_finding,
    of_sentence,
    sentence_key,
    similarity,
)
from ..types import Issue, Suppressed
from .files import parse_object, read_text, text_field

KIND, SCHEMA = "mtaudit-baseline", "1.0"
# The reason of what a comment in the article allows; it lives with the article, in no baseline.
INLINE = "allowed in the text"
Target = Literal["finding", "sentence"]
TARGETS: tuple[Target, ...] = ("finding", "sentence")
_MEND = "write it again with `mtaudit review`"


@dataclass(frozen=True, slots=True)
class Entry:
    """One dismissal.  ``code`` and ``text`` (the marked text) are empty for a sentence."""

    target: Target
    sentence: str
    code: str = ""
    text: str = ""
    reason: str = "dismissed"
    comment: str = ""
    editors: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Computed, never read: a file that was edited by hand cannot contradict itself."""
        if self.target == "sentence":
            return of_sentence(self.sentence)
        return of_finding(self.code, self.text, self.sentence)

    def suppress(self, issue: Issue | None, alike: float = 1.0) -> Suppressed:
        """What the report says instead of the finding."""
        return Suppressed(issue, self.reason, self.comment, self.editors, alike)


@dataclass(frozen=True)
class Baseline:
    """Dismissals, in the order of their fingerprints."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def _findings(self) -> Mapping[tuple[str, str], Sequence[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            if entry.target == "finding":
                found.setdefault((entry.code, marked_key(entry.text)), []).append(entry)
        return found

    @cached_property
    def _sentences(self) -> Mapping[str, Entry]:
        return {sentence_key(e.sentence): e for e in self.entries if e.target == "sentence"}

    @property
    def signature(self) -> str:
        """Eight hexadecimal digits over what is dismissed; ``none`` where nothing is."""
        if not self.entries:
            return "none"
        prints = "".join(sorted(entry.fingerprint for entry in self.entries))
        return sha256(prints.encode()).hexdigest()[:8]

    def match(self, issue: Issue, sentence: str) -> Suppressed | None:
        """The dismissal that holds for this issue: the one of the most similar sentence."""
        best: tuple[float, Entry] | None = None
        for entry in self._findings.get((issue.code, marked_key(issue.text)), ()):
            alike = similarity(sentence, entry.sentence)
            if alike >= SAME_SENTENCE and (best is None or alike > best[0]):
                best = alike, entry
        return best[1].suppress(issue, best[0]) if best else None

    def split(
        self, issues: Iterable[Issue], sentence: str
    ) -> tuple[tuple[Issue, ...], tuple[Suppressed, ...]]:
        """``issues`` of one sentence apart: those that stand, those that are suppressed."""
        standing, suppressed = [], []
        for issue in issues:
            found = self.match(issue, sentence) if self._findings else None
            if found is None:
                standing.append(issue)
            else:
                suppressed.append(found)
        return tuple(standing), tuple(suppressed)

    def dismissed_sentence(self, sentence: str) -> Suppressed | None:
        """The dismissal of the sentence as a whole, if there is one."""
        if not self._sentences:
            return None
        entry = self._sentences.get(sentence_key(sentence))
        return entry.suppress(None) if entry else None


EMPTY = Baseline()


def ordered(entries: Iterable[Entry]) -> Baseline:
    """A baseline of ``entries``; of two with one fingerprint the later one holds."""
    last = {entry.fingerprint: entry for entry in entries}
    return Baseline(tuple(last[key] for key in sorted(last)))


def carried_over(segments: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """The dismissals that already held in a run's records: the next baseline must not forget them.
    What comments in the articles allow is none of them."""
    for segment in segments:
        for item in segment["suppressed"]:
            if item["reason"] == INLINE:
                continue
            issue = item["issue"]
            yield Entry(
                target="sentence" if issue is None else "finding",
                sentence=segment["text"],
                code="" if issue is None else issue["code"],
                text="" if issue is None else issue["text"],
                reason=item["reason"],
                comment=item["comment"],
                editors=tuple(item["editors"]),
            )


def _entry(row: Any, where: str) -> Entry:
    if not isinstance(row, dict):
        raise InputError("an entry is no object", where=where, mend=_MEND)
    target = row.get("target")
    if target not in TARGETS:
        raise InputError(
            f'"target" is {target!r}', where=where, mend="it must be one of: " + ", ".join(TARGETS)
        )
    names = ("sentence", "code", "text", "reason", "comment")
    given = {name: text_field(row, name, where, _MEND, 2_000_000) for name in names}
    for name in ("sentence",) if target == "sentence" else ("sentence", "code", "text"):
        if not given[name]:
            raise InputError(f'"{name}" is missing', where=where, mend=_MEND)
    editors = row.get("editors", [])
    if not isinstance(editors, list) or not all(isinstance(e, str) for e in editors):
        raise InputError('"editors" is no list of names', where=where, mend=_MEND)
    given["reason"] = given["reason"] or "dismissed"
    return Entry(target=cast(Target, target), editors=tuple(editors), **given)


def read_baseline(path: Path) -> Baseline:
    """The baseline in ``path``.

    Raises :class:`UsageError` (nothing is run then) naming the file and the entry that is wrong.
    """
    try:
        data = parse_object(read_text(path, "check the path"), path, KIND, _MEND)
        rows = data.get("entries")
        if not isinstance(rows, list):
            raise InputError('no list "entries"', where=str(path), mend=_MEND)
        return ordered(_entry(row, f"{path}, entry {n}") for n, row in enumerate(rows, 1))
    except InputError as error:
        raise UsageError(
            f"the baseline cannot be used: {error.message}", where=error.where, mend=error.mend
        ) from error


def text_of(baseline: Baseline) -> str:
    """The file's text: the same for the same dismissals, so that it can be kept in a repository."""
    rows = [
        {
            "fingerprint": entry.fingerprint,
            "target": entry.target,
            "code": entry.code or None,
            "text": entry.text or None,
            "sentence": entry.sentence,
            "reason": entry.reason,
            "comment": entry.comment,
            "editors": list(entry.editors),
        }
        for entry in baseline.entries
    ]
    data = {"kind": KIND, "schema": SCHEMA, "entries": rows}
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace").decode() + "\n"
