"""The catalogue of issue codes: data files with a reason, examples and a fix for every code.

A code lives in ``mtaudit/evidence/rules/<family>.toml`` as one ``[[rule]]`` table.  A rule with a
``pattern`` is found by :func:`find`; a rule without one is raised by the witness named in
``witness`` (it needs more than a regular expression), and stands here for its words and examples.

Fields of a rule
    ``code``           ``family.name``, stable for ever
    ``category``       MQM-Core dimension (see :data:`mtaudit.types.CATEGORIES`)
    ``severity``       minor | major | critical
    ``confidence``     0–1: share of its findings that a reader confirms, as far as measured
    ``reason_en/_ar``  what is wrong, for an editor; ``{name}`` placeholders are filled per finding
    ``suggestion``     the fix; may use ``{name}``; ``no_suggestion`` tells the editor
                       what to do where no wording can be offered; ``no_suggestion_ar`` in Arabic
    ``wrong``          texts in which the rule must fire
    ``right``          the same said well: must not fire
    ``counter``        good Arabic that looks alike: must not fire
    ``pattern``        regular expression over *folded* text (``raw = true``: over the original);
                       ``<<name>>`` inserts a fragment of :data:`FRAGMENTS`; group ``span``, where
                       present, is what gets marked
    ``anchors``        literal strings, one of which must stand in the text (speed only)
    ``keys``           the same for families of hundreds of rules, written by a script: lists of
                       literal strings, one of each list must stand in the text, its words and
                       marks taken with one blank around each (speed only)
    ``needs``          a cheap regular expression (standard library's) that must match the text
                       first, where the pattern is slow and no literal can be an anchor
    ``unless``         regular expression: a match that it matches too (same text) is let go
    ``furniture``      true: also looked for in page furniture
    ``source_language`` ISO code of the language that the text was probably translated from
    ``native_per_1000`` findings per 1,000 sentences of native news, written by a script
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import resources
from string import Formatter
from typing import Any

import regex

from .errors import UsageError
from .normalize import Folded, fold, whole_words, word_count
from .score import damage
from .types import CATEGORIES, SEVERITIES, Category, Evidence, Issue, Segment, Severity

# A sentence of ordinary length in Arabic news, in words: the unit of :func:`strength`.
USUAL_WORDS = 25
STRENGTH_CAP = 3.0

# Proclitics as Arabic news writes them (Ryding 2005, A Reference Grammar of MSA, ch. 16).
FRAGMENTS: Mapping[str, str] = {
    "b": r"(?<![\p{L}\p{N}_])",  # left word edge
    "e": r"(?![\p{L}\p{N}_])",  # right word edge
    "conj": r"(?:[وف])?",
    "prep": r"(?:[بلك])?",
    "clitics": r"(?:[وف])?(?:[بك]ال|لل|ال|[بلك])?",
    "al": r"(?:[وف])?(?:[بك]?ال|لل)",
    "word": r"[\p{Arabic}]+",
}

_KNOWN = {
    "code", "category", "severity", "confidence", "reason_en", "reason_ar", "suggestion",
    "no_suggestion", "no_suggestion_ar", "wrong", "right", "counter", "pattern", "raw", "anchors",
    "keys", "unless", "needs", "furniture", "source_language", "native_per_1000", "witness",
}  # fmt: skip
_NEEDED = ("code", "category", "severity", "confidence", "reason_en", "reason_ar", "wrong")


@dataclass(frozen=True, slots=True)
class Rule:
    """One issue code; see the module's docstring for the fields."""

    code: str
    category: Category
    severity: Severity
    confidence: float
    reason_en: str
    reason_ar: str
    wrong: tuple[str, ...]
    right: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    suggestion: str | None = None
    no_suggestion: str = ""
    no_suggestion_ar: str = ""
    pattern: regex.Pattern[str] | None = None
    raw: bool = False
    anchors: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    unless: regex.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    furniture: bool = False
    source_language: str = ""
    native_per_1000: float | None = None
    witness: str = ""
    family: str = field(default="")


def _compile(expression: str, where: str) -> regex.Pattern[str]:
    for name, fragment in FRAGMENTS.items():
        expression = expression.replace(f"<<{name}>>", fragment)
    try:
        return regex.compile(expression)
    except regex.error as error:
        raise UsageError(f"bad pattern: {error}", where=where, mend="mend the rule file") from error


def parse_rules(data: Mapping[str, Any], where: str) -> tuple[Rule, ...]:
    """Rules of one parsed TOML file.  Raises :class:`UsageError` naming the rule and field."""
    rules = []
    family = where.rsplit("/", 1)[-1].removesuffix(".toml")
    for i, raw in enumerate(data.get("rule", ())):
        place = f"{where}, rule {raw.get('code', i + 1)}"
        unknown = set(raw) - _KNOWN
        missing = [name for name in _NEEDED if not raw.get(name)]
        if unknown or missing:
            raise UsageError(
                f"unknown fields {sorted(unknown)}, missing fields {missing}",
                where=place,
                mend="see the field list in mtaudit/rules.py",
            )
        if raw["category"] not in CATEGORIES or raw["severity"] not in SEVERITIES:
            raise UsageError("unknown category or severity", where=place, mend="see types.py")
        if not raw.get("suggestion") and not raw.get("no_suggestion"):
            raise UsageError("neither suggestion nor no_suggestion", where=place, mend="give one")
        values = dict(raw)
        for name in ("wrong", "right", "counter", "anchors"):
            values[name] = tuple(values.get(name, ()))
        values["keys"] = tuple(tuple(one) for one in values.get("keys", ()))
        for name in ("pattern", "unless"):
            if values.get(name):
                values[name] = _compile(values[name], place)
        if values.get("needs"):
            values["needs"] = re.compile(values["needs"])
        rules.append(Rule(**values, family=family))
    return tuple(rules)


@cache
def load_family(family: str) -> tuple[Rule, ...]:
    """The rules of ``evidence/rules/<family>.toml``."""
    source = resources.files("mtaudit.evidence").joinpath("rules", f"{family}.toml")
    return parse_rules(tomllib.loads(source.read_text(encoding="utf-8")), f"rules/{family}.toml")


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by its code, families in alphabetical order.  Codes are unique."""
    found: dict[str, Rule] = {}
    folder = resources.files("mtaudit.evidence").joinpath("rules")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for rule in load_family(entry.name.removesuffix(".toml")):
            if rule.code in found:
                raise UsageError(f"code {rule.code} stands twice", where=entry.name, mend="rename")
            found[rule.code] = rule
    return found


def _fill(template: str, fields: Mapping[str, Any]) -> str:
    wanted = {name for _, name, _, _ in Formatter().parse(template) if name}
    if not wanted:
        return template
    return template.format_map({name: fields.get(name, "…") for name in wanted})


def make_issue(
    rule: Rule,
    text: str,
    start: int,
    end: int,
    *,
    base: int = 0,
    witness: str = "",
    severity: Severity | None = None,
    confidence: float | None = None,
    suggestion: str | None = None,
    more: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Issue:
    """An issue of ``rule`` at ``text[start:end]`` (widened to whole words).

    ``text`` is the segment's own text and ``base`` its offset in the document.  ``fields`` fill
    the placeholders of the messages and of the suggestion; ``{text}`` is always the marked text.
    """
    start, end = whole_words(text, start, end)
    marked = text[start:end]
    fields.setdefault("text", marked)
    extra = dict(more or {})
    if rule.source_language:
        extra.setdefault("source_language", rule.source_language)
    fix = suggestion
    if fix is None and rule.suggestion:
        fix = _fill(rule.suggestion, fields)
    if fix is None and rule.no_suggestion:
        extra.setdefault("no_suggestion", rule.no_suggestion)
        if rule.no_suggestion_ar:
            extra.setdefault("no_suggestion_ar", rule.no_suggestion_ar)
    return Issue(
        code=rule.code,
        category=rule.category,
        severity=severity or rule.severity,
        start=base + start,
        end=base + end,
        text=marked,
        message_en=_fill(rule.reason_en, fields),
        message_ar=_fill(rule.reason_ar, fields),
        witness=witness or rule.witness or rule.family,
        confidence=rule.confidence if confidence is None else confidence,
        suggestion=fix,
        more=extra,
    )


def possible(rules: Iterable[Rule], text: str, folded: Folded) -> list[Rule]:
    """Those of the rules that may match: their anchors and needs stand in the text.  Cheap."""
    plain, found = folded.text, []
    # Plain loops: they run for every rule and sentence, and a generator costs half of the time.
    for rule in rules:
        haystack = text if rule.raw else plain
        for anchor in rule.anchors:
            if anchor in haystack:
                break
        else:
            if rule.anchors:
                continue
        if rule.needs is None or rule.needs.search(haystack) is not None:
            found.append(rule)
    return found


def find(rule: Rule, text: str, folded: Folded | None = None) -> Iterable[tuple[int, int, Any]]:
    """Matches of a pattern rule in one segment's text: (start, end, match), original offsets."""
    folded = folded or fold(text)
    if rule.pattern is None or not possible((rule,), text, folded):
        return ()
    return _matches(rule, text, folded)


def _matches(rule: Rule, text: str, folded: Folded) -> Iterator[tuple[int, int, Any]]:
    assert rule.pattern is not None
    haystack = text if rule.raw else folded.text
    group = "span" if "span" in rule.pattern.groupindex else 0
    for match in rule.pattern.finditer(haystack):
        if rule.unless is not None and rule.unless.search(match.group()):
            continue
        start, end = match.span(group)
        if start == end:
            continue
        if not rule.raw:
            start, end = folded.original(start, end)
        yield start, end, match


def issues_of(rules: tuple[Rule, ...], text: str, base: int, witness: str) -> list[Issue]:
    """All findings of pattern ``rules`` in one segment, in text order.

    Named groups of the pattern fill the placeholders of the messages and the suggestion.
    """
    folded = fold(text)
    found = []
    for rule in possible(rules, text, folded):
        for start, end, match in find(rule, text, folded):
            fields = {k: v for k, v in match.groupdict().items() if v and k != "span"}
            found.append(make_issue(rule, text, start, end, base=base, witness=witness, **fields))
    return sorted(found, key=lambda issue: (issue.start, issue.end, issue.code)) if found else found


@cache
def fingerprint() -> str:
    """First 12 hexadecimal digits of the SHA-256 of all rule and word files: part of every
    signature, since a changed rule changes numbers."""
    digest = sha256()
    for folder in ("rules", "data"):
        place = resources.files("mtaudit.evidence").joinpath(folder)
        if not place.is_dir():
            continue
        for entry in sorted(place.iterdir(), key=lambda e: e.name):
            if entry.is_file():
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:12]


def strength(issues: Iterable[Issue], words: int) -> float:
    """A witness's value for one segment of ``words`` words: 0 (nothing found) to 3.

    The logarithm of one plus the damage (severity weight times confidence, see
    :mod:`mtaudit.score`) per sentence of usual length: a minor finding is about 0.4, a major one
    1.5, a critical one 3.  It never falls when a finding is added; a long sentence dampens it, a
    short one does not raise it.
    """
    return min(STRENGTH_CAP, math.log1p(damage(issues) / max(1.0, words / USUAL_WORDS)))


def evidence_of(
    witness: str,
    segment: Segment,
    issues: Iterable[Issue],
    features: Mapping[str, float] | None = None,
) -> Evidence:
    """What ``witness`` says of ``segment``: :func:`strength` of its issues, which are put in text
    order."""
    found = list(issues)
    if not found:
        return Evidence(witness, 0.0, features=features) if features else _nothing(witness)
    found.sort(key=lambda issue: (issue.start, issue.end, issue.code))
    value = strength(found, word_count(segment.text))
    return Evidence(witness, value, issues=tuple(found), features=features or {})


@cache
def _nothing(witness: str) -> Evidence:
    # One for all sentences: most witnesses find nothing in most of them.
    return Evidence(witness, 0.0)


@cache
def word_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of ``evidence/data/<name>``: tab-separated, ``#`` comments and the head row left out.

    Every row is padded to the head row's length.  Raises :class:`UsageError` for a longer row.
    """
    source = resources.files("mtaudit.evidence").joinpath("data", name)
    lines = source.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    width = len(lines[0].split("\t"))
    rows = []
    for line in lines[1:]:
        row = line.split("\t")
        if len(row) > width:
            raise UsageError(f"more than {width} fields: {line!r}", where=f"data/{name}")
        rows.append(tuple(row + [""] * (width - len(row))))
    return tuple(rows)
