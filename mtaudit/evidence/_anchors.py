"""Which of many patterns can match a text at all: those with a literal that stands in it.

Trying hundreds of regular expressions on every sentence costs milliseconds.  Every pattern here
names *anchors*, literal strings of which one must stand in whatever it matches; the index looks up
the three-letter sequences of the text and checks only the anchors that hold one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

# Most Arabic roots have three letters; shorter keys are shared by too many words.
KEY = 3
ARTICLE = "ال"


def _key(literal: str) -> str:
    """Three letters of ``literal``, past an article that half of all words have."""
    start = len(ARTICLE) if literal.startswith(ARTICLE) and len(literal) >= 5 else 0
    return literal[start : start + KEY]


# Two witnesses ask about the same sentence, one after the other.
@lru_cache(maxsize=1024)
def _sequences(text: str) -> frozenset[str]:
    return frozenset([text[i : i + KEY] for i in range(len(text) - KEY + 1)])


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
        self._short = [(one, positions) for one, positions in owners.items() if len(one) < KEY]
        self._keyed: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)
        for literal, positions in owners.items():
            if len(literal) >= KEY:
                self._keyed[_key(literal)].append((literal, positions))
        self._keys = frozenset(self._keyed)

    def candidates(self, text: str) -> list[int]:
        """Positions, in order, of the patterns that may match ``text``."""
        found = set(self._always)
        for literal, positions in self._short:
            if literal in text:
                found.update(positions)
        for key in self._keys & _sequences(text):
            for literal, positions in self._keyed[key]:
                if literal in text:
                    found.update(positions)
        return sorted(found)
