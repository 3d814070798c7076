"""What an editor is told to do where no wording can be offered, in both languages."""

from __future__ import annotations

import pytest

from mtaudit.explain import explain
from mtaudit.normalize import ARABIC_LETTER
from mtaudit.rules import Rule, catalogue, make_issue

# Families whose advice is told in Arabic too; the others are still to be filled in.
FAMILIES = (
    "agreement", "collocation", "discourse", "fragments", "markup", "names", "punctuation",
    "reference", "repetition", "residue",
)  # fmt: skip
ADVISED = tuple(r for r in catalogue().values() if r.no_suggestion and r.family in FAMILIES)


@pytest.mark.parametrize("rule", ADVISED, ids=lambda r: r.code)
def test_advice_stands_in_both_languages(rule: Rule) -> None:
    assert any("a" <= c <= "z" for c in rule.no_suggestion)
    assert len(ARABIC_LETTER.findall(rule.no_suggestion_ar)) >= 5
    assert not rule.suggestion


def test_every_family_of_the_list_has_advice() -> None:
    assert {rule.family for rule in ADVISED} == set(FAMILIES)


def test_an_issue_without_a_suggestion_carries_the_advice_in_both_languages() -> None:
    rule = catalogue()["markup.translated-tag"]
    issue = make_issue(rule, "<الشكل>", 0, 7)
    assert issue.suggestion is None
    assert issue.more["no_suggestion"] == rule.no_suggestion
    assert issue.more["no_suggestion_ar"] == rule.no_suggestion_ar
    assert "no_suggestion_ar" not in make_issue(rule, "<الشكل>", 0, 7, suggestion="…").more


def test_a_rule_is_explained_with_the_advice_of_its_language() -> None:
    rule = catalogue()["markup.translated-tag"]
    assert rule.no_suggestion in explain(rule.code, "en")
    assert rule.no_suggestion_ar in explain(rule.code, "ar")
    assert rule.no_suggestion not in explain(rule.code, "ar")
