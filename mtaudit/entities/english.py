"""Names of an English gloss, and whether an Arabic name stands in it.

The match goes over consonant classes: سيرغي لافروف and "Sergey Lavrov" share srk lfrf.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import pairwise

from .gazetteer import gazetteer
from .reader import entities
from .similarity import name_words

_CAPITALS = re.compile(
    r"[A-Z][\w'’.-]*(?: (?:(?:of|de|da|von|van|der|bin|al|el|the|and) )*[A-Z][\w'’-]*)*"
)
_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.){2,}")  # U.S. → US
# Sentence-initial words and titles that are capitals by position, not names.
_NOT_NAMES = frozenset(
    ("the", "a", "an", "in", "on", "at", "by", "for", "from", "with", "without", "after",
     "before", "during", "since", "as", "but", "and", "or", "if", "when", "while", "he", "she",
     "it", "they", "we", "i", "you", "his", "her", "its", "their", "our", "this", "that",
     "these", "those", "there", "here", "according", "meanwhile", "however", "moreover", "also",
     "president", "minister", "prime", "foreign", "king", "mr", "mrs", "ms", "dr", "not", "no",
     "some", "many", "most", "all", "both", "each", "more", "monday", "tuesday", "wednesday",
     "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
     "june", "july", "august", "september", "october", "november", "december")
)  # fmt: skip


_ARABIC_CLASSES = {
    **dict.fromkeys("كغجقخ", "k"), **dict.fromkeys("تطث", "t"), **dict.fromkeys("سصزظذش", "s"),
    **dict.fromkeys("دض", "d"), "ب": "p", "پ": "p", "ف": "f", "ڤ": "f", "ل": "l", "م": "m",
    "ن": "n", "ر": "r", "ح": "h", "ه": "h",
}  # fmt: skip
_LATIN_PAIRS = (("tsch", "s"), ("sch", "s"), ("tch", "s"), ("kh", "k"), ("gh", "k"), ("ch", "s"),
                ("sh", "s"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ck", "k"), ("zh", "s"),
                ("ce", "se"), ("ci", "si"), ("x", "ks"), ("tz", "ts"))  # fmt: skip
_LATIN_CLASSES = {
    **dict.fromkeys("kgqcj", "k"), "t": "t", **dict.fromkeys("sz", "s"), "d": "d",
    **dict.fromkeys("bp", "p"), **dict.fromkeys("fv", "f"), "l": "l", "m": "m", "n": "n",
    "r": "r", "h": "h",
}  # fmt: skip
# From here up two skeletons are the same name.  Of 4,000 pairs of models/names/names.tsv.xz (not
# looked up, only compared) 98 % reach it, and 1 % of pairs drawn at random.
MATCH = 0.75


@cache
def _nations() -> frozenset[str]:
    return frozenset(
        name for country in gazetteer().countries.values() for name in country.demonyms
    )


def english_names(text: str) -> tuple[str, ...]:
    """Runs of capitalised words of an English sentence, in order, function words left out."""
    found = []
    nations = _nations()
    for match in _CAPITALS.finditer(text):
        for run in re.split(r"['’]s\b ?", match.group()):
            words = run.strip(" .").split()
            while words and (words[0].lower().strip(".") in _NOT_NAMES or words[0] in nations):
                words.pop(0)
            if words:
                found.append(" ".join(words))
    return tuple(found)


def _arabic_skeleton(word: str) -> str:
    out = ""
    for letter in word:
        key = _ARABIC_CLASSES.get(letter, "")
        if key and not out.endswith(key):
            out += key
    return out


@lru_cache(maxsize=32768)
def _latin_skeleton(word: str) -> str:
    low = word.lower()
    for pair, plain in _LATIN_PAIRS:
        low = low.replace(pair, plain)
    out = ""
    for letter in low:
        key = _LATIN_CLASSES.get(letter, "")
        if key and not out.endswith(key):
            out += key
    return out


@lru_cache(maxsize=32768)
def _alike(arabic: str, latin: str) -> float:
    listed = gazetteer().names.get(arabic)
    if listed is not None and listed == latin.lower():
        return 1.0
    a, b = _arabic_skeleton(arabic), _latin_skeleton(latin)
    if a == b:
        # One class or none says little: compare the beginnings too (علي/Ali, آبي/Abe).
        return 1.0 if len(a) > 1 or abs(len(arabic) - len(latin)) <= 2 else 0.0
    # j is ي as often as ج, and h, w, y come and go: و may stand for v.
    for x in {a, _arabic_skeleton(arabic.replace("و", "ف")), a.replace("h", "")}:
        for y in {b, _latin_skeleton(latin.lower().replace("j", "y")), b.replace("h", ""),
                  _latin_skeleton(latin.lower().replace("w", "v"))}:  # fmt: skip
            if x == y and len(x) > 1:
                return 0.95
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if min(len(a), len(b)) > 1 else 0.0


@cache
def _known_english() -> dict[str, tuple[str, ...]]:
    """English names by entity key, for places, organisations and well-known people."""
    tables = gazetteer()
    found = {key: place.english for key, place in tables.places.items()}
    for person in tables.known:
        found[person.key] = (person.english, person.english.split()[-1])
    for code, country in tables.countries.items():
        found[code] = country.english
    return found


def matches_english(arabic_name: str, english_text: str) -> bool:
    """Whether the Arabic name (a person, place or organisation) stands in the English sentence.

    Well-known names are looked up; otherwise the surname must match a capitalised word by
    consonant classes.  Rough on purpose: it says "lost" only where nothing looks alike.
    """
    english_text = _ABBREVIATION.sub(lambda m: m.group().replace(".", ""), english_text)
    for entity in entities(arabic_name):
        if any(_stands(name, english_text) for name in _known_english().get(entity.key, ())):
            return True
    words = [w.removeprefix("ال") if len(w) > 4 else w for w in name_words(arabic_name)]
    latin = [w for w in re.findall(r"[A-Za-zÀ-ž'’]+", english_text) if w[0].isupper()]
    joined = [a + b for a, b in pairwise(latin)]
    candidates = latin + joined
    return bool(words) and any(_alike(words[-1], w.replace("'", "")) >= MATCH for w in candidates)


def _stands(name: str, text: str) -> bool:
    flags = re.IGNORECASE if len(name) > 3 else 0
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags) is not None
