"""Text as units: what the statistics count and what the witnesses look at."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from ..normalize import Folded, fold
from .split import BREAK, LATIN, NUMBER, TOKEN, TRANSPARENT, Splitter

REMEMBERED = 300_000  # tokens; some 60 MB


class Units:
    """Units of one text, a break in front: ``names`` and, 0 for the unknown, their ``ids``."""

    __slots__ = ("_places", "_sizes", "folded", "ids", "names")

    def __init__(self, folded: Folded, names: list[str], ids: list[int], sizes: list[int]) -> None:
        self.folded, self.names, self.ids = folded, names, ids
        self._sizes = sizes  # units in each token of the text
        self._places: tuple[list[int], list[int]] | None = None

    def _found(self) -> tuple[list[int], list[int]]:
        # Most sentences are never asked where their units stand.
        if self._places is None:
            starts, ends = [0], [0]
            for match, size in zip(TOKEN.finditer(self.folded.text), self._sizes, strict=True):
                start, end = match.span()
                if size == 1:
                    starts.append(start)
                    ends.append(end)
                else:
                    starts += [start] * size
                    ends += [end] * size
            self._places = starts, ends
        return self._places

    @property
    def starts(self) -> list[int]:
        """Where the *written word* that each unit is in starts, in the folded text."""
        return self._found()[0]

    @property
    def ends(self) -> list[int]:
        """Where the written word that each unit is in ends."""
        return self._found()[1]

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
        known = self._known
        read = [known.get(token) or self._parts(token) for token in TOKEN.findall(folded.text)]
        names = [BREAK, *chain.from_iterable([entry[0] for entry in read])]
        ids = [self._numbers.get(BREAK, 0), *chain.from_iterable([entry[1] for entry in read])]
        return Units(folded, names, ids, [len(entry[0]) for entry in read])

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
