"""The tables behind the entity reader, loaded once: names, places, titles, ordinary words.

Own lists are package data (``mtaudit/evidence/data``); what was distilled from counts and from an
open name list lies in ``models/names`` (``scripts/build_gazetteer.py`` makes it).
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from ..errors import ModelError
from ..modelstore import model_path
from ..normalize import fold

# (words after the first, kind, payload): longest phrases first.
Phrase = tuple[tuple[str, ...], str, "Place | Title"]


@dataclass(frozen=True, slots=True)
class Place:
    """A country, city or organisation.  ``key`` is the country's code or the folded name."""

    key: str
    country: str
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """A title.  ``state``: held for one country.  ``open``: words may follow that complete it."""

    role: str
    state: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A well-known person; spellings are folded, ``key`` is the first accepted full name."""

    english: str
    countries: tuple[str, ...]
    kind: str
    role: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    rare: frozenset[str]
    key: str
    display: str


@dataclass(frozen=True, slots=True)
class Country:
    """``adjective`` is the masculine with the article, as written (for suggestions)."""

    code: str
    name: str
    adjective: str
    transliterated: tuple[str, ...]
    english: tuple[str, ...]
    demonyms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Everything by folded form."""

    countries: Mapping[str, Country]
    adjectives: Mapping[str, str]
    transliterated: Mapping[str, str]
    phrases: Mapping[str, tuple[Phrase, ...]]
    given: Mapping[str, str]
    names: Mapping[str, str]
    ordinary: frozenset[str]
    function: frozenset[str]
    known: tuple[Known, ...]
    places: Mapping[str, Place]


def _split(field: str) -> list[str]:
    return [part.strip() for part in field.split(",") if part.strip()]


def _lines(name: str) -> Iterator[str]:
    source = resources.files("mtaudit.evidence").joinpath("data", name)
    for line in source.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of ``evidence/data/<name>`` (tab-separated, comments with #) by column name."""
    lines = _lines(name)
    head = next(lines).split("\t")
    for line in lines:
        cells = line.split("\t")
        yield dict(zip(head, cells + [""] * (len(head) - len(cells)), strict=True))


def _packed(name: str) -> list[str]:
    path = model_path("names") / name
    try:
        return lzma.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise ModelError(
            f"the name list cannot be read: {error}",
            where=str(path),
            mend="run scripts/build_gazetteer.py or install the package again",
        ) from error


def _adjective_forms(stem: str) -> Iterator[str]:
    """Inflected nationality adjectives, folded, with and without the article."""
    words = fold(stem).text.split()
    if words[0] == "جنوب":  # جنوب أفريقي, جنوب سوداني: only the second word inflects
        return
    for ending in ("", "ة", "ون", "ين", "ان", "تان", "تين", "ات", "ا"):
        plain = " ".join(word + ending for word in words)
        yield plain
        yield " ".join("ال" + word + ending for word in words)


class _Builder:
    def __init__(self) -> None:
        self.phrases: dict[str, list[Phrase]] = {}
        self.places: dict[str, Place] = {}

    def add(self, name: str, kind: str, payload: Place | Title) -> None:
        first, *rest = fold(name).text.replace("-", " ").split()
        entry: Phrase = (tuple(rest), kind, payload)
        known = self.phrases.setdefault(first, [])
        if all((old[0], old[1]) != entry[:2] for old in known):
            known.append(entry)

    def place(self, name: str, kind: str, place: Place) -> None:
        self.add(name, kind, place)
        self.places.setdefault(place.key, place)


@cache
def gazetteer() -> Gazetteer:
    """All tables.  Raises :class:`ModelError` where ``models/names`` is missing or damaged."""
    build = _Builder()
    countries: dict[str, Country] = {}
    adjectives: dict[str, str] = {}
    transliterated: dict[str, str] = {}
    for row in table("countries.tsv"):
        code, names = row["code"], _split(row["names"])
        stems, _, irregular = row["adjectives"].partition(";")
        english = tuple(_split(row["english"]) + _split(row["english_adjectives"]))
        first = (_split(stems) or [""])[0]
        shown = " ".join("ال" + word for word in first.split())
        wrong = tuple(fold(w).text for w in _split(row["transliterated"]))
        countries[code] = Country(
            code, names[0], shown, wrong, english, frozenset(_split(row["english_adjectives"]))
        )
        place = Place(code, code, english)
        for name in names:
            build.place(name, "place", place)
        for stem in _split(stems):
            for form in _adjective_forms(stem):
                adjectives.setdefault(form, code)
        for plural in _split(irregular):
            adjectives.setdefault(fold(plural).text, code)
            adjectives.setdefault("ال" + fold(plural).text, code)
        for word in wrong:
            transliterated[word] = code
    # مالي, عاجي, قمري, غاني are ordinary words without the article far more often.
    for word in ("قمري", "قمرية", "عاجي", "غاني", "هنديا"):
        adjectives.pop(word, None)
    for file, kind in (("places.tsv", "place"), ("organisations.tsv", "organisation")):
        for row in table(file):
            names = _split(row["names"])
            place = Place(fold(names[0]).text, row["country"], tuple(_split(row["english"])))
            for name in names:
                build.place(name, kind, place)
    for row in table("titles.tsv"):
        title = Title(row["role"], row["scope"] == "state", row["open"] == "1")
        for phrase in _split(row["phrase"]):
            build.add(phrase, "title", title)
    function = {word for line in _lines("function_words.txt") for word in fold(line).text.split()}
    # Folding makes على (on) and علي (Ali) one: the sentence reader keeps the first unfolded.
    function = (function - {"علي"}) | {"على"}
    given = {
        name: row["origin"]
        for row in table("given_names.tsv")
        if (name := fold(row["name"]).text) not in function
    }
    known = []
    for row in table("people.tsv"):
        givens = tuple(fold(g).text for g in _split(row["given"]))
        families = tuple(fold(f).text.replace("-", " ") for f in _split(row["family"]))
        show = f"{(_split(row['given']) or [''])[0]} {_split(row['family'])[0]}".strip()
        known.append(
            Known(row["english"], tuple(_split(row["country"])), row["kind"], row["role"],
                  givens, families, frozenset(fold(r).text for r in _split(row["rare"])),
                  fold(show).text, show)
        )  # fmt: skip
    return Gazetteer(
        countries=countries,
        adjectives=adjectives,
        transliterated=transliterated,
        phrases={
            word: tuple(sorted(found, key=lambda p: -len(p[0])))
            for word, found in build.phrases.items()
        },
        given=given,
        names=dict(line.split("\t", 1) for line in _packed("names.tsv.xz")),
        ordinary=frozenset(_packed("ordinary.txt.xz")),
        function=frozenset(function),
        known=tuple(known),
        places=build.places,
    )


@lru_cache(maxsize=32768)
def stripped(word: str) -> tuple[tuple[int, str], ...]:
    """The word itself and what is left of it under each proclitic: (letters taken off, rest)."""
    out = [(0, word)]
    rest, cut = word, 0
    if len(word) > 3 and word[0] in "وف":
        rest, cut = word[1:], 1
        out.append((1, rest))
    for skip, base in ((0, word), (cut, rest)) if cut else ((0, word),):
        if len(base) > 3 and base[0] in "بلك":
            out.append((skip + 1, base[1:]))
        if len(base) > 3 and base.startswith("لل"):
            out.append((skip + 1, "ا" + base[1:]))  # للرئيس = ل + الرئيس
    return tuple(out)


# Inflections of listed words, where a long enough stem is left; a listed name is never cut.
_ENDINGS = ("ا", "ه", "ها", "هم", "نا", "ين", "ون", "ات", "ة")
_BY_LETTER = {end[-1]: tuple(e for e in _ENDINGS if e[-1] == end[-1]) for end in _ENDINGS}
MIN_STEM = 4


@lru_cache(maxsize=32768)
def is_ordinary(word: str) -> bool:
    """Whether a folded word belongs to the language's own vocabulary, clitics taken off."""
    tables = gazetteer()
    ordinary, function = tables.ordinary, tables.function
    if word in ordinary or word in function:
        return True
    whole = word in tables.names or word in tables.given
    for cut, rest in stripped(word):
        if rest in ordinary or rest in function:
            return True
        bare = rest
        if len(rest) > 4 and rest.startswith("ال"):
            bare = rest[2:]
            if bare in ordinary:
                return True
        if whole or cut > (word[0] in "وف"):
            continue
        for end in _BY_LETTER.get(bare[-1], ()):
            if (
                len(bare) - len(end) >= MIN_STEM
                and bare.endswith(end)
                and bare[: -len(end)] in ordinary
            ):
                return True
    return False
