"""Discourse: a speaker lost inside the statement, a verb without its object, an event "by" a year,
an opening that points back to nothing, a quotation that never ends.

What a sentence means is not understood here: every rule waits for a shape that leaves no honest
reading, and says nothing otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import ahocorasick
import regex

from ..entities.reader import Entity, entities
from ..normalize import Folded, fold
from ..rules import evidence_of, load_family, make_issue, word_table
from ..types import Document, Evidence, Issue, Segment

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\u0640]+")
_CLAUSE_END = regex.compile(r"[.،؛:؟!()\"«»“”–]|\s-\s")
# "in fact" and its kin between the copula and the name that cannot stand there.
_INDEED = r"(?: في (?:الحقيقة|الواقع|الاساس|النهاية)| بالفعل| حقا| فعلا| ايضا| بالتالي)?"
_THING = regex.compile(r"(?<!\p{L})(?:هذ[اه]|تلك|ذلك) [^.]{3,50} (?:هو|هي) ")
_BEFORE = regex.compile(r"(?:^|ان|بان|لان|فان|وان|،)$")
# The year is a limit all the same: "to begin talks by 2022".
_AHEAD = regex.compile(
    r"(?<!\p{L})(?:س[يتن]\p{L}{3,}|ان|لن|ب?البدء|بدء|الشروع|الدخول|المشاركة)(?!\p{L})"
)
# Begin with ل and are no complement.
_NO_COMPLEMENT = frozenset(("لا", "لم", "لن", "لان", "لكن", "لكي", "لدي", "لما", "لماذا", "لقد"))
_RELATIVE = frozenset(("الذي", "التي", "الذين", "اللذين", "ما", "مما", "بما", "والتي", "والذي"))
_PREPOSITIONS = frozenset(("في", "من", "الي", "علي", "عن", "مع", "بين", "ضد", "عبر", "لدي"))
# Beyond so many words the object may stand anywhere.
REACH = 10
QUOTES = '"“”„«»'
# A text of one sentence is a sentence, not an article: its beginning says nothing.
ARTICLE_SENTENCES = 2


class Verb(NamedTuple):
    """A verb that needs an object: its citation form, frames and a usual object."""

    verb: str
    frames: tuple[str, ...]
    object: str


@cache
def _words(kind: str) -> tuple[str, ...]:
    return next(tuple(row[1].split(",")) for row in word_table("discourse_words.tsv")
                if row[0] == kind)  # fmt: skip


@cache
def _verbs() -> dict[str, Verb]:
    """Every form → its verb."""
    table = {}
    for verb, forms, frames, thing in word_table("transitive_verbs.tsv"):
        for form in forms.split(","):
            table[form] = Verb(verb, tuple(frames.split(",")), thing)
    return table


@cache
def _verbs_joined() -> frozenset[str]:
    """Every form, bare and behind "and"."""
    return frozenset(prefix + form for form in _verbs() for prefix in ("", "و"))


@cache
def _we() -> ahocorasick.Automaton:
    """Finds the words of "we" inside others: most sentences have none."""
    automaton = ahocorasick.Automaton()
    for word in _words("we"):
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def _any(words: Sequence[str]) -> str:
    return "(?:" + "|".join(sorted(map(regex.escape, words), key=len, reverse=True)) + ")"


@cache
def _pattern(name: str) -> regex.Pattern[str]:
    """The expressions that are built from the word table, over folded text."""
    if name == "we":
        return regex.compile(rf"(?<!\p{{L}})(?:[وف]?س?|ل){_any(_words('we'))}(?!\p{{L}})")
    if name == "said":
        # Stems: with clitics and person prefixes before and endings behind them.
        return regex.compile(
            rf"(?<!\p{{L}})[وفسلب]?[يتن]?{_any(_words('said'))}\p{{L}}{{0,3}}(?!\p{{L}})"
        )
    if name == "thing-is":
        return regex.compile(
            rf"(?P<before>\S*)\s*(?<!\p{{L}})(?P<span>(?:هذ[اه]|تلك|ذلك) {_any(_words('thing'))}"
            rf"(?: ال\p{{Arabic}}+){{0,2}} (?:هو|هي){_INDEED})\s+$"
        )
    if name == "by-year":
        return regex.compile(
            rf"(?<!\p{{L}})في (?:ال)?{_any(_words('event'))}(?: (?:ال)?(?!بحلول)\p{{Arabic}}+)?"
            r" (?P<span>بحلول (?:(?P<unit>عام|سنة) )?(?P<year>(?:19|20)\d\d))(?!\d)"
        )
    if name == "happened":
        endings = r"(?:ت|ا|وا|ها|ه|تها|ته|وها|وه)?"
        return regex.compile(rf"(?<!\p{{L}})[وف]?{_any(_words('happened'))}{endings}(?!\p{{L}})")
    return regex.compile(
        rf"^(?P<span>[وف]?(?:(?:اعلن|قال|صرح|اكد|ذكر|جاء|حدث|كشف|افاد)ت? (?:عن )?(?:ب?ذلك|هذا)"
        rf"|{_any(_words('opening'))} (?:(?:الي|علي) )?ب?ان(?:ه|ها|هم)?))(?!\p{{L}})"
    )


class Discourse:
    """Rules of ``rules/discourse.toml``; furniture is an abstention."""

    name = "discourse"

    def __init__(self) -> None:
        self._rules = {rule.code.split(".")[1]: rule for rule in load_family(self.name)}

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment."""
        found: dict[int, list[Issue]] = defaultdict(list)
        article = [s for s in segments if s.role == "article"]
        for issue_of, segment in self._of_article(document, article):
            found[segment.index].append(issue_of)
        return [
            Evidence(self.name, None, "furniture")
            if segment.role == "furniture"
            else evidence_of(
                self.name, segment, [*found.get(segment.index, ()), *self._sentence(segment)]
            )
            for segment in segments
        ]

    def _issue(self, code: str, segment: Segment, start: int, end: int, **fields: Any) -> Issue:
        """``start`` and ``end`` are offsets into the segment's own text."""
        return make_issue(
            self._rules[code], segment.text, start, end, base=segment.start, witness=self.name,
            **fields,
        )  # fmt: skip

    # One sentence

    def _sentence(self, segment: Segment) -> Iterator[Issue]:
        text = fold(segment.text).text
        if "بحلول" in text:
            yield from self._by_past_year(segment)
        if not _verbs_joined().isdisjoint(text.split()):
            yield from self._without_object(segment)
        if ((" هو " in text or " هي " in text) and _THING.search(text)) or (
            next(_we().iter(text), None) is not None and _pattern("we").search(text)
        ):
            yield from self._fused(segment, text)

    def _fused(self, segment: Segment, folded: str) -> Iterator[Issue]:
        """A sentence that ends in a titled person where only a statement can end."""
        text = segment.text
        known = entities(text)
        people = [e for e in known if e.kind == "person"]
        if not people or not _ends_with(text, people[-1], known):
            return
        person = people[-1]
        titles = [e for e in known if e.kind == "title"]
        before = next((t for t in titles if t.end <= person.start
                       and not text[t.end : person.start].strip()), None)  # fmt: skip
        if before is None:
            return
        head = fold(text[: before.start])
        match = _pattern("thing-is").search(head.text)
        if match and _BEFORE.search(match["before"]):
            start, _ = head.original(*match.span("span"))
            yield self._issue("fused-attribution", segment, start, person.end, name=person.text)
            return
        # Two titles around one name, at the end of what "we" say; any verb of saying, quotation
        # or dash may be what joins the name to it.
        parted = any(mark in text for mark in (*QUOTES, ":", " - ", " – "))
        if segment.heading or parted or _pattern("said").search(folded):
            return
        behind = any(t.start >= person.end and not text[person.end : t.start].strip(" ،")
                     for t in titles)  # fmt: skip
        if behind and _pattern("we").search(head.text):
            end = len(text.rstrip(" .!؟"))
            yield self._issue("fused-attribution", segment, before.start, end, name=person.text)

    def _by_past_year(self, segment: Segment) -> Iterator[Issue]:
        folded = fold(segment.text)
        for match in _pattern("by-year").finditer(folded.text):
            before = folded.text[: match.start()]
            marks = [mark.end() for mark in _CLAUSE_END.finditer(before)]
            before = before[marks[-1] if marks else 0 :]
            verbs = list(_pattern("happened").finditer(before))
            if not verbs or _AHEAD.search(before, verbs[-1].end()):
                continue
            fix = f"{match['unit'] or 'عام'} {match['year']}"
            start, end = folded.original(*match.span("span"))
            yield self._issue("by-past-year", segment, start, end, fix=fix)

    def _without_object(self, segment: Segment) -> Iterator[Issue]:
        folded = fold(segment.text)
        tokens = list(_WORD.finditer(folded.text))
        for i, token in enumerate(tokens):
            form = token.group()
            verb = _verbs().get(form) or _verbs().get(form.removeprefix("و"))
            if verb is None or (i and tokens[i - 1].group() in _RELATIVE):
                continue
            stop = _CLAUSE_END.search(folded.text, token.end())
            limit = stop.start() if stop else len(folded.text)
            clause = [t for t in tokens[i + 1 :] if t.end() <= limit]
            # A comma may stand before the object; only what the sentence ends with is whole.
            if stop and folded.text[stop.start() :].strip(' .!"»”)'):
                continue
            if not clause or len(clause) > REACH:
                continue
            agent, names = _agent(segment.text, folded, clause)
            rest = clause[agent:]
            while agent and rest and rest[0].group() in _words("adverb"):
                rest = rest[1:]
            if not agent or not _complements(rest, verb.frames, names):
                continue
            start, _ = folded.original(*token.span())
            _, end = folded.original(*clause[-1].span())
            actor = slice(*folded.original(clause[0].start(), clause[agent - 1].end()))
            yield self._issue(
                "verb-without-object", segment, start, end,
                verb=verb.verb, object=verb.object, agent=segment.text[actor],
            )  # fmt: skip

    # The article

    def _of_article(
        self, document: Document, article: Sequence[Segment]
    ) -> Iterator[tuple[Issue, Segment]]:
        body = [s for s in article if not s.heading]
        if body and len(body) >= ARTICLE_SENTENCES and body[0] is article[0]:
            folded = fold(body[0].text)
            match = _pattern("opening").search(folded.text)
            if match:
                span = folded.original(*match.span("span"))
                yield self._issue("orphan-opening", body[0], *span), body[0]
        lines = list(_lines(document, article))
        for line, following in pairwise(lines):
            first = line[0]
            if first.text[0] not in '"“„«' or _balanced(line):
                continue
            goes_on = following[0].text[0] in QUOTES or not _balanced(following)
            if not goes_on and not following[0].heading:
                end = _WORD.search(first.text)
                if end:
                    yield self._issue("unclosed-quotation", first, 0, end.end()), first


def _lines(document: Document, article: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Article segments that stand on one line, line by line."""
    group: list[Segment] = []
    for segment in article:
        if group and "\n" in document.text[group[-1].end : segment.start]:
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _balanced(line: Sequence[Segment]) -> bool:
    """Whether every quotation that opens on the line is closed on it."""
    text = " ".join(segment.text for segment in line)
    straight = sum(map(text.count, '"“”„'))
    return straight % 2 == 0 and text.count("«") == text.count("»")


def _ends_with(text: str, person: Entity, known: Sequence[Entity]) -> bool:
    """Whether nothing but a title or a place of the person's follows the name."""
    tail = list(text)
    for entity in known:
        if entity.start >= person.end:
            tail[entity.start : entity.end] = " " * (entity.end - entity.start)
    rest = "".join(tail[person.end :]).strip(" .!؟،")
    return set(rest.split()) <= {"في", "لدى", "ل", "ب"}


def _agent(text: str, folded: Folded, clause: Sequence[regex.Match[str]]) -> tuple[int, set[int]]:
    """(words of ``clause`` that name who acts, 0 for none; folded offsets of words in names)."""
    names: set[int] = set()
    end = 0
    for entity in entities(text):
        if entity.kind not in ("place", "organisation", "person", "title", "nationality"):
            continue
        inside = [t for t in clause if _within(folded, t, entity)]
        names |= {t.start() for t in inside}
        if inside and entity.kind != "nationality" and inside[0].start() <= clause[end].start():
            end = max(end, clause.index(inside[-1]) + 1)
            if end == len(clause):
                break
    if not end and clause[0].group() in _words("agent"):
        end = 1
    return end, names


def _within(folded: Folded, token: regex.Match[str], entity: Entity) -> bool:
    """Whether the word ends inside the entity (a proclitic may stand before it)."""
    return entity.start < folded.offsets[int(token.end()) - 1] + 1 <= entity.end


def _complements(rest: Sequence[regex.Match[str]], frames: Sequence[str], names: set[int]) -> bool:
    """Whether ``rest`` is prepositional complements and what belongs to them, and no object.

    The first word must begin one of ``frames``; every later one must be definite, a name or begin
    another complement, since an indefinite noun may be the object that came late.
    """
    free = False
    for i, token in enumerate(rest):
        word = token.group()
        prefixed = word.startswith("ل") and len(word) > 3 and word not in _NO_COMPLEMENT
        if i == 0 and word not in frames and not ("ل" in frames and prefixed):
            return False
        if word in _PREPOSITIONS:
            free = True
            continue
        if not (free or prefixed or token.start() in names
                or word.startswith(("ال", "وال", "بال", "لل"))):  # fmt: skip
            return False
        free = False
    return bool(rest)
