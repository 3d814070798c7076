"""Which doubling is a slip and which is Arabic: part of the repetition witness.

Looks at lists of folded words and at pieces of text, and knows no sentence and no rule.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from operator import eq

import regex

from ..rules import word_table

LONGEST_PHRASE = 8
# Quotation marks and brackets around a doubled word make it a name.
MARKS = frozenset("\"“”«»'‘’()")
LETTER_NAMES = frozenset({"سي", "بي", "ان", "اي", "دي", "جي", "تي", "في", "اس", "ام", "ال"})
# Two-letter words that are never syllables of a name.
_LITTLE = frozenset({"في", "من", "ان", "عن", "قد", "او", "لم", "لن", "ما", "هو", "هي", "مع", "فى"})
# Words that end in alef and are no accusatives.
_ENDS_IN_ALEF = frozenset(
    {"هذا", "ايضا", "انها", "منها", "فيها", "عليها", "اليها", "عنها", "بها", "كما", "مما", "لما",
     "اذا", "فيما", "بينما", "عندما", "كلما", "لكنها", "بانها", "سوريا", "روسيا", "ليبيا", "تركيا"}
)  # fmt: skip


@cache
def _doubled_by_right() -> frozenset[str]:
    return frozenset(row[0] for row in word_table("reduplication.txt"))


def in_reach(words: list[str]) -> bool:
    """Whether any run of words comes back at once, up to the longest phrase."""
    # A run of two or more repeats its first pair; most sentences repeat no pair at all.
    pairs = set(pairwise(words))
    if len(pairs) == len(words) - 1 and not any(map(eq, words, words[1:])):
        return False
    places: dict[str, list[int]] = {}
    for here, word in enumerate(words):
        before = places.setdefault(word, [])
        for there in before:
            size = here - there
            if size <= LONGEST_PHRASE and words[there:here] == words[here : here + size]:
                return True
        before.append(here)
    return False


def repeats(words: list[str], at: int) -> tuple[int, int]:
    """(length, times) of the repetition that begins at ``at`` and covers most; (0, 0) if none."""
    best = (0, 0)
    for size in range(1, min(LONGEST_PHRASE, (len(words) - at) // 2) + 1):
        if words[at + size] != words[at]:
            continue
        unit = words[at : at + size]
        times = 1
        while words[at + times * size : at + (times + 1) * size] == unit:
            times += 1
        if times > 1 and size * times > best[0] * best[1]:
            best = size, times
    return best


def quoted(text: str, at: int) -> bool:
    """Inside quotation marks that were opened before ``at``."""
    before = text[:at]
    return (
        bool(before.count('"') % 2)
        or before.count("«") > before.count("»")
        or (before.count("“") > before.count("”"))
    )


def runs_on(text: str) -> bool:
    """No punctuation in between: a repetition across a comma or a full stop can be meant."""
    return regex.search(r"[^\p{L}\p{M}\p{N}\s]", text) is None


def honest(words: list[str]) -> bool:
    """False for doubling that Arabic allows: "شيئا فشيئا", spelt-out letters, figures, chants."""
    if any(any(c.isdigit() for c in w) for w in words) or words[0] in ("يا", "الله"):
        return False
    if all(len(w) <= 2 for w in words) and not any(w in _LITTLE for w in words):
        return False  # "بي بي سي", "لي لي": letters and syllables
    if all(w in _doubled_by_right() for w in words):
        return False
    if len(words) == 1:
        word = words[0]
        # A bare accusative said twice is the distributive pattern ("حجرا حجرا", "أفواجا أفواجا").
        return (
            not (word.endswith("ا") and 4 <= len(word) <= 6 and not word.startswith("ال"))
            or word in _ENDS_IN_ALEF
        )
    return "الله" not in words and "اكبر" not in words
