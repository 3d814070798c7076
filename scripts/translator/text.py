"""Cleaning of parallel lines: the same light folding that the runtime applies to its source."""

from __future__ import annotations

import html
import re
import unicodedata

# Tatweel is decoration; the others are zero-width and bidirectional controls.
INVISIBLE = re.compile("[\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
# Harakat, tanwin, shadda, sukun, superscript alef: news prints without them.
HARAKAT = re.compile("[\u064b-\u0652\u0670]")
ARABIC = re.compile("[\u0621-\u064a]")
LATIN = re.compile("[A-Za-z]")
SPACES = re.compile(r"\s+")
LAST_PUNCTUATION = re.compile(r"[.!؟?،;:؛]+$")


def fold(text: str) -> str:
    """Unescaped, without tatweel and invisible controls, single spaces; letters untouched."""
    text = unicodedata.normalize("NFC", html.unescape(text))
    return SPACES.sub(" ", INVISIBLE.sub("", text)).strip()


def strip_harakat(text: str) -> str:
    """The text without vowel marks."""
    return HARAKAT.sub("", text)


def key(text: str) -> str:
    """What two lines must share to count as the same sentence."""
    return "".join(c for c in strip_harakat(fold(text)).lower() if c.isalnum())


def acceptable(arabic: str, english: str, short: bool = False) -> bool:
    """False for a pair of the wrong script, identical, too long or of unlikely length ratio."""
    if not arabic or not english or arabic == english:
        return False
    if len(arabic) > 600 or len(english) > 700:
        return False
    arabic_letters, latin_in_arabic = len(ARABIC.findall(arabic)), len(LATIN.findall(arabic))
    if arabic_letters < 2 or latin_in_arabic > arabic_letters or ARABIC.search(english):
        return False
    if len(LATIN.findall(english)) < 2:
        return False
    if short:
        return True
    ratio = (len(english) + 8) / (len(arabic) + 8)
    return 0.5 <= ratio <= 2.4
