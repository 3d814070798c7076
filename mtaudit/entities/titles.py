"""Titles before and after a name: what completes them, which country they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from .gazetteer import Place, Title, gazetteer
from .known import identify
from .words import CLOSE, Sentence, phrase_at

MAX_TITLE = 9  # words of a title with its complements
_TITLE = frozenset(("title",))
_PLACE = frozenset(("place",))
_BEFORE_COUNTRY = frozenset(("في", "لدي"))
# Former, next, acting …: a title that says nothing of today.
_FORMER = frozenset(
    ("السابق", "السابقة", "الاسبق", "الاسبقة", "الراحل", "الراحلة", "سابقا", "المخلوع", "المعزول")
)


@dataclass(frozen=True, slots=True)
class TitleReading:
    """A title phrase: words ``[first, end)``; ``countries`` in order of mention.

    ``several`` is true where adjectives are joined by و (الرئيسان الروسي والأمريكي);
    ``doubled`` is the word range of a country named again after its own adjective.
    """

    first: int
    end: int
    role: str
    state: bool
    countries: tuple[str, ...]
    several: bool
    former: bool
    noun_country: bool
    doubled: tuple[int, int] | None


def title_at(s: Sentence, i: int) -> TitleReading | None:
    """The title that begins at word ``i`` with what completes it: ministry, nationality, state."""
    found = phrase_at(s, i, _TITLE)
    if found is None:
        return None
    j, (_, _, title) = found
    assert isinstance(title, Title)
    countries: list[str] = []
    several = former = noun = False
    doubled = None
    limit = min(len(s.words), i + MAX_TITLE)
    opened = title.open
    while j < limit and (s.gap(j - 1) == " " or (s.gap(j - 1) in CLOSE and opened)):
        w = s.words[j]
        two = w.text + " " + s.words[j + 1].text if j + 1 < len(s.words) else ""
        tables = gazetteer()
        if two in tables.adjectives:
            countries.append(tables.adjectives[two])
            j += 2
            continue
        if w.country and w.bare.startswith("ال") and w.skip <= 1 and not _is_name_start(s, j):
            several = several or w.skip == 1
            countries.append(w.country)
            j += 1
            continue
        if w.text in _FORMER:
            former = True
            j += 1
            continue
        at = j + 1 if w.text in _BEFORE_COUNTRY and j + 1 < len(s.words) else j
        place = phrase_at(s, at, _PLACE)
        if place is not None and not _is_name_start(s, at):
            if w.skip and s.words[at].text[0] not in "ل":
                break  # و/ب before a country: another clause
            payload = place[1][2]
            assert isinstance(payload, Place)
            bound = at > j or w.skip or not countries
            if payload.country and bound:
                if payload.country in countries and payload.country == payload.key:
                    doubled = (j, place[0])
                noun = noun or not countries
                if not countries or at == j:
                    countries.append(payload.country)
                j = place[0]
                continue
            break
        inner = phrase_at(s, j, _TITLE)
        if inner is not None and not opened:
            break
        if w.given or (w.known and w.nameable) or w.text[0].isdigit():
            break
        if w.function and not (
            opened and (w.text.startswith("ال") or w.text in ("باسم", "لشؤون", "عام"))
        ):
            break
        if w.text.startswith("ال") or (opened and not w.nameable):
            if not opened and not w.text.startswith("ال"):
                break
            j += 1
            continue
        break
    return TitleReading(
        i, j, title.role, title.state, tuple(countries), several, former, noun, doubled
    )


def _is_name_start(s: Sentence, j: int) -> bool:
    """A word that is an adjective or place but begins a name here: تركي الفيصل, إسرائيل كاتس."""
    w = s.words[j]
    if not w.given:
        return known_pair(s, j)
    return j + 1 < len(s.words) and s.words[j + 1].nameable and s.gap(j) in CLOSE


def known_pair(s: Sentence, j: int) -> bool:
    """Whether words ``j`` and ``j + 1`` are a well-known person, spelt in an accepted way."""
    if j + 1 >= len(s.words) or not s.words[j + 1].known or s.gap(j) not in CLOSE:
        return False
    return identify((s.words[j].bare, s.words[j + 1].text))[1]
