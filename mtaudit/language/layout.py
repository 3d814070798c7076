"""What every unit is, and which units stand in which relation: the same code for the statistics
when they are made and for the text that is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .split import BREAK, LATIN, NUMBER

BASE, CONJUNCTION, PREPOSITION, SUFFIX, STOP, FUNCTION, OTHER = range(7)

PREPOSITIONS = frozenset(["ب+", "ل+", "ك+", "في", "من", "علي", "الي", "عن", "مع"])
# A noun behind one of these is no second part of an idafa: what follows it belongs to it.
ADVERBIALS = frozenset(["بعد", "قبل", "خلال", "ضد", "حول", "عبر", "منذ", "تحت", "امام", "دون"])
HEAD_MARKERS = PREPOSITIONS | ADVERBIALS
CONJUNCTIONS = frozenset(["و+", "ف+", "س+", "و", "او", "ثم", "بل", "قد"])
# Closed classes: they stand next to anything, so that their pairs say nothing.
FUNCTION_WORDS = frozenset([
    "ان", "لن", "لم", "لا", "ما", "هو", "هي", "هم", "هما", "هذا", "هذه", "ذلك", "تلك", "هؤلاء",
    "الذي", "التي", "الذين", "اللذان", "اللذين", "اللتين", "لكن", "كان", "كانت", "يكون", "تكون",
    "كما", "اذا", "لو", "حيث", "بعد", "قبل", "منذ", "خلال", "حتي", "عند", "عندما", "بين", "حول",
    "ضد", "دون", "غير", "كل", "بعض", "اي", "ايضا", "نحو", "تحت", "فوق", "امام", "وراء", "عبر",
    "لدي", "ليس", "ليست", "هناك", "هنا", "بينما", "فيما", "مما", "بما", "اذ", "اما", "انما",
    "لقد", "سوف", "هل", "كيف", "متي", "اين", "لماذا", "نحن", "انا", "انت", "كي", "لكي", "لان",
    "عدم", "مثل", "سوي", "الا", "حين", "ضمن", "وفق", "وفقا", "بسبب", "الان", "اليوم", "امس",
    "غدا", "جدا", "فقط", "احد", "احدي", "نفس", "عدة", "عدد", "مئات", "الاف", "ملايين", "مليون",
    "مليار", "الف",
])  # fmt: skip
NEAR_WINDOW = 4  # content words

# Counts are stored in one byte: exact to 200, then in steps of 11 % (to 62,000).
_EXACT, _STEP = 200, 1.11
COUNT_OF = np.concatenate(
    [np.arange(_EXACT + 1), np.rint(_EXACT * _STEP ** np.arange(1, 256 - _EXACT))]
).astype(np.uint32)

ADJ, GEN, PREP = "adj", "gen", "prep"


def quantise(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """One byte a count; ``COUNT_OF[byte]`` gives the largest stored count not above it."""
    return (np.searchsorted(COUNT_OF, counts, side="right") - 1).astype(np.uint8)


def unit_class(unit: str) -> int:
    """Which of the seven classes a unit is in."""
    if unit == BREAK:
        return STOP
    if unit in (NUMBER, LATIN) or unit[0] == "<":
        return OTHER
    if unit[0] == "+":
        return SUFFIX
    if unit in PREPOSITIONS:
        return PREPOSITION
    if unit in CONJUNCTIONS:
        return CONJUNCTION
    return FUNCTION if unit in FUNCTION_WORDS or len(unit) < 2 else BASE


@dataclass(frozen=True, slots=True)
class Relations:
    """Pairs of content words by position in the unit array: ``head[i]`` goes with ``tail[i]``.

    ``adj``: side by side, equally definite (noun and adjective); ``gen``: side by side, indefinite
    before definite (idafa, verb and subject or object); ``prep``: one preposition in between.
    """

    adj: NDArray[np.int64]
    gen: NDArray[np.int64]
    prep: NDArray[np.int64]


def relations(classes: NDArray[np.uint8], has_article: NDArray[np.bool_]) -> Relations:
    """The related pairs of a unit array; each result has shape (pairs, 2): head, tail position.

    ``classes`` and ``has_article`` have one entry a unit; sentences are parted by STOP units.
    """
    positions = np.flatnonzero(classes == BASE)
    if positions.size < 2:
        empty = np.empty((0, 2), dtype=np.int64)
        return Relations(empty, empty, empty)
    padded = np.append(classes, [STOP, STOP, STOP]).astype(np.uint8)
    head, tail = positions[:-1], positions[1:]
    suffixed = padded[positions + 1] == SUFFIX
    known = has_article[positions] | suffixed
    gap = tail - head - suffixed[:-1]
    between = padded[head + 1 + suffixed[:-1]]
    direct = gap == 1
    pairs = np.stack([head, tail], axis=1)
    return Relations(
        adj=pairs[direct & (known[:-1] == known[1:])],
        gen=pairs[direct & ~known[:-1] & known[1:]],
        prep=pairs[(gap == 2) & (between == PREPOSITION)],
    )


def near_pairs(
    classes: NDArray[np.uint8], stems: NDArray[np.uint16], sentence: NDArray[np.int32]
) -> NDArray[np.uint32]:
    """Keys (smaller stem << 16 | larger stem) of content words at most :data:`NEAR_WINDOW`
    content words apart in one sentence."""
    positions = np.flatnonzero(classes == BASE)
    ids, where = stems[positions].astype(np.uint32), sentence[positions]
    keys = []
    for step in range(1, NEAR_WINDOW + 1):
        same = where[:-step] == where[step:]
        a, b = ids[:-step][same], ids[step:][same]
        keys.append((np.minimum(a, b) << np.uint32(16)) | np.maximum(a, b))
    return np.concatenate(keys) if keys else np.empty(0, dtype=np.uint32)
