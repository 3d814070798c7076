"""All entities of one Arabic sentence: people, titles, nations, places, amounts, dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .gazetteer import Place
from .numbers import read_amounts
from .people import Person, read_people
from .titles import TitleReading
from .words import Sentence, phrase_at

_PLACES = frozenset(("place", "organisation"))


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention.  ``text == sentence[start:end]`` (code points, proclitics left out).

    ``kind``: person, title, nationality, place, organisation, number, percent, money, date, time
    or ordinal.  ``key`` is the form to compare: equal keys name the same thing.  For people it is
    the folded name, or the usual full name of a well-known person (so that لافروف and سيرغي لافروف
    agree); for countries and nationalities the country's code; for dates ``YYYY-MM-DD`` with
    ``--`` for an unsaid year, or ``weekday-N`` (Monday 1).  ``value`` is the number behind
    amounts.  ``title`` is a person's title as read (folded), ``role`` its kind ("foreign
    minister"), ``country`` an ISO code ("" unknown), ``known`` a well-known person's English name.
    """

    kind: str
    start: int
    end: int
    text: str
    key: str
    value: float | None = None
    title: str = ""
    country: str = ""
    role: str = ""
    known: str = ""


def _title_text(s: Sentence, title: TitleReading) -> str:
    first = s.words[title.first]
    return " ".join([first.bare, *(w.text for w in s.words[title.first + 1 : title.end])])


def _person(s: Sentence, text: str, person: Person) -> Entity:
    title = person.title or person.after
    known = person.known
    country = title.countries[0] if title and title.countries else ""
    if not country and known is not None:
        country = known.countries[0]
    return Entity(
        "person", person.start, person.stop, text[person.start : person.stop],
        known.key if known is not None else person.name,
        title=_title_text(s, title) if title else "",
        country=country,
        role=title.role if title else "",
        known=known.english if known is not None else "",
    )  # fmt: skip


@lru_cache(maxsize=4096)
def entities(text: str) -> tuple[Entity, ...]:
    """Every entity of one sentence, in text order; people, places and amounts never overlap.

    A title before or behind a name is its own entity (kind ``title``, key = role|country) and
    may hold a nationality.  Raises :class:`ModelError` where the name list is missing.
    """
    s, people = read_people(text)
    found: list[Entity] = []
    taken: set[int] = set()
    for person in people:
        found.append(_person(s, text, person))
        taken.update(range(person.first, person.first + len(person.words)))
        for title in (person.title, person.after):
            if title is None:
                continue
            start, end = s.original(s.start(title.first), s.spans[title.end - 1][1])
            country = title.countries[0] if title.countries else ""
            found.append(
                Entity("title", start, end, text[start:end], f"{title.role}|{country}",
                       title=_title_text(s, title), country=country, role=title.role)
            )  # fmt: skip
    for amount in read_amounts(s):
        span = range(amount.first, amount.end)
        if taken.isdisjoint(span):
            taken.update(span)
            first = s.spans[amount.first][0] + amount.skip
            start, end = s.original(first, s.spans[amount.end - 1][1])
            if amount.kind == "percent" and text[end : end + 2].strip()[:1] in ("%", "٪"):
                end = text.index(text[end : end + 2].strip()[0], end) + 1
            found.append(Entity(amount.kind, start, end, text[start:end], amount.key, amount.value))
    i = 0
    while i < len(s.words):
        hit = None if i in taken else phrase_at(s, i, _PLACES)
        if hit is not None:
            stop, (_, kind, payload) = hit
            assert isinstance(payload, Place)
            start, end = s.original(s.start(i), s.spans[stop - 1][1])
            found.append(
                Entity(kind, start, end, text[start:end], payload.key, country=payload.country)
            )
            i = stop
            continue
        w = s.words[i]
        if w.country and i not in taken:
            start, end = s.original(s.start(i), s.spans[i][1])
            found.append(
                Entity("nationality", start, end, text[start:end], w.country, country=w.country)
            )
        i += 1
    return tuple(sorted(found, key=lambda e: (e.start, e.end, e.kind)))
