"""Counts of agreement in native news, and what they say of a word's gender.

Only contexts in which a wrong attachment is unlikely are counted: the noun follows a preposition
or a demonstrative, so that it is no second part of an idafa and the adjective behind it is its
own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from mtaudit.language.layout import HEAD_MARKERS
from mtaudit.language.split import BREAK, definite

MASCULINE_THIS = frozenset(["هذا"])
FEMININE_THIS = frozenset(["هذه", "تلك"])
# Verbal nouns of forms II, VII, VIII and X are masculine (Ryding 2005, ch. 5).
MASDAR = re.compile(r"^(?:ت..ي.|است..ا.|ان..ا.|ا.ت.ا.)$")
# Share of the other gender that slips, relative clauses and proper names cause in clear cases
# ("دولة" 4:57, "حرب" 5:99 with demonstratives).
MINORITY = 0.07
ENOUGH = 5
FEMININE_ENDING_PRIOR = 15
MASDAR_PRIOR = 4


def decide(masculine: float, feminine: float) -> str:
    """``m``, ``f``, or ``x`` (both are written), empty when too few were seen."""
    total = masculine + feminine
    if total < ENOUGH:
        return ""
    if feminine <= MINORITY * total:
        return "m"
    return "f" if masculine <= MINORITY * total else "x"


class NounGender:
    """Masculine and feminine agreement of every noun (written without its article)."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self.words = words
        self.this: dict[str, list[int]] = {}
        self.counts: dict[str, list[int]] = {}
        self.followers: Counter[tuple[str, str]] = Counter()

    def count(self, sentences: Iterable[list[str]]) -> None:
        """Demonstratives before, relative pronouns and definite words after definite nouns."""
        for units in sentences:
            for i in range(len(units) - 1):
                first, second = units[i], units[i + 1]
                if definite(second):
                    if first in MASCULINE_THIS:
                        self._add(second[2:], 0, demonstrative=True)
                    elif first in FEMININE_THIS:
                        self._add(second[2:], 1, demonstrative=True)
                before = units[i - 1] if i else BREAK
                if not definite(first) or before not in _CLEAN:
                    continue
                if second in ("الذي", "التي"):
                    self._add(first[2:], int(second == "التي"), demonstrative=False)
                elif definite(second):
                    self.followers[first[2:], second[2:]] += 1

    def _add(self, noun: str, gender: int, *, demonstrative: bool) -> None:
        self.counts.setdefault(noun, [0, 0])[gender] += 1
        if demonstrative:
            self.this.setdefault(noun, [0, 0])[gender] += 1

    def add_adjectives(self, adjectives: Adjectives) -> None:
        """Second pass: the adjectives that agree count for their nouns."""
        for (noun, word), number in self.followers.items():
            lemma, gender = adjectives.lemma(word)
            if lemma in adjectives.sure:
                self.counts.setdefault(noun, [0, 0])[gender] += number

    def attested(self, word: str) -> int:
        """Occurrences with and without the article."""
        return self.words.get(word, 0) + self.words.get("ال" + word, 0)

    def gender(self, noun: str) -> str:
        """The decision, with the ending or the masdar pattern as prior observations."""
        masculine, feminine = self.counts.get(noun, (0, 0))
        extra_m = extra_f = 0
        if noun.endswith(("ة", "ات")):
            extra_f = FEMININE_ENDING_PRIOR
        elif MASDAR.match(noun) or self.attested(noun + "ات") >= 20:
            extra_m = MASDAR_PRIOR
        return decide(masculine + extra_m, feminine + extra_f)

    def rows(self) -> list[str]:
        """Table rows of the decided nouns, most observed first."""
        rows = []
        for noun, (masculine, feminine) in sorted(
            self.counts.items(), key=lambda item: (-sum(item[1]), item[0])
        ):
            gender = self.gender(noun)
            if gender and len(noun) > 2 and masculine + feminine >= 2:
                rows.append(f"{noun}\t{gender}\t{masculine}\t{feminine}")
        return rows


class Adjectives:
    """Words that take ة exactly when the noun before them is feminine: learnt, not listed."""

    def __init__(self, words: Mapping[str, int], nouns: NounGender) -> None:
        self.words = words
        self.seen: dict[str, list[int]] = {}
        clear = {noun: decide(*counts) for noun, counts in nouns.this.items()}
        for (noun, word), number in nouns.followers.items():
            lemma, gender = self.lemma(word)
            known = clear.get(noun, "")
            if lemma and known in ("m", "f"):
                agrees = (known == "f") == bool(gender)
                self.seen.setdefault(lemma, [0, 0])[not agrees] += number
        self.sure = {
            lemma for lemma, (yes, no) in self.seen.items() if yes >= 5 and no <= 0.05 * (yes + no)
        }

    def lemma(self, word: str) -> tuple[str, int]:
        """Masculine form and gender (1 = feminine) of a word with an attested other half."""
        if word.endswith("ة") and self._attested(word[:-1]) >= 3:
            return word[:-1], 1
        if self._attested(word + "ة") >= 3:
            return word, 0
        return "", 0

    def _attested(self, word: str) -> int:
        return self.words.get(word, 0) + self.words.get("ال" + word, 0)

    def rows(self, nationalities: set[str]) -> list[str]:
        """Table rows of the sure adjectives, most observed first."""
        rows = []
        for lemma in sorted(self.sure, key=lambda lemma: (-self.seen[lemma][0], lemma)):
            kind = "nationality" if lemma in nationalities else ""
            rows.append(f"{lemma}\t{self.seen[lemma][0]}\t{self.seen[lemma][1]}\t{kind}")
        return rows


class PlaceGender:
    """Gender of place names by the verbs and adjectives that follow them."""

    # Countries that are masculine though they are names of places (Ryding 2005, ch. 5.1.4).
    MASCULINE = frozenset(
        ["لبنان", "العراق", "السودان", "المغرب", "اليمن", "الاردن", "الصومال", "الفاتيكان",
         "السنغال", "النيجر", "الكونغو", "الكاميرون", "البرتغال", "الدنمارك"]
    )  # fmt: skip

    # Spellings of places that are common words too ("كيف": Kyiv, and "how").
    WORDS = frozenset(["كيف"])

    def __init__(self, words: Mapping[str, int], names: Iterable[str]) -> None:
        self.words = words
        self.counts = {name: [0, 0] for name in names if name not in self.WORDS}

    def count(self, sentences: Iterable[list[str]]) -> None:
        """``ان/break + place + (particle) + verb``: which person the verb has."""
        for units in sentences:
            for i, unit in enumerate(units[:-1]):
                if unit not in self.counts or (units[i - 1] if i else BREAK) not in _SUBJECT:
                    continue
                following = units[i + 1]
                if following in ("لن", "لم", "لا", "قد", "س+") and i + 2 < len(units):
                    following = units[i + 2]
                gender = self.verb(following)
                if gender is not None:
                    self.counts[unit][gender] += 1

    def verb(self, word: str) -> int | None:
        """1 for a feminine verb form, 0 for a masculine one, None for anything else."""
        words = self.words
        if word[0] == "ت" and words.get("ي" + word[1:], 0) >= 20 and len(word) > 3:
            return 1
        if word[0] == "ي" and words.get("ت" + word[1:], 0) >= 20 and len(word) > 3:
            return 0
        past = words.get(word + "ت", 0)
        if word.endswith("ت") and words.get(word[:-1], 0) >= 20 and len(word) > 3:
            return 1
        return 0 if past >= 100 and len(word) > 2 else None

    def rows(self) -> list[str]:
        """Rows of all names: measured where five verbs or more were seen, by rule otherwise.

        A majority of 80 % is enough where the grammar books say the same ("المغرب" 80:7)."""
        rows = []
        for name, (masculine, feminine) in sorted(self.counts.items()):
            measured = decide(masculine, feminine) if masculine + feminine >= ENOUGH else ""
            ruled = "m" if name in self.MASCULINE else "f"
            share = (masculine if ruled == "m" else feminine) / max(1, masculine + feminine)
            if measured == "x" and share >= 0.8:
                measured = ruled
            gender, basis = (measured, "measured") if measured else (ruled, "rule")
            rows.append(f"{name}\t{gender}\t{masculine}\t{feminine}\t{basis}")
        return rows


_CLEAN = HEAD_MARKERS | MASCULINE_THIS | FEMININE_THIS
_SUBJECT = frozenset([BREAK, "ان", "و+", "لكن", "بينما", "فيما", "لان"])


class SubjectVerbs:
    """Verbs that agree with the subject before them: learnt like the adjectives.

    Impersonal verbs (``يمكن يجب يتعين``) and verbs whose subject follows (``الحكومة يقودها …``)
    differ too often and fall out.
    """

    def __init__(self, words: Mapping[str, int], places: PlaceGender, nouns: NounGender) -> None:
        self.places = places
        self.genders = {n: nouns.gender(n) for n in nouns.counts}
        self.place_genders = dict(row.split("\t")[:2] for row in places.rows())
        self.words = words
        self.seen: dict[str, list[int]] = {}

    def subject_gender(self, unit: str) -> str:
        """``m``, ``f``, or empty where it is not known for sure."""
        if unit in self.place_genders:
            return self.place_genders[unit]
        return self.genders.get(unit[2:], "") if definite(unit) else ""

    def count(self, sentences: Iterable[list[str]]) -> None:
        """``ان/break + subject + (particle) + verb``, over all known subjects."""
        for units in sentences:
            for i in range(len(units) - 1):
                if (units[i - 1] if i else BREAK) not in _SUBJECT:
                    continue
                known = self.subject_gender(units[i])
                if known not in ("m", "f"):
                    continue
                following = units[i + 1]
                if following in _PARTICLES and i + 2 < len(units):
                    following = units[i + 2]
                gender = self.places.verb(following)
                if gender is not None:
                    agrees = (known == "f") == bool(gender)
                    self.seen.setdefault(masculine_verb(following), [0, 0])[not agrees] += 1

    def rows(self) -> list[str]:
        """Table rows (masculine form, agrees, differs) of the verbs that agree."""
        good = {
            verb: seen
            for verb, seen in self.seen.items()
            if seen[0] >= 5 and seen[1] <= 0.05 * sum(seen) and not self._two_readings(verb)
        }
        ordered = sorted(good, key=lambda verb: (-good[verb][0], verb))
        return [f"{verb}\t{good[verb][0]}\t{good[verb][1]}" for verb in ordered]

    def _two_readings(self, verb: str) -> bool:
        # "تصدر": "she issues" and "he led"; the gender cannot be told.
        return verb[0] == "ت" and self.words.get("ي" + verb[1:], 0) >= 3


def masculine_verb(word: str) -> str:
    """``تعلن → يعلن``, ``اعلنت → اعلن``; a masculine form stays."""
    if word.startswith("ت") and not word.endswith("ت"):
        return "ي" + word[1:]
    return word[:-1] if word.endswith("ت") else word


_PARTICLES = frozenset(["لن", "لم", "لا", "قد", "س+"])
