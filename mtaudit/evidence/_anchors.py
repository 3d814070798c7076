"""Which of many patterns can match a text at all: those with a literal that stands in it.

Trying hundreds of regular expressions on every sentence costs milliseconds.  Every pattern here
names *anchors*, literal strings of which one must stand in whatever it matches; the index knows
for each word which anchors it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Most Arabic roots have three letters; shorter keys are shared by too many words.
KEY = 3
ARTICLE = "ال"
REMEMBERED = 200_000  # words; some 30 MB


class Anchor(NamedTuple):
    """``part`` is looked for in single words; ``confirm``: then ``literal`` in the whole text."""

    part: str
    literal: str
    confirm: bool
    positions: tuple[int, ...]


def _key(literal: str) -> str:
    """Three letters of ``literal``, past an article that half of all words have."""
    start = len(ARTICLE) if literal.startswith(ARTICLE) and len(literal) >= 5 else 0
    return literal[start : start + KEY]


class AnchorIndex:
    """Candidates among ``anchors``: one sequence of literals for each pattern, by position."""

    def __init__(self, anchors: Iterable[Sequence[str]]) -> None:
        self._always: list[int] = []
        owners: dict[str, list[int]] = defaultdict(list)
        for position, literals in enumerate(anchors):
            if not literals:
                self._always.append(position)
            for literal in literals:
                owners[literal].append(position)
        self._short: list[Anchor] = []
        self._keyed: dict[str, list[Anchor]] = defaultdict(list)
        for literal, positions in owners.items():
            # Of a literal of several words, the longest word finds it and the text confirms it.
            part = max(literal.split(), key=len, default="")
            anchor = Anchor(part, literal, part != literal, tuple(positions))
            if len(part) >= KEY:
                self._keyed[_key(part)].append(anchor)
            else:
                self._short.append(anchor)
        self._keys = frozenset(self._keyed)
        self._known: dict[str, tuple[Anchor, ...]] = {}

    def candidates(self, text: str) -> list[int]:
        """Positions, in order, of the patterns that may match ``text``."""
        found = set(self._always)
        known = self._known
        for word in set(text.split()):
            anchors = known.get(word)
            if anchors is None:
                anchors = self._anchors_of(word)
            for anchor in anchors:
                if not anchor.confirm or anchor.literal in text:
                    found.update(anchor.positions)
        return sorted(found)

    def _anchors_of(self, word: str) -> tuple[Anchor, ...]:
        """The anchors whose longest word stands in ``word``; remembered, for words come back."""
        found = [anchor for anchor in self._short if anchor.part in word]
        sequences = {word[i : i + KEY] for i in range(len(word) - KEY + 1)}
        for key in sorted(self._keys & sequences):
            found += [anchor for anchor in self._keyed[key] if anchor.part in word]
        if len(self._known) < REMEMBERED:
            self._known[word] = tuple(found)
        return tuple(found)
