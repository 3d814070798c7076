"""People and the titles before and after them, read from one Arabic sentence without a model.

A name is a run of words that the language itself does not use (``gazetteer.is_ordinary``), begun
by a title, a known given name or a known surname.  This finds people in the news well enough to
compare two reports; it is no named-entity recogniser: an untitled person with an unknown given
name is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .gazetteer import Known, gazetteer
from .known import FUZZY_ALONE, given_beginnings, identify, near_family
from .titles import TitleReading, known_pair, title_at
from .words import CLOSE, Sentence, sentence

# Links inside a name that are ordinary words or particles elsewhere.
LINKS = frozenset(
    ("بن", "ابن", "بنت", "ابو", "ابي", "ام", "ال", "عبد", "الله", "اوغلو", "دي", "دا", "دو", "دير",
     "دل", "ديل", "فان", "فون", "لو", "سان", "كي")
)  # fmt: skip
MAX_NAME = 5
_COMMAS = frozenset((" ", "، ", ", ", " ، ", "، و", " - ", " – ", ": "))
_SPEECH = frozenset(
    ("قال", "قالت", "وقال", "وقالت", "اضاف", "واضاف", "واضافت", "صرح", "وصرح", "اكد", "واكد",
     "اوضح", "واوضح", "ذكر", "وذكر")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One mention.  ``first``/``end`` are word indexes, ``start``/``stop`` original offsets.

    ``known`` is the person of the table, ``exact`` whether every word is one of its accepted
    spellings; ``after`` is the title that follows in apposition.
    """

    first: int
    end: int
    start: int
    stop: int
    words: tuple[str, ...]
    title: TitleReading | None
    after: TitleReading | None
    known: Known | None
    exact: bool

    @property
    def name(self) -> str:
        return " ".join(self.words)


def name_run(s: Sentence, j: int, titled: bool) -> int:
    """End of the name that begins at word ``j`` (``j`` itself where none does)."""
    n = len(s.words)
    if j >= n:
        return j
    w = s.words[j]
    if titled and not known_pair(s, j):
        begins = w.given or w.known or (w.nameable and not w.function and not w.skip)
        if not begins or w.skip:
            return j
    elif not titled and (not (w.given or w.known) or w.bare in LINKS):
        return j
    names = gazetteer().names
    k = j + 1
    while k < n and k - j < MAX_NAME and s.gap(k - 1) in CLOSE:
        v = s.words[k]
        text = v.text
        so_far = tuple(_bare(s, j, k + 1))
        if so_far in given_beginnings() or identify(so_far)[0] is not None:
            k += 1
            continue
        if (
            text not in LINKS
            and identify(tuple(_bare(s, j, k)))[1]
            and ((v.given or v.known) if k - j > 1 else text not in names and not v.given)
        ):
            break  # a whole known name, and something else begins
        if text in LINKS and k + 1 < n:
            k += 1
            continue
        if s.words[k - 1].text in LINKS and not v.function and not v.country:
            k += 1
            continue
        if not v.nameable or (v.function and not v.given) or _clitic(s, k):
            break
        k += 1
    while k > j and s.words[k - 1].text in LINKS and s.words[k - 1].text != "الله":
        k -= 1
    return k


def _clitic(s: Sentence, k: int) -> bool:
    """Word ``k`` begins with a proclitic, so that another phrase begins there."""
    w = s.words[k]
    tables = gazetteer()
    return bool(w.skip) and w.text not in tables.names and not w.bare.startswith("ال")


def _bare(s: Sentence, j: int, k: int) -> list[str]:
    return [s.words[j].bare, *(w.text for w in s.words[j + 1 : k])]


def read_people(text: str, s: Sentence | None = None) -> tuple[Sentence, tuple[Person, ...]]:
    """Every person mention of one sentence, in order."""
    s = s or sentence(text)
    found: list[Person] = []
    words, done = s.words, 0
    n = len(words)
    # Words that begin neither a name nor a title are most of all: they are not looked at again.
    for i in [i for i, w in enumerate(words) if w.telling or w.text in _SPEECH]:
        if i < done:
            continue
        w = words[i]
        title = title_at(s, i) if w.phrases else None
        if title is not None:
            j = title.end
            if j < n and s.gap(j - 1) in _COMMAS:
                person = _person(s, j, title)
                if person is not None:
                    found.append(person)
                    done = max(person.end, person.after.end if person.after else 0)
                    continue
            done = max(title.first + 1, min(title.end, i + 1))
            continue
        if w.text in _SPEECH and i + 2 < n and s.gap(i) == " ":
            person = _after_speech(s, i + 1)
        else:
            person = _person(s, i, None)
        if person is not None:
            found.append(person)
            done = max(person.end, person.after.end if person.after else 0)
    return s, tuple(found)


def _after_speech(s: Sentence, j: int) -> Person | None:
    """قال X Y: two words that Arabic does not use are a person even when neither is listed."""
    if s.words[j].telling:
        return None
    end = name_run(s, j, titled=True)
    return _make(s, j, end, None) if end - j >= 2 else None


def _person(s: Sentence, j: int, title: TitleReading | None) -> Person | None:
    end = name_run(s, j, titled=title is not None)
    if end == j:
        return None
    if title is None:
        return _make(s, j, end, None)
    if end - j == 1 and not (s.words[j].given or s.words[j].known) and s.gap(j - 1) != " ":
        return None  # a title, a comma and one unknown word: more often not a name
    return _make(s, j, end, title)


def _make(s: Sentence, j: int, end: int, title: TitleReading | None) -> Person | None:
    countries = title.countries if title else ()
    words = tuple(_bare(s, j, end))
    known, exact = identify(words, countries)
    if known is None:
        # The run may go on behind the name: محمد بن سلمان بن عبد العزيز.
        for cut in range(len(words) - 1, 1, -1):
            known, exact = identify(words[:cut], countries)
            if known is not None:
                words = words[:cut]
                break
    named = j + len(words)
    if len(words) == 1 and title is None and (known is None or not _alone(words[0])):
        return None
    if len(words) == 1 and not near_family(words[0], FUZZY_ALONE):
        known, exact = None, False  # المستشار … and a surname that only resembles a known one
    start, stop = s.original(s.start(j), s.spans[named - 1][1])
    after = None
    if end < len(s.words) and s.gap(end - 1) in (" ", "، ", ", ", " ، ") and s.words[end].phrases:
        after = title_at(s, end) if s.words[end].skip == 0 else None
        if after is not None and name_run(s, after.end, titled=True) > after.end:
            after = None  # it is the next person's title
    return Person(j, end, start, stop, words, title, after, known, exact)


@lru_cache(maxsize=8192)
def _alone(surname: str) -> bool:
    """Whether a surname without a given name is surely the known person."""
    tables = gazetteer()
    return len(surname) >= 4 and surname not in tables.ordinary and surname not in tables.given
