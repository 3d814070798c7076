"""What the discourse witness promises on the sample corpus and on small texts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mtaudit.evidence import load_witness
from mtaudit.normalize import fold
from mtaudit.rules import Rule, load_family, word_table
from mtaudit.segment import segment
from mtaudit.types import Document, Evidence, Issue, Segment

SEEDS = Path(__file__).parent.parent / "seeds"
RULES = load_family("discourse")


@cache
def examine(text: str) -> tuple[Evidence, ...]:
    document = Document("case", text)
    return tuple(load_witness("discourse").examine(document, segment(document)))


def issues(text: str) -> list[Issue]:
    return [issue for evidence in examine(text) for issue in evidence.issues]


def codes(text: str) -> set[str]:
    return {issue.code for issue in issues(text)}


def seed(number: str) -> str:
    return next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_the_code_is_raised_on_wrong_examples(rule: Rule) -> None:
    for text in rule.wrong:
        assert rule.code in codes(text), text


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_the_code_stays_away_from_right_and_counter_examples(rule: Rule) -> None:
    for text in (*rule.right, *rule.counter):
        assert rule.code not in codes(text), text


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_an_issue_points_at_its_own_text_and_leaves_no_placeholder(rule: Rule) -> None:
    for text in rule.wrong:
        for issue in issues(text):
            assert text[issue.start : issue.end] == issue.text
            assert issue.text == issue.text.strip()
            said = issue.message_en + issue.message_ar + (issue.suggestion or "")
            assert "{" not in said
            assert issue.suggestion or (
                issue.more["no_suggestion"] and issue.more["no_suggestion_ar"]
            )


@pytest.mark.parametrize(
    ("quote", "code", "severity"),
    [
        ("كرست روسيا دائمًا للأمن الجماعي", "verb-without-object", "major"),
        ("هو في الحقيقة وزير الخارجية الروسي الموثوق", "fused-attribution", "critical"),
        ("والرئيس الأمريكي سيرج لافروف وزير الخارجية", "fused-attribution", "critical"),
        ("بحلول عام 2022", "by-past-year", "major"),
    ],
)
def test_the_raw_page_is_caught(quote: str, code: str, severity: str) -> None:
    text = seed("000")
    start = text.index(quote)
    found = [
        (i.code.split(".")[1], i.severity)
        for i in issues(text)
        if i.start < start + len(quote) and start < i.end
    ]
    assert found == [(code, severity)]


def test_clean_reports_are_left_alone() -> None:
    for number in ("001", "003", "004"):
        assert not [i for i in issues(seed(number)) if i.severity != "minor"]


def test_the_quotation_of_the_second_article_is_never_closed() -> None:
    (issue,) = issues(seed("002"))
    assert issue.code == "discourse.unclosed-quotation"
    assert issue.text.startswith('"من')


def test_the_year_is_put_right() -> None:
    (issue,) = issues("المبادرة التي اقترحها ممثلو كييف في مفاوضات بحلول عام 2022.")
    assert issue.suggestion == "عام 2022"


@pytest.mark.parametrize(
    "text",
    [
        "كرست روسيا دائمًا للأمن الجماعي.",
        "وكرّست فرنسا للسلام.",
        "منحت الحكومة للسلطات المحلية.",
        "فرضت الولايات المتحدة على روسيا.",
    ],
)
def test_a_verb_that_lacks_its_object(text: str) -> None:
    assert codes(text) == {"discourse.verb-without-object"}


@pytest.mark.parametrize(
    "text",
    [
        "كرست روسيا دائمًا جهودها للأمن الجماعي.",
        "كرست روسيا للأمن الجماعي جهودا كبيرة.",
        "كرستها روسيا للأمن الجماعي.",
        "الجهود التي كرست روسيا للأمن.",
        "كرست للأمن الجماعي.",
        "كرست روسيا للأمن، كما يقول الخبراء، كل جهودها.",
        "منحت الحكومة لمن يريد.",
        "فرضت الولايات المتحدة على روسيا ما لم تفرضه من قبل.",
        "قدمت روسيا لأوكرانيا 20 عرضا.",
    ],
)
def test_an_object_anywhere_or_no_one_who_acts_keeps_the_rule_silent(text: str) -> None:
    assert "discourse.verb-without-object" not in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        '"لن نقبل ذلك.\n"ولن نعود.\nوصل الوفد إلى جنيف أمس.',
        '"لن نقبل ذلك".\nوصل الوفد إلى جنيف أمس.',
        'وصل الوفد إلى جنيف أمس.\n"لن نقبل ذلك.',
    ],
)
def test_quotations_that_go_on_or_end_with_the_article(text: str) -> None:
    # The first text goes on in its second paragraph, which then is the one that never closes.
    found = [i for i in issues(text) if i.code == "discourse.unclosed-quotation"]
    assert all(i.start > 0 for i in found)


def test_furniture_is_an_abstention_and_every_segment_has_evidence() -> None:
    text = "كرست روسيا دائمًا للأمن الجماعي."
    part = Segment(0, 0, len(text), text, role="furniture", reason_code="x")
    (heard,) = load_witness("discourse").examine(Document("d", text), [part])
    assert (heard.value, heard.reason, heard.issues) == (None, "furniture", ())
    assert load_witness("discourse").examine(Document("d", ""), []) == []


def test_tables_are_folded_and_name_no_form_twice() -> None:
    forms = [form for row in word_table("transitive_verbs.tsv") for form in row[1].split(",")]
    assert len(forms) == len(set(forms)) > 80
    assert len(word_table("transitive_verbs.tsv")) >= 40
    assert all(fold(form).text == form for form in forms)
    for kind, words in word_table("discourse_words.tsv"):
        assert all(fold(word).text == word for word in words.split(",")), kind
