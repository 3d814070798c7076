"""Sentence embeddings."""

from __future__ import annotations

import numpy as np
import pytest

from mtaudit.encoder import EmbeddedEncoder, load_encoder
from mtaudit.errors import ModelError
from mtaudit.modelstore import model_path

SAME = ("أعلنت نحو 10 دول استعدادها لإرسال قوات", "حوالي عشر دول مستعدة لأن ترسل جنودا")
OTHER = "ارتفعت أسعار القمح في الأسواق العالمية"


@pytest.fixture(scope="module")
def encoder() -> EmbeddedEncoder:
    try:
        model_path("encoder")
    except ModelError:
        pytest.skip("the encoder is not in this checkout")
    found = load_encoder("cpu", threads=1)
    assert isinstance(found, EmbeddedEncoder)
    return found


def test_rows_are_unit_vectors(encoder: EmbeddedEncoder) -> None:
    rows = encoder.encode([*SAME, OTHER, ""])
    assert rows.shape == (4, encoder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_paraphrase_is_nearer_than_another_topic(encoder: EmbeddedEncoder) -> None:
    rows = encoder.encode([*SAME, OTHER])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_a_row_depends_on_its_text_alone(encoder: EmbeddedEncoder) -> None:
    texts = [*SAME, OTHER, SAME[0] + " " + OTHER, "نعم"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert np.array_equal(encoder.encode(texts[::-1]), together[::-1])


def test_vowel_marks_and_tatweel_change_nothing(encoder: EmbeddedEncoder) -> None:
    assert np.array_equal(encoder.encode(["دائمًا كـبير"]), encoder.encode(["دائما كبير"]))


def test_states_point_at_their_words(encoder: EmbeddedEncoder) -> None:
    (found,) = encoder.token_states(["قال الوزير إن بلاده  مستعدة للحوار."])
    assert len(found.states) == len(found.offsets)
    text = "".join(found.prepared[a:b] for a, b in found.offsets)
    assert text == found.prepared.replace(" ", "")


def test_a_very_long_text_is_still_embedded(encoder: EmbeddedEncoder) -> None:
    assert encoder.encode([" ".join(["كلمة"] * 3000)]).shape == (1, encoder.dimension)


def test_an_unknown_encoder_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no/such-encoder"):
        load_encoder("cpu", "no/such-encoder")
