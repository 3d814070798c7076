"""What the local engine's processes do.  Each keeps what it needs between calls."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..config import Options
from ..loading import Models, load_models
from ..segment import segment
from .answers import Answers, Cards, answer, cards_of
from .packing import about, pack
from .place import open_output
from .shards import Shard
from .source import Source
from .stages import Match, Part, Prepared, Terms, finish, prepare


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
    parts: list[Part]
    packed: bytes


class ModelStage:
    """The models, loaded once, and the clean reports to compare with."""

    def __init__(self, options: Options, grounds: pipeline.Grounds) -> None:
        self._grounds = grounds
        self._models: Models = load_models(options, need_encoder=bool(grounds.clean))
        self.cards = cards_of(self._models)
        self._index: Any = None

    def answer(self, texts: Sequence[str]) -> Answers:
        """What the models say of ``texts``; see :func:`mtaudit.batch.answers.answer`."""
        if self._models.translator is None:
            raise RuntimeError("there is no translator to ask")
        return answer(texts, self._models.translator, self._models.encoder)

    def compare(self, parts: Sequence[Part]) -> list[list[Match]]:
        """Each document against the clean reports."""
        if self._index is None:
            from ..reference import ReferenceIndex

            reports = [(document, segment(document)) for document in self._grounds.clean]
            if self._models.encoder is None:
                raise RuntimeError("there is no encoder to compare with")
            self._index = ReferenceIndex.build(reports, self._models.encoder)
        return [self._index.compare(document, segments) for document, segments in parts]


def work_on(shard: Shard, terms: Terms, writing: Writing) -> dict[str, Any]:
    """A whole shard where no model is asked; ``shard.json`` without the sums."""
    return write(prepare(shard), [], None, terms, writing)


def write(
    prepared: Prepared,
    answers: Sequence[Answers],
    matches: Sequence[Sequence[Match]] | None,
    terms: Terms,
    writing: Writing,
) -> dict[str, Any]:
    """Finish a shard and put it in its place; ``shard.json`` without the sums."""
    finished = finish(prepared, answers, matches, terms)
    found = about(finished)
    open_output(writing.out).commit(finished.number, pack(finished, writing.formats), found)
    return found


def wait_for_models(prepared: Prepared, terms: Terms) -> Waiting:
    """A prepared shard made ready to travel."""
    return Waiting(
        prepared.number,
        prepared.sentences() if terms.translated else [],
        prepared.parts() if terms.compared else [],
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
    packed: bytes, answers: Sequence[Answers], matches: Sequence[Sequence[Match]] | None
) -> dict[str, Any]:
    # Our own bytes, made by text_prepare in a process of the same run.
    return write(pickle.loads(packed), answers, matches, *_text[0])


def count(source: Source) -> int | None:
    return source.count()


def begin_model(options: Options, grounds: pipeline.Grounds) -> None:
    _model[:] = [ModelStage(options, grounds)]


def model_cards() -> Cards:
    return _model[0].cards


def model_answer(texts: Sequence[str]) -> Answers:
    return _model[0].answer(texts)


def model_compare(parts: Sequence[Part]) -> list[list[Match]]:
    return _model[0].compare(parts)
