"""Broken agreement: gender of demonstratives, adjectives and verbs; case; unlinked relatives.

Every decision rests on how native news agrees (docs/LANGUAGE_STATS.md): a word whose gender was
not seen often enough, or was seen both ways, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ModelError
from ..language import LanguageStats, Units
from ..language.gender import Genders, genders
from ..language.layout import BASE, FUNCTION_WORDS, HEAD_MARKERS, unit_class
from ..language.split import BREAK, definite
from ..normalize import strip_marks
from ..rules import Rule, evidence_of, load_family, make_issue
from ..types import Document, Evidence, Issue, Segment

THIS = {"هذا": "m", "هذه": "f"}
SUBJECT_AFTER = frozenset(["ان", "لان", "لكن"])
VERB_PARTICLES = frozenset(["لن", "لم", "لا", "قد", "س+"])
KANA = frozenset([
    "كان", "كانت", "يكون", "تكون", "اصبح", "اصبحت", "يصبح", "تصبح", "ليس", "ليست",
])  # fmt: skip
INNA = frozenset(["ان", "لان"])
RELATIVES = frozenset(["الذي", "التي"])
# How far a relative clause is searched for its returning pronoun, in units.
CLAUSE = 14
OTHER = {"m": "f", "f": "m"}
# All that is looked for stands at one of these or right behind it.
_TELLING = THIS.keys() | RELATIVES | KANA | INNA | HEAD_MARKERS | SUBJECT_AFTER | frozenset([BREAK])


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding before its words are filled in.

    ``first`` and ``last`` are unit numbers; ``changed`` is the unit that ``right`` (folded) should
    stand for, in the suggestion and as ``{right}``; ``fields`` name units for the messages.
    """

    code: str
    first: int
    last: int
    changed: int
    right: str
    fields: dict[str, int]


class Agreement:
    """The witness; see the module's docstring."""

    name = "agreement"

    def __init__(self, stats: LanguageStats | None = None) -> None:
        self.reason = ""
        self._stats = stats
        if stats is None:
            try:
                self._stats = LanguageStats.load()
            except ModelError as error:
                self.reason = f"no language statistics: {error}"
        self._genders = genders()
        self._rules: dict[str, Rule] = {rule.code: rule for rule in load_family("agreement")}

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One evidence a segment; abstains on furniture and without statistics."""
        return self.judge(segments)

    def judge(self, segments: Sequence[Segment]) -> list[Evidence]:
        """The same; each rests on its own segment alone."""
        if self._stats is None:
            return [Evidence(self.name, None, self.reason) for _ in segments]
        article = tuple([s.text for s in segments if s.role == "article"])
        read = iter(self._stats.read(article).units)
        return [
            self._segment(segment, next(read))
            if segment.role == "article"
            else Evidence(self.name, None, "not part of the article")
            for segment in segments
        ]

    def _segment(self, segment: Segment, units: Units) -> Evidence:
        if len(units.names) < 3:
            return Evidence(self.name, None, "too short: fewer than two words")
        issues = [self._issue(segment, units, found) for found in self._findings(units)]
        return evidence_of(self.name, segment, issues)

    def _issue(self, segment: Segment, units: Units, found: Finding) -> Issue:
        start, end = units.span(found.first, found.last)
        words: dict[str, Any] = {
            name: _word(segment.text, units, at) for name, at in found.fields.items()
        }
        suggestion = None
        if found.right:
            right = _rewritten(segment.text, units, found.changed, found.right)
            words["right"] = right
            first, last = units.span(found.changed, found.changed)
            suggestion = segment.text[start:first] + right + segment.text[last:end]
        return make_issue(
            self._rules[found.code], segment.text, start, end, base=segment.start,
            witness=self.name, suggestion=suggestion, **words,
        )  # fmt: skip

    def _findings(self, units: Units) -> Iterator[Finding]:
        names, table = units.names, self._genders
        last = len(names) - 1
        for i in [i for i, name in enumerate(names) if name in _TELLING]:
            unit = names[i]
            if 0 < i < last:
                if unit in THIS:
                    yield from demonstrative(names, i, table)
                elif unit in RELATIVES:
                    yield from relative(names, i)
                elif unit in KANA or unit in INNA:
                    yield from self._case(names, i)
            if i + 1 >= last:
                continue
            if unit in HEAD_MARKERS or unit in THIS:
                yield from adjective(names, i + 1, table)
            elif unit == BREAK or unit in SUBJECT_AFTER:
                yield from subject_verb(names, i + 1, table)

    def _case(self, names: Sequence[str], i: int) -> Iterator[Finding]:
        """Sound masculine plural in the wrong case after كان and إنّ."""
        assert self._stats is not None
        kana, noun = names[i] in KANA, names[i + 1]
        wrong, ending = ("ين", "ون") if kana else ("ون", "ين")
        if not definite(noun) or len(noun) < 7 or not noun.endswith(wrong):
            return
        right = noun[:-2] + ending
        # The other case must be known: "القانون" and "فلسطين" have none.
        if self._stats.words.get(right, 0) >= 10:
            code = "agreement.case-after-kana" if kana else "agreement.case-after-inna"
            yield Finding(code, i, i + 1, i + 1, right, {"before": i, "noun": i + 1})


def _word(text: str, units: Units, index: int) -> str:
    start, end = units.span(index, index)
    return strip_marks(text[start:end])


def _rewritten(text: str, units: Units, index: int, right: str) -> str:
    """The written word of a unit with the unit replaced; untouched letters keep their hamza."""
    word, old = _word(text, units, index), units.names[index]
    place = units.written(index).rfind(old)
    if place < 0 or len(word) != len(units.written(index)):
        return right
    same = _common(old, right)
    tail = _common(old[same:][::-1], right[same:][::-1])
    kept = word[place + len(old) - tail : place + len(old)]
    middle = right[same : len(right) - tail]
    return word[: place + same] + middle + kept + word[place + len(old) :]


def _common(first: str, second: str) -> int:
    """How many letters two words share at their beginning."""
    pairs = zip(first, second, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def demonstrative(names: Sequence[str], i: int, table: Genders) -> Iterator[Finding]:
    """هذه + masculine noun, هذا + feminine noun (or non-human plural)."""
    given = THIS.get(names[i])
    if given is None or not definite(names[i + 1]):
        return
    gender = table.noun(names[i + 1])
    if gender == OTHER[given]:
        right = "هذا" if gender == "m" else "هذه"
        yield Finding("agreement.demonstrative", i, i + 1, i, right, {"this": i, "noun": i + 1})


def adjective(names: Sequence[str], i: int, table: Genders) -> Iterator[Finding]:
    """Definite noun and definite adjective behind a preposition or demonstrative."""
    noun, word = names[i], names[i + 1]
    before = names[i - 1]
    if not (definite(noun) and definite(word)):
        return
    if before in HEAD_MARKERS and not _sentence_part(names[i - 2] if i > 1 else BREAK, table):
        return
    gender, given = table.noun(noun), table.adjective(word)
    if gender and given and gender != given:
        right = word + "ة" if gender == "f" else word[:-1]
        fields = {"noun": i, "adjective": i + 1}
        yield Finding("agreement.adjective", i, i + 1, i + 1, right, fields)


def _sentence_part(unit: str, table: Genders) -> bool:
    """Whether a unit cannot be what a later adjective belongs to: in «القائم بالأعمال الأمريكي»
    the adjective is the envoy's."""
    return unit == BREAK or unit in FUNCTION_WORDS or bool(table.verb(unit))


def subject_verb(names: Sequence[str], i: int, table: Genders) -> Iterator[Finding]:
    """Subject in front of its verb: «أن كييف لن يتمكن»."""
    before = names[i - 1]
    place = table.places.get(names[i], "")
    noun = table.noun(names[i]) if definite(names[i]) and not place else ""
    gender = place or noun
    if not gender or (before == BREAK and not place):
        return
    at = i + 1
    particle = names[at] in VERB_PARTICLES
    if particle and at + 1 < len(names):
        at += 1
    given = table.verb(names[at], imperfect=particle and names[i + 1] != "قد")
    # "إن الحرب لا يعرقلها نقص الأدوات": with a pronoun, the subject comes later.
    pronoun = at + 1 < len(names) and names[at + 1][0] == "+"
    if not given or given == gender or pronoun:
        return
    right = _verb_in(names[at], gender)
    code = "agreement.place-verb" if place else "agreement.subject-verb"
    yield Finding(code, i, at, at, right, {"subject": i, "verb": at})


def _verb_in(verb: str, gender: str) -> str:
    if gender == "f":
        return "ت" + verb[1:] if verb[0] == "ي" else verb + "ت"
    return "ي" + verb[1:] if verb[0] == "ت" and verb[-1] != "ت" else verb[:-1]


def relative(names: Sequence[str], i: int) -> Iterator[Finding]:
    """«الذي تم تكريس الاجتماع»: تم, a verbal noun, its object, and no pronoun that returns."""
    if names[i] not in RELATIVES or names[i + 1] != "تم" or i + 3 >= len(names):
        return
    action, thing = names[i + 2], names[i + 3]
    if unit_class(action) != BASE or definite(action) or not definite(thing):
        return
    for later in names[i + 3 : i + 3 + CLAUSE]:
        if later == BREAK:
            break
        if later[0] == "+" or later in RELATIVES:
            return
    fields = {"relative": i, "action": i + 2, "thing": i + 3}
    yield Finding("agreement.relative-without-link", i, i + 3, i, "", fields)
