"""Every rule in the catalogue keeps its word: it fires where it should and nowhere else."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
import regex

from mtaudit.errors import UsageError
from mtaudit.evidence import WITNESSES, load_witness
from mtaudit.normalize import ARABIC_LETTER
from mtaudit.rules import (
    STRENGTH_CAP,
    Rule,
    catalogue,
    find,
    load_family,
    make_issue,
    parse_rules,
    strength,
    word_table,
)
from mtaudit.segment import segment
from mtaudit.types import Document, Issue, Witness

RULES = tuple(catalogue().values())
PATTERNS = tuple(rule for rule in RULES if rule.pattern is not None)
# Families whose witness is a function of the text alone: their rules are also tried through it.
TEXT_ALONE = ("residue", "markup", "punctuation", "repetition", "fragments")
TRIED = tuple(rule for rule in RULES if rule.family in TEXT_ALONE)
TABLES = ("latin_names.tsv", "residue_words.tsv", "languages.tsv", "pleonasms.tsv")


@cache
def witness(name: str) -> Witness:
    return load_witness(name)


def issues(name: str, text: str) -> list[Issue]:
    document = Document("case", text)
    return [i for e in witness(name).examine(document, segment(document)) for i in e.issues]


def codes(name: str, text: str) -> set[str]:
    return {issue.code for issue in issues(name, text)}


@pytest.mark.parametrize("rule", PATTERNS, ids=lambda r: r.code)
def test_pattern_finds_every_wrong_example(rule: Rule) -> None:
    for text in rule.wrong:
        assert list(find(rule, text)), text


@pytest.mark.parametrize("rule", PATTERNS, ids=lambda r: r.code)
def test_pattern_leaves_right_and_counter_examples_alone(rule: Rule) -> None:
    for text in (*rule.right, *rule.counter):
        assert not list(find(rule, text)), text


@pytest.mark.parametrize("rule", TRIED, ids=lambda r: r.code)
def test_witness_raises_the_code_on_wrong_examples(rule: Rule) -> None:
    for text in rule.wrong:
        assert rule.code in codes(rule.family, text), text


@pytest.mark.parametrize("rule", TRIED, ids=lambda r: r.code)
def test_witness_is_silent_on_right_and_counter_examples(rule: Rule) -> None:
    for text in (*rule.right, *rule.counter):
        assert rule.code not in codes(rule.family, text), text


@pytest.mark.parametrize("rule", TRIED, ids=lambda r: r.code)
def test_an_issue_points_at_its_own_text_and_leaves_no_placeholder(rule: Rule) -> None:
    for text in rule.wrong:
        for issue in issues(rule.family, text):
            assert text[issue.start : issue.end] == issue.text
            assert issue.text.strip()
            if issue.code == rule.code:
                # "…" is what a placeholder without a value is filled with.
                templates = rule.reason_en + rule.reason_ar + (rule.suggestion or "")
                said = issue.message_en + issue.message_ar + (issue.suggestion or "")
                assert said.count("…") <= templates.count("…") + 3 * issue.text.count("…")
            for message in (issue.message_en, issue.message_ar, issue.suggestion or ""):
                assert not re.search(r"\{[a-z_]+\}", message.replace(issue.text, "")), message


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_every_code_has_words_in_both_languages(rule: Rule) -> None:
    assert len(regex.findall(r"\p{Latin}", rule.reason_en)) > 10
    assert len(ARABIC_LETTER.findall(rule.reason_ar)) > 10
    assert rule.suggestion or rule.no_suggestion
    assert 0 < rule.confidence <= 1
    assert rule.code.startswith(f"{rule.family}.")


def test_every_witness_of_these_families_has_rules_and_a_name() -> None:
    for name in TEXT_ALONE:
        assert name in WITNESSES
        assert load_family(name)
        assert witness(name).name == name


def test_punctuation_is_never_more_than_minor() -> None:
    """Space before a comma stands in honest pages too: weak evidence stays weak."""
    assert {rule.severity for rule in load_family("punctuation")} == {"minor"}


@pytest.mark.parametrize("table", TABLES)
def test_word_tables_have_no_empty_key_and_no_key_twice(table: str) -> None:
    rows = word_table(table)
    width = 2 if table == "pleonasms.tsv" else 1
    keys = [row[:width] for row in rows]
    assert len(rows) > 20
    assert all(all(key) for key in keys)
    assert len(set(keys)) == len(keys)


def _issue(severity: str, confidence: float = 0.8) -> Issue:
    rule = load_family("repetition")[0]
    return make_issue(rule, "كلمة", 0, 4, severity=severity, confidence=confidence)  # type: ignore[arg-type]


def test_strength_is_monotone_damped_and_bounded() -> None:
    minor, major, critical = _issue("minor"), _issue("major"), _issue("critical")
    assert strength([], 20) == 0
    assert 0 < strength([minor], 20) < strength([major], 20) < strength([critical], 20)
    assert strength([minor], 20) < strength([minor, minor], 20)
    assert strength([major], 100) < strength([major], 25) == strength([major], 3)
    assert strength([critical] * 9, 10) == STRENGTH_CAP
    assert strength([_issue("major", 0.2)], 20) < strength([major], 20)


GOOD = """
[[rule]]
code = "x.y"
category = "style"
severity = "minor"
confidence = 0.5
reason_en = "why"
reason_ar = "لماذا"
no_suggestion = "none"
wrong = ["a"]
pattern = "a"
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('severity = "minor"|severity = "awful"', "severity"),
        ('code = "x.y"|code = "x.y"\nsurprise = 1', "surprise"),
        ('reason_ar = "لماذا"|', "reason_ar"),
        ('no_suggestion = "none"|', "suggestion"),
        ('pattern = "a"|pattern = "("', "bad pattern"),
    ],
)
def test_a_damaged_rule_file_is_refused_with_the_place(change: str, said: str) -> None:
    old, new = change.split("|")
    assert parse_rules(tomllib.loads(GOOD), "rules/x.toml")[0].code == "x.y"
    with pytest.raises(UsageError, match=said) as caught:
        parse_rules(tomllib.loads(GOOD.replace(old, new)), "rules/x.toml")
    assert "rules/x.toml" in caught.value.where
