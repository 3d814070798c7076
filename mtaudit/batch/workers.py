"""What the local engine's processes do.  Each keeps what it needs between calls."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..comparison import Compared, Comparison
from ..config import Options
from ..judging import Examined
from ..loading import Models, load_models, open_reports
from ..types import Evidence
from .answers import Answers, Cards, answer, cards_of
from .packing import about, pack
from .place import open_output
from .shards import Shard
from .source import Source
from .stages import Prepared, Terms, finish, prepare


@dataclass(frozen=True, slots=True)
class Writing:
    """Where finished shards go, and in which formats."""

    out: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A prepared shard between two processes: packed, with what the models are asked about it."""

    number: int
    sentences: list[str]
    examined: tuple[Examined, ...]
    packed: bytes


class ModelStage:
    """The models, loaded once, and the clean reports to compare with."""

    def __init__(self, options: Options, grounds: pipeline.Grounds) -> None:
        self._options = options
        self._grounds = grounds
        self._models: Models = load_models(options, need_encoder=grounds.reports.present)
        self.cards = cards_of(self._models)
        self._open = ExitStack()
        self._comparison: Comparison | Evidence | None = None

    def answer(self, texts: Sequence[str]) -> Answers:
        """What the models say of ``texts``; see :func:`mtaudit.batch.answers.answer`."""
        if self._models.translator is None:
            raise RuntimeError("there is no translator to ask")
        return answer(texts, self._models.translator, self._models.encoder)

    def compare(self, examined: Sequence[Examined]) -> list[Compared]:
        """Each document against the clean reports, whose library stays open from the first call."""
        if self._comparison is None:
            library, _ = self._open.enter_context(open_reports(self._options))
            self._comparison = pipeline.open_comparison(
                library, self._models, self._grounds.calibration
            )
        return pipeline.compare(examined, self._comparison, lambda *_: None)


def work_on(shard: Shard, terms: Terms, writing: Writing) -> dict[str, Any]:
    """A whole shard where no model is asked; ``shard.json`` without the sums."""
    return write(prepare(shard), [], None, terms, writing)


def write(
    prepared: Prepared,
    answers: Sequence[Answers],
    compared: Sequence[Compared] | None,
    terms: Terms,
    writing: Writing,
) -> dict[str, Any]:
    """Finish a shard and put it in its place; ``shard.json`` without the sums."""
    finished = finish(prepared, answers, compared, terms)
    found = about(finished)
    open_output(writing.out).commit(finished.number, pack(finished, writing.formats), found)
    return found


def wait_for_models(prepared: Prepared, terms: Terms) -> Waiting:
    """A prepared shard made ready to travel."""
    return Waiting(
        prepared.number,
        prepared.sentences() if terms.translated else [],
        prepared.examined if terms.compared else (),
        pickle.dumps(prepared, pickle.HIGHEST_PROTOCOL),
    )


# ---- the processes of the local engine: one Terms, Writing or ModelStage a process

_text: list[tuple[Terms, Writing]] = []
_model: list[ModelStage] = []


def begin_text(terms: Terms, writing: Writing) -> None:
    _text[:] = [(terms, writing)]


def text_whole(shard: Shard) -> dict[str, Any]:
    return work_on(shard, *_text[0])


def text_prepare(shard: Shard) -> Waiting:
    return wait_for_models(prepare(shard), _text[0][0])


def text_finish(
    packed: bytes, answers: Sequence[Answers], compared: Sequence[Compared] | None
) -> dict[str, Any]:
    # Our own bytes, made by text_prepare in a process of the same run.
    return write(pickle.loads(packed), answers, compared, *_text[0])


def count(source: Source) -> int | None:
    return source.count()


def begin_model(options: Options, grounds: pipeline.Grounds) -> None:
    _model[:] = [ModelStage(options, grounds)]


def model_cards() -> Cards:
    return _model[0].cards


def model_answer(texts: Sequence[str]) -> Answers:
    return _model[0].answer(texts)


def model_compare(examined: Sequence[Examined]) -> list[Compared]:
    return _model[0].compare(examined)
