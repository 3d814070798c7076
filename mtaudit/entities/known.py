"""Well-known people: which of them a name means, and which surnames resemble theirs."""

from __future__ import annotations

from functools import cache, lru_cache

from .gazetteer import Known, gazetteer, is_ordinary
from .similarity import same_name, skeleton, token_similarity

# A surname this close to a known one is taken for it (same_name); below it, for another name.
FUZZY_FAMILY = 0.88
# ... and where no title or given name stands beside it.
FUZZY_ALONE = 0.95
MIN_ALONE = 7
# Surnames shorter than this are too easily something else when not spelt exactly.
MIN_FUZZY = 6
# Given names: from here up the same person spelt by another ear, below another person
# (جاريد كوشنر, تشارلز كوشنر).
SAME_GIVEN = 0.75


def _of_given(rare: str, person: Known) -> bool:
    """Whether a rare spelling is the given name's, not the surname's: the nearer one decides."""
    given = max((same_name(rare, name) for name in person.given), default=0.0)
    return given > max(same_name(rare, name) for name in person.family)


@cache
def families() -> dict[str, tuple[Known, ...]]:
    """Known people by surname spelling, rare ones too."""
    found: dict[str, list[Known]] = {}
    for person in gazetteer().known:
        for name in (*person.family, *person.rare):
            if name in person.rare and _of_given(name, person):
                continue
            people = found.setdefault(name, [])
            if person not in people:
                people.append(person)
    return {name: tuple(people) for name, people in found.items()}


@cache
def _by_skeleton() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in families():
        if len(name) >= MIN_FUZZY - 1:
            found.setdefault(skeleton(name), []).append(name)
    return {key: tuple(names) for key, names in found.items()}


@cache
def first_words() -> frozenset[str]:
    return frozenset(name.split()[0] for name in families())


@cache
def given_beginnings() -> frozenset[tuple[str, ...]]:
    """The first words of known people's given names that are several words: رجب طيب."""
    found: set[tuple[str, ...]] = set()
    for person in gazetteer().known:
        for given in person.given:
            words = given.split()
            found.update(tuple(words[:n]) for n in range(2, len(words) + 1))
    return frozenset(found)


@lru_cache(maxsize=16384)
def near_family(name: str, limit: float = FUZZY_FAMILY) -> str:
    """The known surname that ``name`` is a spelling of (``same_name`` of at least ``limit``);
    empty where there is none."""
    if name in families():
        return name
    if len(name) < MIN_FUZZY or " " in name or is_ordinary(name):
        return ""
    tables = gazetteer()
    # Another person's well-attested name is no misspelling of this one.
    if name in tables.given or name in tables.names:
        return ""
    best, score = "", limit
    for other in _by_skeleton().get(skeleton(name), ()):
        alike = same_name(name, other)
        if alike >= score:
            best, score = other, alike
    return best


@lru_cache(maxsize=8192)
def identify(words: tuple[str, ...], countries: tuple[str, ...] = ()) -> tuple[Known | None, bool]:
    """The known person that these folded words name, and whether spelt in an accepted way.

    A bare surname that several known people share is decided by ``countries`` or not at all.
    """
    for cut in range(len(words)):
        family = " ".join(words[cut:])
        near = near_family(family)
        if not near:
            continue
        given = " ".join(words[:cut])
        candidates = []
        for person in families()[near]:
            if not given or given in person.given or not set(words[:cut]).isdisjoint(person.given):
                score = 1.0
            else:
                score = max(
                    (token_similarity(words[0], g.split()[0]) for g in person.given), default=0.0
                )
                if given in person.rare:
                    score = max(score, SAME_GIVEN)
            if score >= SAME_GIVEN:
                candidates.append((score, person))
        if not candidates:
            return None, False
        best = max(score for score, _ in candidates)
        people = [person for score, person in candidates if score == best]
        if len(people) > 1:
            people = [p for p in people if set(p.countries) & set(countries)]
        if len(people) != 1:
            return None, False
        person = people[0]
        return person, family in person.family and best == 1.0
    return None, False
