"""The names witness: spellings, misread countries, titles on the wrong head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtaudit.evidence import load_witness
from mtaudit.rules import load_family
from mtaudit.types import Document, Evidence, Issue, Segment

SEEDS = Path(__file__).parent.parent / "seeds"
WITNESS = load_witness("names")


def examine(text: str, furniture: str = "") -> tuple[list[Segment], list[Evidence]]:
    """Sentences cut at full stops and line ends; those that hold ``furniture`` are furniture."""
    segments = [
        Segment(
            i, m.start(), m.end(), m.group(),
            role="furniture" if furniture and furniture in m.group() else "article",
        )
        for i, m in enumerate(re.finditer(r"[^\n.\s][^\n]*?(?:\.(?=\s|$)|(?=\n)|$)", text))
    ]  # fmt: skip
    return segments, WITNESS.examine(Document("d", text), segments)


def issues(text: str, furniture: str = "") -> list[Issue]:
    return [issue for evidence in examine(text, furniture)[1] for issue in evidence.issues]


def codes(text: str) -> set[str]:
    return {issue.code for issue in issues(text)}


RULES = load_family("names")


@pytest.mark.parametrize(
    ("code", "text"), [(r.code, t) for r in RULES for t in r.wrong], ids=lambda x: str(x)[:30]
)
def test_a_rule_finds_its_wrong_examples(code: str, text: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("code", "text"),
    [(r.code, t) for r in RULES for t in (*r.right, *r.counter)],
    ids=lambda x: str(x)[:30],
)
def test_a_rule_is_silent_on_right_and_look_alike_arabic(code: str, text: str) -> None:
    assert code not in codes(text)


@pytest.mark.parametrize("text", [t for r in RULES for t in r.wrong], ids=lambda t: t[:30])
def test_issues_mark_whole_words_of_the_document(text: str) -> None:
    for issue in issues(text):
        assert text[issue.start : issue.end] == issue.text
        assert issue.start == 0 or not text[issue.start - 1].isalnum()
        assert issue.end == len(text) or not text[issue.end].isalnum()
        assert "…" not in issue.message_en + issue.message_ar
        assert issue.suggestion or issue.more["no_suggestion"]


def test_the_suggestions_say_what_to_write() -> None:
    (misread,) = issues("قال مع وزير الخارجية جوردان إيمان السفادي أمس.")
    assert misread.suggestion == "وزير الخارجية الأردني أيمن الصفدي"
    (female,) = issues("قالت وزيرة الخارجية يوكرين أولغا ماركوفا أمس.")
    assert female.suggestion == "وزيرة الخارجية الأوكرانية أولغا ماركوفا"
    (odd,) = issues("قال سيرج لافروف ذلك. وأكد سيرجي لافروف الأمر.")
    assert (odd.text, odd.suggestion, odd.severity) == ("سيرج لافروف", "سيرجي لافروف", "major")


def test_spellings_that_news_accepts_are_only_minor() -> None:
    (issue,) = issues("قال سيرغي لافروف ذلك. وأكد سيرغي لافروف الأمر. ونفى سيرجي لافروف الخبر.")
    assert (issue.code, issue.severity, issue.text) == ("names.variant", "minor", "سيرجي لافروف")


def test_furniture_and_nameless_sentences_are_abstentions() -> None:
    text = "قال سيرجي لافروف ذلك.\nارتفعت الأسعار.\nاقرأ أيضا: سيرج لافروف يهدد.\n"
    segments, evidence = examine(text, furniture="اقرأ أيضا")
    assert [e.value is None for e in evidence] == [False, True, True]
    assert all(e.reason for e in evidence if e.value is None)
    assert [i for e in evidence for i in e.issues] == []
    assert len(segments) == len(evidence)


def test_a_finding_raises_the_value_and_a_clean_sentence_has_none() -> None:
    clean = examine("قال الرئيس الأمريكي دونالد ترامب ذلك.")[1][0]
    wrong = examine("تغيير موقف ترامب والرئيس الأمريكي سيرجي لافروف وزير الخارجية الروسي.")[1][0]
    assert clean.value == 0
    assert wrong.value is not None
    assert wrong.value > 1


def test_the_result_does_not_depend_on_what_was_examined_before() -> None:
    text = "قال سيرج لافروف ذلك. وأكد سيرجي لافروف الأمر."
    first = examine(text)[1]
    examine("قال سيرغي لافروف. وأضاف فلاديمير زيلنسكي.")
    assert examine(text)[1] == first


def seed(number: str) -> str:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path.read_text(encoding="utf-8")


def test_the_translated_seed_has_every_named_entity_error() -> None:
    found = [(i.code, i.severity, i.text) for i in issues(seed("000"))]
    assert ("names.country-as-person", "critical", "وزير الخارجية جوردان إيمان السفادي") in found
    assert found.count(("names.variant", "major", "سيرج لافروف")) == 2
    assert ("names.unusual-spelling", "minor", "فلاديمير زيلنسكي") in found
    whole = "والرئيس الأمريكي سيرج لافروف وزير الخارجية الروسي في روسيا"
    assert ("names.role-conflict", "critical", whole) in found


@pytest.mark.parametrize("number", ["001", "002", "003", "004"])
def test_the_other_seeds_have_nothing_grave(number: str) -> None:
    assert [i for i in issues(seed(number)) if i.severity != "minor"] == []
