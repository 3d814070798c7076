"""The agreement witness: it speaks where native news leaves no doubt, and only there."""

from __future__ import annotations

from functools import cache

import pytest

from mtaudit.evidence.agreement import Agreement
from mtaudit.language.gender import genders
from mtaudit.rules import Rule, load_family
from mtaudit.types import Document, Issue, Segment

RULES = load_family("agreement")


@cache
def witness() -> Agreement:
    return Agreement()


def examine(text: str, base: int = 0) -> list[Issue]:
    document = Document("d", " " * base + text)
    segment = Segment(0, base, base + len(text), text)
    return list(witness().examine(document, [segment])[0].issues)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rules_keep_their_examples(rule: Rule) -> None:
    for text in rule.wrong:
        assert rule.code in {issue.code for issue in examine(text)}, text
    for text in (*rule.right, *rule.counter):
        assert rule.code not in {issue.code for issue in examine(text)}, text


@pytest.mark.parametrize(
    ("text", "marked", "fix"),
    [
        ("علينا أن نضمن أن هذه الضمان حقيقي", "هذه الضمان", "هذا الضمان"),
        ("والسبب لهذا الظاهرة معروف", "لهذا الظاهرة", "لهذه الظاهرة"),
        ("وأضاف أن كييف لن يتمكن من ذلك", "كييف لن يتمكن", "كييف لن تتمكن"),
        ("ستكون المشاركين جميعهم هناك", "ستكون المشاركين", "ستكون المشاركون"),
        ("وأكد أن المسؤولون غادروا", "أن المسؤولون", "أن المسؤولين"),
    ],
)
def test_span_and_fix_keep_the_writing(text: str, marked: str, fix: str) -> None:
    """The fix changes one word; clitics and hamza of the original stay."""
    issues = examine(text, base=7)
    assert [issue.text for issue in issues] == [marked]
    assert issues[0].suggestion == fix
    assert issues[0].start == 7 + text.index(marked)
    assert issues[0].end == issues[0].start + len(marked)
    assert "…" not in issues[0].message_en + issues[0].message_ar


def test_marks_do_not_hide_a_finding() -> None:
    assert [i.text for i in examine("نضمن أنّ هذهِ الضمانَ حقيقي")] == ["هذهِ الضمانَ"]


@pytest.mark.parametrize(
    "text",
    [
        "ناقش الوزير هذه الجهود وهذه القرارات وهذه الصواريخ.",  # non-human plurals
        "سلك هذا الطريق ثم هذه الطريق.",  # both genders are written
        "هذه دولة كبيرة وهذا بلد صغير.",  # a predicate, no attribute
        "وقال إن موسكو يمكن أن ترد.",  # impersonal verb
        "وقال إن الحرب لا يعرقلها نقص الأدوات.",  # the subject follows
        "وقال من كييف إنه سيتمكن من ذلك.",  # the place is no subject
        "وقال إن تونس تصدر الزيت.",  # "she exports", not "he led"
        "كان القانون واضحا وكانت فلسطين حاضرة.",
        "طردت فنزويلا القائم بالأعمال الأمريكي.",
        "القرار الذي تم اتخاذه أمس.",
        "الاجتماع الذي تم الأسبوع الماضي.",
    ],
)
def test_good_arabic_is_left_alone(text: str) -> None:
    assert examine(text) == []


def test_what_cannot_be_judged_is_abstained_from() -> None:
    texts = [("هذه الضمان", "furniture"), ("هذه", "article"), ("هذه الضمان", "article")]
    document = Document("d", "\n".join(text for text, _ in texts))
    segments, at = [], 0
    for i, (text, role) in enumerate(texts):
        segments.append(Segment(i, at, at + len(text), text, role=role))  # type: ignore[arg-type]
        at += len(text) + 1
    evidence = witness().examine(document, segments)
    assert [e.value is None for e in evidence] == [True, True, False]
    assert all(e.reason for e in evidence[:2])
    assert evidence[2].value is not None
    assert evidence[2].value > 0


def test_genders_are_those_of_the_grammar_books() -> None:
    table = genders()
    for place in ("لبنان", "العراق", "السودان", "المغرب", "الاردن"):
        assert table.places[place] == "m"
    for place in ("كييف", "واشنطن", "موسكو", "روسيا", "مصر", "سوريا"):
        assert table.places[place] == "f"
    assert [table.noun(n) for n in ("الحرب", "الارض", "الجهود", "القرار", "تصعيدا")] == list(
        "fffmm"
    )
    assert table.noun("الطريق") == ""
    assert table.adjective("العسكرية") == "f"
    assert table.adjective("قويا") == "m"
    assert table.verb("تصدر") == ""
    assert table.verb("يمكن") == ""
