"""The entity reader: people with titles, amounts, dates, places; names spelt by ear."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtaudit.entities import (
    Entity,
    arabic_numbers_lost,
    english_names,
    english_numbers,
    entities,
    matches_english,
    names_against,
    names_lost,
    same_name,
)
from mtaudit.entities import gazetteer as tables
from mtaudit.errors import ModelError
from mtaudit.modelstore import model_path, verify


def of_kind(text: str, *kinds: str) -> list[Entity]:
    return [e for e in entities(text) if e.kind in kinds]


@pytest.mark.parametrize(
    "text",
    [
        "قال وزيرُ الخارجيّةِ الأردني أيمن الصفدي إنّ ٣٫٥ ملايين شخص غادروا.",
        "والرئيس الأمريكي دونالد ترامب في واشنطن، يوم الثلاثاء 26 يناير 2022.",
        "ســيرغي لافروف‏ وبزيلينسكي؛ 0.8٪ و20$",
        "",
        "   ",
        "English only, 25 %",
    ],
)
def test_every_entity_is_the_text_at_its_offsets(text: str) -> None:
    for entity in entities(text):
        assert text[entity.start : entity.end] == entity.text
        assert entity.text.strip() == entity.text != ""
        assert entity.key


@pytest.mark.parametrize(
    ("text", "name", "role", "country"),
    [
        ("أكد وزير الخارجية الروسي، سيرجي لافروف، أن", "سيرجي لافروف", "foreign minister", "RU"),
        ("قال الرئيس الأمريكي دونالد ترامب إن", "دونالد ترامب", "president", "US"),
        ("رئيس الوزراء البريطاني كير ستارمر", "كير ستارمر", "prime minister", "GB"),
        ("من وزير الشؤون الخارجية في الاتحاد الروسي سيرج لافروف في", "سيرج لافروف",
         "foreign minister", "RU"),
        ("زعيم كوريا الشمالية كيم جونغ أون يزور", "كيم جونغ أون", "leader", "KP"),
        ("الأمين العام لحلف شمال الأطلسي مارك روته إن", "مارك روته", "secretary-general", "NL"),
        ("فولوديمير زيلينسكي، الرئيس الأوكراني، قال", "فولوديمير زيلينسكي", "president", "UA"),
        ("وزيرة الخارجية النرويجية إنغريد فوسنيك أعلنت", "إنغريد فوسنيك", "foreign minister", "NO"),
        ("وزير الدفاع الإسرائيلي إسرائيل كاتس يوم", "إسرائيل كاتس", "defence minister", "IL"),
    ],
)  # fmt: skip
def test_people_are_read_with_title_and_country(
    text: str, name: str, role: str, country: str
) -> None:
    (person,) = of_kind(text, "person")
    assert (person.text, person.role, person.country) == (name, role, country)


@pytest.mark.parametrize(
    "text",
    [
        "ترتكز السياسة على مبادئ واضحة.",
        "وقالت الحكومة إن الأسعار ارتفعت.",
        "وزيرة الخارجية السعودية",
        "اجتمع الرئيس الفرنسي مع نظيره.",
    ],
)
def test_nobody_is_read_where_nobody_is_named(text: str) -> None:
    assert of_kind(text, "person") == []


def test_spellings_of_a_known_person_share_one_key() -> None:
    texts = ["قال لافروف إن", "سيرغي لافروف وزير", "سيرج لافروف", "التقى بلافروف أمس"]
    keys = {of_kind(text, "person")[0].key for text in texts}
    assert keys == {"سيرغي لافروف"}
    assert of_kind("ميلانيا ترامب", "person")[0].known == ""


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("نحو عشر دول", "number", 10),
        ("أكثر من عشرين دولة", "number", 20),
        ("ثلاثة آلاف وخمسمئة شخص", "number", 3500),
        ("خمسة وعشرين ألفا", "number", 25_000),
        ("ألفا جندي", "number", 2000),
        ("أحد عشر رجلا", "number", 11),
        ("مئة وخمسون قتيلا", "number", 150),
        ("نصف مليون نازح", "number", 500_000),
        ("150.000 سيارة", "number", 150_000),
        ("1.5 درجة", "number", 1.5),
        ("أكثر من 400 ألف روسي", "number", 400_000),
        ("١٬٢٥٠ جنديا", "number", 1250),
        ("بنسبة 0.8 بالمائة", "percent", 0.8),
        ("١٢٫٥٪ من", "percent", 12.5),
        ("7 في المئة", "percent", 7),
        ("3.5 مليون دولار", "money", 3_500_000),
        ("ثلاث مئة مليون ريال", "money", 300_000_000),
        ("المادة الخامسة من", "ordinal", 5),
        ("الدقيقة الخامسة والعشرين", "ordinal", 25),
    ],
)
def test_amounts_have_their_value(text: str, kind: str, value: float) -> None:
    found = of_kind(text, "number", "percent", "money", "ordinal")
    assert [(e.kind, e.value) for e in found] == [(kind, value)]


@pytest.mark.parametrize("text", ["في نصف النهائي", "أحد المسؤولين", "كيف يمكن", "وهو ما قاله"])
def test_words_that_only_look_like_entities_are_none(text: str) -> None:
    assert entities(text) == ()


def test_a_vague_amount_has_a_key_but_no_value() -> None:
    (hundreds,) = of_kind("ومئات القوات", "number")
    (tens,) = of_kind("عشرات القوات", "number")
    assert hundreds.value is tens.value is None
    assert hundreds.key != tens.key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("في 26 يناير 2022", "2022-01-26"),
        ("الرابع من يناير 2018", "2018-01-04"),
        ("في تشرين الأول/أكتوبر الماضي", "--10"),
        ("15 شباط/فبراير 2023", "2023-02-15"),
        ("عام 2022", "2022"),
        ("يوم الأحد", "weekday-7"),
        ("15/03/2024", "2024-03-15"),
        ("شهر رمضان", "h--09"),
    ],
)
def test_dates_have_one_key(text: str, key: str) -> None:
    assert [e.key for e in of_kind(text, "date")] == [key]


@pytest.mark.parametrize("text", ["قال رمضان إن", "كلمة الأحد", "تمارس الشركة", "بلغ 2022 طنا"])
def test_words_that_only_look_like_dates_are_none(text: str) -> None:
    assert of_kind(text, "date") == []


def test_places_and_nations_share_the_country_code() -> None:
    text = "من الولايات المتحدة إلى الحلفاء الأميركيين في كييف"
    found = {(e.kind, e.key) for e in entities(text)}
    assert {("place", "US"), ("nationality", "US")} <= found
    assert of_kind("حلف الناتو", "organisation")[0].key == of_kind("الناتو", "organisation")[0].key


SAME = [
    ("سيرج", "سيرجي"), ("سيرجي", "سيرغي"), ("زيلنسكي", "زيلينسكي"), ("ترمب", "ترامب"),
    ("فولوديمير", "فلودومير"), ("كيلوج", "كيلوغ"), ("نتنياهو", "نتانياهو"),
    ("جين بينغ", "جينبينغ"), ("عبد الله", "عبدالله"), ("سيرغي لافروف", "لافروف"),
]  # fmt: skip
DIFFERENT = [
    ("محمد", "محمود"), ("حسن", "حسين"), ("سالم", "سليم"), ("ترامب", "ترودو"),
    ("ماكرون", "ماركون"), ("بيترو", "بطرس"), ("ميلانيا ترامب", "دونالد ترامب"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME)
def test_spellings_by_ear_are_one_name(a: str, b: str) -> None:
    assert same_name(a, b) >= 0.88
    assert same_name(a, b) == same_name(b, a)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_other_names_are_not(a: str, b: str) -> None:
    assert same_name(a, b) < 0.8
    assert same_name(a, b) == same_name(b, a)


def test_another_vowel_is_further_than_a_missing_one() -> None:
    assert same_name("فولوديمير", "فلاديمير") < same_name("فولوديمير", "فلودومير")
    assert same_name("فولوديمير", "فلاديمير") < 0.88


GLOSS = (
    "Russian Foreign Minister Sergey Lavrov met Jordan's Ayman Safadi in Moscow; about ten "
    "countries and 3,500 people, twenty-five million and 0.8 percent, said the United Nations."
)


def test_english_names_and_numbers() -> None:
    assert english_names(GLOSS) == (
        "Sergey Lavrov", "Jordan", "Ayman Safadi", "Moscow", "United Nations",
    )  # fmt: skip
    assert english_numbers(GLOSS) == (10, 3500, 25_000_000, 0.8)


@pytest.mark.parametrize("name", ["لافروف", "سيرغي لافروف", "الصفدي", "موسكو", "الأمم المتحدة"])
def test_names_are_found_in_the_gloss(name: str) -> None:
    assert matches_english(name, GLOSS)


@pytest.mark.parametrize("name", ["ترامب", "زيلينسكي", "باريس", "فوسنيك"])
def test_names_that_the_gloss_lacks_are_lost(name: str) -> None:
    assert not matches_english(name, GLOSS)


def test_only_lost_names_are_reported() -> None:
    lost = names_lost("التقى سيرغي لافروف دونالد ترامب في موسكو", GLOSS)
    assert [e.text for e in lost] == ["دونالد ترامب"]


def test_only_lost_numbers_are_reported() -> None:
    original = "أعلنت عشر دول في 26 يناير 2022 عن 37 خطوة وفق المادة الخامسة بنسبة 0.8 بالمئة"
    back = "أعلنت 10 دول في 26 كانون الثاني 2022 عن 38 خطوة وفق المادة 5 بنسبة 0.8٪"
    assert [e.text for e in arabic_numbers_lost(original, back)] == ["37"]
    assert arabic_numbers_lost(original, original) == ()


def test_a_name_that_every_clean_report_spells_otherwise() -> None:
    suspect = entities("اجتماع فلاديمير زيلنسكي ودونالد ترامب")
    clean = [*entities("قال فولوديمير زيلينسكي إن"), *entities("وأضاف زيلينسكي"),
             *entities("دونالد ترمب"), *entities("وقال ترامب أمس")]  # fmt: skip
    assert [(e.text, usual) for e, usual in names_against(suspect, clean)] == [
        ("فلاديمير زيلنسكي", "فولوديمير زيلينسكي")
    ]
    assert names_against(clean, clean) == ()
    assert names_against(suspect, []) == ()


def test_a_country_read_as_a_given_name_is_held_against_the_report() -> None:
    suspect = entities("مع وزير الخارجية جوردان إيمان السفادي")
    clean = entities("مع وزير الخارجية الأردني أيمن الصفدي")
    ((entity, usual),) = names_against(suspect, clean)
    assert (entity.text, usual) == ("جوردان إيمان السفادي", "أيمن الصفدي")


def test_the_name_list_is_whole_and_states_its_licence() -> None:
    manifest = verify(model_path("names"))
    assert set(manifest["files"]) == {"names.tsv.xz", "ordinary.txt.xz"}
    assert all(about["licence"] for about in manifest["files"].values())


def test_a_damaged_name_list_is_a_model_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names.tsv.xz").write_bytes(b"not xz")
    monkeypatch.setattr(tables, "model_path", lambda name: tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        tables._packed("names.tsv.xz")


@pytest.mark.parametrize(
    ("file", "columns"),
    [("people.tsv", 7), ("countries.tsv", 6), ("places.tsv", 3), ("organisations.tsv", 3),
     ("titles.tsv", 4), ("numbers.tsv", 3), ("dates.tsv", 4), ("currencies.tsv", 3)],
)  # fmt: skip
def test_tables_have_their_columns_and_known_country_codes(file: str, columns: int) -> None:
    codes = {row["code"] for row in tables.table("countries.tsv")} | {"", "UN", "NATO"}
    rows = list(tables.table(file))
    assert rows
    for row in rows:
        assert len(row) == columns
        assert set(row.get("country", "").split(",")) <= codes, row
