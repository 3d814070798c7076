"""What normalize.py promises: an exact map back from folded text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.normalize import DIACRITICS, INVISIBLE, arabic_share, fold, strip_marks, whole_words

ANY = st.one_of(
    st.text(),
    st.text(alphabet=st.sampled_from(list("اأإآىيةه ـًَُّْ٠٣ﻻﷺ﷽﴿ﺍ\u200f\u200d\ufeffabc1,.«»"))),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("أإآٱا", "ااااا"),
        ("مستشفى", "مستشفي"),
        ("مدرسة", "مدرسة"),
        ("مُحَمَّدٌ", "محمد"),
        ("ســـلام", "سلام"),
        ("١٢٣ ۴۵۶", "123 456"),
        ("الأمنیة", "الامنية"),
        ("ﻻ ﻣﺮﺣﺒﺎ", "لا مرحبا"),
        ("\u202bنص\u202c", "نص"),
        ("﷽ ﴿نص﴾", "﷽ ﴿نص﴾"),
        ("\u00a0ABC", " ABC"),
        ("plain ASCII", "plain ASCII"),
    ],
)
def test_folding(text: str, wanted: str) -> None:
    assert fold(text).text == wanted


@settings(deadline=None, max_examples=300)
@given(ANY)
def test_every_folded_character_knows_its_origin(text: str) -> None:
    folded = fold(text)
    assert len(folded.offsets) == len(folded.text)
    assert list(folded.offsets) == sorted(folded.offsets)
    covered: set[int] = set()
    for i, char in enumerate(folded.text):
        start, end = folded.original(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert char in fold(text[start:end]).text
        covered.update(range(start, end))
    # Only what stands before the first kept character can be left out, and it folds to nothing.
    missing = "".join(c for i, c in enumerate(text) if i not in covered)
    assert fold(missing).text == ""


@settings(deadline=None)
@given(ANY)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@settings(deadline=None)
@given(ANY, st.data())
def test_a_folded_range_maps_to_a_range_that_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    a = data.draw(st.integers(0, len(folded.text)))
    b = data.draw(st.integers(a, len(folded.text)))
    start, end = folded.original(a, b)
    assert 0 <= start <= end <= len(text)
    if a < b:
        assert folded.text[a:b] in fold(text[start:end]).text


def test_long_texts_fold_like_short_ones() -> None:
    sentence = "قال الرَّئيس أمس. "
    assert fold(sentence * 1_000).text == fold(sentence).text * 1_000


def test_marks_on_the_last_letter_belong_to_the_range() -> None:
    text = "قالَ ثم"
    assert fold(text).original(0, 3) == (0, 4)


def test_highlights_are_widened_to_whole_words() -> None:
    text = "وَالوزيرُ قال: نعم"
    start, end = whole_words(text, 4, 6)
    assert text[start:end] == "وَالوزيرُ"
    at = text.index("قال")
    assert whole_words(text, at, at + 3) == (at, at + 3)


@settings(deadline=None)
@given(ANY, st.data())
def test_widening_never_narrows_and_is_stable(text: str, data: st.DataObject) -> None:
    a = data.draw(st.integers(0, len(text)))
    b = data.draw(st.integers(a, len(text)))
    start, end = whole_words(text, a, b)
    assert 0 <= start <= a <= b <= end <= len(text)
    assert whole_words(text, start, end) == (start, end)


def test_strip_marks_keeps_the_letters() -> None:
    assert strip_marks("إلـى\u200f أُمَّة") == "إلى أمة"
    assert not (DIACRITICS | INVISIBLE) & set(strip_marks("مُحَمَّدٌ\u202b"))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", None),
        ("123 !", None),
        ("abc", 0.0),
        ("سلام", 1.0),
        ("سلام abcd", 0.5),
        ("ســـــلام", 1.0),
    ],
)
def test_arabic_share(text: str, share: float | None) -> None:
    assert arabic_share(text) == share


@settings(deadline=None)
@given(ANY)
def test_arabic_share_is_a_share(text: str) -> None:
    share = arabic_share(text)
    assert share is None or 0.0 <= share <= 1.0
