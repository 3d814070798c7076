"""Fingerprints: what a sentence or a finding is known by from one run to the next.

They are drawn from content alone, never from places, so that an article which was edited elsewhere
keeps them, and the page, the commands and a baseline written months ago agree.  Marks, hamza and
yeh forms, digits, case, spacing and punctuation do not count in a sentence; in the marked text of
a finding punctuation does, because some findings are about nothing else.  Two findings of the same
code on the same words of the same sentence are one.

``similarity`` is the Sørensen–Dice coefficient of the two sentences' character trigrams, counted
as bags (Dice 1945, doi:10.2307/1932409): 2·|A∩B| / (|A|+|B|), from 0 to 1, the same either way
round.  A word changed in a sentence of twenty costs it about 0.05.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from hashlib import sha256

from .normalize import WORD, fold
from .types import Issue

# From here on a sentence counts as lightly edited, not as another one: one replaced word in
# twenty-five stays well above it, two mostly do.
SAME_SENTENCE = 0.9
# 64 bits: in a million findings two are alike by chance once in 37 million such collections.
_DIGITS = 16
_SURROGATE = re.compile("[\ud800-\udfff]")


def sentence_key(text: str) -> str:
    """The words of a sentence, folded; all of it where it has no words."""
    folded = fold(text).text.casefold()
    return " ".join(WORD.findall(folded)) or " ".join(folded.split())


def marked_key(text: str) -> str:
    """The marked text of a finding, folded, with its punctuation."""
    return " ".join(fold(text).text.casefold().split())


def _digest(*parts: str) -> str:
    # A lone surrogate (a broken escape in some input) has no UTF-8; records hold U+FFFD instead.
    data = _SURROGATE.sub("\ufffd", "\x1f".join(parts)).encode("utf-8")
    return sha256(data).hexdigest()[:_DIGITS]


def of_sentence(text: str) -> str:
    """The fingerprint of a sentence: 16 hexadecimal digits."""
    return _digest("sentence", sentence_key(text))


def of_finding(code: str, marked: str, sentence: str) -> str:
    """The fingerprint of a finding with this code on these words of this sentence."""
    return _digest("finding", code, marked_key(marked), sentence_key(sentence))


def of_issue(issue: Issue, sentence: str) -> str:
    """The fingerprint of an issue that was found in ``sentence``."""
    return of_finding(issue.code, issue.text, sentence)


@lru_cache(maxsize=4096)
def _trigrams(key: str) -> Counter[str]:
    padded = f"  {key}  "
    return Counter(padded[i : i + 3] for i in range(len(padded) - 2))


def similarity(first: str, second: str) -> float:
    """How alike two sentences are, 0–1; 1 where their keys are equal."""
    a, b = sentence_key(first), sentence_key(second)
    if a == b:
        return 1.0
    bags = _trigrams(a), _trigrams(b)
    return 2 * (bags[0] & bags[1]).total() / (bags[0].total() + bags[1].total())
