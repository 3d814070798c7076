"""Words with several senses that machine translation mixes up ("мир": peace, world).

The table ``data/senses.tsv`` holds, for a word of a source language, the Arabic of the wrong sense
as a pattern and words that make that sense improbable.  An entry speaks only where both stand in
one clause.  Every finding is ``senses.wrong-sense``, with the entry's severity, its likely source
language in ``more["source_language"]`` and its name in ``more["entry"]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import regex

from ..errors import UsageError
from ..normalize import Folded, fold
from ..rules import FRAGMENTS, evidence_of, load_family, make_issue, word_table
from ..types import SEVERITIES, Document, Evidence, Issue, Segment, Severity
from ._keys import KeyIndex

LANGUAGES = {
    "ru": ("Russian", "الروسية"),
    "en": ("English", "الإنجليزية"),
    "vi": ("Vietnamese", "الفيتنامية"),
    "fr": ("French", "الفرنسية"),
    "de": ("German", "الألمانية"),
    "tr": ("Turkish", "التركية"),
    "fa": ("Persian", "الفارسية"),
    "he": ("Hebrew", "العبرية"),
    "zh": ("Chinese", "الصينية"),
    "es": ("Spanish", "الإسبانية"),
}
# A decimal comma does not end a clause.
_CLAUSE_END = regex.compile(r"[.،؛:!؟?()\"«»“”\n]|,(?!\d)")
# A minor entry is one that good Arabic comes close to: less sure than the rule's own confidence.
MINOR_CONFIDENCE = 0.4


class Row(NamedTuple):
    """One line of the table, as written; the columns are explained at its head."""

    id: str
    language: str
    source_word: str
    wrong: str
    near: str
    meant: str
    explanation_en: str
    explanation_ar: str
    severity: str
    keys: str
    example_wrong: str
    example_counter: str


class Entry:
    """One entry; its patterns are compiled when the text first calls for them."""

    def __init__(self, row: Row) -> None:
        if row.language not in LANGUAGES or row.severity not in SEVERITIES:
            raise UsageError(
                f"unknown language {row.language!r} or severity {row.severity!r}",
                where=f"data/senses.tsv, {row.id}",
                mend="see LANGUAGES in mtaudit/evidence/senses.py",
            )
        self.row = row
        self.severity: Severity = row.severity
        self.keys = tuple(tuple(one.split("|")) for one in row.keys.split("&") if one)

    def _compile(self, expression: str) -> regex.Pattern[str]:
        for name, fragment in FRAGMENTS.items():
            expression = expression.replace(f"<<{name}>>", fragment)
        try:
            return regex.compile(expression)
        except regex.error as error:
            raise UsageError(
                f"bad pattern: {error}",
                where=f"data/senses.tsv, {self.row.id}",
                mend="mend the table",
            ) from error

    @cached_property
    def wrong(self) -> regex.Pattern[str]:
        return self._compile(f"<<b>>(?:{self.row.wrong})<<e>>")

    @cached_property
    def near(self) -> regex.Pattern[str] | None:
        return self._compile(f"<<b>><<clitics>>(?:{self.row.near})") if self.row.near else None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Half-open ranges of the wrong sense in folded ``text``."""
        for match in self.wrong.finditer(text):
            start, end = match.span()
            if self.near is None or self._near(text, start, end):
                yield start, end

    def _near(self, text: str, start: int, end: int) -> bool:
        assert self.near is not None
        left, right = clause(text, start, end)
        return any(
            other.end() <= start or other.start() >= end
            for other in self.near.finditer(text, left, right)
        )


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The half-open range between the punctuation marks around ``[start, end)``."""
    left = 0
    for mark in _CLAUSE_END.finditer(text, 0, start):
        left = mark.end()
    right = _CLAUSE_END.search(text, end)
    return left, right.start() if right else len(text)


@cache
def entries() -> tuple[Entry, ...]:
    """The table.  Raises :class:`UsageError` naming the entry that is wrong."""
    return tuple(Entry(Row(*row)) for row in word_table("senses.tsv"))


class Senses:
    """Wrong senses, sentence by sentence; furniture is an abstention."""

    name = "senses"

    def __init__(self) -> None:
        self._entries = entries()
        self._index = KeyIndex(entry.keys for entry in self._entries)
        (self._rule,) = load_family(self.name)

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment."""
        return [
            Evidence(self.name, None, "furniture")
            if segment.role == "furniture"
            else evidence_of(self.name, segment, self._issues(segment))
            for segment in segments
        ]

    def _issues(self, segment: Segment) -> list[Issue]:
        folded = fold(segment.text)
        found = [
            (start, end, self._entries[position])
            for position in self._index.candidates(folded)
            for start, end in self._entries[position].spans(folded.text)
        ]
        # Two entries on the same words are one mistake: the graver, then the longer one speaks.
        found.sort(key=lambda f: (-SEVERITIES.index(f[2].severity), f[0] - f[1], f[0]))
        issues: list[Issue] = []
        taken: list[tuple[int, int]] = []
        for start, end, entry in found:
            if all(end <= left or start >= right for left, right in taken):
                taken.append((start, end))
                issues.append(self._issue(segment, folded, start, end, entry))
        return issues

    def _issue(self, segment: Segment, folded: Folded, start: int, end: int, entry: Entry) -> Issue:
        row = entry.row
        first, last = folded.original(start, end)
        language_en, language_ar = LANGUAGES[row.language]
        return make_issue(
            self._rule,
            segment.text,
            first,
            last,
            base=segment.start,
            witness=self.name,
            severity=entry.severity,
            confidence=MINOR_CONFIDENCE if entry.severity == "minor" else None,
            more={
                "source_language": row.language,
                "source_word": row.source_word,
                "entry": row.id,
            },
            meant=row.meant,
            source_word=row.source_word,
            language_en=language_en,
            language_ar=language_ar,
            explanation_en=row.explanation_en,
            explanation_ar=row.explanation_ar,
        )
