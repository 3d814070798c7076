"""The clean reports' words for what other witnesses found wrong."""

from __future__ import annotations

import pytest

from mtaudit.stems import content_stems, content_words, language
from mtaudit.suggestions import report_words
from mtaudit.types import Issue, Segment

pytestmark = pytest.mark.skipif(language() is None, reason="the statistics are not installed")

CLEAN = (
    (4, "ويسعى القادة إلى إرسال قوات أوروبية ضمن اتفاق سلام محتمل بين البلدين"),
    (5, "ورفض الرئيس نشر قوات على الأرض في أي وقت"),
    (6, "وقال إن بلاده تسعى إلى السلام منذ اللحظة الأولى"),
)


def issue(text: str, span: str, suggestion: str | None, code: str) -> Issue:
    start = text.index(span)
    return Issue(
        code, "accuracy", "major", start, start + len(span), span, "", "", "senses", 0.6, suggestion
    )


def offered(text: str, span: str, suggestion: str | None, code: str = "senses.wrong-sense") -> list:
    segment = Segment(0, 0, len(text), text)
    return report_words(segment, [issue(text, span, suggestion, code)], CLEAN)


@pytest.mark.parametrize(
    ("text", "span", "suggestion", "code", "marked", "clean", "row"),
    [
        ("استعدادها لإرسال قوات وفقا لاتفاق HOA BINH", "HOA BINH", "السلام",
         "residue.foreign-word", "لاتفاق HOA BINH", "اتفاق سلام", 4),
        ("قد يشمل ذلك توزيع الجيش في البلاد", "توزيع الجيش", "نشر", "senses.wrong-sense",
         "توزيع الجيش", "نشر قوات", 5),
        ("وهذا شرط مهم لتحقيق العالم", "لتحقيق العالم", "السلام", "senses.wrong-sense",
         "لتحقيق العالم", "السلام", 6),
    ],
)  # fmt: skip
def test_the_reports_phrase_is_offered(
    text: str, span: str, suggestion: str, code: str, marked: str, clean: str, row: int
) -> None:
    (found,) = offered(text, span, suggestion, code)
    assert text[found.start : found.end] == marked
    assert (found.text, found.row) == (clean, row)
    assert found.times > found.own_times


@pytest.mark.parametrize(
    ("span", "suggestion", "code"),
    [
        ("توزيع الجيش", "انتشار", "senses.wrong-sense"),  # no report has the word
        ("توزيع الجيش", "نشر …", "senses.wrong-sense"),  # a pattern, no wording
        ("توزيع الجيش", None, "senses.wrong-sense"),
        ("توزيع الجيش", "نشر", "punctuation.space-before-comma"),
        ("توزيع الجيش", "الجيش نشر", "collocation.improbable"),  # not beside the word it goes with
    ],
)
def test_nothing_is_offered_where_the_reports_say_nothing(
    span: str, suggestion: str | None, code: str
) -> None:
    assert offered("قد يشمل ذلك توزيع الجيش في البلاد", span, suggestion, code) == []


def test_two_findings_on_one_place_get_one_suggestion() -> None:
    text = "وهذا شرط مهم لتحقيق العالم"
    segment = Segment(0, 0, len(text), text)
    both = [
        issue(text, "لتحقيق العالم", "السلام", "senses.wrong-sense"),
        issue(text, "العالم", "السلام", "calques.word"),
    ]
    assert len(report_words(segment, both, CLEAN)) == 1


def test_spellings_of_one_word_share_a_stem() -> None:
    assert content_stems("مؤتمر صحافي").keys() == content_stems("المؤتمر الصحفي").keys()
    assert content_stems("الرئيس الأميركي ترمب").keys() == content_stems("رئيس أمريكي ترامب").keys()


def test_content_words_point_at_the_text() -> None:
    text = "وقال «الوزير» إنه سيبحث الأزمة"
    words = content_words(text)
    assert {word.stem for word in words} == set(content_stems(text))
    assert [text[word.start : word.end] for word in words][-1] == "الأزمة"
