"""Folding of Arabic text with a map back to the original offsets.

Rules, counts and comparisons look at *folded* text; issues point at the *original*.  Folding is a
per-character decision, so the map is exact: every folded character knows the original one that it
came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import regex

# Zero-width and bidi controls carry layout, not language (Unicode 15.1, general category Cf).
INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069\ufeff\u2060\u00ad"
)
TATWEEL = "\u0640"
# Harakat, tanwin, shadda, sukun, superscript alef and the Quranic marks.
DIACRITICS = frozenset(
    chr(c) for c in (*range(0x064B, 0x0660), 0x0670, *range(0x0610, 0x061B), *range(0x06D6, 0x06DD))
)
_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
    "ى": "ي", "ی": "ي", "ې": "ي",  # Farsi yeh stands in Arabic pages typed on other keyboards
    "ک": "ك", "ہ": "ه", "ھ": "ه",
    "٠": "0", "١": "1", "٢": "2", "٣": "3", "٤": "4",
    "٥": "5", "٦": "6", "٧": "7", "٨": "8", "٩": "9",
    "۰": "0", "۱": "1", "۲": "2", "۳": "3", "۴": "4",
    "۵": "5", "۶": "6", "۷": "7", "۸": "8", "۹": "9",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip

ARABIC_LETTER = re.compile(r"[\u0621-\u063a\u0641-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
# A word for highlights and counts: letters, digits and marks; never punctuation.
WORD = re.compile(r"[^\W_]+(?:[\u064b-\u065f\u0670\u0640\u200c\u200d]+[^\W_]*)*", re.UNICODE)
_PIECE = re.compile(r"\w+|[^\w\s]")


class Folded:
    """Folded text and, for each of its characters, the offset of the original character."""

    __slots__ = ("_spaced", "offsets", "original_length", "text", "untouched")

    def __init__(self, text: str, offsets: Sequence[int], original_length: int) -> None:
        self.text, self.offsets, self.original_length = text, offsets, original_length
        # Every character stands where it stood: offsets need no looking up.
        self.untouched = isinstance(offsets, range)
        self._spaced = ""

    @property
    def spaced(self) -> str:
        """Words and marks of the text with one blank around each, ``^`` in front of them all:
        what a rule's ``keys`` are looked for in (see :mod:`mtaudit.rules`)."""
        if not self._spaced:
            self._spaced = " ^ " + " ".join(_PIECE.findall(self.text)) + " "
        return self._spaced

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Half-open original range behind the folded range ``[start, end)`` (code points)."""
        if self.untouched and start <= end <= self.original_length:
            return start, end
        if start >= len(self.offsets):
            return self.original_length, self.original_length
        if end <= start:
            return self.offsets[start], self.offsets[start]
        # Up to the next kept character: marks on the last letter must not be cut off it.
        following = self.offsets[end] if end < len(self.offsets) else self.original_length
        return self.offsets[start], max(following, self.offsets[end - 1] + 1)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in INVISIBLE or char == TATWEEL or char in DIACRITICS:
        return ""
    if char in _LETTERS:
        return _LETTERS[char]
    if "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc":
        plain = unicodedata.normalize("NFKC", char)
        # ﷽ and the ornate brackets ﴾ ﴿ stand among the forms, but are forms of nothing else.
        return char if plain == char else "".join(_fold_char(c) for c in plain)
    return char


def fold(text: str) -> Folded:
    """Fold ``text``: marks, tatweel and invisible controls dropped; alef and yeh forms unified
    (ى → ي; ة and ه stay apart); presentation forms expanded; digits to ASCII; hard spaces to
    plain ones.  Case and punctuation stay."""
    # Sentences are folded by one witness after another; whole documents would fill the memory.
    return _fold_cached(text) if len(text) <= _CACHED_LENGTH else _fold(text)


_FORM = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_DROPPED = INVISIBLE | DIACRITICS | {TATWEEL}
_DROP = re.compile(f"[{''.join(sorted(_DROPPED))}]")
_TABLE: dict[int, str | None] = {
    **{ord(c): plain for c, plain in _LETTERS.items()},
    **dict.fromkeys(map(ord, _DROPPED)),
}
# Most sentences hold these of the letters and nothing else that is folded.
_USUAL = ("أ", "إ", "آ", "ى")
_UNUSUAL = re.compile(
    f"[{''.join(sorted({*_LETTERS, *_DROPPED} - {*_USUAL}))}\ufb50-\ufdff\ufe70-\ufefc]"
)


def _fold(text: str) -> Folded:
    # Four replacements cost a third of one translation.
    plain = text
    offsets: list[int] = []
    for letter in _USUAL:
        plain = plain.replace(letter, _LETTERS[letter])
    if _UNUSUAL.search(plain) is None:
        return Folded(plain, range(len(text)), len(text))
    # Presentation forms may become several letters: only they need a loop of their own.
    if _FORM.search(plain) is not None:
        out: list[str] = []
        for i, char in enumerate(text):
            folded = _fold_char(char)
            if folded:
                out.append(folded)
                offsets.extend([i] * len(folded))
        return Folded("".join(out), offsets, len(text))
    plain = plain.translate(_TABLE)
    if len(plain) == len(text):
        return Folded(plain, range(len(text)), len(text))
    kept = 0
    for dropped in _DROP.finditer(text):
        offsets += range(kept, dropped.start())
        kept = dropped.end()
    return Folded(plain, [*offsets, *range(kept, len(text))], len(text))


_CACHED_LENGTH = 4_000
_fold_cached = lru_cache(maxsize=8192)(_fold)


def forget() -> None:
    """Drop what is remembered of sentences, so that a benchmark measures a first reading."""
    _fold_cached.cache_clear()
    word_count.cache_clear()


@lru_cache(maxsize=8192)
def word_count(text: str) -> int:
    """Words of a sentence, parted by blanks."""
    return len(text.split())


def strip_marks(text: str) -> str:
    """``text`` without diacritics, tatweel and invisible controls; letters unchanged."""
    return "".join(c for c in text if c not in DIACRITICS and c != TATWEEL and c not in INVISIBLE)


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen ``[start, end)`` so that neither edge stands inside a word (Arabic letters join)."""

    def inside(i: int) -> bool:
        return 0 < i < len(text) and _wordish(text[i - 1]) and _wordish(text[i])

    while inside(start):
        start -= 1
    while inside(end):
        end += 1
    return start, end


def _wordish(char: str) -> bool:
    return char.isalnum() or char in DIACRITICS or char == TATWEEL or char in "\u200c\u200d"


_ALPHABETIC = regex.compile(r"\p{L}+")
_LETTERS_ALONE = [
    c for c in map(chr, range(0x0600, 0xFEFD)) if ARABIC_LETTER.match(c) and c.isalpha()
]
_ARABIC_RUN = re.compile(f"[{''.join(_LETTERS_ALONE)}]+")


def arabic_share(text: str) -> float | None:
    """Share of letters that are Arabic script, 0–1; ``None`` when there are no letters."""
    # Tatweel is a letter to Unicode, but only lengthens one; ﴾ ﴿ stand among the letter forms.
    letters = sum(map(len, _ALPHABETIC.findall(text))) - text.count(TATWEEL)
    if not letters:
        return None
    return sum(map(len, _ARABIC_RUN.findall(text))) / letters
