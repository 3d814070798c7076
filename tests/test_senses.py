"""Wrong senses: every entry of the table is tried on its own two sentences."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mtaudit.errors import UsageError
from mtaudit.evidence.senses import LANGUAGES, Entry, Senses, clause, entries
from mtaudit.normalize import ARABIC_LETTER, fold
from mtaudit.segment import segment
from mtaudit.types import Document, Issue, Segment

ENTRIES = entries()
SEEDS = Path(__file__).parent.parent / "seeds"


@cache
def witness() -> Senses:
    return Senses()


def issues(text: str) -> list[Issue]:
    found = witness().examine(Document("case", text), [Segment(0, 0, len(text), text)])
    return [issue for evidence in found for issue in evidence.issues]


@cache
def seed(number: int) -> tuple[str, tuple[Issue, ...]]:
    """Text of a seed article and the findings in it."""
    (path,) = SEEDS.glob(f"{number:03}_*.txt")
    document = Document(path.name, path.read_text(encoding="utf-8"))
    found = witness().examine(document, segment(document))
    return document.text, tuple(issue for evidence in found for issue in evidence.issues)


def test_the_table_is_large_and_its_names_are_unique() -> None:
    assert len(ENTRIES) >= 300
    assert len({entry.row.id for entry in ENTRIES}) == len(ENTRIES)
    assert {entry.row.language for entry in ENTRIES} == set(LANGUAGES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.row.id)
def test_entry_finds_its_wrong_sentence_and_not_its_counter(entry: Entry) -> None:
    row = entry.row
    assert list(entry.spans(fold(row.example_wrong).text))
    assert not list(entry.spans(fold(row.example_counter).text))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.row.id)
def test_witness_reports_the_wrong_sentence_in_both_languages(entry: Entry) -> None:
    text = entry.row.example_wrong
    found = issues(text)
    assert found
    for issue in found:
        assert issue.code == "senses.wrong-sense"
        assert text[issue.start : issue.end] == issue.text
        assert issue.suggestion
        assert issue.more["source_language"] in LANGUAGES
        assert issue.more["source_word"] in issue.message_en
        assert issue.more["source_word"] in issue.message_ar
        assert len(ARABIC_LETTER.findall(issue.message_ar)) > 20
        assert "{" not in issue.message_en + issue.message_ar


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.row.id)
def test_keys_stand_in_every_match(entry: Entry) -> None:
    assert entry.keys
    spaced = fold(entry.row.example_wrong).spaced
    assert all(any(key in spaced for key in one) for one in entry.keys)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.row.id)
def test_the_right_word_is_never_reported(entry: Entry) -> None:
    """A counter-example is good Arabic: no other entry may find fault with it either."""
    assert issues(entry.row.example_counter) == []


@pytest.mark.parametrize(
    "span",
    [
        "تحاول ببراءة",
        "منصب الرئيس الأمريكي دونالد ترامب",
        "تصعيدًا إيجابيًا",
        "توزيع الجيش الأوروبي",
        "سيحاولون رسم نفس الخيار للمادة الخامسة",
        "لتحقيق العالم",
        "وزير الخارجية جوردان",
    ],
)
def test_marked_mistranslations_of_the_garbled_seed_are_found(span: str) -> None:
    text, found = seed(0)
    start = text.index(span)
    assert any(issue.start < start + len(span) and start < issue.end for issue in found)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_human_seeds_are_quiet(number: int) -> None:
    assert seed(number)[1] == ()


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        # Members of a family that the table's examples do not show.
        ("عرقلت واشنطن محادثات العالم في جنيف.", "ru-mir-process"),
        ("بدأ توزيع منظومات الدفاع الجوي قرب الحدود.", "ru-razmeshchenie-army"),
        ("يجب تغيير منصب الكرملين.", "ru-polozhenie-post"),
        ("أدانت كييف قصفا إيجابيا للمدن.", "en-positive-escalation"),
        ("نفذ الجيش إضرابات صاروخية على الميناء.", "en-air-strike"),
        ("قتل عشرة من السكان المسالمين.", "ru-mirnye-zhiteli"),
    ],
)
def test_entries_reach_beyond_their_examples(text: str, entry: str) -> None:
    assert entry in {issue.more["entry"] for issue in issues(text)}


def test_a_near_word_counts_only_in_the_same_clause() -> None:
    assert issues("فاز الحزب بانهيار أرضي في الانتخابات.")
    assert not issues("سقط قتلى في انهيار أرضي. وفاز الحزب في الانتخابات.")


def test_a_clause_ends_at_punctuation_but_not_at_a_decimal_comma() -> None:
    text = "ارتفع 2,5 اليوم، وهبط غدا."
    start, end = clause(text, 0, 5)
    assert text[start:end] == "ارتفع 2,5 اليوم"


def test_two_entries_on_the_same_words_are_one_finding() -> None:
    found = issues("تحاول أوروبا تغيير منصب الرئيس الأمريكي لحل الأزمة.")
    assert len(found) == 1
    assert found[0].severity == "critical"


def test_furniture_is_an_abstention() -> None:
    text = "لتحقيق العالم"
    furniture = Segment(0, 0, len(text), text, role="furniture")
    (evidence,) = witness().examine(Document("case", text), [furniture])
    assert evidence.value is None
    assert evidence.reason


def test_a_broken_entry_is_named() -> None:
    row = ENTRIES[0].row
    with pytest.raises(UsageError, match=r"data/senses\.tsv, ") as error:
        _ = Entry(row._replace(wrong="(")).wrong
    assert row.id in str(error.value)
    with pytest.raises(UsageError):
        Entry(row._replace(severity="grave"))
