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
from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..language import Units
from ..language.split import BREAK, LATIN, NUMBER, definite

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
_REMEMBERED = 200_000

Places = NDArray[np.int64]
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bag:
    """The n-grams of one family: ``places`` (0 … SIZE−1, ascending) and ``1 + ln(occurrences)``."""

    places: Places
    weights: Counts


def outline(unit: str) -> str:
    """What is left of a content word in a frame: article, first letter, ending."""
    article = definite(unit)
    base = unit[2:] if article else unit
    ending = next((e for e in _ENDINGS if base.endswith(e) and len(base) - len(e) >= 2), "")
    first = base[0] if base[0] == "م" or (not article and base[0] in "يتنا") else ""
    return f"{'ال' if article else ''}{first}~{ending}"


@dataclass(frozen=True, slots=True)
class Reading:
    """The bags of one sentence by family, and how many words in Arabic letters it has."""

    bags: Mapping[str, Bag]
    words: int


class Grams:
    """Cuts text into bags.  ``common`` are the units that keep their name in a frame."""

    def __init__(self, common: frozenset[str]) -> None:
        self._common = common
        self._known: dict[str, tuple[int, int]] = {}

    def bags(self, units: Units) -> Reading:
        """One :class:`Bag` a family; a text without Arabic words gives empty ones."""
        names = [name for name in units.names if name != BREAK and name != LATIN]
        known = [self._known.get(name) or self._number(name) for name in names]
        numbers = np.array(known, dtype=np.uint64).reshape(-1, 2)
        words = _WORD.findall(units.folded.text)
        spelled = _DIGITS.sub("0", " ".join(words))
        codes = np.frombuffer(f" {spelled} ".encode("utf-32-le"), dtype=np.uint32)
        bags = {
            "letters": _bag(codes.astype(np.uint64) + np.uint64(1), "letters"),
            "units": _bag(numbers[:, 0], "units"),
            "frames": _bag(numbers[:, 1], "frames"),
        }
        return Reading(bags, sum(not word[0].isdigit() for word in words))

    def _number(self, name: str) -> tuple[int, int]:
        keeps = name in self._common or name == NUMBER or name[0] == "+" or name[-1] == "+"
        frame = name if keeps else outline(name)
        found = crc32(name.encode()) + 1, crc32(frame.encode()) + 1
        if len(self._known) < _REMEMBERED:
            self._known[name] = found
        return found


def _bag(numbers: NDArray[np.uint64], family: str) -> Bag:
    """Rolling polynomial hashes of all sequences, modulo 2**64, their top bits as places."""
    shortest, longest = LENGTHS[family]
    found = []
    rolled = np.zeros(numbers.size, dtype=np.uint64)
    for length in range(1, longest + 1):
        if length > numbers.size:
            break
        rolled = rolled[: numbers.size - length + 1] * _STEP + numbers[length - 1 :]
        if length >= shortest:
            found.append((rolled + np.uint64(length)) * _PRIME >> np.uint64(64 - BITS))
    if not found:
        return Bag(np.empty(0, dtype=np.int64), np.empty(0))
    places, counts = np.unique(np.concatenate(found).astype(np.int64), return_counts=True)
    return Bag(places, 1.0 + np.log(counts))
