"""Words, phrases and sentences said twice, brackets that gloss themselves, pleonasms, loops."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import regex

from ..normalize import Folded, fold
from ..rules import Rule, evidence_of, load_family, make_issue, word_table
from ..types import Document, Evidence, Issue, Segment, Severity
from ._doubling import LETTER_NAMES, MARKS, honest, in_reach, quoted, repeats, runs_on

# Two sentences that share so much of their words are the same sentence (Jaccard), from so many
# words on; shorter ones repeat in honest prose ("لم يرد على الرسالة").
NEIGHBOUR_SHARE, NEIGHBOUR_WORDS = 0.75, 7
# A loop: three words that come back three times and make up this share of the sentence.
STUTTER, STUTTER_SHARE = 3, 0.3
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_BRACKET = regex.compile(r"\(([^()]{3,80})\)")
# Units and numerals that come back in every list of figures ("3 في المئة … 4 في المئة").
_FIGURES = regex.compile(r"\d|^(?:المئة|المائة|دولار|مليون|مليار|الف|درجة|نقطة|يورو|عام|سنة|ريال)$")


# The same, several times faster, where neither a mark nor an underscore stands in the text.
_SIMPLE = re.compile(r"[^\W_]+")
_MARKED = re.compile(r"[^\w\s!-/:-@\[-^`{-~،؛؟«»“”‘’–—…]|_")


def _words(text: str) -> list[str]:
    """The words of folded text: the strings of its tokens."""
    return _TOKEN.findall(text) if _MARKED.search(text) else _SIMPLE.findall(text)


class Token(NamedTuple):
    """A folded word with its half-open range in the folded text."""

    text: str
    start: int
    end: int


_PROCLITICS = tuple(
    conj + prefix
    for conj in ("", "و", "ف")
    for prefix in ("", "ال", "بال", "كال", "لل", "ب", "ل", "ك")
)


@cache
def _pleonasms() -> dict[str, dict[str, str]]:
    """Every form of a noun with its clitics → the adjectives that say the same, with meanings.

    The adjective shares the noun's definiteness: "الجيش عسكري" would be a sentence.
    """
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for noun, adjective, meaning in word_table("pleonasms.tsv"):
        stem = noun[:-1] + "ت" if noun.endswith("ة") else noun
        for clitic in _PROCLITICS:
            if clitic.endswith(("ال", "لل")):
                table[clitic + noun]["ال" + adjective] = meaning
                continue
            for form in (adjective, adjective + "ا"):
                table[clitic + noun][form] = meaning
            for suffix in ("ه", "ها", "هم", "هما", "نا"):
                table[clitic + stem + suffix]["ال" + adjective] = meaning
    return dict(table)


def _loops(words: list[str]) -> bool:
    """Whether enough of the sentence are words that come back often.  Three of them three times, at
    the least: a sentence of fewer than six repeated words need not be asked."""
    often = sum(n for n in Counter(words).values() if n >= STUTTER)
    return often >= max(3 * STUTTER, STUTTER_SHARE * len(words))


class Repetition:
    """Everything that is said twice; counts as features, findings as issues."""

    name = "repetition"

    def __init__(self) -> None:
        self._rules = {r.code.split(".")[1]: r for r in load_family(self.name)}

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; furniture is an abstention."""
        found = []
        previous: tuple[Segment, list[str]] | None = None
        for segment in segments:
            if segment.role == "furniture":
                found.append(Evidence(self.name, None, "furniture"))
                continue
            folded = fold(segment.text)
            words = _words(folded.text)
            distinct = set(words)
            issues = self._sentence(segment, folded, words, distinct)
            if previous is not None and not segment.heading and not previous[0].heading:
                issues += self._neighbour(segment, words, previous[1])
            previous = segment, words
            features = {
                "repeated_words": float(len(issues)),
                "type_token_ratio": len(distinct) / len(words) if words else 1.0,
            }
            found.append(evidence_of(self.name, segment, issues, features))
        return found

    def _sentence(
        self, segment: Segment, folded: Folded, words: list[str], distinct: set[str]
    ) -> list[Issue]:
        table = _pleonasms()
        nouns = not table.keys().isdisjoint(distinct) and any(
            two in table[one] for one, two in pairwise(words) if one in table
        )
        again = len(words) - len(distinct)
        row = again > 0 and in_reach(words)
        loop = again >= 2 * STUTTER and _loops(words)
        if not (nouns or row or loop or "(" in segment.text):
            return []
        tokens = [Token(m.group(), *m.span()) for m in _TOKEN.finditer(folded.text)]
        found = [*self._pleonasm(segment, folded, tokens)] if nouns else []
        if "(" in segment.text:
            found += self._self_gloss(segment, folded, tokens)
        if row:
            found += self._in_a_row(segment, folded, tokens, words)
        if loop and not any(i.code in ("repetition.phrase", "repetition.stutter") for i in found):
            found += self._stutter(segment, folded, tokens, words)
        return found

    def _issue(
        self,
        rule: Rule,
        segment: Segment,
        folded: Folded,
        span: tuple[int, int],
        severity: Severity | None = None,
        **fields: Any,
    ) -> Issue:
        return make_issue(
            rule,
            segment.text,
            *folded.original(*span),
            base=segment.start,
            witness=self.name,
            severity=severity,
            **fields,
        )

    def _in_a_row(
        self, segment: Segment, folded: Folded, tokens: list[Token], words: list[str]
    ) -> Iterator[Issue]:
        i = 0
        while i < len(words):
            size, times = repeats(words, i)
            last = i + size * times - 1
            if times < 2 or not self._meant_once(segment, folded, tokens, words, i, size, last):
                i += 1
                continue
            speech = quoted(segment.text, folded.original(tokens[i].start, tokens[i].end)[0])
            once = folded.original(tokens[i].start, tokens[i + size - 1].end)
            kind = "stutter" if times > 2 else "word" if size == 1 else "phrase"
            severity: Severity | None = None
            if speech:  # people do say things twice
                severity = "minor" if kind == "word" else "major"
            yield self._issue(
                self._rules[kind],
                segment,
                folded,
                (tokens[i].start, tokens[last].end),
                severity=severity,
                word=segment.text[slice(*once)],
                phrase=segment.text[slice(*once)],
                count=str(times),
            )
            i = last + 1

    @staticmethod
    def _meant_once(
        segment: Segment,
        folded: Folded,
        tokens: list[Token],
        words: list[str],
        first: int,
        size: int,
        last: int,
    ) -> bool:
        """Whether the repetition from token ``first`` to ``last`` can only be a slip."""
        start, end = tokens[first].start, tokens[last].end
        if not runs_on(folded.text[start:end]) or not honest(words[first : first + size]):
            return False
        before, after = folded.text[:start], folded.text[end:]
        if before.endswith("#") or (before[-1:] in MARKS and after[:1] in MARKS and before):
            return False  # a tag; a name in quotation marks ("شيابو شيابو")
        # "شبكة سي إن إن": letters of an abbreviation that is spelt out.
        return not (size == 1 and first and words[first - 1] in LETTER_NAMES)

    def _stutter(
        self, segment: Segment, folded: Folded, tokens: list[Token], words: list[str]
    ) -> Iterator[Issue]:
        counts = Counter(zip(words, words[1:], words[2:], strict=False))
        gram, count = max(counts.items(), key=lambda item: item[1], default=((), 0))
        if count < STUTTER or 3 * count < STUTTER_SHARE * len(words):
            return
        # Figures come back in honest lists, and so do three little words ("من قبل أن").
        if any(_FIGURES.search(w) for w in gram) or sum(len(w) for w in gram) < 10:
            return
        at = next(i for i in range(len(words)) if tuple(words[i : i + 3]) == gram)
        if runs_on(folded.text[tokens[at].start : tokens[at + 2].end]):
            yield self._issue(
                self._rules["stutter"],
                segment,
                folded,
                (tokens[at].start, tokens[at + 2].end),
                count=str(count),
            )

    def _self_gloss(self, segment: Segment, folded: Folded, tokens: list[Token]) -> Iterator[Issue]:
        for match in _BRACKET.finditer(folded.text):
            inside = [t.text for t in tokens if match.start(1) <= t.start < match.end(1)]
            before = [t for t in tokens if t.end <= match.start()][-len(inside) - 1 :]
            if not inside or not before or not any(len(w) > 3 for w in inside):
                continue
            if any(c.isdigit() for w in inside for c in w):
                continue
            plain = [_stem(t.text) for t in before]
            gloss = [_stem(w) for w in inside]
            same = plain[-len(gloss) :] == gloss
            # One more adjective inside: "الولايات المتحدة (الولايات المتحدة الأمريكية)".
            longer = len(gloss) > 2 and plain[-len(gloss) + 1 :] == gloss[:-1]
            if same or longer:
                first = before[-len(gloss) if same else 1 - len(gloss)]
                yield self._issue(
                    self._rules["self-gloss"], segment, folded, (first.start, match.end())
                )

    def _pleonasm(self, segment: Segment, folded: Folded, tokens: list[Token]) -> Iterator[Issue]:
        table = _pleonasms()
        for one, two in pairwise(tokens):
            meaning = table.get(one.text, {}).get(two.text)
            if meaning is None or folded.text[one.end : two.start] != " ":
                continue
            yield self._issue(
                self._rules["pleonasm"],
                segment,
                folded,
                (one.start, two.end),
                fix=segment.text[slice(*folded.original(one.start, one.end))],
                meaning=meaning,
            )

    def _neighbour(self, segment: Segment, words: list[str], before: list[str]) -> Iterator[Issue]:
        if min(len(words), len(before)) < NEIGHBOUR_WORDS:
            return
        # Cheap first: the same sentence keeps half of its words as they are.
        if len(set(words).intersection(before)) * 2 < min(len(words), len(before)):
            return
        mine, other = {_stem(w) for w in words}, {_stem(w) for w in before}
        figures = {w for w in mine ^ other if any(c.isdigit() for c in w)}
        share = len(mine & other) / len(mine | other)
        if share >= NEIGHBOUR_SHARE and not figures:
            yield make_issue(
                self._rules["neighbour"],
                segment.text,
                0,
                len(segment.text),
                base=segment.start,
                witness=self.name,
                more={"share": round(share, 2)},
            )


def _stem(word: str) -> str:
    """Without conjunction, preposition and article, for comparing only."""
    for prefix in ("وال", "بال", "كال", "فال", "لل", "ال"):
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            return word[len(prefix) :]
    return word
