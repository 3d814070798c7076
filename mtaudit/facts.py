"""What two sentences that say the same thing state: names, titles, places, numbers, dates, and who
says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .entities import Entity, entities, same_name, speakers
from .entities.negation import reversed_claims
from .errors import ModelError
from .normalize import WORD, fold
from .stems import content_stems, content_words
from .types import Fact

# Kinds that are compared by key; the nationality in a title is part of the title.
COMPARED = ("person", "place", "organisation", "number", "percent", "money", "date", "ordinal")
AMOUNTS = ("number", "percent", "money")
# same_name's documentation: from here up a difference is one of spelling.
SAME_NAME = 0.88


def read_entities(text: str) -> tuple[Entity, ...]:
    """The entities of a sentence; none where the list of names is not installed."""
    try:
        return entities(text)
    except ModelError:
        return ()


def fact_keys(text: str) -> frozenset[str]:
    """What a sentence's names, places and amounts are compared by."""
    found = set()
    for entity in read_entities(text):
        if entity.kind in ("person", "place", "organisation", "nationality"):
            # A country and its people name one thing here: روسيا, الروسي.
            found.add(entity.country if entity.kind == "nationality" else entity.key)
        elif entity.kind in AMOUNTS and entity.value is not None:
            found.add(f"#{entity.value:g}")
        elif entity.kind in COMPARED:
            found.add(entity.key)
    return frozenset(found)


def plain_stems(text: str) -> Mapping[str, float]:
    """The content stems of a sentence with their weights, without its names, titles and dates:
    what it says of them."""
    named = [(e.start, e.end) for e in read_entities(text) if e.kind not in AMOUNTS]
    kept = {
        word.stem
        for word in content_words(text)
        if not any(a < word.end and word.start < b for a, b in named)
    }
    return {stem: weight for stem, weight in content_stems(text).items() if stem in kept}


def compare_facts(suspect: str, reference: str) -> tuple[Fact, ...]:
    """Facts of ``suspect`` held against ``reference``: agrees, differs, absent (not in the clean
    sentence), extra (only there).

    Facts differ only where they stand in the same place: two amounts before the same word, two
    names or dates between the same words.  A claim differs where one sentence denies it.
    """
    everything = read_entities(reference)
    left = _distinct(read_entities(suspect))
    right = _distinct(everything)
    nations = {e.country: e for e in everything if e.kind == "nationality"}
    facts: list[Fact] = []
    used: set[int] = set()
    for entity in left:
        match = next(
            (n for n, other in enumerate(right) if n not in used and same_entity(entity, other)),
            None,
        )
        if match is None:
            # "بريطانيا" in one report is "القوات البريطانية" in another.
            nation = nations.get(entity.key) if entity.kind == "place" else None
            if nation is not None:
                facts.append(Fact("place", "agrees", entity.text, nation.text))
            continue
        used.add(match)
        facts.append(Fact(entity.kind, "agrees", entity.text, right[match].text))
        facts += _titles(entity, right[match])
    met = {fact.suspect for fact in facts}
    rest = [e for e in left if e.text not in met]
    others = [e for n, e in enumerate(right) if n not in used]
    for entity in rest:
        other = _counterpart(entity, left, right, suspect, reference) or _in_its_place(
            entity, others, suspect, reference
        )
        if other is not None:
            facts.append(Fact(entity.kind, "differs", entity.text, other.text))
            others = [e for e in others if e is not other]
        else:
            facts.append(Fact(entity.kind, "absent", entity.text))
    facts += [Fact(entity.kind, "extra", "", entity.text) for entity in others]
    facts += _speakers(suspect, reference, everything)
    facts += [
        Fact("negation", "differs", one, other)
        for one, other in reversed_claims(suspect, reference)
    ]
    return tuple(facts)


def _distinct(found: Sequence[Entity]) -> list[Entity]:
    seen: dict[tuple[str, str], Entity] = {}
    for entity in found:
        if entity.kind in COMPARED:
            seen.setdefault((entity.kind, entity.key), entity)
    return list(seen.values())


def same_entity(a: Entity, b: Entity) -> bool:
    """Whether two entities are one: the same key, amount or date, or one name in two spellings."""
    if a.key == b.key:
        return True
    if a.kind in AMOUNTS and b.kind in (*AMOUNTS, "ordinal"):
        return a.value is not None and a.value == b.value
    if a.kind == b.kind == "date":
        return a.key in b.key or b.key in a.key
    return a.kind == b.kind == "person" and same_name(a.text, b.text) >= SAME_NAME


def _speakers(suspect: str, reference: str, theirs: Sequence[Entity]) -> list[Fact]:
    """Who says it: compared where the suspect sentence names a speaker."""
    said = speakers(reference, theirs)
    facts = []
    for speaker in speakers(suspect, read_entities(suspect)):
        same = next((other for other in said if same_entity(speaker, other)), None)
        if same is not None:
            facts.append(Fact("speaker", "agrees", speaker.text, same.text))
        elif said:
            facts.append(Fact("speaker", "differs", speaker.text, said[0].text))
        else:
            facts.append(Fact("speaker", "absent", speaker.text))
    return facts


def _titles(a: Entity, b: Entity) -> list[Fact]:
    if a.kind != "person" or not (a.role and b.role):
        return []
    same = a.role == b.role and (a.country == b.country or not (a.country and b.country))
    return [Fact("title", "agrees" if same else "differs", a.title, b.title)]


def _counterpart(
    entity: Entity,
    left: Sequence[Entity],
    right: Sequence[Entity],
    suspect: str,
    reference: str,
) -> Entity | None:
    """The one amount of the same kind on the other side that counts the same thing."""
    if entity.kind not in AMOUNTS or entity.value is None:
        return None
    mine = [e for e in left if e.kind == entity.kind]
    theirs = [e for e in right if e.kind == entity.kind]
    if len(mine) != 1 or len(theirs) != 1 or theirs[0].value is None:
        return None
    counted = _next_word(suspect, entity.end), _next_word(reference, theirs[0].end)
    return theirs[0] if counted[0] and counted[0] == counted[1] else None


def _in_its_place(
    entity: Entity, others: Sequence[Entity], suspect: str, reference: str
) -> Entity | None:
    """The one fact of the same kind that stands between the same words on the other side."""
    here = _neighbours(suspect, entity)
    found = [
        other
        for other in others
        if other.kind == entity.kind and _agree(here, _neighbours(reference, other))
    ]
    return found[0] if len(found) == 1 else None


def _neighbours(text: str, entity: Entity) -> tuple[list[str], list[str]]:
    """Two words before (the nearer first) and two behind, punctuation off."""
    before = fold(text[max(0, entity.start - 60) : entity.start]).text
    after = fold(text[entity.end : entity.end + 60]).text
    return WORD.findall(before)[:-3:-1], WORD.findall(after)[:2]


def _agree(one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]) -> bool:
    """Both sides equal for a word, or one side for two; an edge of the sentence agrees with one."""
    same = [
        sum(1 for a, b in zip(x, y, strict=False) if a == b) if x and y else int(not x and not y)
        for x, y in zip(one, other, strict=True)
    ]
    first = [x[:1] == y[:1] for x, y in zip(one, other, strict=True)]
    return all(first) or (any(first) and max(same) == 2)


def _next_word(text: str, end: int) -> str:
    words = text[end:].split()
    return words[0].strip("،.؛:!؟»\"'()").removeprefix("ال") if words else ""
