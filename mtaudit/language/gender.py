"""Measured gender of nouns, adjectives, places and verbs (``mtaudit/evidence/data``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..rules import word_table
from .layout import FUNCTION_WORDS
from .split import definite


@dataclass(frozen=True, slots=True)
class Genders:
    """Words whose gender native news shows beyond doubt; ``m`` or ``f``, others are left out."""

    nouns: dict[str, str]
    places: dict[str, str]
    adjectives: frozenset[str]
    nationalities: frozenset[str]
    verbs: frozenset[str]

    def noun(self, unit: str) -> str:
        """Gender of a unit as a noun, article or not; empty where it is not sure."""
        bare = unit[2:] if definite(unit) else unit
        found = self.nouns.get(bare, "")
        # Tanwin: "تصعيدا".
        return found or (self.nouns.get(bare[:-1], "") if bare[-1] == "ا" else "")

    def adjective(self, unit: str) -> str:
        """Gender of a unit as a singular adjective; empty where it is none or not sure."""
        if not self.lemma(unit):
            return ""
        return "f" if unit[-1] == "ة" else "m"

    def lemma(self, unit: str) -> str:
        """Masculine indefinite form of an adjective; empty where the unit is none."""
        bare = unit[2:] if definite(unit) else unit
        if bare in self.adjectives:
            return bare
        # Feminine, and tanwin ("قويا").
        return bare[:-1] if bare[-1] in "ةا" and bare[:-1] in self.adjectives else ""

    def verb(self, unit: str, *, imperfect: bool = False) -> str:
        """Gender of a unit as a singular verb that agrees with the subject before it.

        ``imperfect``: a particle stands before it, so that it cannot be a perfect.  Empty where
        the form may be read both ways ("تصدر": she issues, he led) or is no such verb.
        """
        if unit in FUNCTION_WORDS or len(unit) < 3:
            return ""
        if unit[0] == "ت" and "ي" + unit[1:] in self.verbs:
            return "f" if imperfect or unit not in self.verbs else ""
        if unit in self.verbs:
            return "m" if unit[0] == "ي" or not imperfect else ""
        if imperfect or unit[0] == "ي" or len(unit) < 4:
            return ""
        return "f" if unit[-1] == "ت" and unit[:-1] in self.verbs else ""


@cache
def genders() -> Genders:
    """The tables of the package, read once."""
    return Genders(
        nouns={row[0]: row[1] for row in word_table("noun_gender.tsv") if row[1] in ("m", "f")},
        places={row[0]: row[1] for row in word_table("place_gender.tsv") if row[1] in ("m", "f")},
        adjectives=frozenset(row[0] for row in word_table("adjectives.tsv")),
        nationalities=frozenset(
            row[0] for row in word_table("adjectives.tsv") if row[3] == "nationality"
        ),
        verbs=frozenset(row[0] for row in word_table("subject_verbs.tsv")),
    )
