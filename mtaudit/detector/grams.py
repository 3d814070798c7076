"""A sentence as bags of numbered n-grams: letters, units, frames.

Nothing of a text's *look* gets in: no punctuation, no spacing, no marks, no digit forms, no case,
and words in Latin letters are passed over.  What stays is the choice of words and their order.

letters   sequences of 2–5 letters of the folded text, word edges included
units     sequences of one or two units (words with their clitics parted: ``و+ قال``)
frames    sequences of one to four units in which only the commonest keep their name; of any other
          its outline stays: article, first letter of an imperfect or participle, ending
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..language import Units
from ..language.split import BREAK, LATIN, NUMBER, REMEMBERED, definite

FAMILIES = ("letters", "units", "frames")
# (shortest, longest) sequence of each family.
LENGTHS = {"letters": (2, 5), "units": (1, 2), "frames": (1, 4)}
BITS = 18
SIZE = 1 << BITS  # places a family

_WORD = re.compile("[ء-غف-يپچڤگڨۆێ]+|[0-9]+")
_DIGITS = re.compile("[0-9]+")
_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio (Knuth, TAOCP 3, 6.4)
_STEP = np.uint64(0xC2B2AE3D27D4EB4F)
_ENDINGS = ("ات", "ون", "ين", "ية", "وا", "ان", "ة", "ا", "ي")
_PASSED_OVER = frozenset([BREAK, LATIN])
# Texts are hashed so many at a time: their arrays stay in the processor's cache, and the number of
# a text and a place fit 32 bits, which are sorted fastest.
TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Bags:
    """The n-grams of one family in several texts, text after text: which text, the ``places``
    (0 … SIZE−1, ascending within a text) and ``1 + ln(occurrences)``."""

    texts: NDArray[np.int64]
    places: NDArray[np.int64]
    weights: NDArray[np.float64]


def outline(unit: str) -> str:
    """What is left of a content word in a frame: article, first letter, ending."""
    article = definite(unit)
    base = unit[2:] if article else unit
    ending = ""
    if base.endswith(_ENDINGS):  # one call for most units; the longest that leaves two letters wins
        for one in _ENDINGS:
            if base.endswith(one) and len(base) - len(one) >= 2:
                ending = one
                break
    first = base[0] if base[0] == "م" or (not article and base[0] in "يتنا") else ""
    return f"{'ال' if article else ''}{first}~{ending}"


@dataclass(frozen=True, slots=True)
class Reading:
    """The bags of several texts by family, and how many words in Arabic letters each has."""

    bags: Mapping[str, Bags]
    words: list[int]


class Grams:
    """Cuts texts into bags.  ``common`` are the units that keep their name in a frame."""

    def __init__(self, common: frozenset[str]) -> None:
        self._common = common
        self._known: dict[str, tuple[int, int]] = {}

    def read(self, texts: Sequence[Units]) -> Reading:
        """The n-grams of at most :data:`TOGETHER` texts; one without Arabic words has none."""
        spelled, words, units, frames = [], [], [], []
        for text in texts:
            found = _WORD.findall(text.folded.text)
            letters = _DIGITS.sub("0", " ".join(found))
            spelled.append(f" {letters} ")
            words.append(len(found) - letters.count("0"))
            known = [
                self._known.get(name) or self._number(name)
                for name in text.names
                if name not in _PASSED_OVER
            ]
            units.append([unit for unit, _ in known])
            frames.append([frame for _, frame in known])
        codes = np.frombuffer("".join(spelled).encode("utf-32-le"), dtype=np.uint32)
        bags = {
            "letters": _bags(codes.astype(np.uint64) + np.uint64(1), spelled, "letters"),
            "units": _bags(_joined(units), units, "units"),
            "frames": _bags(_joined(frames), frames, "frames"),
        }
        return Reading(bags, words)

    def _number(self, name: str) -> tuple[int, int]:
        keeps = name in self._common or name == NUMBER or name[0] == "+" or name[-1] == "+"
        frame = name if keeps else outline(name)
        found = crc32(name.encode()) + 1, crc32(frame.encode()) + 1
        if len(self._known) < REMEMBERED:
            self._known[name] = found
        return found


def _joined(numbers: Sequence[list[int]]) -> NDArray[np.uint64]:
    return np.array(list(chain.from_iterable(numbers)), dtype=np.uint64)


def _bags(numbers: NDArray[np.uint64], texts: Sequence[Sequence[Any]], family: str) -> Bags:
    """Rolling polynomial hashes of all sequences, modulo 2**64, their top bits as places.

    ``numbers`` are the items of all texts, one after another; no sequence goes across an edge.
    """
    shortest, longest = LENGTHS[family]
    numbered = np.arange(len(texts), dtype=np.uint32).repeat([len(own) for own in texts])
    numbered <<= np.uint32(BITS)
    found = []
    rolled: NDArray[np.uint64] = np.zeros(numbers.size, dtype=np.uint64)
    for length in range(1, min(longest, numbers.size) + 1):
        rolled = rolled[: numbers.size - length + 1] * _STEP + numbers[length - 1 :]
        if length >= shortest:
            places = (rolled + np.uint64(length)) * _PRIME >> np.uint64(64 - BITS)
            last = numbered[length - 1 :]
            keys = last | places.astype(np.uint32)
            found.append(keys[numbered[: keys.size] == last])
    keys = np.concatenate(found) if found else np.empty(0, np.uint32)
    if not keys.size:
        return Bags(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    keys.sort()
    # Where another key begins, and how far it is to the next.
    firsts = np.concatenate(([0], (keys[1:] != keys[:-1]).nonzero()[0] + 1, [keys.size]))
    counts = firsts[1:] - firsts[:-1]
    keys = keys[firsts[:-1]].astype(np.int64)
    return Bags(keys >> BITS, keys & (SIZE - 1), 1.0 + np.log(counts))
