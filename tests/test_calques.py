"""Calques: every rule keeps its word through the witness, and good news stays quiet."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import regex

from mtaudit.evidence._keys import KeyIndex
from mtaudit.evidence.calques import Calques
from mtaudit.normalize import ARABIC_LETTER, fold
from mtaudit.rules import Rule, load_family
from mtaudit.segment import segment
from mtaudit.types import Document, Evidence, Issue, Segment

RULES = load_family("calques")
SEEDS = Path(__file__).parent.parent / "seeds"


@cache
def witness() -> Calques:
    return Calques()


def examine(text: str) -> list[Evidence]:
    return witness().examine(Document("case", text), [Segment(0, 0, len(text), text)])


def codes(text: str) -> set[str]:
    return {issue.code for evidence in examine(text) for issue in evidence.issues}


@cache
def seed(number: int) -> tuple[str, tuple[Issue, ...]]:
    """Text of a seed article and the findings in it."""
    (path,) = SEEDS.glob(f"{number:03}_*.txt")
    document = Document(path.name, path.read_text(encoding="utf-8"))
    found = witness().examine(document, segment(document))
    return document.text, tuple(issue for evidence in found for issue in evidence.issues)


def test_there_are_two_hundred_rules_and_more() -> None:
    assert len(RULES) >= 200


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_witness_finds_what_is_wrong_and_lets_good_arabic_go(rule: Rule) -> None:
    assert rule.wrong
    assert rule.right
    assert rule.counter
    for text in rule.wrong:
        assert rule.code in codes(text), text
    for text in (*rule.right, *rule.counter):
        assert rule.code not in codes(text), text


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_findings_point_at_their_words_and_speak_both_languages(rule: Rule) -> None:
    for text in rule.wrong:
        for issue in examine(text)[0].issues:
            assert text[issue.start : issue.end] == issue.text
            assert len(ARABIC_LETTER.findall(issue.message_ar)) > 10
            assert regex.search(r"\p{Latin}{3}", issue.message_en)
            assert issue.suggestion or issue.more["no_suggestion_ar"]
            for said in (issue.message_en, issue.message_ar, issue.suggestion or ""):
                assert not regex.search(r"\{[a-z]+\}", said)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_keys_stand_in_every_match(rule: Rule) -> None:
    """They are derived from the pattern, so that they can only save time."""
    assert rule.keys
    assert rule.pattern is not None
    for text in rule.wrong:
        folded = fold(text)
        if rule.pattern.search(folded.text):
            assert all(any(key in folded.spaced for key in one) for one in rule.keys)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_what_native_news_writes_too_is_minor_and_unsure(rule: Rule) -> None:
    assert rule.native_per_1000 is not None
    if rule.native_per_1000 > 0.3:
        assert rule.severity == "minor"
    if rule.native_per_1000 > 1:
        assert rule.confidence < 0.3
    assert rule.native_per_1000 <= 3


def test_grave_rules_together_are_rare_in_native_news() -> None:
    rates = [r.native_per_1000 or 0.0 for r in RULES if r.severity != "minor"]
    assert sum(rates) <= 4


@pytest.mark.parametrize(
    "span",
    [
        "أعلن ذلك من قبل",
        "وافقت موسكو مع هذا الاقتراح",
        "لاحظ الوزير",
        "من فم الأوروبيين",
        "كل هذا – لتجنب",
        "دعا لافروف مثالًا نموذجيًا للمبادرة",
        "بحلول عام 2022",
        "هو في الحقيقة وزير الخارجية",
        "معلنا هذا القرار",
        "بدأت بعض البلدان جزءًا من الاتحاد الأوروبي في رفض",
        "لدعمها لكسبها",
        "الذي تم تكريس الاجتماع",
    ],
)
def test_marked_calques_of_the_garbled_seed_are_found(span: str) -> None:
    text, issues = seed(0)
    start = text.index(span)
    assert any(issue.start < start + len(span) and start < issue.end for issue in issues)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_human_seeds_have_no_grave_calque(number: int) -> None:
    assert [i.text for i in seed(number)[1] if i.severity != "minor"] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # Members of a family that the rule files do not list.
        ("لم نسمع شيئا من أفواه القادة الغربيين.", "calques.from-mouth-of"),
        ("ولم توافق كييف مع هذه الشروط.", "calques.agree-with-proposal"),
        ("صرحت رئيسة وزارة الخارجية الألمانية بذلك.", "calques.head-of-ministry"),
        ("الأسلحة لن تصل قبل الربيع، أوضح الدبلوماسي الفرنسي.", "calques.verb-after-statement"),
        ("هذه المبادرة هي رئيس الوزراء البولندي دونالد توسك.", "calques.fused-attribution"),
        ("دعت موسكو الهجوم استفزازا خطيرا.", "calques.called-invited"),
        ("اقترحوا ذلك في محادثات إسطنبول بحلول عام 2022.", "calques.by-past-year-event"),
        ("نقلت القوات المعدات لتسليحها لحمايتها.", "calques.purpose-pair"),
        ("رفضت ست دول جزءا من الناتو الخطة.", "calques.country-part-of"),
    ],
)
def test_rules_reach_beyond_their_examples(text: str, code: str) -> None:
    assert code in codes(text)


def test_furniture_is_an_abstention_and_a_clean_sentence_is_zero() -> None:
    text = "لاحظ الوزير"
    furniture = Segment(0, 0, len(text), text, role="furniture")
    (evidence,) = witness().examine(Document("case", text), [furniture])
    assert evidence.value is None
    assert evidence.reason
    assert examine("وصل الوزير إلى باريس أمس.")[0].value == 0.0


def test_offsets_are_the_documents() -> None:
    text = "وصل الوزير.\nلم تتم الرحلة لأن موسكو لم توافق مع هذا الاقتراح."
    found = witness().examine(Document("case", text), segment(Document("case", text)))
    issues = [issue for evidence in found for issue in evidence.issues]
    assert issues
    assert all(text[i.start : i.end] == i.text for i in issues)


def test_suggestions_repeat_the_words_of_the_article_unfolded() -> None:
    (issue,) = [
        i for i in examine("هاجموا القرية على يوم الأربعاء.")[0].issues if "weekday" in i.code
    ]
    assert issue.suggestion == "يوم الأربعاء"


def test_the_index_names_every_pattern_that_can_match() -> None:
    index = KeyIndex([[("سلام",)], [(" في ",), ("صنعاء", "اليمن")], [], [("حرب", "هدنة")]])
    assert index.candidates(fold("هدنة في اليمن")) == [1, 2, 3]
    assert index.candidates(fold("«هدنة»في\nاليمن")) == [1, 2, 3]
    assert index.candidates(fold("كفيل في بغداد")) == [2]
    assert index.candidates(fold("")) == [2]


def test_spaced_text_parts_words_from_marks() -> None:
    """Blanks of any kind and number are one, as in ``\\s+``; a word begins where ``<<b>>`` says."""
    assert fold("«قال\u00a0 \tالوزير»، 2,5%\n").spaced == " ^ « قال الوزير » ، 2 , 5 % "


def test_every_character_of_a_word_in_spaced_text_is_one_to_the_patterns() -> None:
    """Else a pattern could match where the keys are not found."""
    every = "".join(map(chr, range(0x110000)))
    assert not regex.sub(r"[\p{L}\p{N}_]+", "", "".join(re.findall(r"\w+", every)))
    assert not re.sub(r"\s+", "", "".join(regex.findall(r"\s+", every)))


def test_keys_are_vouched_for_by_their_patterns() -> None:
    """``scripts/stamp_keys.py --check``: every stored set, not only what the examples show."""
    script = Path(__file__).parent.parent / "scripts" / "stamp_keys.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
