"""What the five text-alone witnesses promise on the sample corpus and on small texts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mtaudit.evidence import load_witness
from mtaudit.evidence._latin import edits, judge_run, other_script
from mtaudit.evidence.punctuation import unpaired
from mtaudit.segment import segment
from mtaudit.types import Document, Evidence, Issue

SEEDS = Path(__file__).parent.parent / "seeds"
NAMES = ("residue", "markup", "punctuation", "repetition", "fragments")


@cache
def seed(number: str) -> Document:
    path = next(SEEDS.glob(f"{number}_*.txt"))
    return Document(path.name, path.read_text(encoding="utf-8"))


def examine(name: str, document: Document) -> list[Evidence]:
    return load_witness(name).examine(document, segment(document))


@cache
def issues(number: str) -> tuple[Issue, ...]:
    return tuple(i for n in NAMES for e in examine(n, seed(number)) for i in e.issues)


def overlapping(number: str, quote: str, family: str) -> list[Issue]:
    start = seed(number).text.index(quote)
    end = start + len(quote)
    return [
        i
        for i in issues(number)
        if i.start < end and start < i.end and i.code.startswith(f"{family}.")
    ]


@pytest.mark.parametrize(
    ("quote", "family", "severity", "suggestion"),
    [
        ("KYIV", "residue", "critical", "كييف"),
        ("Euraactiv", "residue", "major", "يورأكتيف"),
        ("HOA BINH", "residue", "critical", "السلام"),
        ("دول الاتحاد الأوروبي (الاتحاد الأوروبي)", "repetition", "major", None),
        (
            "من الاتحاد الأوروبي من الاتحاد الأوروبي",
            "repetition",
            "critical",
            "من الاتحاد الأوروبي",
        ),
        ("الجيش العسكري", "repetition", "major", "الجيش"),
        ("جيشها العسكري", "repetition", "major", "جيشها"),
        ("الأمن الجماعي ، علينا", "punctuation", "minor", None),
        ("كل هذا – لتجنب", "punctuation", "minor", None),
    ],
)
def test_the_raw_page_is_caught(
    quote: str, family: str, severity: str, suggestion: str | None
) -> None:
    found = overlapping("000", quote, family)
    assert [i.severity for i in found] == [severity]
    assert found[0].suggestion == suggestion


def test_hoa_binh_is_explained_as_vietnamese_for_peace() -> None:
    (issue,) = overlapping("000", "HOA BINH", "residue")
    assert "Vietnamese" in issue.message_en
    assert "hòa bình" in issue.message_en
    assert "الفيتنامية" in issue.message_ar
    assert issue.more["source_language"] == "vi"


@pytest.mark.parametrize(
    ("quote", "family"),
    [
        ("<الشكل>", "markup"),
        ("مع روسيا. في.", "fragments"),
        ("هجوم مستقبلي. روسيا.", "fragments"),
        ("لتحقيق السلام. الاتفاق.", "fragments"),
        ("أوكرانيا قال المستشار", "fragments"),
        ("قائمة 1 من 4", "markup"),
        ("قائمة 2 من 4", "markup"),
        ("القائمة 3 من 4", "markup"),
        ("القائمة 4 من 4", "markup"),
    ],
)
def test_the_damaged_page_is_caught(quote: str, family: str) -> None:
    assert any(i.severity != "minor" for i in overlapping("002", quote, family))


@pytest.mark.parametrize("number", ["001", "003", "004"])
def test_clean_pages_have_nothing_major(number: str) -> None:
    assert [i for i in issues(number) if i.severity != "minor"] == []


def test_an_open_quotation_is_minor_at_most() -> None:
    found = overlapping("004", "«نحن منفتحون", "punctuation")
    assert [i.severity for i in found] == ["minor"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", ["000", "002", "004"])
def test_one_evidence_a_segment_and_the_same_every_time(name: str, number: str) -> None:
    document = seed(number)
    first, second = examine(name, document), examine(name, document)
    assert first == second
    assert len(first) == len(segment(document))
    for evidence, one in zip(first, segment(document), strict=True):
        assert evidence.witness == name
        assert evidence.value is not None
        assert 0 <= evidence.value <= 3
        assert (evidence.value > 0) == bool(evidence.issues)
        for issue in evidence.issues:
            assert one.start <= issue.start < issue.end <= one.end


@pytest.mark.parametrize("name", NAMES)
def test_furniture_is_an_abstention_unless_markup_is_damaged(name: str) -> None:
    """Unknown is never 0; only translated markup speaks of a page's furniture."""
    document = Document("page", "أخبار ذات صلة KYIV KYIV ، في في\n- قائمة 2 من 4 يرفض ترامب")
    segments = [replace(s, role="furniture") for s in segment(document)]
    plain, counter = load_witness(name).examine(document, segments)
    assert plain.value is None
    assert plain.reason == "furniture"
    assert (counter.value is not None) == (name == "markup")


@pytest.mark.parametrize("name", NAMES)
def test_odd_input_is_survived(name: str) -> None:
    for text in ("", " ", "\n\n", ".", "()", '"', "«", "12", "ا", "A", "،،،" * 50, "(" * 300):
        document = Document("odd", text)
        assert len(examine(name, document)) == len(segment(document))


def test_space_before_comma_counts_the_page_and_is_capped() -> None:
    document = Document("page", "قال ، ثم قال ، ثم قال ، ثم قال ، ثم مضى.\nوعاد ، ثم سكت.")
    found = [i for e in examine("punctuation", document) for i in e.issues]
    spaced = [i for i in found if i.code == "punctuation.space-before-comma"]
    assert len(spaced) == 3 + 1
    assert {i.more["count"] for i in spaced} == {5}
    assert "5" in spaced[0].message_ar
    assert examine("punctuation", document)[0].features["space_before_comma_rate"] == 1.0


def test_quotations_are_balanced_over_the_paragraph() -> None:
    """A quotation of three sentences is closed in the third: nothing is open."""
    closed = Document("page", 'وأضاف: "لن نقبل ذلك. لم نقبله يوما من الأيام. هذا موقفنا".')
    opened = Document("page", 'وأضاف: "لن نقبل ذلك. لم نقبله يوما من الأيام. هذا موقفنا.')
    codes = [
        [i.code for e in examine("punctuation", d) for i in e.issues] for d in (closed, opened)
    ]
    assert codes == [[], ["punctuation.unclosed-quote"]]
    assert list(unpaired('«أ» (ب) "ج" “د”')) == []
    assert list(unpaired("«أ (ب")) == [("quote", 0), ("bracket", 3)]


def test_a_page_in_another_language_is_an_abstention_for_residue() -> None:
    document = Document("page", "The protest started around eleven. It ended at noon in London.")
    assert {(e.value, e.reason) for e in examine("residue", document)} == {(None, "not-arabic")}


def test_a_loop_is_one_finding() -> None:
    document = Document("page", "كان في سيارة سيارات سيارات سيارات سيارات سيارات سيارات صغيرة.")
    found = [i for e in examine("repetition", document) for i in e.issues]
    assert [i.code for i in found] == ["repetition.stutter"]
    assert found[0].suggestion is None


def test_speech_may_repeat_itself() -> None:
    quoted = Document("page", 'وأضاف الرجل: "نريد السلام السلام في بلادنا اليوم".')
    plain = Document("page", "وأضاف الرجل أنهم يريدون السلام السلام في بلادهم اليوم.")
    severities = [
        [i.severity for e in examine("repetition", d) for i in e.issues] for d in (quoted, plain)
    ]
    assert severities == [["minor"], ["major"]]


@pytest.mark.parametrize(
    ("word", "language"),
    [("мир", "ru"), ("безпека", None), ("Україна", "uk"), ("שלום", "he"), ("和平", "zh")],
)
def test_other_scripts_are_named(word: str, language: str | None) -> None:
    finding = other_script(word, enclosed=False)
    assert finding is not None
    if language:
        assert finding.more["source_language"] == language
    assert other_script(word, enclosed=True) is None
    assert other_script("α", enclosed=False) is None


@pytest.mark.parametrize(
    ("run", "codes"),
    [
        ("KYIV", ["latin-name"]),
        ("New York Magazine", ["latin-word"]),
        ("New York", ["latin-name"]),
        ("CNN", []),
        ("F-16", []),
        ("iPhone 15 Pro", []),
        ("us", ["latin-word"]),
        ("US", ["latin-name"]),
        ("Bloomburg", ["misspelt-name"]),
        ("Bloomberg", ["latin-acronym"]),
        ("perdamaian", ["foreign-word"]),
        ("CHIEN TRANH", ["foreign-word"]),
        ("they needed to balance", ["english-clause"]),
        ("The Lord of the Rings", ["latin-word"]),
        ("SPCC", []),
    ],
)
def test_a_latin_run_is_called_what_it_is(run: str, codes: list[str]) -> None:
    assert [finding.code for _, _, finding in judge_run(run, enclosed=False)] == codes


def test_edit_distance_is_symmetric_and_stops_at_its_limit() -> None:
    assert edits("euraactiv", "euractiv", 2) == edits("euractiv", "euraactiv", 2) == 1
    assert edits("abc", "abc", 2) == 0
    assert edits("abc", "xyz", 2) == 3
    assert edits("a", "abcdefgh", 2) == 3
