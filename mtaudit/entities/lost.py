"""What a round trip lost: names that the gloss lacks, numbers that the way back lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .english import matches_english
from .reader import Entity, entities

_UNITS = dict(
    zip(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
         "eighteen", "nineteen"),
        range(20), strict=True,
    )
)  # fmt: skip
_TENS = dict(
    zip(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        range(20, 100, 10), strict=True,
    )
)  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "bn": 10**9,
           "trillion": 10**12, "m": 10**6, "dozen": 12}  # fmt: skip
_ORDINALS = dict(
    zip(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
         "tenth"),
        range(1, 11), strict=True,
    )
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+")


def english_numbers(text: str) -> tuple[float, ...]:
    """Values of the numbers of an English sentence (figures, words, scales), in order."""
    found: list[float] = []
    total = group = 0.0
    open_ = figure = False
    end = 0

    def close() -> Iterator[float]:
        nonlocal total, group, open_, figure
        if open_:
            yield total + group
        total = group = 0.0
        open_ = figure = False

    for match in _NUMBER.finditer(text):
        word, between = match.group().lower(), text[end : match.start()]
        end = match.end()
        if open_ and between.strip(" -"):
            found += close()
        if word[0].isdigit():
            found += close()
            grouped = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word)
            plain = word.replace(",", "") if grouped else word
            try:
                group, open_, figure = float(plain.replace(",", ".")), True, True
            except ValueError:
                open_ = False
        elif word in _SCALES and (open_ or word in ("hundred", "thousand", "million", "billion")):
            if not open_:
                group = 1.0
            if word in ("hundred", "dozen"):
                group *= _SCALES[word]
            else:
                total, group = total + group * _SCALES[word], 0.0
            open_ = True
        elif word in _UNITS or word in _TENS:
            if figure:
                found += close()
            group, open_ = group + float(_UNITS.get(word, _TENS.get(word, 0))), True
        elif word in _ORDINALS:
            found += close()
            found.append(float(_ORDINALS[word]))
        elif not (word == "and" and open_):
            found += close()
    found += close()
    return tuple(found)


def names_lost(arabic: str, english: str) -> tuple[Entity, ...]:
    """People, places and organisations of an Arabic sentence that its gloss does not hold."""
    kinds = ("person", "place", "organisation")
    return tuple(
        e for e in entities(arabic) if e.kind in kinds and not matches_english(e.text, english)
    )


def _values(text: str) -> list[float]:
    values = []
    for entity in entities(text):
        if entity.value is not None:
            values.append(entity.value)
        elif entity.kind == "date":
            values += [float(part) for part in re.findall(r"\d+", entity.key)]
    return values


def arabic_numbers_lost(original: str, back: str) -> tuple[Entity, ...]:
    """Numbers, percentages, sums and dates of ``original`` that ``back`` (Arabic too) lacks.

    A value may stand in figures on one side and in words on the other; ordinals count as their
    figure (المادة الخامسة = المادة 5).
    """
    keys = {e.key for e in entities(back)}
    values = _values(back)
    return tuple(
        e for e in entities(original)
        if e.kind in ("number", "percent", "money", "date", "ordinal", "time")
        and e.key not in keys
        and not (e.value is not None and e.value in values)
        and not _date_in(e, keys)
    )  # fmt: skip


def _date_in(entity: Entity, keys: set[str]) -> bool:
    """A date is kept when a fuller or barer form of it stands there."""
    if entity.kind != "date" or entity.key.startswith("weekday"):
        return False
    tail = entity.key.split("-", 1)[-1].lstrip("-")
    return any(
        key.startswith(entity.key) or (entity.key.startswith(key) and len(key) > 3)
        or (entity.key.startswith("--") and key.endswith(tail))
        for key in keys if re.match(r"\d{4}|--", key)
    )  # fmt: skip
