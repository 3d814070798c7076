"""The trained witness: it reads words and their order, nothing of a text's look, and says when it
cannot speak."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mtaudit.detector import Detector, StyleModel
from mtaudit.detector.grams import BITS, FAMILIES, SIZE, Grams, outline
from mtaudit.errors import ModelError
from mtaudit.evaluate.strip import strip_shortcuts
from mtaudit.language import LanguageStats
from mtaudit.types import Document, Segment

SENTENCE = "وأعلنت الوزارة، في بيان، أنّ 12 شاحنة وصلت إلى الميناء مساءً."
COMMON = frozenset(["في", "الي", "ان", "و+"])


@pytest.fixture(scope="module")
def stats() -> LanguageStats:
    return LanguageStats.load()


def segment(text: str, role: str = "article") -> Segment:
    return Segment(0, 0, len(text), text, role)  # type: ignore[arg-type]


def small_model(**changes: object) -> StyleModel:
    rng = np.random.default_rng(5)
    shape = (len(FAMILIES), SIZE)
    fields = {
        "weights": rng.normal(size=shape).astype(np.float16),
        "rarity": np.ones(shape, dtype=np.float16),
        "bias": 0.25,
        "common": COMMON,
        "revision": "test",
        **changes,
    }
    return StyleModel(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "look",
    [
        "وأعلنت الوزارة ، في بيان ، أن 12 شاحنة وصلت إلى الميناء مساء .",
        "وأعلنت الوزارة في بيان أن ٩٩ شاحنة وصلت إلى الميناء مساءً",
        "«وأعلنت» الوزارة, في بيان؛ أن 7 شاحنة وصلـت إلى الميناء (مساء)!",
        "وأعلنت الوزارة، في بيان، أن 12 شاحنة وصلت إلى الميناء GPS مساءً",
    ],
)
def test_the_look_of_a_text_does_not_count(look: str, stats: LanguageStats) -> None:
    """Punctuation and its spacing, marks, tatweel, forms of digits, Latin words: all the same."""
    grams = Grams(COMMON)
    one, other = (grams.read([stats.analyse(t)]).bags for t in (SENTENCE, look))
    for family in FAMILIES:
        assert one[family].places.tolist() == other[family].places.tolist(), family
        assert one[family].weights.tolist() == other[family].weights.tolist()


def test_ngrams_are_those_of_each_text_alone(stats: LanguageStats) -> None:
    """No sequence goes from one text into the next, an empty one or one of a word among them."""
    grams = Grams(COMMON)
    texts = [stats.analyse(t) for t in (SENTENCE, "", "نعم", SENTENCE + " " + SENTENCE, "GPS", ".")]
    together = grams.read(texts)
    for place, text in enumerate(texts):
        alone = grams.read([text])
        assert together.words[place] == alone.words[0]
        for family in FAMILIES:
            bags = together.bags[family]
            own = bags.texts == place
            assert bags.places[own].tolist() == alone.bags[family].places.tolist()
            assert bags.weights[own].tolist() == alone.bags[family].weights.tolist()


def hashed(items: list[int]) -> int:
    """The place of one sequence, written out with whole numbers."""
    number = 0
    for item in items:
        number = (number * 0xC2B2AE3D27D4EB4F + item) % 2**64
    return (number + len(items)) * 0x9E3779B97F4A7C15 % 2**64 >> (64 - BITS)


def test_places_are_the_hashes_of_the_letter_sequences(stats: LanguageStats) -> None:
    """The weights of a fitted model stand at these places: they must not move."""
    bags = Grams(COMMON).read([stats.analyse("قال: 12 قال")]).bags["letters"]
    codes = [ord(letter) + 1 for letter in " قال 0 قال "]
    ends = [(i, i + n) for n in (2, 3, 4, 5) for i in range(len(codes) - n + 1)]
    expected = Counter(hashed(codes[start:end]) for start, end in ends)
    assert bags.places.tolist() == sorted(expected)
    assert bags.weights.tolist() == pytest.approx(
        [1 + math.log(expected[p]) for p in sorted(expected)]
    )


def test_stripping_shortcuts_changes_nothing(stats: LanguageStats) -> None:
    detector = Detector(small_model(), stats)
    text = SENTENCE.replace("،", " ،").replace("12", "١٢")
    plain, stripped = (
        detector.examine(Document("d", t), [segment(t)])[0].value
        for t in (text, strip_shortcuts(text))
    )
    assert plain == stripped


def test_word_order_counts(stats: LanguageStats) -> None:
    detector = Detector(small_model(), stats)
    turned = SENTENCE.replace("وأعلنت الوزارة", "الوزارة وأعلنت")
    values = [detector.examine(Document("d", t), [segment(t)])[0].value for t in (SENTENCE, turned)]
    assert values[0] != values[1]


def test_a_sentence_depends_on_itself_alone(stats: LanguageStats) -> None:
    detector = Detector(small_model(), stats)
    alone = detector.examine(Document("d", SENTENCE), [segment(SENTENCE)])[0]
    other = segment("قال ذلك في عمان أمس الأول.")
    among = detector.examine(Document("d", SENTENCE), [other, segment(SENTENCE), other])[1]
    assert alone == among


@pytest.mark.parametrize(
    ("text", "role", "reason"),
    [
        ("قال الوزير", "article", "too short: 2 words in Arabic letters"),
        ("NATO and the EU met in 2024", "article", "too short: 0 words in Arabic letters"),
        (SENTENCE, "furniture", "not part of the article"),
    ],
)
def test_it_abstains_with_a_reason(text: str, role: str, reason: str, stats: LanguageStats) -> None:
    found = Detector(small_model(), stats).examine(Document("d", text), [segment(text, role)])
    assert [(e.value, e.reason, e.issues) for e in found] == [(None, reason, ())]


def test_the_logit_is_the_linear_model(stats: LanguageStats) -> None:
    """Against the definition, written out with dictionaries."""
    model = small_model()
    reading = Grams(COMMON).read([stats.analyse(SENTENCE)])
    expected = model.bias
    for row, family in enumerate(FAMILIES):
        bag = dict(zip(reading.bags[family].places, reading.bags[family].weights, strict=True))
        length = math.sqrt(sum(x * x for x in bag.values()))
        expected += sum(x * float(model.weights[row, p]) for p, x in bag.items()) / length
    assert model.logits(reading) == [pytest.approx(expected)]


def test_unknown_words_leave_the_bias(stats: LanguageStats) -> None:
    model = small_model(rarity=np.zeros((len(FAMILIES), SIZE), dtype=np.float16))
    assert model.logits(Grams(COMMON).read([stats.analyse(SENTENCE)])) == [model.bias]


@pytest.mark.parametrize(
    ("unit", "left"),
    [
        ("الحكومة", "ال~ة"),
        ("المدرسة", "الم~ة"),
        ("يكتبون", "ي~ون"),
        ("مسؤولين", "م~ين"),
        ("بيت", "~"),
        ("كتابات", "~ات"),
    ],
)
def test_an_outline_keeps_form_and_drops_meaning(unit: str, left: str) -> None:
    assert outline(unit) == left


def write(folder: Path, **changes: object) -> Path:
    model = small_model()
    np.save(folder / "weights.npy", changes.get("weights", model.weights))
    np.save(folder / "rarity.npy", model.rarity)
    about = changes.get("about", {"bias": 0.25, "common": sorted(COMMON)})
    (folder / "style.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_a_saved_model_comes_back(tmp_path: Path, stats: LanguageStats) -> None:
    loaded = StyleModel.load(write(tmp_path))
    reading = Grams(loaded.common).read([stats.analyse(SENTENCE)])
    assert loaded.logits(reading) == small_model().logits(reading)


@pytest.mark.parametrize(
    "changes", [{"weights": np.zeros((1, 8), dtype=np.float16)}, {"about": {"bias": 0.1}}]
)
def test_a_damaged_model_is_named(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelError) as caught:
        StyleModel.load(write(tmp_path, **changes))
    assert str(tmp_path) in str(caught.value.where)
    assert "fit_detector" in caught.value.mend


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    np.save(tmp_path / "weights.npy", np.array([{"x": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError):
        StyleModel.load(tmp_path)


def test_without_a_model_it_abstains(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTAUDIT_MODELS", str(tmp_path))
    (tmp_path / "detector").mkdir()
    found = Detector().examine(Document("d", SENTENCE), [segment(SENTENCE)])[0]
    assert found.value is None
    assert found.reason.startswith("no style model: ")


def test_the_shipped_model_is_whole_and_small(stats: LanguageStats) -> None:
    """It loads, its files are what the manifest says, and it tells sentences apart."""
    from mtaudit.modelstore import model_path

    folder = model_path("detector")
    assert sum(f.stat().st_size for f in folder.iterdir()) < 4_000_000
    model = StyleModel.load(folder)
    assert np.isfinite(np.asarray(model.weights, dtype=float)).all()
    assert (np.asarray(model.rarity, dtype=float) >= 0).all()
    assert len(model.common) > 100
