"""One person spelt in several ways: inside a document, and against clean reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .gazetteer import gazetteer
from .people import Person
from .reader import Entity
from .similarity import name_words, spelling_similarity, token_similarity

# From here up two words are one name spelt twice; see similarity.same_name.
SAME = 0.85
# A surname carries the person where nothing else is known of them: it must be closer.
SAME_FAMILY = 0.88
MIN_WORD = 4
# Of a misread name (جوردان إيمان السفادي) the rest is compared by spelling alone.
SAME_REST = 0.8


@dataclass(frozen=True, slots=True)
class Variant:
    """``mention`` (an index into the people given) spells ``word`` where the document mostly, or
    Arabic news usually, has ``usual``.  ``accepted``: the odd spelling occurs in good Arabic too;
    ``times``/``usual_times``: how often each stands in the document."""

    mention: int
    word: str
    usual: str
    accepted: bool
    times: int
    usual_times: int


def spelling_key(word: str) -> str:
    """A folded word without what writers vary on by habit, not by ear: the article, final ة/ه."""
    word = word.removeprefix("ال") if len(word) > 4 else word
    return word[:-1] + "ه" if word.endswith("ة") else word.replace("ئ", "ي").replace("ؤ", "و")


def _slots(people: Sequence[Person]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Mentions by what must agree: (person or surname, "given") and (person or given, "family").

    Values are (mention, word spelt there)."""
    slots: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for i, person in enumerate(people):
        words = name_words(person.name)
        if person.known is not None:
            who = person.known.english
            size = max(1, len(person.known.family[0].split()))
            if len(person.words) <= size:
                slots[who, "family"].append((i, words[-1]))
                continue
        elif len(words) < 2:
            continue
        else:
            who = ""
        slots[who or spelling_key(words[-1]), "given"].append((i, words[0]))
        slots[who or spelling_key(words[0]), "family"].append((i, words[-1]))
    return slots


def variants(people: Sequence[Person]) -> tuple[Variant, ...]:
    """Odd spellings among the mentions of one document, in mention order.

    Two spellings are of one person when the other half of the name agrees (or a known person is
    meant) and they are alike by ear.  The odd one is that which Arabic news does not use; else the
    rarer; else the later.
    """
    found: list[Variant] = []
    for (who, slot), uses in _slots(people).items():
        by_key: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for use in uses:
            by_key[spelling_key(use[1])].append(use)
        if len(by_key) < 2:
            continue
        known = next((p.known for p in people if p.known and p.known.english == who), None)
        accepted: set[str] = set()
        if known is not None:
            for name in known.family if slot == "family" else known.given:
                accepted.update(spelling_key(w) for w in name.split())
        ranked = sorted(by_key, key=lambda k: (k not in accepted, -len(by_key[k]), by_key[k][0][0]))
        limit = SAME_FAMILY if slot == "family" else SAME
        for n, odd in enumerate(ranked[1:], 1):
            for usual in ranked[:n]:
                if not _one_name(odd, usual, limit):
                    continue
                shown = Counter(word for _, word in by_key[usual]).most_common(1)[0][0]
                found += [
                    Variant(i, word, shown, odd in accepted, len(by_key[odd]), len(by_key[usual]))
                    for i, word in by_key[odd]
                ]
                break
    return tuple(sorted(found, key=lambda v: v.mention))


def _one_name(a: str, b: str, limit: float) -> bool:
    return min(len(a), len(b)) >= MIN_WORD and token_similarity(a, b) >= limit


def names_against(
    document_entities: Iterable[Entity], reference_entities: Iterable[Entity]
) -> tuple[tuple[Entity, str], ...]:
    """People of a suspect text whose name every clean report spells otherwise.

    Returns (entity of the suspect, spelling of the reports: the most frequent one).  Empty where
    the reports do not name the person or one of them spells the name the same way.
    """
    clean = [e for e in reference_entities if e.kind == "person"]
    found = []
    for entity in document_entities:
        if entity.kind != "person":
            continue
        words = name_words(entity.text)
        same = [c for c in clean if _same_person(entity, words, c)]
        if not same:
            continue
        spelt = {spelling_key(w) for c in same for w in name_words(c.text)}
        odd = [w for w in words if spelling_key(w) not in spelt]
        odd = [w for w in odd if any(spelling_similarity(spelling_key(w), s) > 0.6 for s in spelt)]
        if not odd:
            continue
        fuller = [c.text for c in same if len(name_words(c.text)) >= min(2, len(words))]
        usual = Counter(fuller or [c.text for c in same]).most_common(1)[0][0]
        found.append((entity, usual))
    return tuple(found)


def _same_person(entity: Entity, words: tuple[str, ...], other: Entity) -> bool:
    if entity.known and other.known:
        return entity.known == other.known
    theirs = name_words(other.text)
    if len(words) > 2 and words[0] in gazetteer().transliterated:
        return _rest_agrees(words[1:], theirs)
    if len(words) < 2 or len(theirs) < 2:
        return False
    return (
        token_similarity(words[0], theirs[0]) >= SAME
        and token_similarity(words[-1], theirs[-1]) >= SAME_FAMILY
    )


def _rest_agrees(words: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return len(words) == len(theirs) and all(
        spelling_similarity(spelling_key(a), spelling_key(b)) >= SAME_REST
        for a, b in zip(words, theirs, strict=True)
    )
