"""The clean reports' own words for what a text-alone witness found wrong.

A witness that says "this word should be السلام" knows no more than its rule.  Where a clean report
of the same event uses that word, the report's phrase is a better suggestion: it is what a newsroom
wrote.  Of several places the one is taken whose neighbours are those of the suspect's phrase
("اتفاق HOA BINH": "اتفاق سلام"), then the one in the sentence most like the suspect's.  A phrase
that native news does not have, or has less often than the suspect's, is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .language.split import definite
from .language.stats import LanguageStats
from .stems import ContentWord, content_stems, content_words, language
from .types import Issue, Segment

# Witnesses whose suggestions are single words in place of single words.
FAMILIES = ("residue", "senses", "collocation", "calques")
_PARTS = re.compile(r"\s*[/،]\s*")
# A suggestion with one of these is a pattern to fill in, no wording.
_PATTERN = re.compile(r"…|\.\.\.|«|\(")


@dataclass(frozen=True, slots=True)
class ReportWords:
    """``text``, which stands in the report sentence ``row``, for ``segment.text[start:end]``.

    ``times``/``own_times``: how often native news has the two phrases' words within four content
    words of each other (0: fewer than four times).
    """

    start: int
    end: int
    text: str
    row: int
    times: int
    own_times: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A phrase in a report with what speaks for it."""

    rank: tuple[float, ...]
    row: int
    text: str
    first: ContentWord
    second: ContentWord | None
    # The suspect's word beside the wrong one that the report has too.
    beside: ContentWord | None


def report_words(
    segment: Segment, issues: Sequence[Issue], rows: Sequence[tuple[int, str]]
) -> list[ReportWords]:
    """One suggestion for each marked place at most, in text order; ``rows`` are the reports'
    sentences with their numbers."""
    stats = language()
    if stats is None:
        return []
    best: list[tuple[_Place, ReportWords]] = []
    for issue in issues:
        start, end = issue.start - segment.start, issue.end - segment.start
        for word, together in _wanted(segment.text, start, end, issue):
            place = _place(segment.text, start, end, word, rows)
            if place is not None and together and place.beside is None:
                continue
            found = None if place is None else _judged(stats, segment.text, start, end, place)
            if place is None or found is None:
                continue
            rivals = [b for b in best if b[1].start < found.end and found.start < b[1].end]
            if all(place.rank > rival.rank for rival, _ in rivals):
                best = [b for b in best if b not in rivals] + [(place, found)]
    return sorted((found for _, found in best), key=lambda f: f.start)


def _wanted(text: str, start: int, end: int, issue: Issue) -> Iterator[tuple[ContentWord, bool]]:
    """The words that an issue's suggestions have and the text has not.

    A suggestion of several words says which ones go together: it is looked for as a whole.
    """
    if issue.suggestion is None or issue.code.split(".")[0] not in FAMILIES:
        return
    if _PATTERN.search(issue.suggestion):
        return
    mine = {word.stem for word in content_words(text[start:end])}
    for part in _PARTS.split(issue.suggestion):
        words = content_words(part)
        new = [word for word in words if word.stem not in mine]
        if len(new) == 1:
            yield new[0], len(words) > 1


def _place(
    text: str, start: int, end: int, wanted: ContentWord, rows: Sequence[tuple[int, str]]
) -> _Place | None:
    """The best place of a word in the reports."""
    words = content_words(text)
    inside = [w for w in words if w.start < end and w.end > start]
    before = [w for w in words if w.end <= start][-1:]
    beside = {w.stem: w for w in (*before, *inside)}
    told = content_stems(text)
    found: list[_Place] = []
    for row, clean in rows:
        if wanted.stem not in content_stems(clean):
            continue
        theirs = content_words(clean)
        alike = sum(told[stem] for stem in content_stems(clean) if stem in told)
        for i, word in enumerate(theirs):
            if word.stem != wanted.stem:
                continue
            same = float(definite(word.unit) == definite(wanted.unit))
            left = theirs[i - 1] if i and _adjacent(clean, theirs[i - 1], word) else None
            right = theirs[i + 1] if i + 1 < len(theirs) else None
            if right is not None and not _adjacent(clean, word, right):
                right = None
            first = word
            second: ContentWord | None = None
            own: ContentWord | None = None
            if left is not None and left.stem in beside:
                first, second, own = left, word, beside[left.stem]
            elif right is not None and right.stem in beside:
                second, own = right, beside[right.stem]
            elif right is not None and not definite(word.unit):
                # An indefinite noun is mostly the head of what follows.
                second = right
            phrase = clean[first.start : (second or first).end]
            rank = (float(own is not None), same, alike, -float(row))
            found.append(_Place(rank, row, phrase, first, second, own))
    return max(found, key=lambda place: place.rank, default=None)


def _adjacent(text: str, one: ContentWord, other: ContentWord) -> bool:
    """Side by side, with no "and" between them."""
    joined = text[other.start] in "وف" and not other.unit.startswith(text[other.start])
    return one.end <= other.start and not text[one.end : other.start].strip() and not joined


def _judged(
    stats: LanguageStats, text: str, start: int, end: int, place: _Place
) -> ReportWords | None:
    """The phrase with its standing in native news; ``None`` where it has none."""
    inside = [w for w in content_words(text) if w.start < end and w.end > start]
    beside = place.beside
    if beside is not None:
        # The word beside the wrong one belongs to the phrase that is replaced.
        start, end = min(start, beside.start), max(end, beside.end)
    if place.second is not None:
        times = stats.near(place.first.unit, place.second.unit)
    else:
        others = [w for w in inside if w.stem != place.first.stem]
        times = max((stats.near(w.unit, place.first.unit) for w in others), default=0)
    rest = [w for w in inside if beside is None or w.start != beside.start]
    pairs = [(beside, w) for w in rest] if beside is not None else list(pairwise(inside))
    own = max((stats.near(a.unit, b.unit) for a, b in pairs), default=0)
    if times <= own:
        return None
    return ReportWords(start, end, place.text, place.row, times, own)
