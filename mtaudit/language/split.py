"""Words of folded Arabic text, and the light, deterministic splitting of their clitics.

No morphological analyser: every decision comes from a closed list of clitics and from how often
the remaining word stands alone in native news.  The rules, in order (``count`` is the number of
occurrences of a written word, folded):

1. ``و ف`` come off when the rest is a listed short particle, or a word of three letters or more
   with ``count(rest) ≥ max(5, count(word)/50)``, unless the whole word also takes the article
   or a preposition (``الواحد``, ``الوالد``: then its first letter belongs to it).
2. ``ب ل ك`` come off a definite word (``بال… → ب + ال…``, ``لل… → ل + ال…``) when the definite
   word is known, and off an indefinite one under the test of rule 1 with a stricter share.
3. ``س`` comes off an imperfect verb (``سي… ست… سن…``) that is known without it.
4. ``ها هم هما هن نا كم ه`` come off an indefinite word whose base is known; the base gets its ة
   (``دولتها → دولة + ها``), its hamza (``رؤسائها → رؤساء + ها``) or its final alef back.

A wrong split of a rare word costs a little precision in the counts; it never invents one, since
the same rules ran when the counts were made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Arabic and other letters; numbers with their separators and percent sign; any other sign.
TOKEN = re.compile(r"[^\W\d_]+|\d[\d.,٫٬/:]*%?|[^\w\s]|_")
NUMBER = "<num>"
LATIN = "<lat>"
BREAK = "<brk>"
# Quotation marks and hashes stand inside a phrase without parting it: "هذا ال"حل" العسكري".
TRANSPARENT = frozenset("\"'«»“”„‘’#@*")

# Particles of two letters (and three with a misleading count) that carry و or ف.
PARTICLES = frozenset([
    "في", "من", "عن", "ان", "ما", "لم", "لن", "لا", "قد", "هو", "هي", "هم", "كل", "اي", "او",
    "اذ", "بل", "ثم", "لو", "اذا", "الي", "علي", "مع", "هل", "ها", "اما", "تم",
])  # fmt: skip
# Written together, these are one preposition and one pronoun; split by the list, not by counts.
PREPOSITION_PRONOUN = {
    head + tail: (prep, tail)
    for head, prep in {
        "ل": "ل", "ب": "ب", "في": "في", "من": "من", "عن": "عن", "علي": "علي", "الي": "الي",
        "لدي": "لدي", "ان": "ان", "لان": "لان", "لكن": "لكن", "بين": "بين", "مع": "مع", "كل": "كل",
    }.items()
    for tail in ("ه", "ها", "هم", "هما", "نا", "كم")
}  # fmt: skip
# Read off the 1,000 most frequent splits: names and numerals that the counts alone would part.
WHOLE = frozenset([
    "بكين", "بيكين", "بيونغ", "بوست", "وست", "واحدا", "وفا", "كليا", "بايدن", "بلينكن",
    "بلومبرغ",
])  # fmt: skip
ENCLITICS = ("هما", "ها", "هم", "هن", "نا", "كم", "ه")
_MINIMUM = 5
# Share of count(word) that the rest must have: measured by reading the 300 most frequent splits.
_CONJUNCTION_SHARE = 1 / 50
_PREPOSITION_SHARE = 1 / 3
# Share of count(word) at which "ال + word" shows that its first letter is its own.
_OWN_LETTER_SHARE = 1 / 50


# Words whose reading is kept.  Full after some ten thousand articles, so that a hundred thousand
# take no more memory; rare words that come later are read again, at no cost that was measurable.
REMEMBERED = 40_000


class Splitter:
    """Splits written words with the counts of native news (``word → occurrences``)."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._known: dict[str, tuple[str, ...]] = {}

    def split(self, word: str) -> tuple[str, ...]:
        """Units of one folded word: proclitics as ``و+``, the base, an enclitic as ``+ها``."""
        found = self._known.get(word)
        if found is None:
            found = self._split(word)
            if len(self._known) < REMEMBERED:
                self._known[word] = found
        return found

    def _split(self, word: str) -> tuple[str, ...]:
        front: list[str] = []
        if word in WHOLE:
            return (word,)
        if word in PREPOSITION_PRONOUN:
            base, tail = PREPOSITION_PRONOUN[word]
            return (base + "+" if base in "بل" else base, "+" + tail)
        if word[0] in "وف" and self._conjunction(word):
            front.append(word[0] + "+")
            word = word[1:]
            if word in PREPOSITION_PRONOUN:
                return (*front, *self._split(word))
        if word[0] in "بلك":
            rest = self._after_preposition(word)
            if rest:
                front.append(word[0] + "+")
                word = rest
        elif word[0] == "س" and self._future(word):
            front.append("س+")
            word = word[1:]
        return (*front, *self._enclitic(word))

    def _conjunction(self, word: str) -> bool:
        rest = word[1:]
        if rest in PARTICLES or rest in PREPOSITION_PRONOUN:
            return True
        if len(rest) < 3:
            return False
        count = self._counts.get(word, 0)
        if self._takes_article(word, count):
            return False
        needed = max(_MINIMUM, count * _CONJUNCTION_SHARE)
        if self._counts.get(rest, 0) >= needed:
            return True
        # "وبالتعاون", "وسيكون": the rest may itself begin with a clitic.
        inner = self._after_preposition(rest) if rest[0] in "بلك" else ""
        return bool(inner) or (rest[0] == "س" and self._future(rest))

    def _takes_article(self, word: str, count: int) -> bool:
        bound = self._counts.get("ال" + word, 0) + self._counts.get("لل" + word, 0)
        return bound > max(1, count * _OWN_LETTER_SHARE)

    def _after_preposition(self, word: str) -> str:
        """What is left of ``word`` after its preposition; empty where there is none to take."""
        counts, count = self._counts, self._counts.get(word, 0)
        if word.startswith("لل") and len(word) > 4:
            definite = "ال" + word[2:]
            if counts.get(definite, 0) >= max(_MINIMUM, count * _CONJUNCTION_SHARE):
                return definite
            # "للاعب": the noun's own lam is written only once more.
            double = "الل" + word[2:]
            return double if counts.get(double, 0) >= _MINIMUM else ""
        rest = word[1:]
        if rest.startswith("ال") and len(rest) > 4:
            known = counts.get(rest, 0) >= max(_MINIMUM, count * _CONJUNCTION_SHARE)
            return rest if known else ""
        if rest in ("ان", "ما", "من", "كل", "اي") and word[0] in "بل":
            return rest
        if len(rest) < 3 or counts.get(rest, 0) < max(2 * _MINIMUM, count * _PREPOSITION_SHARE):
            return ""
        return "" if self._takes_article(word, count) else rest

    def _future(self, word: str) -> bool:
        rest = word[1:]
        count = self._counts.get(word, 0)
        share = _CONJUNCTION_SHARE if len(rest) >= 4 else 1 / 5
        return (
            rest[:1] in ("ي", "ت", "ن")
            and len(rest) >= 3
            and self._counts.get(rest, 0) >= max(3, count * share)
            and not self._takes_article(word, count)
        )

    def _enclitic(self, word: str) -> tuple[str, ...]:
        if len(word) < 4 or not word.endswith(ENCLITICS) or word.startswith("ال"):
            return (word,)
        for tail in ENCLITICS:
            if word.endswith(tail):
                base = self._base(word[: -len(tail)], self._counts.get(word, 0))
                if base:
                    return (base, "+" + tail)
        return (word,)

    def _base(self, bare: str, count: int) -> str:
        if len(bare) < 2 or (len(bare) == 2 and bare not in PARTICLES):
            return ""
        forms = [bare]
        if bare.endswith("ت"):
            forms.insert(0, bare[:-1] + "ة")
        elif bare[-1] in "ئؤ":
            forms = [bare[:-1] + "ء"]
        elif bare.endswith("ا"):
            forms.append(bare[:-1] + "ي")
        elif bare.endswith("و"):
            forms.append(bare + "ا")
        needed = max(_MINIMUM, count / 10)
        best = max(forms, key=self._attested)
        return best if self._attested(best) >= needed else ""

    def _attested(self, base: str) -> int:
        # "بلاده" is common, "بلاد" is not, "البلاد" is: the base counts with its article too.
        return self._counts.get(base, 0) + self._counts.get("ال" + base, 0)


# Folded, their hamza gone, these look as if they began with the article.
_NO_ARTICLE = ("المان", "الباني", "الاف", "التي", "الذي", "اللذ", "اللت", "اللوات")


def definite(unit: str) -> bool:
    """Whether a unit carries the article."""
    return unit.startswith("ال") and len(unit) > 4 and not unit.startswith(_NO_ARTICLE)


class Stemmer:
    """Folds units to light stems (after Larkey, Ballesteros & Connell 2007, "light10"): article,
    feminine and sound-plural endings, tanwin alef, and ت/ي of the imperfect, each only where the
    shorter form is attested in native news (``count ≥ 3``)."""

    _ENDINGS = ("ات", "ون", "ين", "ان", "ية", "ة", "ا")

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def stem(self, unit: str) -> str:
        """The light stem of one unit; classes and clitics are their own stem."""
        if unit[0] in "<+" or unit.endswith("+"):
            return unit
        bare = unit[2:] if definite(unit) else unit
        for ending in self._ENDINGS:
            if bare.endswith(ending) and len(bare) - len(ending) >= 3:
                short = bare[: -len(ending)] + ("ي" if ending == "ية" else "")
                if self._known(short, bare):
                    return short
        if not definite(unit):
            if bare.endswith("ت") and len(bare) > 4 and self._known(bare[:-1], bare):
                return bare[:-1]
            if bare.startswith("ت") and self._known("ي" + bare[1:], bare):
                return "ي" + bare[1:]
        return bare

    def _known(self, short: str, bare: str) -> bool:
        together = self._counts.get(short, 0) + self._counts.get("ال" + short, 0)
        whole = self._counts.get(bare, 0) + self._counts.get("ال" + bare, 0)
        return together >= max(3, whole / 20)
