"""Which of many patterns can match a text at all: those whose literal parts stand in it.

Trying hundreds of regular expressions on every sentence costs milliseconds.  Every pattern here
names *keys*: sets of literal strings, of each of which one must stand in whatever it matches
(``keys`` in :mod:`mtaudit.rules`).  One automaton (Aho & Corasick 1975) finds the strings of all
patterns in one pass over the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import ahocorasick

from ..normalize import Folded


class KeyIndex:
    """Candidates among patterns, given the sets of keys of each, by position."""

    def __init__(self, patterns: Iterable[Sequence[Sequence[str]]]) -> None:
        self._always: list[int] = []
        # The sets of all patterns are numbered through: a bit each.
        self._needed: list[int] = []
        bits: dict[str, int] = defaultdict(int)
        owners: dict[str, list[int]] = defaultdict(list)
        number = 0
        for position, sets in enumerate(patterns):
            needed = 0
            for rank, literals in enumerate(sets):
                for literal in literals:
                    bits[literal] |= 1 << number
                    if rank == 0:
                        owners[literal].append(position)
                needed |= 1 << number
                number += 1
            self._needed.append(needed)
            if not needed:
                self._always.append(position)
        self._automaton = ahocorasick.Automaton()
        for literal, mask in bits.items():
            self._automaton.add_word(literal, (mask, tuple(owners[literal])))
        if bits:
            self._automaton.make_automaton()

    def candidates(self, folded: Folded) -> list[int]:
        """Positions, in order, of the patterns that may match the text."""
        seen, found = 0, set(self._always)
        for _, (mask, positions) in self._automaton.iter(folded.spaced):
            seen |= mask
            if positions:
                found.update(positions)
        needed = self._needed
        return sorted(p for p in found if needed[p] & seen == needed[p])
