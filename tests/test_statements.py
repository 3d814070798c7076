"""Sentences that only say who said the one before them, and where."""

from __future__ import annotations

import pytest

from mtaudit.statements import read_statement, refers_back

BACK = (
    "أعلن ذلك من قبل وزير الشؤون الخارجية في الاتحاد الروسي سيرج لافروف في مؤتمر صحفي مع وزير.",
    "جاء ذلك خلال مؤتمر صحفي عقده لافروف في موسكو.",
    "وجاءت هذه التصريحات في بيان للرئيس دونالد ترامب.",
    "هذا ما أكدته أنغيلا ميركل في مقابلة مع صحيفة بيلد.",
    "وقال ذلك رئيس الوزراء في كلمته أمام البرلمان.",
    "صرح بذلك المتحدث باسم الوزارة في إحاطة صحفية يوم الاثنين.",
    "وأشار إلى ذلك وزير الخارجية سيرغي لافروف في مؤتمر صحفي.",
    "أدلى بهذه التصريحات الرئيس الأمريكي في مقابلة مع قناة فوكس نيوز.",
    "وأتت هذه التصريحات في بيان للوزارة.",
)
OWN_CONTENT = (
    "وأوضح لافروف في مؤتمر صحافي أن الضمانات الأمنية يجب أن تكون عادلة.",
    "وكشفت هذه المواطنة عن تفاصيل حول مغادرتها البلاد.",
    "قال هذا المسؤول إن الحكومة ستخفض الرسوم.",
    "جاء ذلك بعد معارك عنيفة خلفت قتلى وجرحى.",
    "أعلن ذلك وزير المالية وأضاف أن الضرائب سترتفع.",
    "وأكد أن ذلك لن يغير شيئا.",
    "أعلنت ذلك أنغيلا ميركل قائلة: العالم تغير.",
    "وأشار إلى أن ذلك لن يغير شيئا.",
)


@pytest.mark.parametrize("text", BACK)
def test_a_sentence_that_announces_the_one_before_it(text: str) -> None:
    assert refers_back(text)


@pytest.mark.parametrize("text", OWN_CONTENT)
def test_a_sentence_with_content_of_its_own(text: str) -> None:
    assert not refers_back(text)


@pytest.mark.parametrize(
    ("suspect", "clean", "same"),
    [
        (BACK[0], "وأوضح لافروف في مؤتمر صحافي، اليوم الأربعاء، أن الضمانات عادلة", True),
        (BACK[1], "قال وزير الخارجية سيرجي لافروف خلال المؤتمر الصحفي إن بلاده مستعدة", True),
        (BACK[0], "قال وزير الخارجية سيرغي لافروف في بيان إن بلاده مستعدة للحوار", False),
        (BACK[0], "قال الرئيس دونالد ترامب في مؤتمر صحفي إن بلاده مستعدة للحوار", False),
        (BACK[0], "أكد وزير الخارجية الروسي سيرغي لافروف أن بلاده مستعدة للحوار", False),
        (
            "أعلن ذلك رئيس الخارجية كريستوفر سينج في المؤتمر الصحفي في جورج تاون.",
            "وأوضح وزير الخارجية الغوياني كريستوفر سينغ في مؤتمر صحافي عقده أن بلاده لن تدخل",
            True,
        ),
    ],
)
def test_same_speaker_on_the_same_occasion(suspect: str, clean: str, same: bool) -> None:
    mine, theirs = read_statement(suspect), read_statement(clean)
    assert mine is not None
    assert (theirs is not None and mine.same(theirs)) is same


@pytest.mark.parametrize(
    "text",
    [
        # The guest, the victim and the enemy are no speakers.
        "جاء ذلك خلال مؤتمر صحفي مع وزير الخارجية سيرغي لافروف.",
        "جاء ذلك في أول بيان رسمي منذ مقتل والده على أيدي ميليشيات عبد الملك الحوثي.",
        "جاء ذلك في تعليقات بثها التلفزيون الرسمي من المدينة.",
    ],
)
def test_who_is_named_may_not_be_who_speaks(text: str) -> None:
    assert read_statement(text) is None
