"""Who says what a sentence says."""

from __future__ import annotations

import pytest

from mtaudit.entities import entities, speakers
from mtaudit.facts import compare_facts
from mtaudit.types import Fact


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("وأكد وزير الخارجية الروسي سيرجي لافروف أن موسكو مستعدة", ["سيرجي لافروف"]),
        ("أكد وزير الخارجية الروسي، سيرجي لافروف، أن موسكو مستعدة", ["سيرجي لافروف"]),
        ("لافروف: مناقشة الضمانات بلا روسيا لن تصل إلى نتيجة", ["لافروف"]),
        ("وكان لافروف قد اعتبر أن ترامب أظهر فهما للأزمة", ["لافروف"]),
        ("وفقا لرويترز فإن القوات لم تصل", ["رويترز"]),
        ("التقى سيرغي لافروف نظيره في عمان", []),
        ("وقال في مؤتمر مع دونالد ترامب إن الأمر انتهى", []),
        ("اتهم القادة بمحاولة تغيير موقف الرئيس الأميركي دونالد ترامب", []),
    ],
)
def test_speakers_stand_beside_the_verb(text: str, names: list[str]) -> None:
    assert [entity.text for entity in speakers(text, entities(text))] == names


def test_another_speaker_differs_and_is_no_error_of_itself() -> None:
    facts = compare_facts(
        "وقال سيرغي لافروف إن الحوار مستمر", "وأكد الرئيس فلاديمير بوتين أن الحوار مستمر"
    )
    assert Fact("speaker", "differs", "سيرغي لافروف", "فلاديمير بوتين") in facts
    same = compare_facts("وقال لافروف إن الحوار مستمر", "وأكد سيرغي لافروف أن الحوار مستمر")
    assert Fact("speaker", "agrees", "لافروف", "سيرغي لافروف") in same
    alone = compare_facts("وقال لافروف إن الحوار مستمر", "الحوار مستمر")
    assert Fact("speaker", "absent", "لافروف") in alone
