"""The batch's small parts: tables, answers that travel, steps, progress."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from mtaudit.batch import answers, tables
from mtaudit.batch.answers import Answers, Card, KnownEncoder, KnownTranslator, steps
from mtaudit.batch.output import Output
from mtaudit.batch.progress import Watcher
from mtaudit.errors import InputError
from mtaudit.types import Translation


@pytest.mark.parametrize("table", tables.TABLES)
def test_every_field_of_the_schema_is_a_column(table: str) -> None:
    schema = tables.arrow_schema(table)
    assert schema.names == list(tables.json_schema(table)["properties"])
    # A file without rows has the same columns.
    empty = pyarrow.parquet.read_schema(pyarrow.BufferReader(tables.parquet(table, [])))
    assert empty.equals(schema)


def test_a_field_that_the_schema_does_not_know_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="surprise"):
        tables.parquet("errors", [{"surprise": 1}])


class Echo:
    """A translator and encoder whose answers tell the texts apart."""

    name = revision = "echo"
    dimension = 3

    def directions(self) -> frozenset[tuple[str, str]]:
        return frozenset({("ar", "en"), ("en", "ar")})

    def translate(self, texts: Any, source: str, target: str) -> list[Translation]:
        return [Translation(f"{target}:{text}", -len(text) / 7) for text in texts]

    def score(self, sources: Any, targets: Any, source: str, target: str) -> list[float | None]:
        return [-(len(a) + len(b)) / 9 for a, b in zip(sources, targets, strict=True)]

    def encode(self, texts: Any) -> Any:
        return np.array([[len(t), ord(t[0]), 1] for t in texts], dtype=np.float32)


def test_what_was_asked_elsewhere_is_answered_the_same() -> None:
    echo = Echo()
    texts = ["واحد", "اثنان اثنان", "ثلاثة"]
    known: list[Answers] = [
        pickle.loads(pickle.dumps(answers.answer(part, echo, echo)))
        for part in (texts[:2], texts[2:])
    ]
    card = Card("echo", "echo", echo.directions(), 3)
    translator, encoder = KnownTranslator(card, known), KnownEncoder(card, known)
    english = translator.translate(texts, "ar", "en")
    assert english == echo.translate(texts, "ar", "en")
    glosses = [t.text for t in english]
    assert translator.translate(glosses, "en", "ar") == echo.translate(glosses, "en", "ar")
    assert translator.score(glosses, texts, "en", "ar") == echo.score(glosses, texts, "en", "ar")
    assert np.array_equal(encoder.encode(texts[::-1]), echo.encode(texts[::-1]))
    assert encoder.encode([]).shape == (0, 3)


def test_steps_hold_a_bounded_number_of_characters() -> None:
    texts = ["ا" * n for n in (3, 4, 5, 30, 2)]
    assert [len(step) for step in steps(texts, 10)] == [2, 1, 1, 1]
    assert [t for step in steps(texts, 10) for t in step] == texts
    assert list(steps([])) == []


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def about(number: int, records: int, sentences: int, flagged: int = 0) -> dict[str, Any]:
    counts = {"records": records, "sentences": sentences, "flagged": flagged, "errors": 0}
    return {"number": number, "counts": counts}


def test_progress_counts_this_start_only() -> None:
    """Shards that were there cost no time, and the time left must not profit from them."""
    clock = Clock()
    watcher = Watcher(quiet=True, lang="en", log=None, clock=clock)
    watcher.was_there(about(0, 100, 1000, 7))
    assert watcher.seconds_left() is None
    watcher.total(300)
    watcher.started(1, 100)
    assert watcher.speed() is None
    clock.now += 50
    watcher.step(1, 0.5, 400)
    assert watcher.speed() == pytest.approx(8.0)
    # 50 records in 50 seconds; 150 are left.
    assert watcher.seconds_left() == pytest.approx(150.0)
    clock.now += 50
    watcher.finished(about(1, 100, 1000, 3))
    assert watcher.sentences == 1000
    assert watcher.seconds_left() == pytest.approx(100.0)
    assert (
        watcher.line() == "200/300 documents · 10 sentences/s · 1:40 left · 10 flagged · 0 errors"
    )


def test_speed_is_that_of_the_last_while() -> None:
    clock = Clock()
    watcher = Watcher(quiet=True, lang="en", log=None, clock=clock)
    for number in range(10):
        clock.now += 60
        watcher.finished(about(number, 10, 600 if number < 5 else 60))
    assert watcher.speed() == pytest.approx(1.0)


def test_a_shard_is_put_in_its_place_once(tmp_path: Path) -> None:
    """Two workers with the same shard, as after a lost message: the first one's stays, whole."""
    output = Output(tmp_path)
    output.commit(3, {"a.jsonl": b"one\n"}, {"number": 3})
    before = output.shard(3)
    output.commit(3, {"a.jsonl": b"one\n"}, {"number": 3})
    assert output.shard(3) == before
    assert [p.name for p in (tmp_path / "shards").iterdir()] == ["00000003"]
    (tmp_path / "shards" / "00000003" / "a.jsonl").write_bytes(b"two\n")
    assert output.shard(3) is None
    output.commit(3, {"a.jsonl": b"one\n"}, {"number": 3})
    assert output.shard(3) == before


def test_errors_travel_between_processes_with_their_mend() -> None:
    error = pickle.loads(pickle.dumps(InputError("bad", where="here", mend="so")))
    assert str(error) == "here: bad — so"


def test_log_lines_are_json(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.jsonl"
    with Watcher(quiet=True, lang="ar", log=path) as watcher:
        watcher.log("note", text="سطر\nوآخر")
    (line,) = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "سطر\nوآخر"
