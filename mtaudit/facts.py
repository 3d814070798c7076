"""What two sentences that say the same thing state: names, titles, places, numbers, dates."""

from __future__ import annotations

from collections.abc import Sequence

from .entities import Entity, entities, same_name
from .errors import ModelError
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


def compare_facts(suspect: str, reference: str) -> tuple[Fact, ...]:
    """Facts of ``suspect`` held against ``reference``: agrees, differs, absent (not in the clean
    sentence), extra (only there).

    Numbers differ only where both sentences hold exactly one of a kind before the same word.
    """
    everything = read_entities(reference)
    left = _distinct(read_entities(suspect))
    right = _distinct(everything)
    nations = {e.country: e for e in everything if e.kind == "nationality"}
    facts: list[Fact] = []
    used: set[int] = set()
    for entity in left:
        match = next(
            (n for n, other in enumerate(right) if n not in used and _same(entity, other)), None
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
        other = _counterpart(entity, left, right, suspect, reference)
        if other is not None:
            facts.append(Fact(entity.kind, "differs", entity.text, other.text))
            others = [e for e in others if e is not other]
        else:
            facts.append(Fact(entity.kind, "absent", entity.text))
    facts += [Fact(entity.kind, "extra", "", entity.text) for entity in others]
    return tuple(facts)


def _distinct(found: Sequence[Entity]) -> list[Entity]:
    seen: dict[tuple[str, str], Entity] = {}
    for entity in found:
        if entity.kind in COMPARED:
            seen.setdefault((entity.kind, entity.key), entity)
    return list(seen.values())


def _same(a: Entity, b: Entity) -> bool:
    if a.key == b.key:
        return True
    if a.kind in AMOUNTS and b.kind in (*AMOUNTS, "ordinal"):
        return a.value is not None and a.value == b.value
    if a.kind == b.kind == "date":
        return a.key in b.key or b.key in a.key
    return a.kind == b.kind == "person" and same_name(a.text, b.text) >= SAME_NAME


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


def _next_word(text: str, end: int) -> str:
    words = text[end:].split()
    return words[0].strip("،.؛:!؟»\"'()").removeprefix("ال") if words else ""
