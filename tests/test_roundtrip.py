"""The round trip, with copying translators: relations, not magic numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mtaudit.roundtrip import (
    MAX_WORDS,
    examine_round_trips,
    measure,
    round_trip,
    signatures,
    word_diff,
)
from mtaudit.types import RoundTrip, Segment, Translation

TEXT = "أعلنت الحكومة في القاهرة خطة جديدة لدعم 25 مدرسة"


class CopyTranslator:
    """ "English" is the Arabic text itself; ``change`` is applied on the way back."""

    name = "copy"
    revision = "1"

    def __init__(
        self,
        change: Callable[[str], str] = lambda text: text,
        truncated: bool = False,
        directions: frozenset[tuple[str, str]] = frozenset({("ar", "en"), ("en", "ar")}),
    ) -> None:
        self._change = change
        self._truncated = truncated
        self._directions = directions
        self.translated: list[str] = []

    def directions(self) -> frozenset[tuple[str, str]]:
        return self._directions

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        if target == "en":
            self.translated += texts
            return [Translation(text, -0.5) for text in texts]
        return [Translation(self._change(t), -0.25, self._truncated) for t in texts]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        return [-abs(len(a) - len(b)) - 1.0 for a, b in zip(sources, targets, strict=True)]


class LetterEncoder:
    """Counts of letters: enough to tell equal from unequal texts."""

    name = "letters"
    revision = "1"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.ones((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def trip(change: Callable[[str], str], text: str = TEXT) -> RoundTrip:
    return round_trip([text], CopyTranslator(change), LetterEncoder())[0]


def segment(text: str, **more: object) -> Segment:
    return Segment(0, 0, len(text), text, **more)  # type: ignore[arg-type]


def test_nothing_lost_is_perfect() -> None:
    same = trip(lambda text: text)
    assert same.chrf == pytest.approx(100)
    assert same.bleu == pytest.approx(100)
    assert same.ter == 0
    assert same.length_ratio == 1
    assert same.semantic == pytest.approx(1, abs=1e-6)
    assert same.lost == same.added == ()
    assert {operation for operation, _, _ in same.diff} == {"equal"}


def test_vowel_marks_tatweel_and_digit_shapes_are_no_difference() -> None:
    marked = TEXT.replace("خطة", "خُطّةً").replace("25", "٢٥").replace("دعم", "دعـــم")
    assert measure(TEXT, marked) == measure(TEXT, TEXT)
    assert all(operation == "equal" for operation, _, _ in word_diff(TEXT, marked))


def test_the_more_is_changed_the_worse_every_metric() -> None:
    one = measure(TEXT, TEXT.replace("جديدة", "قديمة"))
    two = measure(TEXT, TEXT.replace("جديدة", "قديمة").replace("الحكومة", "الوزارة"))
    whole = measure(TEXT, "لا شيء من هذا")
    chrf, bleu, ter = ([m[name] or 0.0 for m in (one, two, whole)] for name in one)
    assert 100 > chrf[0] > chrf[1] > chrf[2]
    assert 100 > bleu[0] > bleu[1] > bleu[2] >= 0
    assert 0 < ter[0] < ter[1] < ter[2]


def test_the_diff_holds_the_original_words() -> None:
    found = word_diff("قال الوزيرُ نعم", "قال المدير نعم ثم لا")
    assert found == (
        ("equal", "قال", "قال"), ("replace", "الوزيرُ", "المدير"),
        ("equal", "نعم", "نعم"), ("insert", "", "ثم لا"),
    )  # fmt: skip
    long = " ".join(["كلمة"] * 5000)
    assert len(word_diff(long, long)[0][1].split()) == MAX_WORDS


def test_lost_and_added_numbers_are_told() -> None:
    changed = trip(lambda text: text.replace("25", "52"))
    assert changed.lost == ("25",)
    assert changed.added == ("52",)
    words = "بلغ العدد 10 دول في هذا العام"
    assert trip(lambda text: text.replace("10", "عشر"), words).lost == ()


def test_a_cut_translation_has_no_metrics() -> None:
    (found,) = round_trip([TEXT], CopyTranslator(truncated=True), LetterEncoder())
    assert found.notes
    assert (found.chrf, found.ter, found.semantic, found.forced_logprob) == (None,) * 4
    ((_, evidence),) = examine_round_trips([segment(TEXT)], CopyTranslator(truncated=True))
    assert evidence.value is None
    assert "limit" in evidence.reason


def test_every_segment_gets_an_answer_and_abstentions_say_why() -> None:
    parts = [
        segment(TEXT), segment("نعم"), segment("This is an English line"), segment(TEXT),
        segment(TEXT, role="furniture"), segment("2024"),
    ]  # fmt: skip
    translator = CopyTranslator()
    steps: list[tuple[str, int, int]] = []
    found = examine_round_trips(parts, translator, None, lambda *step: steps.append(step))
    assert [trip is None for trip, _ in found] == [False, True, True, False, True, True]
    assert found[0] == found[3]
    assert translator.translated == [TEXT], "equal sentences are translated once"
    assert all(evidence.reason for trip, evidence in found if trip is None)
    assert all(evidence.witness == "roundtrip" for _, evidence in found)
    assert steps[-1] == ("roundtrip", 1, 1)


def test_the_value_grows_with_the_forced_score() -> None:
    near = examine_round_trips([segment(TEXT)], CopyTranslator())[0][1]

    class Surprised(CopyTranslator):
        def score(self, *args: object) -> list[float | None]:  # type: ignore[override]
            return [-4.0]

    far = examine_round_trips([segment(TEXT)], Surprised())[0][1]
    assert near.value is not None
    assert far.value is not None
    assert 0 < far.value < near.value < 1
    assert near.features["chrf"] == pytest.approx(100)
    assert "semantic" not in near.features, "no encoder, no number"


def test_a_one_way_model_abstains() -> None:
    one_way = CopyTranslator(directions=frozenset({("ar", "en")}))
    assert examine_round_trips([segment(TEXT)], one_way)[0][1].reason
    assert one_way.translated == []


def test_signatures_name_the_settings() -> None:
    found = signatures()
    assert set(found) == {"chrf", "bleu", "ter"}
    assert "version:" in found["bleu"]
    assert "eff:yes" in found["bleu"]
    assert all("folded" in signature for signature in found.values())
