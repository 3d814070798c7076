"""What a sentence is about, word by word: its content stems and how rare each is in native news."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from .errors import ModelError
from .language.layout import BASE, unit_class
from .language.stats import LanguageStats

# A stem that native news does not have counts as one seen this often in its 8 million words: a
# name, or a form that the stemmer does not know.
UNSEEN_COUNT = 20
# Adverbs say little of what a sentence is about, and translations scatter them.  Folded.
_ADVERBS = frozenset(
    ("دائما", "غالبا", "احيانا", "حاليا", "موخرا", "مؤخرا", "لاحقا", "سابقا", "تماما", "كثيرا",
     "قليلا", "فورا", "مجددا", "معا", "جميعا", "عادة", "خاصة", "تحديدا", "ابدا", "حقا", "فعلا")
)  # fmt: skip


@cache
def _variants() -> Mapping[str, str]:
    """Stem → the stem of the same word in another accepted spelling (``stem_variants.tsv``)."""
    source = resources.files("mtaudit").joinpath("stem_variants.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in source.splitlines() if line and line[0] != "#"]
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class ContentWord:
    """A written word ``text[start:end]`` with its unit (clitics off) and its stem."""

    start: int
    end: int
    unit: str
    stem: str


@lru_cache(maxsize=8192)
def content_stems(text: str) -> Mapping[str, float]:
    """Content stems of ``text`` with their weight: −ln of the share of words that have the stem.

    Clitics, grammar words, numbers and Latin words are left out.  Empty where the language
    statistics are not installed.
    """
    stats = language()
    if stats is None:
        return {}
    found = {}
    for unit, place in _read(stats, text)[1]:
        count = int(stats.stem_counts[place]) if place >= 0 else UNSEEN_COUNT
        found[_stem(stats, unit, place)] = math.log(stats.total / max(UNSEEN_COUNT, count))
    return found


@lru_cache(maxsize=2048)
def content_words(text: str) -> tuple[ContentWord, ...]:
    """The content words of ``text``, in order."""
    stats = language()
    if stats is None:
        return ()
    units = stats.analyse(text)
    places, found = _read(stats, text)
    return tuple(
        ContentWord(*units.span(i, i), unit, _stem(stats, unit, place))
        for i, (unit, place) in zip(places, found, strict=True)
    )


@cache
def language() -> LanguageStats | None:
    """The statistics of native news; ``None`` where they are not installed.  Asked for with every
    sentence: looking for the folder each time took a sixth of the time to index a report."""
    try:
        return LanguageStats.load()
    except ModelError:
        return None


def _read(stats: LanguageStats, text: str) -> tuple[list[int], list[tuple[str, int]]]:
    """Places of the content units among all units; the units with the numbers of their stems."""
    names = stats.analyse(text).names
    places = [
        i for i, name in enumerate(names) if unit_class(name) == BASE and name not in _ADVERBS
    ]
    units = [names[i] for i in places]
    numbers = stats.stem_ids(units).tolist() if units else []
    return places, list(zip(units, numbers, strict=True))


def _stem(stats: LanguageStats, unit: str, place: int) -> str:
    stem = stats.stems[place] if place >= 0 else stats.stemmer.stem(unit)
    return _variants().get(stem, stem)
