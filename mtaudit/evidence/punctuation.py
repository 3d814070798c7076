"""Punctuation habits: spaces, doubled and Latin marks, quotation marks without a partner, dashes.

Weak evidence, sentence by sentence; the features count it so that a detector can weigh it over a
whole document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import regex

from ..normalize import fold, word_count
from ..rules import evidence_of, find, load_family, make_issue, possible
from ..types import Document, Evidence, Issue, Segment

# One habit must not drown the rest: at most so many findings of a code in a segment.
CAP = 3
_DASH = regex.compile(r"(?<=[\p{Arabic}\"”»)])\s([–—-])\s(?=[\p{Arabic}\"“«(])")
# A dash within the first words is a dateline ("دبي – أعلنت"), one before the last words joins two
# halves of a name ("ستار - تريبون").
DATELINE_WORDS, TAIL_WORDS = 6, 4
_EAST, _WEST = regex.compile("[٠-٩]"), regex.compile(r"(?<![\p{L}\p{N}/])[0-9]")
_QUOTES = {family: regex.compile(f"[{family}]") for family in ('"', "“”„")}
_PAIRED = tuple(
    (kind, left, right, regex.compile(f"[{regex.escape(left + right)}]"))
    for kind, left, right in (("quote", "«", "»"), ("bracket", "(", ")"), ("bracket", "[", "]"))
)
_QUOTE_MARK = re.compile('["“”„«»]')
_SMILEY = regex.compile(r"[:;=]-?$")
_ENUMERATOR = regex.compile(r"(?:^|[\s،:؛])(?:\d{1,2}|\p{L})$|[:;=]-?$")


def paragraphs(document: Document, segments: Sequence[Segment]) -> Iterator[list[int]]:
    """Indices of article segments that stand on one line, line by line."""
    group: list[int] = []
    for i, segment in enumerate(segments):
        if group:
            between = document.text[segments[group[-1]].end : segment.start]
            if "\n" in between or segment.role != segments[group[-1]].role:
                yield group
                group = []
        group.append(i)
    if group:
        yield group


def unpaired(text: str) -> Iterator[tuple[str, int]]:
    """(``quote`` or ``bracket``, offset) of marks without a partner in one paragraph.

    Straight and curly marks have no direction that could be trusted in Arabic pages, so they are
    counted.
    """
    for family, mark in _QUOTES.items():
        if sum(map(text.count, family)) % 2 == 0:
            continue
        marks = [m.start() for m in mark.finditer(text)]
        # An inch mark (6.1") is no quotation mark: where there is one, nothing is said.
        if not any(i and text[i - 1].isdigit() for i in marks):
            yield "quote", _odd_one(text, marks)
    for kind, left, right, mark in _PAIRED:
        if left not in text and right not in text:
            continue
        waiting: list[int] = []
        for m in mark.finditer(text):
            at = m.start()
            if m.group() == left:
                if not _SMILEY.match(text[max(0, at - 2) : at]):
                    waiting.append(at)
            elif waiting:
                waiting.pop()
            elif not _ENUMERATOR.search(text[max(0, at - 4) : at]):
                yield kind, at
        for at in waiting:
            yield kind, at


def _odd_one(text: str, marks: Sequence[int]) -> int:
    """Which of an odd number of marks has no partner: one that opens while another is open, as far
    as their neighbours tell; otherwise the last."""
    waiting: int | None = None
    for i in marks:
        opens = (i == 0 or text[i - 1].isspace() or text[i - 1] in "(:،") and not text[
            i + 1 : i + 2
        ].isspace()
        if waiting is None:
            waiting = i
        elif opens:
            return waiting
        else:
            waiting = None
    return marks[-1]


class Punctuation:
    """Pattern rules of ``rules/punctuation.toml`` and what needs a paragraph to be seen."""

    name = "punctuation"

    def __init__(self) -> None:
        rules = load_family(self.name)
        self._patterns = tuple(rule for rule in rules if rule.pattern is not None)
        self._rules = {rule.code.split(".")[1]: rule for rule in rules}

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; furniture is an abstention."""
        issues: list[list[Issue]] = [
            [] if segment.role == "furniture" else self._sentence(segment) for segment in segments
        ]
        for group in paragraphs(document, segments):
            if segments[group[0]].role == "article":
                self._balance(document, segments, group, issues)
        article = [s.text for s in segments if s.role == "article"]
        spaced = sum(map(_spaced_commas, article)) if any(issues) else 0
        found = []
        for segment, mine in zip(segments, issues, strict=True):
            if segment.role == "furniture":
                found.append(Evidence(self.name, None, "furniture"))
                continue
            if mine:
                mine = [self._counted(issue, spaced) for issue in mine]
            found.append(evidence_of(self.name, segment, mine, _features(segment.text, mine)))
        return found

    def _sentence(self, segment: Segment) -> list[Issue]:
        text, base = segment.text, segment.start
        folded = fold(text)
        found: list[Issue] = []
        for rule in possible(self._patterns, text, folded):
            for n, (start, end, match) in enumerate(find(rule, text, folded)):
                if n == CAP:
                    break
                fields = {k: v for k, v in match.groupdict().items() if v and k != "span"}
                if rule.code == "punctuation.missing-space":
                    # A lone mark is hard to see: the words on both sides are marked with it.
                    start, end = start - 1, end + 1
                # The number of the whole page is put in when every sentence has been seen.
                fields.setdefault("count", "{count}")
                found.append(make_issue(rule, text, start, end, base=base, **fields))
        east = _EAST.search(text) if _WEST.search(text) else None
        if east:
            found.append(make_issue(self._rules["mixed-digits"], text, *east.span(), base=base))
        dashes = _dashes(text)
        if len(dashes) == 1 and not any(i.code == "punctuation.copula-dash" for i in found):
            dash = dashes[0]
            before, after = text[: dash.start()].split(), text[dash.end() :].split()
            if len(before) >= DATELINE_WORDS and len(after) >= TAIL_WORDS:
                start = dash.start() - len(before[-1])
                end = dash.end() + len(after[0])
                found.append(make_issue(self._rules["loose-dash"], text, start, end, base=base))
        return found

    def _balance(
        self,
        document: Document,
        segments: Sequence[Segment],
        group: list[int],
        issues: list[list[Issue]],
    ) -> None:
        for i, j in pairwise(group):
            one, two = segments[i], segments[j]
            address = two.text.startswith(("كوم", "نت", "أورغ"))  # "ممزورلد.كوم"
            if one.end == two.start and one.text[-1] in ".؟!" and not address:
                rule = self._rules["missing-space"]
                end = len(one.text)
                start = end - len(one.text.split()[-1])
                issues[i].append(
                    make_issue(rule, one.text, start, end, base=one.start, mark=one.text[-1])
                )
        start = segments[group[0]].start
        text = document.text[start : segments[group[-1]].end]
        for kind, at in unpaired(text):
            for i in group:
                segment = segments[i]
                if segment.start <= start + at < segment.end:
                    here = start + at - segment.start
                    rule = self._rules[f"unclosed-{kind}"]
                    left, right = _with_word(segment.text, here)
                    issues[i].append(
                        make_issue(rule, segment.text, left, right, base=segment.start)
                    )

    @staticmethod
    def _counted(issue: Issue, count: int) -> Issue:
        if issue.code != "punctuation.space-before-comma":
            return issue
        return replace(
            issue,
            message_en=issue.message_en.replace("{count}", str(count)),
            message_ar=issue.message_ar.replace("{count}", str(count)),
            more={**issue.more, "count": count},
        )


def _with_word(text: str, at: int) -> tuple[int, int]:
    """The mark at ``at`` together with the word that it touches, so that it can be seen."""
    after = regex.match(r"[\p{L}\p{M}\p{N}]+", text, pos=at + 1)
    if after:
        return at, after.end()
    before = regex.search(r"[\p{L}\p{M}\p{N}]+$", text[:at])
    return (before.start() if before else at), at + 1


def _spaced_commas(text: str) -> int:
    return sum(map(text.count, (" ،", " ؛", "\u00a0،", "\u00a0؛")))


def _dashes(text: str) -> list[regex.Match[str]]:
    """Spaced dashes and hyphens between words."""
    if " - " not in text and " – " not in text and " — " not in text:
        return []
    return list(_DASH.finditer(text))


def _features(text: str, issues: Sequence[Issue]) -> dict[str, float]:
    commas = text.count("،") + text.count("؛")
    codes = Counter([issue.code.split(".")[1] for issue in issues]) if issues else {}
    words = max(1, word_count(text))
    return {
        "space_before_comma_rate": _spaced_commas(text) / commas if commas else 0.0,
        "commas_per_word": commas / words,
        "quotes_per_word": len(_QUOTE_MARK.findall(text)) / words,
        "quote_balance": float(codes.get("unclosed-quote", 0)),
        "double_space": float("  " in text),
        "dashes": float(len(_dashes(text))),
        "quote_attribution": float(codes.get("quote-attribution", 0)),
    }
