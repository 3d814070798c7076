"""The promise on the five seed articles, held against the hand-marked defects of seed 000."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mtaudit.encoder import load_encoder
from mtaudit.reference import ReferenceIndex
from mtaudit.segment import segment
from mtaudit.types import Document, DocumentReport, Issue, Segment

SEEDS = Path(__file__).parent.parent / "seeds"
GOLD = Path(__file__).parent / "cases" / "gold_seed_000.jsonl"
CHECKED = {"untranslated", "repetition", "punctuation", "agreement", "named-entity"}
# Which families of codes answer for which category of the hand-marked set.
FITTING = {
    "untranslated": {"residue"},
    "repetition": {"repetition"},
    "punctuation": {"punctuation"},
    "agreement": {"agreement"},
    "named-entity": {"names", "reference"},
}


def gold() -> list[dict[str, str]]:
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def issues(document: DocumentReport) -> list[Issue]:
    return [issue for row in document.segments for issue in row.issues]


def occurrences(text: str, span: str) -> list[tuple[int, int]]:
    found, at = [], text.find(span)
    while at >= 0:
        found.append((at, at + len(span)))
        at = text.find(span, at + 1)
    return found


@pytest.mark.parametrize(
    "mark", [m for m in gold() if m["category"] in CHECKED], ids=lambda m: m["span"]
)
def test_marked_defects_of_seed_000_are_found(
    seeds: dict[str, DocumentReport], mark: dict[str, str]
) -> None:
    """Every occurrence is overlapped by an issue of a fitting family."""
    document = seeds["000"]
    fitting = [i for i in issues(document) if i.code.split(".")[0] in FITTING[mark["category"]]]
    spans = occurrences(document.document.text, mark["span"])
    assert spans
    for start, end in spans:
        assert any(i.start < end and start < i.end for i in fitting), (start, end)


@pytest.mark.parametrize(
    "span",
    [
        "<الشكل>",
        "مع روسيا. في.",
        "هجوم مستقبلي. روسيا.",
        "لتحقيق السلام. الاتفاق.",
        "أوكرانيا قال المستشار",
        "قائمة من 4 عناصر",
        "قائمة 1 من 4",
        "قائمة 2 من 4",
        "القائمة 3 من 4",
        "القائمة 4 من 4",
    ],
)
def test_damage_in_seed_002_is_found(seeds: dict[str, DocumentReport], span: str) -> None:
    document = seeds["002"]
    (place,) = occurrences(document.document.text, span)[:1]
    assert any(i.start < place[1] and place[0] < i.end for i in issues(document))


def test_probability_and_quality_order_the_seeds(seeds: dict[str, DocumentReport]) -> None:
    """mt_probability: 000 > 002 > every clean report; quality the other way round."""
    chance = {k: d.mt_probability or 0.0 for k, d in seeds.items()}
    grade = {k: d.quality or 0.0 for k, d in seeds.items()}
    for clean in ("001", "003", "004"):
        assert chance["000"] > chance["002"] > chance[clean]
        assert grade["000"] < grade["002"] < grade[clean]


@pytest.mark.parametrize("clean", ["001", "003", "004"])
def test_clean_reports_are_left_alone(seeds: dict[str, DocumentReport], clean: str) -> None:
    flagged = [r.segment.text for r in seeds[clean].segments if r.flagged]
    assert len(flagged) <= 1, flagged
    assert seeds[clean].verdict != "machine"


def test_records_are_true_to_the_text(seeds: dict[str, DocumentReport]) -> None:
    """Offsets point at what they say; issues stand inside the text on whole words."""
    for document in seeds.values():
        text = document.document.text
        for row in document.segments:
            assert text[row.segment.start : row.segment.end] == row.segment.text
            for issue in row.issues:
                assert text[issue.start : issue.end] == issue.text
                assert issue.message_en
                assert issue.message_ar
                assert issue.suggestion or issue.more.get("no_suggestion"), issue.code


def test_article_sentences_are_tripped_or_excused(seeds: dict[str, DocumentReport]) -> None:
    """Every article sentence has a gloss, or its round-trip witness says why not."""
    for document in seeds.values():
        for row in document.segments:
            said = {e.witness: e for e in row.evidence}["roundtrip"]
            assert (row.roundtrip is not None and row.roundtrip.english) or said.reason


def test_references_are_drawn_from_the_clean_reports(seeds: dict[str, DocumentReport]) -> None:
    matched = [r for r in seeds["000"].segments if r.references]
    assert matched
    for row in matched:
        for match in row.references:
            assert match.doc_id[:3] in {"001", "003", "004"}
            source = seeds[match.doc_id[:3]].document.text
            assert source[match.start : match.end] == match.text


# Beginnings of a sentence of 000 and of the clean sentence that says the same.
MATCHES = (
    ("أعلن ذلك من قبل وزير", "وأوضح لافروف في مؤتمر صحافي، اليوم الأربعاء"),
    ("وأوضح أن دول مثل الصين", "وأكد وزير الخارجية الروسي سيرجي لافروف أن موسكو مستعدة"),
    ("أما بالنسبة للتقارير", "وأكد وزير الخارجية الروسي سيرجي لافروف أن موسكو مستعدة"),
    ("وبعد ذلك ، كما هو محدد", "وأكد وزير الخارجية الروسي سيرجي لافروف أن موسكو مستعدة"),
    ("وفقًا لوزير الخارجية", "إلى ذلك، اتهم قادة الدول الأوروبية بمحاولة تغيير موقف"),
    ("حاليًا ، أعلنت حوالي عشر دول", 'ونقلت وكالة "بلومبرغ" عن مصادر'),
    ("كان إرسال مئات القوات", "وفي وقت سابق الثلاثاء، اجتمع مسؤولون أوروبيون"),
)


def test_sentences_of_seed_000_meet_what_says_the_same(seeds: dict[str, DocumentReport]) -> None:
    """Each in the report that says it, and no other sentence is matched: a wrong match is worse
    than none."""
    matched = {r.segment.text: r.references for r in seeds["000"].segments if r.references}
    assert len(matched) == len(MATCHES)
    for suspect, clean in MATCHES:
        (found,) = [rows for text, rows in matched.items() if text.startswith(suspect)]
        assert [row.text.startswith(clean) for row in found] == [True]
        assert found[0].doc_id.startswith("001")


def test_seed_002_meets_only_the_refusal_of_nato_troops(seeds: dict[str, DocumentReport]) -> None:
    """Another event of the same war, itself machine translation."""
    pairs = [(r.segment.text, m.text) for r in seeds["002"].segments for m in r.references]
    assert [(text[:22], match[:13]) for text, match in pairs] == [
        ("استبعد الرئيس فلاديمير", "ورفض الكرملين"),
    ]


ELSEWHERE = """أعلنت وزارة الزراعة الروسية أن صادرات القمح بلغت 40 مليون طن خلال الموسم الماضي.
وقال وزير الزراعة في مؤتمر صحافي إن مصر وتركيا والجزائر هي أكبر المشترين.
وأضاف أن الحكومة ستخفض رسوم التصدير اعتبارا من مطلع الشهر المقبل.
ويتوقع خبراء أن تتراجع أسعار الخبز في الأسواق العالمية نتيجة وفرة المحصول.
وكان رئيس اتحاد المزارعين قد طالب بدعم أسعار الوقود والأسمدة في المناطق الجنوبية.
وأبدت نحو عشر شركات أوروبية اهتمامها ببناء صوامع جديدة على البحر الأسود."""


def test_a_native_article_on_something_else_meets_nothing() -> None:
    """With a country, a press conference and a count in common."""
    encoder = load_encoder("cpu")
    reports = [_segmented(p) for p in sorted(SEEDS.glob("00[134]*.txt"))]
    article = Document("elsewhere", ELSEWHERE)
    found = ReferenceIndex.build(reports, encoder).compare(article, segment(article))
    assert [matches for matches, _ in found] == [()] * 6


def _segmented(path: Path) -> tuple[Document, list[Segment]]:
    document = Document(path.name, path.read_text(encoding="utf-8"))
    return document, list(segment(document))


def test_the_seed_files_are_what_the_manifest_says() -> None:
    """Verbatim: offsets and expectations hold for exactly these bytes."""
    manifest = json.loads((SEEDS / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {p.name for p in SEEDS.glob("*.txt")}
    for name, about in manifest["files"].items():
        content = (SEEDS / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == about["sha256"]
