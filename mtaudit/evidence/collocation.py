"""Improbable pairs of frequent words, and how surprising a sentence is to native news.

A pair is called improbable only where native news had ample occasion to write it and never did:
the expected number of occurrences (row total × column total / all pairs, Dunning 1993) is stated
with every finding, and the words that do occur are offered.  The thresholds are chosen on held-out
native news by scripts/measure_language.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..language import BREAK_ID, LanguageStats, Passage, Units
from ..language.gender import genders
from ..language.layout import ADJ, BASE, GEN, relations
from ..language.split import definite
from ..rules import Rule, evidence_of, load_family, make_issue, word_table
from ..types import Document, Evidence, Issue, Segment

# Expected occurrences of a pair that native news never has.  Chosen by scripts/measure_language.py
# so that a major finding stays under 1, a minor one under 3 in 1,000 native sentences.
MAJOR_EXPECTED = {ADJ: 8.0, GEN: 10.0}
MINOR_EXPECTED = {ADJ: 4.0, GEN: 6.0}
# The same for words that never stand within four content words of each other either.
APART_EXPECTED, APART_NEAR = 1.5, 5.0
# Evaluation: the noun is called bad at least so often, never good, and good was to be expected.
POLARITY_SEEN, POLARITY_EXPECTED = 10, 1.0
ALTERNATIVES, SEARCHED = 3, 40
SHORTEST = 3  # units


class Pair(NamedTuple):
    """One pair of the text that native news never has: unit numbers, stems, kind, and how often the
    pair was to be expected."""

    head: int
    tail: int
    stems: tuple[int, int]
    kind: str
    expected: float


class Bits(NamedTuple):
    """Surprisal of one text: how many units, their sum, the highest; breaks are not surprising."""

    units: int
    sum: float
    highest: float


def _bits(passage: Passage) -> Iterator[Bits]:
    bits = passage.bits[passage.ids != BREAK_ID]
    each, at = bits.tolist(), 0
    for units in passage.units:
        first, at = at, at + len(units.ids) - units.ids.count(BREAK_ID)
        own = each[first:at]
        # numpy adds in pairs: more exactly than one by one.
        yield Bits(len(own), float(np.add.reduce(bits[first:at])), max(own, default=0.0))


@cache
def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in word_table("collocation_words.tsv"):
        found.setdefault(row[1], set()).add(row[0])
    return {name: frozenset(words) for name, words in found.items()}


def _side_by_side(units: Units, at: int, pair: Pair) -> bool:
    """Whether a single blank parts the words of a pair: a quotation mark or hash between them makes
    them two phrases (حركة «الاتحاد الشعبي»).  Asked last, for it has to place every word."""
    return units.starts[pair.tail - at] - units.ends[pair.head - at] == 1


class Collocation:
    """The witness; see the module's docstring.

    Features: ``mean_surprisal`` and ``max_surprisal`` in bits a unit, ``unseen_pair_rate`` (share
    of related pairs of known words that native news never has), ``oov_rate`` (share of unknown
    units).
    """

    name = "collocation"

    def __init__(self, stats: LanguageStats | None = None) -> None:
        self.reason = ""
        self._stats = stats
        if stats is None:
            try:
                self._stats = LanguageStats.load()
            except ModelError as error:
                self.reason = f"no language statistics: {error}"
        self._rules: dict[str, Rule] = {rule.code: rule for rule in load_family("collocation")}
        self._genders = genders()
        self._no_article = Evidence(self.name, None, "not part of the article")
        if self._stats is not None:
            self._polar = {
                side: self._stats.stem_ids(sorted(_classes()[side]))
                for side in ("positive", "negative")
            }

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One evidence a segment; all are looked up at once."""
        return self.judge(segments)

    def judge(self, segments: Sequence[Segment]) -> list[Evidence]:
        """The same; each rests on its own segment alone."""
        stats = self._stats
        if stats is None:
            return [Evidence(self.name, None, self.reason) for _ in segments]
        article = [s for s in segments if s.role == "article"]
        passage = stats.read(tuple([s.text for s in article]))
        found = iter(self._article(stats, article, passage))
        return [next(found) if s.role == "article" else self._no_article for s in segments]

    def _article(
        self, stats: LanguageStats, segments: Sequence[Segment], passage: Passage
    ) -> Iterator[Evidence]:
        pairs, related = self._pairs(stats, passage)
        next_pair = 0
        columns = (segments, passage.units, passage.starts, _bits(passage), related)
        for segment, units, at, bits, kin in zip(*columns, strict=False):
            end, own = at + len(units.ids), []
            while next_pair < len(pairs) and pairs[next_pair].head < end:
                own.append(pairs[next_pair])
                next_pair += 1
            yield self._segment(segment, units, at, bits, own, kin)

    def _pairs(self, stats: LanguageStats, passage: Passage) -> tuple[list[Pair], list[int]]:
        """Related pairs of known stems that native news never has, by place; and how many related
        pairs of known stems each text has."""
        classes, article = stats.classes[passage.ids], stats.article[passage.ids]
        unknown = (passage.ids == 0).nonzero()[0].tolist()
        if unknown:
            names = [name for units in passage.units for name in units.names]
            classes[unknown] = BASE
            article[unknown] = [definite(names[i]) for i in unknown]
        found = relations(classes, article)
        unseen: list[Pair] = []
        heads: list[NDArray[np.int64]] = []
        for kind, places in ((ADJ, found.adj), (GEN, found.gen)):
            both = passage.stems[places]
            known = (both >= 0).all(axis=1)
            places, both = places[known], both[known]
            heads.append(places[:, 0])
            new = stats.lookup(kind, (both[:, 0] << 16) | both[:, 1]) == 0
            places, both = places[new], both[new]
            expected = stats.expected(kind, both[:, 0], both[:, 1]).tolist()
            unseen += [
                Pair(head, tail, (one, two), kind, by_chance)
                for (head, tail), (one, two), by_chance in zip(
                    places.tolist(), both.tolist(), expected, strict=True
                )
            ]
        unseen.sort(key=lambda pair: pair.head)
        related = np.sort(np.concatenate(heads)).searchsorted(passage.starts)
        return unseen, np.diff(related).tolist()

    def _segment(
        self, segment: Segment, units: Units, at: int, bits: Bits, pairs: list[Pair], related: int
    ) -> Evidence:
        if bits.units < SHORTEST:
            return Evidence(self.name, None, "too short: fewer than three words")
        features = {
            "mean_surprisal": bits.sum / bits.units,
            "max_surprisal": bits.highest,
            "oov_rate": units.ids.count(0) / bits.units,
        }
        if related:
            features["unseen_pair_rate"] = len(pairs) / related
        issues = [
            self._issue(segment, units, at, pair, code)
            for pair in pairs
            if (code := self._code(units, at, pair)) and _side_by_side(units, at, pair)
        ]
        return evidence_of(self.name, segment, issues, features)

    def _code(self, units: Units, at: int, pair: Pair) -> str:
        """The code of an unseen pair; empty where it earns none."""
        assert self._stats is not None
        head, tail = units.names[pair.head - at], units.names[pair.tail - at]
        noun = self._genders.noun(head)
        if not noun or self._genders.verb(head):
            return ""
        if pair.kind == ADJ:
            lemma = self._genders.lemma(tail)
            if not lemma or (noun != self._genders.adjective(tail)):
                return ""
            if self._against_polarity(pair, lemma):
                return "collocation.polarity"
            if lemma in _classes()["generic"] or lemma in self._genders.nationalities:
                return ""
        elif not self._genders.noun(tail):
            return ""
        if (head[2:] if definite(head) else head) in _classes()["head"]:
            return ""
        if pair.expected >= MAJOR_EXPECTED[pair.kind]:
            return "collocation.improbable"
        if pair.expected >= MINOR_EXPECTED[pair.kind]:
            return "collocation.unusual"
        apart = (
            pair.expected >= APART_EXPECTED
            and self._stats.expected_near(*pair.stems) >= APART_NEAR
            and not self._met(pair)
        )
        return "collocation.apart" if apart else ""

    def _met(self, pair: Pair) -> bool:
        """Whether native news has the two near each other."""
        assert self._stats is not None
        one, two = sorted(pair.stems)
        return bool(self._stats.lookup("near", np.array([one << 16 | two]))[0])

    def _against_polarity(self, pair: Pair, lemma: str) -> bool:
        """A noun that native news calls bad and never good is called good, or the reverse."""
        assert self._stats is not None
        for here, other in (("positive", "negative"), ("negative", "positive")):
            if lemma in _classes()[here] and not self._met(pair):
                head = pair.stems[0]
                same = self._stats.lookup(ADJ, (head << 16) | self._polar[here])
                against = self._stats.lookup(ADJ, (head << 16) | self._polar[other])
                heads = np.full(self._polar[here].shape, head)
                expected = self._stats.expected(ADJ, heads, self._polar[here])
                return bool(
                    same.sum() == 0
                    and against.sum() >= POLARITY_SEEN
                    and expected.sum() >= POLARITY_EXPECTED
                )
        return False

    def _issue(self, segment: Segment, units: Units, at: int, pair: Pair, code: str) -> Issue:
        start, end = units.span(pair.head - at, pair.tail - at)
        head, tail = units.names[pair.head - at], units.names[pair.tail - at]
        assert self._stats is not None
        others = self._alternatives(head, tail, pair)
        before = segment.text[start : units.span(pair.head - at, pair.head - at)[1]]
        return make_issue(
            self._rules[code], segment.text, start, end, base=segment.start, witness=self.name,
            suggestion=" / ".join(f"{before} {word}" for word in others) or None,
            more={"expected": round(pair.expected, 2), "occur": others, "kind": pair.kind},
            head=self._stats.written(head), tail=self._stats.written(tail),
            expected=f"{pair.expected:.0f}" if pair.expected >= 2 else f"{pair.expected:.1f}",
            others="، ".join(others) or "—",
        )  # fmt: skip

    def _alternatives(self, head: str, tail: str, pair: Pair) -> list[str]:
        """Words that native news does write after this head, in the form that fits here."""
        assert self._stats is not None
        found = []
        for stem, _ in self._stats.collocates(head, pair.kind, SEARCHED):
            forms = self._stats.units_of_stem(stem)
            fitting = next((form for form in forms if self._fits(form, head, tail, pair.kind)), "")
            if fitting:
                found.append(self._stats.written(fitting))
            if len(found) == ALTERNATIVES:
                break
        return found

    def _fits(self, form: str, head: str, tail: str, kind: str) -> bool:
        """Whether ``form`` could stand where ``tail`` does: article, gender, tanwin."""
        table = self._genders
        if definite(form) != definite(tail):
            return False
        if kind == GEN:
            return bool(table.noun(form)) and not table.verb(form)
        lemma = table.lemma(form)
        if not lemma or lemma in _classes()["generic"] or lemma in table.nationalities:
            return False
        same_tanwin = (form[-1] == "ا") == (tail[-1] == "ا")
        return same_tanwin and table.adjective(form) == table.noun(head)
