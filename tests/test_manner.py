"""What is not written like news gets no verdict, and the reason is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mtaudit import calibrate
from mtaudit.calibrate import Calibration, Threshold
from mtaudit.config import Options
from mtaudit.evaluate.units import Score, Unit, score_units
from mtaudit.loading import Models
from mtaudit.manner import FEWEST, manner, unlike_news
from mtaudit.normalize import WORD
from mtaudit.pipeline import examine, judge, text_verdict
from mtaudit.read import document_of
from mtaudit.report.strings import reason_text
from mtaudit.types import Document, DocumentReport, Evidence

NEWS = (
    "أعلنت وزارة الصحة يوم الاثنين افتتاح ثلاثة مستشفيات جديدة في المناطق الجنوبية من البلاد.",
    "وقال الوزير إن المستشفيات ستستقبل المرضى ابتداء من الأسبوع المقبل بعد وصول الأطباء.",
    "ويأتي الافتتاح بعد عامين من التأخير بسبب نقص التمويل وارتفاع أسعار مواد البناء.",
    "وكان سكان المنطقة قد طالبوا مرارا بتحسين الخدمات الطبية وتقليص ساعات الانتظار الطويلة.",
)
MANUAL = (
    "تستدعي الدالة useState القيمة الأولى ثم تعيد setState لتحديث المكوّن عند كل ضغطة زر.",
    "استخدم npm لتثبيت الحزمة react-dom قبل أن تشغّل المشروع على حاسوبك أول مرة.",
    "وبعد ذلك يعرض المكوّن App محتوى الملف index.html كاملا في نافذة المتصفح.",
)
POST = (
    "🔴 وسائل إعلام تتحدث عن وصول الدفعة الأولى من المساعدات إلى المدينة هذا المساء",
    "👈 تابعوا آخر التطورات عبر حسابنا #أخبار_اليوم وشاركوا المنشور مع أصدقائكم",
)
LIMITS = {"latin": 0.04, "tags": 0.04}


def judged(
    text: str, limits: dict[str, float], fitted: Calibration | None = None
) -> DocumentReport:
    document = document_of(text, "d")
    assert isinstance(document, Document)
    item = examine(document)
    silent = (None, Evidence("roundtrip", None, "not asked"))
    alone = [((), Evidence("reference", None, "not asked"))] * len(item.segments)
    calibration = replace(fitted or calibrate.default(), manner=limits)
    return judge(item, [silent] * len(item.segments), alone, calibration)


def test_occurrences_are_counted_a_word() -> None:
    found = manner(MANUAL)
    assert (found.latin, found.tags) == (6, 0)
    assert found.words == sum(len(WORD.findall(text)) for text in MANUAL)
    assert found.shares() == {"latin": 6 / found.words, "tags": 0.0}
    post = manner(POST)
    assert (post.latin, post.tags) == (0, 3)


def test_a_sentence_left_in_english_is_damage_and_no_manner() -> None:
    """Else the worst machine translation would be the one that goes unjudged."""
    left = "The ministry opened three new hospitals in the south of the country on Monday."
    assert manner([*NEWS, left]) == manner(NEWS)


@pytest.mark.parametrize("text", ["وقالت شركة Apple إنها", "تغريدة على @name", ""])
def test_one_or_two_make_no_manner(text: str) -> None:
    """A name in brackets, a quoted tweet: short news has them."""
    assert min(FEWEST.values()) > 2
    assert unlike_news(manner([text]), {"latin": 0.0, "tags": 0.0}) == ""


def test_a_damaged_article_is_judged() -> None:
    """Two names left in Latin letters and one in Vietnamese: that is what the tool is for."""
    damaged = [NEWS[0] + " KYIV", "وفقا لاتفاق HOA BINH قررت الأطراف وقف إطلاق النار."]
    assert manner(damaged).latin == 3
    assert unlike_news(manner(damaged), calibrate.default().manner) == ""


def test_a_calibration_without_limits_bars_nothing() -> None:
    assert unlike_news(manner(MANUAL), {}) == ""
    assert unlike_news(manner(MANUAL), {"tags": 0.01}) == ""


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (MANUAL, "not written like news: 6 words in Latin letters"),
        (POST, "not written like news: 3 tags, links and pictographs"),
    ],
)
def test_there_is_no_verdict_and_the_reason_is_told(lines: tuple[str, ...], reason: str) -> None:
    text = "\n".join(lines)
    free, barred = judged(text, {}), judged(text, LIMITS)
    assert free.verdict != "abstained"
    assert (barred.verdict, barred.abstained) == ("abstained", reason)
    assert barred.mt_probability is None
    assert (barred.interval, barred.parts, barred.threshold) == (None, (), None)
    # What was found in it is told all the same.
    assert barred.quality == free.quality
    assert [s.issues for s in barred.segments] == [s.issues for s in free.segments]
    for lang, word in (("en", "no verdict"), ("ar", "فلا حكم عليه")):
        assert word in reason_text(reason, lang)


def test_only_damage_marks_a_sentence_where_there_is_no_verdict() -> None:
    """The sentence threshold was measured on native news, too."""
    alarmed = replace(
        calibrate.default(),
        sentence_threshold={"text": Threshold(0.0, 1.0, "every sentence reaches it")},
    )
    damaged = MANUAL[1] + " فهذا الشركة فهذا الشركة كبير."
    rows = {}
    for name, limits in (("free", {}), ("barred", LIMITS)):
        found = judged("\n".join((MANUAL[0], MANUAL[2], damaged)), limits, alarmed).segments
        rows[name] = [row.flagged for row in found]
        graves = [any(i.severity != "minor" and i.confidence >= 0.5 for i in row.issues)
                  for row in found]  # fmt: skip
    assert all(rows["free"])
    assert rows["barred"] == graves
    assert not rows["barred"][0]
    assert rows["barred"][-1]


def test_news_is_judged() -> None:
    assert judged("\n".join(NEWS), LIMITS).verdict == "human"


def test_the_shipped_limits_leave_news_alone() -> None:
    limits = calibrate.default().manner
    assert set(limits) == {"latin", "tags"}
    assert all(0.01 < limit < 0.1 for limit in limits.values())
    document = document_of("\n".join(NEWS), "d")
    assert isinstance(document, Document)
    assert text_verdict(document, calibrate.default())[0] == "human"


def test_evaluation_counts_it_as_undecided() -> None:
    """One kind of abstention, however many Latin words there were."""
    unit = Unit("\n".join(MANUAL), "human", "a person", "software", ("file", "d"))
    scores = score_units(
        [unit, unit], [True, False], Models(None, None), calibrate.default(),
        Options(roundtrip=False), lambda done: None,
    )  # fmt: skip
    assert scores[0] == Score(None, False, False, "unlike-news")
    assert scores[1].probability is not None
