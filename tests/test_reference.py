"""Suspect sentences against clean reports, with an encoder of words: relations, not numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mtaudit.alignment import FEATURES, MOST_COMPANY, Fit, company, default_fit, nearest_mean
from mtaudit.encoder import PieceStates
from mtaudit.facts import compare_facts, fact_keys
from mtaudit.normalize import WORD
from mtaudit.pieces import PieceReader, coverage, stretch, wording
from mtaudit.reference import ReferenceIndex
from mtaudit.types import Document, Evidence, Fact, ReferenceMatch, Segment

DIMENSION = 48
# Two words that the encoder takes for one: what a real one knows of synonyms.
SYNONYMS = {"حوالي": "نحو", "عشر": "10"}


class WordEncoder:
    """A word is a random direction, a sentence the mean of its words."""

    name = "words"
    revision = "words-1"
    dimension = DIMENSION

    def _word(self, word: str) -> np.ndarray:
        word = SYNONYMS.get(word, word)
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        vector = np.random.default_rng(seed).normal(size=DIMENSION)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def token_states(self, texts: Sequence[str]) -> list[PieceStates]:
        found = []
        for text in texts:
            spans = tuple(m.span() for m in WORD.finditer(text))
            states = np.stack([self._word(text[a:b]) for a, b in spans])
            mean = states.mean(axis=0)
            vector = mean / np.linalg.norm(mean)
            found.append(PieceStates(text, states, spans, (-12.0,) * len(spans), vector))
        return found

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([found.vector for found in self.token_states(texts)])


ZERO = np.zeros(DIMENSION, dtype=np.float32)
FIT = Fit(
    encoder="words-1", sentence_mean=ZERO, piece_mean=ZERO,
    weights={**dict.fromkeys(FEATURES, 0.0), "gap": 30.0}, bias=-6.0, accept=0.5, sure=0.99,
)  # fmt: skip

CLEAN = (
    "ونقلت الوكالة أن نحو 10 دول مستعدة لإرسال قوات إلى البلاد",
    "وقال وزير الخارجية الروسي سيرغي لافروف إن بلاده مستعدة للحوار",
    "ارتفعت أسعار القمح في الأسواق العالمية خلال هذا الأسبوع",
)


def document(name: str, *lines: str, **roles: str) -> tuple[Document, list[Segment]]:
    """A document of one segment a line; ``roles``: reason codes by line (``_0="keywords"``)."""
    text, segments = "\n".join(lines), []
    at = 0
    for n, line in enumerate(lines):
        reason = roles.get(f"_{n}", "")
        role = "furniture" if reason else "article"
        segments.append(Segment(n, at, at + len(line), line, role, reason_code=reason))  # type: ignore[arg-type]
        at += len(line) + 1
    return Document(name, text), segments


def compare(
    suspect: tuple[Document, list[Segment]], *reports: tuple[Document, list[Segment]]
) -> list[tuple[tuple[ReferenceMatch, ...], Evidence]]:
    return ReferenceIndex.build(reports, WordEncoder(), FIT).compare(*suspect)


def test_the_sentence_that_says_the_same_is_found() -> None:
    lines = "حاليا أعلنت حوالي عشر دول مستعدة لإرسال قوات", "لا علاقة لهذا بأي شيء آخر"
    suspect = document("s", *lines)
    (matches, evidence), (none, silent) = compare(suspect, document("r", *CLEAN))
    report = document("r", *CLEAN)[0]
    assert [m.text for m in matches] == [CLEAN[0]]
    assert report.text[matches[0].start : matches[0].end] == matches[0].text
    assert evidence.value is not None
    assert 0 < evidence.value < 1
    assert ("حوالي عشر", "نحو 10") in matches[0].wording
    assert none == ()
    assert silent.value is None
    assert silent.reason == "no report covers this sentence"


def test_a_report_is_not_compared_with_itself() -> None:
    report = document("r", *CLEAN)
    assert all(matches == () for matches, _ in compare(report, report))
    renamed = (Document("other-name", report[0].text), report[1])
    assert all(matches == () for matches, _ in compare(renamed, report))


ANNOUNCED = "أعلن ذلك من قبل وزير الخارجية الروسي سيرج لافروف في مؤتمر صحفي في موسكو"
CONFERENCE = "وأوضح لافروف في مؤتمر صحافي، اليوم الأربعاء، أن الضمانات يجب أن تكون عادلة للجميع"


def test_a_sentence_that_only_says_who_said_it_meets_the_occasion() -> None:
    """In a report that another sentence is matched to; elsewhere it may be another day."""
    suspect = document("s", "حاليا أعلنت حوالي عشر دول مستعدة لإرسال قوات", ANNOUNCED)
    report = document("r", CLEAN[0], CONFERENCE)
    strict = replace(FIT, accept=0.95)
    _, (matches, evidence) = ReferenceIndex.build([report], WordEncoder(), strict).compare(*suspect)
    assert [m.text for m in matches] == [CONFERENCE]
    assert Fact("speaker", "agrees", "سيرج لافروف", "لافروف") in matches[0].facts
    assert evidence.value is None
    assert evidence.reason.startswith("says only who said it")
    other = document("r", CLEAN[2], CONFERENCE)
    alone = document("s", ANNOUNCED)
    ((matches, evidence),) = ReferenceIndex.build([other], WordEncoder(), strict).compare(*alone)
    assert matches == ()
    assert evidence.reason == "no report covers this sentence"


def test_copies_are_told_apart() -> None:
    suspect = document("s", CLEAN[0], CLEAN[1] + " مع الجميع")
    (_, copy), (_, near) = compare(suspect, document("r", *CLEAN))
    assert copy.value == 0
    assert copy.features["copy"] == 1
    assert near.features["copy"] == 0


def test_related_news_is_reference_material_and_tags_are_not() -> None:
    suspect = document("s", *CLEAN[:2], "جملة لا توجد في أي تقرير آخر")
    news = compare(suspect, document("r", *CLEAN[:2], _0="related-news", _1="keywords"))
    assert [bool(matches) for matches, _ in news] == [True, False, False]


def test_furniture_and_scraps_of_the_suspect_abstain() -> None:
    suspect = document("s", CLEAN[0], "نعم", "An English line of some words", _0="advertising")
    found = compare(suspect, document("r", *CLEAN))
    assert all(matches == () and evidence.value is None for matches, evidence in found)
    assert len({evidence.reason for _, evidence in found}) == 3


def test_the_order_of_reports_changes_nothing() -> None:
    suspect = document("s", "أعلنت حوالي عشر دول مستعدة لإرسال قوات إلى البلاد")
    one = document("r1", *CLEAN[:2])
    two = document("r2", CLEAN[2], "خبر آخر عن موسم الأمطار القادم")
    left, right = compare(suspect, one, two), compare(suspect, two, one)
    assert left[0][0] == right[0][0]
    assert left[0][1].features["match"] == pytest.approx(right[0][1].features["match"], abs=1e-6)


def test_a_name_spelt_otherwise_than_in_the_reports() -> None:
    suspect = document("s", "دعا وزير الخارجية الروسي سيرج لافروف إلى حوار جديد")
    ((_, evidence),) = compare(suspect, document("r", *CLEAN))
    (issue,) = [i for i in evidence.issues if i.code == "reference.name-spelling"]
    assert issue.text == "سيرج لافروف"
    assert issue.suggestion == "سيرغي لافروف"
    assert issue.more["report"] == "r"
    accepted = document("s", "دعا وزير الخارجية الروسي سيرجي لافروف إلى حوار جديد")
    ((_, evidence),) = compare(accepted, document("r", *CLEAN))
    assert not evidence.issues, "سيرغي and سيرجي are both good Arabic"
    both = document("r2", "التقى سيرج لافروف نظيره الأردني في عمان")
    ((_, evidence),) = compare(suspect, document("r", *CLEAN), both)
    assert not evidence.issues, "a spelling that one report uses is no error"


def test_a_number_that_differs_needs_a_sure_match() -> None:
    near = "ونقلت الوكالة أن نحو 20 دول مستعدة لإرسال قوات إلى البلاد"
    far = "تقول مصادر إن 20 دول مستعدة لإرسال قوات"
    (_, sure), (_, unsure) = compare(document("s", near, far), document("r", *CLEAN))
    assert [i.code for i in sure.issues] == ["reference.number-differs"]
    assert sure.issues[0].text == "20"
    assert not unsure.issues
    same = "ونقلت الوكالة أن نحو عشر دول مستعدة لإرسال قوات إلى البلاد"
    assert not compare(document("s", same), document("r", *CLEAN))[0][1].issues


def test_an_encoder_without_thresholds_abstains_but_names_are_compared() -> None:
    class Other(WordEncoder):
        revision = "other"

    suspect = document("s", "دعا وزير الخارجية الروسي سيرج لافروف إلى حوار جديد")
    ((matches, evidence),) = ReferenceIndex.build([document("r", *CLEAN)], Other(), FIT).compare(
        *suspect
    )
    assert matches == ()
    assert evidence.value is None
    assert "fitted" in evidence.reason
    assert [i.code for i in evidence.issues] == ["reference.name-spelling"]


def test_no_usable_report_is_no_error() -> None:
    suspect = document("s", CLEAN[0])
    assert compare(suspect)[0][1].value is None
    assert compare(suspect, document("r", "قصير"))[0][1].value is None
    assert compare(document("s"), document("r", *CLEAN)) == []


def test_facts_agree_differ_are_absent_or_extra() -> None:
    facts = compare_facts(
        "أعلنت 12 دولة في باريس دعمها للخطة", "أعلنت 15 دولة في برلين دعمها للخطة"
    )
    assert Fact("number", "differs", "12", "15") in facts
    assert Fact("place", "differs", "باريس", "برلين") in facts
    apart = compare_facts("أعلنت في باريس دول دعمها", "سافر الوفد من مطار برلين عائدا")
    assert Fact("place", "absent", "باريس") in apart
    assert Fact("place", "extra", "", "برلين") in apart
    agreed = compare_facts("وصل عشر وزراء إلى موسكو", "وصل 10 وزراء إلى موسكو")
    assert {(f.kind, f.status) for f in agreed} == {("number", "agrees"), ("place", "agrees")}
    other = compare_facts("سجلت 12 دولة تقدما", "سجل 15 لاعبا أهدافا")
    assert not any(f.status == "differs" for f in other), "they count other things"


@pytest.mark.parametrize(
    ("suspect", "reference", "pair"),
    [
        ("أكد الوزير أن بلاده ستقبل نشر القوات", "أكد الوزير أن بلاده لن تقبل نشر القوات",
         ("ستقبل", "لن تقبل")),
        ("أكد الوزير عدم قبول بلاده نشر القوات", "أكد الوزير قبول بلاده نشر القوات",
         ("عدم قبول", "قبول")),
        ("أكد أن بلاده لا تقبل الشرط", "أكد أن بلاده لم تقبل الشرط", None),
        ("أكد أن بلاده لا تزال تقبل الشرط", "أكد أن بلاده تقبل الشرط", None),
        ("أكد أنه لا يقبل إلا الحل العادل", "أكد أنه يقبل الحل العادل وحده", None),
        ("قال إنه لن يقبل الشرط", "تقبل الشركة الطلبات عبر الإنترنت", None),
    ],
)  # fmt: skip
def test_a_denied_claim_differs(suspect: str, reference: str, pair: tuple[str, str] | None) -> None:
    found = [f for f in compare_facts(suspect, reference) if f.kind == "negation"]
    assert found == ([Fact("negation", "differs", *pair)] if pair else [])


def test_a_date_or_person_in_the_same_place_differs() -> None:
    facts = compare_facts(
        "التقى الوزير الخميس في جنيف الرئيس فلاديمير بوتين قبل القمة",
        "التقى الوزير الثلاثاء في جنيف الرئيس إيمانويل ماكرون قبل القمة",
    )
    assert Fact("date", "differs", "الخميس", "الثلاثاء") in facts
    assert Fact("person", "differs", "فلاديمير بوتين", "إيمانويل ماكرون") in facts


def test_a_country_and_its_people_are_one_key() -> None:
    assert fact_keys("قالت روسيا") == fact_keys("قال الروسي")
    assert fact_keys("وصلت عشر دول") == fact_keys("وصلت 10 دول")


def test_two_shared_names_are_no_company() -> None:
    weights = {"RU": 1.0, "FR": 1.5, "CN": 2.0, "US": 0.5}
    assert company(frozenset(("RU", "FR", "#10")), weights) == 0
    assert company(frozenset(("RU", "FR", "CN")), weights) == 1.0, "the two rarest are left out"
    assert company(frozenset(weights), weights) == 1.5
    assert company(frozenset("abcdefgh"), {}) == MOST_COMPANY


def test_a_stretch_of_a_long_sentence_is_held_whole() -> None:
    reader = PieceReader(WordEncoder(), ZERO)
    text = "تباع في السوق كل صباح ذرة وشعير ورز وقمح جديد من حقول الشمال البعيدة"
    short, long, other = reader.read(["ذرة وشعير ورز وقمح جديد", text, "ذهب فضة نحاس حديد رصاص"])
    recall, back = stretch(short, long)
    assert recall == pytest.approx(coverage(short, long)[0])
    assert coverage(short, long)[1] < back <= 1
    assert stretch(other, long)[1] < back
    assert stretch(long, short)[1] == pytest.approx(coverage(long, short)[1]), "no stretch fits"


def test_coverage_is_of_the_own_side() -> None:
    reader = PieceReader(WordEncoder(), ZERO)
    short, long, other = reader.read(["قمح وشعير", "قمح وشعير وذرة ورز", "ذهب فضة"])
    assert coverage(short, long)[0] == pytest.approx(1, abs=1e-5)
    assert coverage(short, long)[1] < 0.95
    assert coverage(short, other)[0] < 0.5
    assert wording(short, short) == ()


def test_neighbours() -> None:
    row = np.array([0.1, 0.9, 0.5], dtype=np.float32)
    assert nearest_mean(row, k=2) == pytest.approx(0.7)
    assert nearest_mean(row[:0]) is None


def test_the_shipped_constants_are_whole() -> None:
    fit = default_fit()
    assert set(fit.weights) == set(FEATURES)
    assert 0 < fit.accept <= fit.sure < 1
    assert fit.sentence_mean.shape == fit.piece_mean.shape
    # More agreement never makes a match less likely.
    assert all(fit.weights[name] >= 0 for name in FEATURES)
