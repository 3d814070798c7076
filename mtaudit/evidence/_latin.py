"""What a run of Latin letters (or of another script) is: allowed, a name, residue, a misspelling.

Part of the residue witness, kept apart because it looks at a run alone and knows no sentence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import regex

from ..rules import word_table
from ..types import Severity

_TOKEN = regex.compile(r"(?:\p{Latin}\.){2,}|[\p{Latin}\p{N}\p{M}'’&+.-]+")
# Small English words: alone they prove nothing, three words with one of them are a clause.
_FUNCTION = frozenset(
    {"the", "of", "and", "in", "to", "a", "an", "is", "are", "was", "were", "be", "been", "has",
     "have", "had", "that", "which", "who", "they", "he", "she", "it", "its", "their", "his",
     "her", "this", "these", "those", "with", "from", "by", "for", "on", "at", "as", "or", "not",
     "but", "after", "before", "over", "into", "would", "could", "will", "can", "during",
     "between", "against", "also", "other", "than", "more", "when", "where"}
)  # fmt: skip
# Small words inside names ("Cirque du Soleil", "Bank of America").
_PARTICLES = frozenset(
    {"of", "the", "and", "de", "du", "des", "la", "le", "les", "el", "al", "von", "van", "der",
     "den", "di", "da", "do", "y", "e", "et"}
)  # fmt: skip
LONGEST_NAME = 4
# Misspellings: one edit from five letters on, two from eight on.
NEAR_ONE, NEAR_TWO = 5, 8
_CYRILLIC_LETTERS = (("uk", "іїєґІЇЄҐ"), ("be", "ўЎ"), ("sr", "ђћјљњџЂЋЈЉЊЏ"), ("kk", "әғқңөұүһ"))
_SCRIPTS = (
    ("Cyrillic", "ru"), ("Hebrew", "he"), ("Greek", "el"), ("Hiragana", "ja"), ("Katakana", "ja"),
    ("Hangul", "ko"), ("Han", "zh"), ("Thai", "th"), ("Devanagari", "hi"), ("Armenian", "hy"),
    ("Georgian", "ka"), ("Bengali", "bn"), ("Tamil", "ta"), ("Telugu", "te"), ("Ethiopic", "am"),
)  # fmt: skip
_SCRIPT_PATTERNS = tuple((regex.compile(rf"\p{{{name}}}"), code) for name, code in _SCRIPTS)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one run is called: a code of the residue family and what its message needs."""

    code: str
    fields: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    confidence: float | None = None
    suggestion: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


class Name(NamedTuple):
    """A name with a usual Arabic form."""

    latin: str
    arabic: str
    kind: str


class Residual(NamedTuple):
    """A word of another language."""

    language: str
    meaning: str
    arabic: str
    spelling: str


def _plain(text: str) -> str:
    """Without case and marks, apostrophes straightened: how the tables are looked up."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.casefold().replace("’", "'").replace("ı", "i").replace("đ", "d").strip(".")


@cache
def _allowed() -> frozenset[str]:
    return frozenset(_plain(row[0]) for row in word_table("latin_allow.txt"))


@cache
def _names() -> Mapping[str, Name]:
    return {_plain(row[0]): Name(*row) for row in word_table("latin_names.tsv")}


@cache
def _words() -> Mapping[str, Residual]:
    return {_plain(row[0]): Residual(*row[1:]) for row in word_table("residue_words.tsv")}


@cache
def _spellings() -> Mapping[str, Residual]:
    words = (Residual(*row[1:]) for row in word_table("residue_words.tsv") if row[4])
    return {word.spelling.casefold(): word for word in words}


@cache
def language_names() -> Mapping[str, tuple[str, str]]:
    """ISO code → (English name, Arabic name)."""
    return {row[0]: (row[1], row[2]) for row in word_table("languages.tsv")}


@cache
def _near_targets() -> Mapping[str, tuple[tuple[str, Name], ...]]:
    """Known outlets and organisations by first letter."""
    table: dict[str, list[tuple[str, Name]]] = {}
    for key, name in _names().items():
        if name.kind in ("outlet", "organisation") and len(key) >= NEAR_ONE:
            table.setdefault(key[0], []).append((key, name))
    return {letter: tuple(names) for letter, names in table.items()}


def edits(one: str, two: str, limit: int) -> int:
    """Levenshtein distance of two strings, or ``limit + 1`` where it is larger than ``limit``."""
    if abs(len(one) - len(two)) > limit:
        return limit + 1
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


class _Token(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        return _plain(self.text)


def _free(token: _Token) -> bool:
    """What Arabic news writes in Latin letters: model names, single letters, the allow-list."""
    text = token.text.strip(".")
    return len(text) < 2 or any(c.isdigit() for c in text) or token.plain in _allowed()


def judge_run(run: str, enclosed: bool) -> Iterator[tuple[int, int, Finding]]:
    """Findings in one run of Latin words: (start, end) in the run, and what it is.

    ``enclosed``: the run stands in brackets or quotation marks, where Latin letters are in place;
    then only a misspelt name is reported.
    """
    tokens = [
        _Token(
            m.group().rstrip("."),
            m.start(),
            m.end() - (m.group().endswith(".") and not m.group()[:-1].count(".")),
        )
        for m in _TOKEN.finditer(run)
    ]
    tokens = [t for t in tokens if t.text]
    if enclosed:
        if (near := _misspelt(run)) and len(tokens) <= LONGEST_NAME:
            yield 0, len(run), near
        return
    rest = [t for t in tokens if not _free(t)]
    if not rest:
        return
    small = [t for t in rest if t.plain in _FUNCTION and t.text.islower()]
    lower = [t for t in rest if t.text[0].islower() and t.plain not in _PARTICLES]
    if len(tokens) >= 3 and small and len(lower) >= 2:
        yield tokens[0].start, tokens[-1].end, Finding("english-clause")
        return
    # A model number makes the words beside it a product's name: "Galaxy S25", "Daily8 AI".
    product = any(c.isdigit() for t in tokens for c in t.text)
    yield from _pieces(rest, product)


def _pieces(tokens: list[_Token], product: bool) -> Iterator[tuple[int, int, Finding]]:
    unknown: list[_Token] = []
    known: list[tuple[int, int, Finding, str]] = []
    i = 0
    while i < len(tokens):
        for n in range(min(LONGEST_NAME, len(tokens) - i), 0, -1):
            phrase = tokens[i : i + n]
            text = " ".join(t.text for t in phrase)
            finding = _named(text) or _foreign(text)
            if finding is not None:
                known.append((phrase[0].start, phrase[-1].end, finding, text))
                i += n
                break
        else:
            unknown.append(tokens[i])
            i += 1
    if not unknown:
        for start, end, finding, _ in known:
            yield start, end, finding
        return
    # A known word beside unknown ones in a title-case run is part of a longer name ("New York
    # Magazine", "Mir Space"); in lower case or capitals it still is what it is.
    titled = any(t.text[0].isupper() and not t.text.isupper() for t in unknown)
    if not titled:
        for start, end, finding, text in known:
            if text.islower() or text.isupper():
                yield start, end, finding
    yield from (f for f in _unknown(unknown) if not product or f[2].code != "latin-word")


def _named(text: str) -> Finding | None:
    name = _names().get(_plain(text))
    if name is None:
        return None
    caps = text.isupper()
    if name.kind in ("acronym", "minor"):
        if not caps:
            return None  # "us", "who", "un" in small letters are other words
        code = "latin-name" if name.kind == "acronym" else "latin-acronym"
        return Finding(code, {"arabic": name.arabic})
    if text.islower():
        return None
    if name.kind == "outlet":
        return Finding("latin-acronym", {"arabic": name.arabic})
    severe: Severity = "critical" if caps else "major"
    return Finding("latin-name", {"arabic": name.arabic}, severity=severe)


def _foreign(text: str) -> Finding | None:
    key = _plain(text)
    word = _words().get(key)
    if word is None:
        return None
    titled = text[0].isupper() and not text.isupper()
    if word.language == "en":
        # "The", "War" with a capital are pieces of titles far more often than residue.
        if titled or (key in _FUNCTION and len(key) < 3):
            return None
        return Finding("english-word", {"arabic": word.arabic})
    if titled and " " not in text:
        return None
    english, arabic = language_names()[word.language]
    fields = {
        "language": english,
        "language_ar": arabic,
        "meaning": word.meaning,
        "arabic": word.arabic,
        "spelling": f"{word.spelling} " if word.spelling else "",
    }
    short = len(key) < 5 and text.islower()
    return Finding(
        "foreign-word",
        fields,
        confidence=0.5 if short else None,
        severity="major" if short else None,
        more={"source_language": word.language},
    )


def _misspelt(text: str) -> Finding | None:
    key = _plain(text)
    if len(key) < NEAR_ONE or text.islower() or key in _names() or key in _allowed():
        return None
    for target, name in _near_targets().get(key[0], ()):
        # One edit is a slip; two need a long word, or half of the names would be near.
        limit = 2 if min(len(key), len(target)) >= NEAR_TWO else 1
        if edits(key, target, limit) <= limit:
            return Finding("misspelt-name", {"name": name.latin, "arabic": name.arabic})
    return None


def _unknown(tokens: list[_Token]) -> Iterator[tuple[int, int, Finding]]:
    start, end = tokens[0].start, tokens[-1].end
    near = _misspelt(" ".join(t.text for t in tokens))
    if near is not None:
        yield start, end, near
        return
    capitals = [t for t in tokens if t.text.isupper() and len(t.text) >= 3]
    if len(capitals) == len(tokens) >= 2 and all(regex.search("[AEIOUY]", t.text) for t in tokens):
        yield start, end, Finding("capitals")
    elif all(t.text.isupper() and len(t.text) <= 6 for t in tokens):
        return  # an acronym: "SPCC", "UNVIM"
    else:
        yield start, end, Finding("latin-word")


def other_script(word: str, enclosed: bool) -> Finding | None:
    """What a word in another script is; ``None`` for single Greek letters and enclosed names."""
    code = next((c for pattern, c in _SCRIPT_PATTERNS if pattern.search(word)), "")
    if enclosed or not code or (len(word) < 2 and code not in ("zh", "ja", "ko")):
        return None
    if code == "ru":
        code = next(
            (lang for lang, letters in _CYRILLIC_LETTERS if any(c in letters for c in word)), "ru"
        )
    known = _spellings().get(word.casefold())
    english, arabic = language_names().get(code, (code, code))
    return Finding(
        "other-script",
        {
            "language": english,
            "language_ar": arabic,
            "meaning_en": f" (“{known.meaning}”)" if known else "",
            "meaning_ar": f" معناها «{known.arabic}»" if known else "",
        },
        suggestion=known.arabic if known else None,
        more={"source_language": code},
    )
