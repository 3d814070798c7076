"""Text as units: what the statistics count and what the witnesses look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..normalize import Folded, fold
from .split import BREAK, LATIN, NUMBER, REMEMBERED, TOKEN, TRANSPARENT, Splitter, Stemmer

# With what parts two tokens in between: one pass gives words and places both.
_SPLIT = re.compile(f"({TOKEN.pattern})")
_BREAK = (BREAK,)


class Token(NamedTuple):
    """The units of one written word or mark, with all that is asked of each: number (0: unknown)
    and number of the stem (-1: unknown)."""

    names: tuple[str, ...]
    ids: tuple[int, ...]
    stems: tuple[int, ...]


class Units:
    """Units of one text, a break in front: ``names``, their ``ids`` and ``stems``.

    ``pieces`` are the folded text cut up: what stands before a token, the token, and so on.
    """

    __slots__ = ("_edges", "_pieces", "_places", "_tokens", "folded", "ids", "names", "stems")

    def __init__(
        self, folded: Folded, pieces: Sequence[str], tokens: Sequence[Token], front: Token
    ) -> None:
        self.folded, self._pieces, self._tokens = folded, pieces, tokens
        names, ids, stems = zip(front, *tokens, strict=True)
        self.names: list[str] = list(chain.from_iterable(names))
        self.ids: list[int] = list(chain.from_iterable(ids))
        self.stems: list[int] = list(chain.from_iterable(stems))
        self._edges: tuple[list[int], list[int]] | None = None
        self._places: tuple[list[int], list[int]] | None = None

    def _words(self) -> tuple[list[int], list[int]]:
        """Where the tokens begin and where they end in the folded text."""
        if self._edges is None:
            edges = list(accumulate(map(len, self._pieces)))
            self._edges = edges[:-1:2], edges[1::2]
        return self._edges

    def _found(self) -> tuple[list[int], list[int]]:
        # Most sentences are never asked where their units stand.
        if self._places is None:
            starts, ends = [0], [0]
            for start, end, token in zip(*self._words(), self._tokens, strict=True):
                size = len(token.names)
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
        start, end = self.starts[first], self.ends[last]
        return self.folded.original(start, start + 1)[0], self.folded.original(end - 1, end)[1]

    def written(self, index: int) -> str:
        """The folded word that unit ``index`` is in."""
        return self.folded.text[self.starts[index] : self.ends[index]]

    def heat(self, bits: Sequence[float]) -> list[tuple[int, int, float]]:
        """(start, end, bits) of every written word in order, offsets into the text, given the bits
        of every unit; those of a word are the sum over its units."""
        words: list[tuple[int, int, float]] = []
        offsets, length = self.folded.offsets, self.folded.original_length
        kept, untouched, at = len(offsets), self.folded.untouched, 1
        for start, end, (names, _, _) in zip(*self._words(), self._tokens, strict=True):
            if names is _BREAK:
                at += 1
                continue
            if not names:
                continue
            told = bits[at]
            at += 1
            for _ in names[1:]:
                told += bits[at]
                at += 1
            if not untouched:  # Folded.original, without a call for each of the words
                following = offsets[end] if end < kept else length
                start, end = offsets[start], max(following, offsets[end - 1] + 1)
            words.append((start, end, told))
        return words


@dataclass(frozen=True, slots=True)
class Passage:
    """Several texts read together, none judged by the one before it.

    ``ids``, ``stems`` and ``bits`` (surprisal) have an entry for every unit, text after text;
    ``starts`` says where each text begins, and once more where the last one ends.
    """

    units: tuple[Units, ...]
    ids: NDArray[np.int64]
    stems: NDArray[np.int64]
    bits: NDArray[np.float64]
    starts: list[int]

    def heat(self) -> list[list[tuple[int, int, float]]]:
        """The heat line of each text; see :meth:`Units.heat`."""
        bits, starts = self.bits.tolist(), self.starts
        return [units.heat(bits[starts[i] : starts[i + 1]]) for i, units in enumerate(self.units)]


class Reader:
    """Cuts text into units and numbers them; remembers every token it has seen."""

    def __init__(
        self, splitter: Splitter, stemmer: Stemmer, numbers: Mapping[str, int],
        stems_of_units: NDArray[Any], stem_numbers: Mapping[str, int],
    ) -> None:  # fmt: skip
        self._splitter, self._stemmer = splitter, stemmer
        self._numbers, self._stem_numbers = numbers, stem_numbers
        # A list: one entry of an array takes five times as long to read.
        self._stems_of_units: list[int] = stems_of_units.tolist()
        self._front = self._token(_BREAK)
        self._known: dict[str, Token] = {}

    def read(self, text: str) -> Units:
        """Units of ``text``; quotation marks are passed over, other punctuation is a break."""
        folded = fold(text)
        known = self._known
        pieces = _SPLIT.split(folded.text)
        tokens = [known.get(word) or self._learn(word) for word in pieces[1::2]]
        return Units(folded, pieces, tokens, self._front)

    def stem(self, name: str) -> int:
        """Number of the stem of a unit; -1 where native news has neither unit nor stem."""
        number = self._numbers.get(name, 0)
        return self._stems_of_units[number] if number else self._unknown(name)

    def _unknown(self, name: str) -> int:
        return self._stem_numbers.get(self._stemmer.stem(name), -1)

    def _learn(self, word: str) -> Token:
        first = word[0]
        parts: tuple[str, ...]
        if first.isalpha() and not first.isascii():
            parts = self._splitter.split(word)
        elif word in TRANSPARENT:
            parts = ()
        elif first.isdigit():
            parts = (NUMBER,)
        else:
            parts = (LATIN,) if first.isalpha() else _BREAK
        found = self._token(parts)
        if len(self._known) < REMEMBERED:
            self._known[word] = found
        return found

    def _token(self, parts: tuple[str, ...]) -> Token:
        get, stems = self._numbers.get, self._stems_of_units
        ids = tuple([get(part, 0) for part in parts])
        found = [
            stems[number] if number else self._unknown(part)
            for part, number in zip(parts, ids, strict=True)
        ]
        return Token(parts, ids, tuple(found))


def read_passage(
    units: Sequence[Units], surprisal: Callable[[NDArray[np.int64]], NDArray[np.float64]]
) -> Passage:
    """The units of several texts together, with ``surprisal(ids)`` of all."""
    starts = [0]
    for one in units:
        starts.append(starts[-1] + len(one.ids))
    ids = np.array(list(chain.from_iterable([one.ids for one in units])), dtype=np.int64)
    stems = np.array(list(chain.from_iterable([one.stems for one in units])), dtype=np.int64)
    # An unknown unit goes in front of each text, so that none is judged by the one before it.
    own = np.arange(ids.size) + np.repeat(np.arange(1, len(units) + 1), np.diff(starts))
    spaced = np.zeros(ids.size + len(units), dtype=np.int64)
    spaced[own] = ids
    bits = surprisal(spaced)[own] if units else np.empty(0)
    return Passage(tuple(units), ids, stems, bits, starts)
