"""Page furniture told apart from the article, line by line.  The rules are in ``furniture.toml``.

Whatever is called furniture is not judged, so the rules lean the other way: a line is article until
a rule matches the whole of it, a heading of related articles ends the article only where other
signs agree, and a text is never furniture altogether.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import regex

from ..errors import UsageError
from ..normalize import fold
from ..segment import line_spans
from ..types import Block, Note

Scope = Literal["line", "to-end", "glued-prefix", "block", "around"]
_HEADINGS = ("to-end", "block")
_SCOPES = ("line", "to-end", "glued-prefix", "block", "around")
_FIELDS = {
    "id", "scope", "pattern", "reason_en", "reason_ar", "examples", "counter",
    "position", "ends", "lines", "long",
}  # fmt: skip

# Longer lines are tried against the rules marked ``long`` only, and never beyond the second bound
# (the longest furniture met, cookie notices, has some 300 characters).
_SHORT_LINE, _LONGEST_LINE = 130, 330
# Lines from here on count as paragraphs of an article; titles are shorter.
_PARAGRAPH = 100
# "top" means among so many first lines.
_TOP_LINES = 8
# Titles below a heading of related articles, in the middle of an article.
_TITLES = 5
_BULLETS = " \t\u00a0•●▪■◾►▶*|–—-»›"
_TRAILERS = " \t\u00a0:|…»›<–—-"
_MANY_CARDS = 2
_HEADLINE_LIKE = ("read-also-title", "live-label", "translated-list-counter")
# Less article than this is not an article: the rules must have misread the page.
_LEAST_ARTICLE = 40


@dataclass(frozen=True, slots=True)
class FurnitureRule:
    """One rule; the fields are described at the top of ``furniture.toml``."""

    id: str
    scope: Scope
    pattern: regex.Pattern[str]
    reason_en: str
    reason_ar: str
    examples: tuple[str, ...]
    counter: tuple[str, ...]
    position: Literal["", "top"] = ""
    ends: bool = False
    lines: int = 0
    long: bool = False


_RELATED = (
    "related-news",
    "other articles below this one on the page",
    "مقالات أخرى تحت هذا المقال في الصفحة",
)


@cache
def rules() -> tuple[FurnitureRule, ...]:
    """The rules of ``furniture.toml`` in their order; the first that matches a line wins."""
    source = resources.files("mtaudit.read").joinpath("furniture.toml").read_text("utf-8")
    return parse(tomllib.loads(source))


def parse(data: Mapping[str, Any]) -> tuple[FurnitureRule, ...]:
    """Rules of a parsed file.  Raises :class:`UsageError` naming the rule."""
    fragments = dict(data.get("fragments", {}))
    found = []
    for raw in data.get("rule", ()):
        where = f"furniture.toml, rule {raw.get('id', '?')}"
        if set(raw) - _FIELDS or raw.get("scope") not in _SCOPES:
            raise UsageError("unknown field or scope", where=where, mend="see the file's head")
        pattern = raw["pattern"]
        for _ in range(3):  # fragments may hold fragments
            for name, fragment in fragments.items():
                pattern = pattern.replace(f"<<{name}>>", fragment)
        values = dict(raw)
        try:
            values["pattern"] = regex.compile(fold(pattern).text, regex.IGNORECASE)
        except regex.error as error:
            raise UsageError(f"bad pattern: {error}", where=where, mend="mend it") from error
        values["examples"] = tuple(raw.get("examples", ()))
        values["counter"] = tuple(raw.get("counter", ()))
        found.append(FurnitureRule(**values))
    return tuple(found)


def match_line(line: str, number: int = 0) -> tuple[FurnitureRule, int] | None:
    """The rule for one stripped line, and the length of its furniture part.

    ``number`` is the line's place in the text, from 0, blank lines not counted.
    """
    folded = fold(line)
    length = len(folded.text)
    core = folded.text.lstrip(_BULLETS).rstrip(_TRAILERS)
    if core.endswith(".."):
        core = core.rstrip(". ")
    forms = dict.fromkeys((core, folded.text))
    for rule in rules():
        bound = _LONGEST_LINE if rule.long else _SHORT_LINE
        if length > bound and rule.scope != "glued-prefix":
            continue
        if rule.position == "top" and number >= _TOP_LINES:
            continue
        if rule.scope == "glued-prefix":
            if found := rule.pattern.match(folded.text):
                return rule, folded.original(*found.span("label"))[1]
        elif any(rule.pattern.fullmatch(form) for form in forms):
            return rule, len(line)
    return None


def find_blocks(text: str) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Blocks that cover every line of ``text``, in order, and notes on what was decided."""
    spans = list(line_spans(text))
    lines = [text[start:end] for start, end in spans]
    found = [match_line(line, n) for n, line in enumerate(lines)]
    labels: list[FurnitureRule | None] = [
        hit[0] if hit and hit[0].scope != "glued-prefix" else None for hit in found
    ]
    # The headline is the article's even where it reads like a link ("شاهد.. الجيش يتقدم").
    if labels and labels[0] and (labels[0].scope in _HEADINGS or labels[0].id in _HEADLINE_LIKE):
        labels[0] = None
    _around(lines, labels)
    end = _article_end(lines, labels)
    _titles_below(lines, labels, end)

    blocks: list[Block] = []
    for n, (start, stop) in enumerate(spans):
        rule = labels[n]
        hit = found[n]
        if rule is not None:
            _add(blocks, start, stop, (rule.id, rule.reason_en, rule.reason_ar))
            continue
        if hit is not None and hit[0].scope == "glued-prefix":
            label_end = start + len(lines[n][: hit[1]].rstrip())
            _add(blocks, start, label_end, (hit[0].id, hit[0].reason_en, hit[0].reason_ar))
            start += len(lines[n]) - len(lines[n][hit[1] :].lstrip())
        _add(blocks, start, stop, _RELATED if n > end else None)

    article = sum(b.end - b.start for b in blocks if b.role == "article")
    whole = sum(stop - start for start, stop in spans)
    if article < min(_LEAST_ARTICLE, whole):
        kept = (Block(spans[0][0], spans[-1][1], "article"),) if spans else ()
        return kept, (_note_nothing_left(),) if article < whole else ()
    notes = (_note_cut(lines[end], len(lines) - end - 1),) if end < len(lines) - 1 else ()
    return tuple(blocks), notes


def _add(blocks: list[Block], start: int, end: int, reason: tuple[str, str, str] | None) -> None:
    if start >= end:
        return
    role: Literal["article", "furniture"] = "furniture" if reason else "article"
    code, reason_en, reason_ar = reason or ("", "", "")
    last = blocks[-1] if blocks else None
    if last and last.role == role and last.reason_code == code:
        blocks[-1] = Block(last.start, end, role, code, reason_en, reason_ar)
    else:
        blocks.append(Block(start, end, role, code, reason_en, reason_ar))


def _bare(line: str) -> str:
    return fold(line).text.strip(_BULLETS + _TRAILERS)


def _around(lines: Sequence[str], labels: list[FurnitureRule | None]) -> None:
    """ "العربية / منذ 30 دقائق / - العربية": the outlet's name above and below the age."""
    for n, rule in enumerate(labels):
        if rule is None or rule.scope != "around" or not 0 < n < len(lines) - 1:
            continue
        above, below = _bare(lines[n - 1]), _bare(lines[n + 1])
        if above == below and len(above) <= 40:
            for m in (n - 1, n + 1):
                labels[m] = labels[m] or rule


def _article_end(lines: Sequence[str], labels: Sequence[FurnitureRule | None]) -> int:
    """Index of the heading behind which everything is other articles; else the last line's.

    A heading such as "اقرأ أيضاً" also stands in the middle of articles, above a link or two.  It
    ends the article where two paragraphs precede it (one, behind a line that only stands at an
    article's end: keywords, source, comments) and either such a line stands before it, or half
    of the text does, or what follows is a list of news cards.
    """
    whole = sum(map(len, lines)) or 1
    cards = sum(rule is not None and rule.scope == "around" for rule in labels)
    before = paragraphs = 0
    ended = False
    for n, (line, rule) in enumerate(zip(lines, labels, strict=True)):
        cards -= rule is not None and rule.scope == "around"
        if rule is None:
            # Another paragraph behind "the end" means that it was none.
            if len(line) >= _PARAGRAPH:
                paragraphs += 1
                ended = False
        elif rule.scope == "to-end":
            closes = ended or before >= whole / 2 or cards >= _MANY_CARDS
            if closes and paragraphs >= (1 if ended else 2):
                return n
        elif rule.ends:
            ended = True
        before += len(line)
    return len(lines) - 1


def _titles_below(lines: Sequence[str], labels: list[FurnitureRule | None], end: int) -> None:
    """Short titles under a heading that did not end the article belong to the heading."""
    headings = [(n, r) for n, r in enumerate(labels[: end + 1]) if r and r.scope in _HEADINGS]
    for n, rule in headings:
        for m in range(n + 1, min(end + 1, n + 1 + (rule.lines or _TITLES))):
            # A full stop makes it a sentence, and some length a paragraph, of the article.
            if len(lines[m]) > _SHORT_LINE or lines[m][-1] in ".،؛":
                break
            labels[m] = labels[m] or rule


def _note_cut(heading: str, count: int) -> Note:
    heading = heading[:60]
    return Note(
        "related-news",
        f"{count} lines after “{heading}” are other articles and are not judged.",
        f"بعد «{heading}» {count} من الأسطر لمقالات أخرى، ولا يشملها الحكم.",
    )


def _note_nothing_left() -> Note:
    return Note(
        "furniture-uncertain",
        "Every line looks like page furniture; the whole text is judged as article.",
        "كل الأسطر تشبه لوازم الصفحة، فعُدّ النص كله مقالًا.",
    )
