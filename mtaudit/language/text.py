"""Text as units: what the statistics count and what the witnesses look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..normalize import Folded, fold
from .split import BREAK, LATIN, NUMBER, TOKEN, TRANSPARENT, Splitter

REMEMBERED = 300_000  # tokens; some 60 MB


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one text, a break in front.  ``starts``/``ends`` are offsets of the *written word*
    that the unit is in, in the folded text; ``ids`` are the units' numbers, 0 for the unknown.
    """

    folded: Folded
    names: tuple[str, ...]
    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Original offsets from the word of unit ``first`` to the word of unit ``last``."""
        start, _ = self.folded.original(self.starts[first], self.starts[first] + 1)
        _, end = self.folded.original(self.ends[last] - 1, self.ends[last])
        return start, end

    def written(self, index: int) -> str:
        """The folded word that unit ``index`` is in."""
        return self.folded.text[self.starts[index] : self.ends[index]]


class Reader:
    """Cuts text into units and numbers them; remembers every token it has seen."""

    def __init__(self, splitter: Splitter, numbers: Mapping[str, int]) -> None:
        self._splitter = splitter
        self._numbers = numbers
        self._known: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}

    def read(self, text: str) -> Units:
        """Units of ``text``; quotation marks are passed over, other punctuation is a break."""
        folded = fold(text)
        names, ids = [BREAK], [self._numbers.get(BREAK, 0)]
        starts, ends = [0], [0]
        known = self._known
        for match in TOKEN.finditer(folded.text):
            token = match.group()
            parts, numbers = known.get(token) or self._parts(token)
            names += parts
            ids += numbers
            start, end = match.span()
            for _ in parts:
                starts.append(start)
                ends.append(end)
        return Units(folded, tuple(names), tuple(ids), tuple(starts), tuple(ends))

    def _parts(self, token: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
        first = token[0]
        if first.isalpha() and not first.isascii():
            parts = self._splitter.split(token)
        elif token in TRANSPARENT:
            parts = ()
        elif first.isdigit():
            parts = (NUMBER,)
        else:
            parts = (LATIN,) if first.isalpha() else (BREAK,)
        found = parts, tuple(self._numbers.get(part, 0) for part in parts)
        if len(self._known) < REMEMBERED:
            self._known[token] = found
        return found
