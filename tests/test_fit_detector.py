"""Parts of scripts/detector that can be told right or wrong without any data."""

from __future__ import annotations

import lzma
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")
sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from detector import trips
from detector.extra import NATIVE, Sentence
from detector.lower import LowerEncoder, lower_layers
from detector.stages import STYLE_WEIGHT, Texts
from detector.thresholds import first_half, threshold

from mtaudit.errors import ModelError
from mtaudit.modelstore import model_path
from mtaudit.types import Translation


def variable(name: str, data: bytes) -> bytes:
    """One variable of a CTranslate2 file: name, rank and shape, type, size, data."""
    raw = name.encode() + b"\0"
    shape = b"\x01" + len(data).to_bytes(4, "little")
    return (
        len(raw).to_bytes(2, "little")
        + raw
        + shape
        + b"\x01"
        + len(data).to_bytes(4, "little")
        + data
    )


def model(names: list[str]) -> bytes:
    spec = b"Spec\0"
    head = (6).to_bytes(4, "little") + len(spec).to_bytes(2, "little") + spec + b"\x01\0\0\0"
    body = b"".join(variable(name, name.encode()) for name in names)
    return head + len(names).to_bytes(4, "little") + body + b"\0\0\0\0"


def test_upper_layers_are_left_out_and_nothing_else() -> None:
    names = ["encoder/embeddings", *(f"encoder/layer_{i}/ffn" for i in range(12)), "encoder/norm"]
    low = [n for n in names if "layer" not in n or int(n.split("_")[1].split("/")[0]) < 3]
    assert lower_layers(model(names), 3) == model(low)
    assert lower_layers(model(names), 12) == model(names)
    with pytest.raises(ValueError, match="version 6"):
        lower_layers(b"\x05\0\0\0", 3)


def test_a_cut_encoder_gives_each_text_the_same_row_in_any_company() -> None:
    try:
        folder = model_path("encoder")
    except ModelError:
        pytest.skip("the encoder is not in this checkout")
    encoder = LowerEncoder(folder, 2)
    texts = ["أعلنت الوزارة وصول الشاحنات", "قال الوزير إن بلاده مستعدة للحوار", "نعم"]
    together = encoder.means(texts)
    assert together.shape == (3, 384)
    assert np.array_equal(together, np.concatenate([encoder.means([t]) for t in texts]))
    assert not np.allclose(together, LowerEncoder(folder, 3).means(texts), atol=1e-2)


def test_calibration_error_is_the_distance_between_stated_and_true() -> None:
    from detector.fitting import calibration_error

    labels = np.array([0.0, 1.0] * 50)
    assert calibration_error(np.full(100, 0.5), labels, np.ones(100)) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 0.8), labels, np.ones(100)) == pytest.approx(0.3)
    # Rows without weight say nothing.
    assert calibration_error(labels, labels, labels + 0.5) == pytest.approx(0.0)


def test_limits_come_from_one_half_of_the_native_articles_and_bar_what_is_above() -> None:
    from detector.thresholds import first_half, manner_limits, without_verdict

    plain = "قالت الوزارة إن الشاحنات وصلت إلى الميناء صباح اليوم وإن العمل بدأ في تفريغها"
    tagged = plain + " #اليوم #الميناء #عاجل"
    records = [
        {"corpus": "native_news_dev", "doc_id": f"d{n}", "sentences": [{"text": plain}]}
        for n in range(400)
    ]
    odd = next(r for r in records if not first_half(r))
    odd["sentences"] = [{"text": tagged}]
    records.append({"corpus": "react_ar_docs", "doc_id": "x", "sentences": [{"text": tagged}]})
    found = manner_limits(records)
    many = sum(not first_half(r) for r in records[:-1])
    assert found["limits"] == {"latin": 0.0, "tags": 0.0}
    assert found["share_of_native_news"] == round(1 / many, 4)
    barred = without_verdict(records, found["limits"])
    assert [r["doc_id"] for r, silent in zip(records, barred, strict=True) if silent] == [
        odd["doc_id"], "x",
    ]  # fmt: skip


class Shouter:
    """A translator that marks what went through it, and counts its calls."""

    revision = "shouter-1"

    def __init__(self) -> None:
        self.calls = 0

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        self.calls += 1
        return [Translation(f"{text} {target}", -1.0) for text in texts]


@pytest.fixture
def mono(tmp_path: Path) -> Path:
    (tmp_path / "mono").mkdir()
    for outlet in NATIVE:
        lines = [f"قال وزير من {outlet} في الجملة رقم {n} إن بلاده مستعدة للحوار" for n in range(9)]
        with lzma.open(tmp_path / "mono" / f"ant_{outlet}.txt.xz", "wt", encoding="utf-8") as out:
            out.write("\n".join(lines))
    return tmp_path


def test_round_trips_are_pairs_and_go_on_where_they_stopped(
    mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shouter = Shouter()
    monkeypatch.setattr(trips, "load_translator", lambda *_: shouter)
    monkeypatch.setattr(trips, "CHUNK", 20)
    found = trips.round_trips(mono, tmp_path)
    assert [s.label for s in found[:4]] == [0, 1, 0, 1]
    assert found[1].text == f"{found[0].text} en ar"
    assert {s.source for s in found} == set(NATIVE)
    assert len({s.text for s in found}) == len(found) == 2 * 9 * len(NATIVE)
    kept = tmp_path / "round-trips-shouter-1.jsonl"
    whole = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text("".join(whole[:20]) + whole[20][:9], encoding="utf-8")  # killed in mid-line
    shouter.calls = 0
    assert trips.round_trips(mono, tmp_path) == found
    assert shouter.calls == 2 * 2  # 34 lines were left: two chunks, there and back
    trips.round_trips(mono, tmp_path)
    assert shouter.calls == 2 * 2


def test_both_sides_of_the_round_trips_weigh_the_same(mono: Path, tmp_path: Path) -> None:
    pairs = [Sentence("قال الوزير إن بلاده مستعدة", trips.CELL, "bbc", n % 2) for n in range(6)]
    sentence = {"text": "أعلنت الوزارة وصول الشاحنات إلى الميناء", "words": 6}
    records = [
        {"corpus": "flores_dev", "label": label, "fold": 0, "sentences": [sentence] * 2}
        for label in ("human", "mt", "mt")
    ]
    texts = Texts(records, pairs, frozenset(), tmp_path)
    weights = texts.weights(STYLE_WEIGHT, lambda r: True, lambda s: True)
    assert weights[texts.label == 0].sum() == pytest.approx(1)
    assert weights[texts.label == 1].sum() == pytest.approx(1)
    share = STYLE_WEIGHT[trips.CELL] / (1 + STYLE_WEIGHT[trips.CELL])
    assert weights[-6:].sum() == pytest.approx(2 * share)


def rows_of(corpus: str, many: int) -> list[dict[str, Any]]:
    return [{"cell": (corpus, "human"), "label": 0, "record": n} for n in range(many)]


def test_a_threshold_is_measured_on_articles_that_did_not_choose_it() -> None:
    """Nor did any of them where human translation asks for a higher one."""
    rows = [*rows_of("native_news_dev", 200), *rows_of("flores_dev", 200)]
    records = [{"doc_id": f"d{n}"} for n in range(200)]
    low = np.concatenate([np.linspace(0, 0.5, 200), np.zeros(200)])
    alone = threshold(low, rows, records, 0.01, 0.05)
    some = sum(not first_half(record) for record in records)
    assert alone["measured_on"].startswith(f"native_news_dev, {some} rows")
    assert alone == threshold(low, rows, records, 0.01)
    high = np.concatenate([np.linspace(0, 0.5, 200), np.linspace(0, 1, 200)])
    bound = threshold(high, rows, records, 0.01, 0.05)
    assert bound["value"] == pytest.approx(0.95, abs=0.01)
    assert bound["false_alarm_rate"] == 0
    assert bound["measured_on"].startswith("native_news_dev, 200 rows")
    assert (high[200:] >= bound["value"]).mean() <= 0.05
