"""What a sentence denies: the negated word and its stem, so that two sentences can be compared.

Only particles that always negate are read (ما is "what" more often than "not").  "Still" (لا يزال),
"at least" (لا يقل عن), "especially" (لا سيما) and "only" (لا … إلا) deny nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..normalize import WORD, fold

# Folded forms.  The verb or predicate follows; غير and عدم deny the noun behind them.
_PARTICLE = re.compile(r"(?:[وف])?(?:لا|لم|لن|ليس|ليست|ليسوا|لست|لسنا|عدم|بعدم|لعدم|غير)")
_NO_DENIAL = frozenset(
    ["يزال", "تزال", "يزالون", "نزال", "ازال", "زال", "زالت", "يزل", "تزل", "سيما", "بد", "يقل",
     "تقل", "شك", "فقط", "وحده", "وحدها"]
)  # fmt: skip
_ONLY = frozenset(["الا", "سوي"])
_CLAUSE_END = re.compile(r"[.،؛:!؟?\n]")
_PROCLITICS = re.compile(r"^(?:[وف](?=..))?(?:[بلك](?=ال))?(?:ال|لل)?")
_PREFIX = re.compile(r"^(?:س?[يتنا])(?=...)")
_SUFFIX = re.compile(r"(?<=..)(?:ون|وا|ان|ين|تا|ت|ن|ا|ه|ها|هم|ي)$")
_JUSSIVE = {"يكن": "كون", "تكن": "كون", "كان": "كون", "كانت": "كون", "كانوا": "كون"}


@dataclass(frozen=True, slots=True)
class Denial:
    """``start``/``end``: original offsets from the particle to the denied word; ``stem`` of that
    word; ``around``: the stems of the words near it."""

    start: int
    end: int
    stem: str
    around: frozenset[str]


def stem(word: str) -> str:
    """A folded word without proclitics, tense prefix and ending: enough to know it again."""
    if word in _JUSSIVE:
        return _JUSSIVE[word]
    word = _PROCLITICS.sub("", word)
    word = _PREFIX.sub("", word)
    return _SUFFIX.sub("", word)


@dataclass(frozen=True, slots=True)
class Statements:
    """What a sentence affirms, by stem (original offsets, stems around), and what it denies."""

    affirmed: dict[str, list[tuple[tuple[int, int], frozenset[str]]]]
    denied: tuple[Denial, ...]

    def count(self, stem: str) -> tuple[int, int]:
        """How often a stem is denied, and how often it stands at all."""
        denied = sum(1 for denial in self.denied if denial.stem == stem)
        return denied, denied + len(self.affirmed.get(stem, ()))


NEAR = 3  # words on each side that must share something before two sentences are compared


def statements(text: str) -> Statements:
    """What ``text`` affirms and denies, word by word."""
    folded = fold(text)
    found = list(WORD.finditer(folded.text))
    words = [match.group() for match in found]
    stems = [stem(word) for word in words]
    denied: list[Denial] = []
    taken: set[int] = set()
    for i, word in enumerate(words[:-1]):
        if not _PARTICLE.fullmatch(word):
            continue
        taken.add(i)
        follower = words[i + 1]
        gap = folded.text[found[i].end() : found[i + 1].start()]
        if follower in _NO_DENIAL or gap.strip() or _restricted(folded.text, found[i + 1].end()):
            continue
        taken.add(i + 1)
        start, _ = folded.original(found[i].start(), found[i].end())
        _, end = folded.original(found[i + 1].start(), found[i + 1].end())
        denied.append(Denial(start, end, stems[i + 1], _near(stems, i + 1, words)))
    affirmed: dict[str, list[tuple[tuple[int, int], frozenset[str]]]] = {}
    for i, one in enumerate(stems):
        if i not in taken and len(one) >= 2:
            span = folded.original(found[i].start(), found[i].end())
            affirmed.setdefault(one, []).append((span, _near(stems, i, words)))
    return Statements(affirmed, tuple(denied))


def _restricted(text: str, start: int) -> bool:
    """Whether "except" follows in the clause: not … but is an affirmation."""
    end = _CLAUSE_END.search(text, start)
    return not _ONLY.isdisjoint(text[start : end.start() if end else len(text)].split())


def _near(stems: list[str], i: int, words: list[str]) -> frozenset[str]:
    places = [*range(max(0, i - NEAR), i), *range(i + 1, min(len(stems), i + 1 + NEAR))]
    return frozenset(
        stems[k] for k in places if len(words[k]) >= 4 and not _PARTICLE.fullmatch(words[k])
    )


def reversed_claims(suspect: str, reference: str) -> list[tuple[str, str]]:
    """(words of ``suspect``, words of ``reference``) where one denies what the other affirms.

    The same stem must stand in both, with at least one word of its surroundings.
    """
    mine, theirs = statements(suspect), statements(reference)
    found: list[tuple[str, str]] = []
    for here, there, flip in ((mine, theirs, False), (theirs, mine, True)):
        for denial in here.denied:
            ours, ours_in_all = here.count(denial.stem)
            others, others_in_all = there.count(denial.stem)
            # Said both ways in one sentence: only a whole count tells which of them is meant.
            if others >= ours or (ours != ours_in_all and ours_in_all != others_in_all):
                continue
            places = there.affirmed.get(denial.stem, ())
            span = next((s for s, near in places if not denial.around.isdisjoint(near)), None)
            if span is None:
                continue
            text, other = (reference, suspect) if flip else (suspect, reference)
            pair = text[denial.start : denial.end], other[slice(*span)]
            found.append((pair[1], pair[0]) if flip else pair)
    return found
