"""Sentences that are longer than a model can read, cut where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Callable

# After a pause mark (and its space), or before an opening guillemet or dash.
_CLAUSE = re.compile(r"(?<=[،,؛;:».!?؟])\s+|\s+(?=[«–—])")
_SPACE = re.compile(r"\s+")
# A cut this near an edge leaves a scrap that translates badly.
_EDGE = 0.2


def split_long(text: str, fits: Callable[[str], bool]) -> tuple[list[str], bool]:
    """Parts of ``text`` that each fit, and whether a word had to be broken.

    Cuts go to the clause mark nearest the middle, else to the space nearest the middle; only a
    single "word" that is too long by itself is broken inside.  Joined by spaces, the parts hold
    every character of the text that is not white space.
    """
    text = text.strip()
    if not text or fits(text):
        return ([text] if text else []), False
    cut = _nearest(_CLAUSE, text, _EDGE) or _nearest(_SPACE, text, 0.0)
    broken = cut is None
    start, end = cut or (len(text) // 2, len(text) // 2)
    if len(text) < 2:  # one character that does not fit: nothing is left to cut
        return [text], True
    left, left_broken = split_long(text[:start], fits)
    right, right_broken = split_long(text[end:], fits)
    return left + right, broken or left_broken or right_broken


def _nearest(pattern: re.Pattern[str], text: str, edge: float) -> tuple[int, int] | None:
    low, high = edge * len(text), (1 - edge) * len(text)
    spans = [m.span() for m in pattern.finditer(text) if low <= m.start() and m.end() <= high]
    return min(spans, key=lambda s: abs(s[0] - len(text) / 2), default=None)
