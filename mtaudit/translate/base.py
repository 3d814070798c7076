"""What every backend shares: checking, splitting, batching and joining.

A backend only runs batches (:class:`Engine`); everything that could make a result depend on its
neighbours is settled here and in :mod:`.batching`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import ModelError
from ..normalize import strip_marks
from ..types import Translation
from .batching import TOKEN_BUDGET, run_grouped, width
from .codec import Codec
from .languages import Direction
from .split import split_long


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the model searches; every field changes results.

    ``no_repeat_ngram`` forbids a piece sequence of that length to come twice, which ends loops;
    shorter values would forbid a long name to stand twice in a sentence.  ``repetition_penalty``
    divides the chance of a piece that has come already (1: not at all).  ``one_script`` keeps
    Latin letters out of Arabic output and Arabic letters out of English.  Output is bounded by
    ``length_factor`` × source pieces + ``length_extra``.
    """

    beam: int = 1
    no_repeat_ngram: int = 8
    repetition_penalty: float = 1.0
    one_script: bool = False
    length_factor: float = 2.0
    length_extra: int = 10

    def limit(self, pieces: int) -> int:
        return int(pieces * self.length_factor) + self.length_extra


@dataclass(frozen=True, slots=True)
class Generated:
    """Target pieces without prefix and end; ``finished`` is false when the limit bit.

    ``logprob``: mean natural-log probability a piece, the end counted, among the pieces that the
    search may choose from and after its penalties.
    """

    pieces: tuple[str, ...]
    finished: bool
    logprob: float


Tokens = tuple[str, ...]


class Engine(Protocol):
    """A loaded model.

    ``generate`` gets rows of the same length or, from an engine that ``pads``, of the same
    :func:`~.batching.width`, to which it fills them up itself.  ``score`` gets sources of the same
    length and targets of the same length.
    """

    signature: str
    batch_size: int
    workers: int
    pads: bool

    def generate(
        self,
        sources: Sequence[Tokens],
        prefix: Sequence[str],
        limit: int,
        decoding: Decoding,
        target: str,
    ) -> list[Generated]:
        """``prefix``: tokens that the output begins with; ``target``: its language, ar or en."""
        ...

    def score(
        self, sources: Sequence[Tokens], targets: Sequence[Tokens], prefix: Sequence[str]
    ) -> list[float]:
        """Mean natural-log probability per target token, the end token counted, the prefix not."""
        ...


class ModelTranslator:
    """A :class:`mtaudit.types.Translator` from a codec and an engine."""

    def __init__(
        self, name: str, revision: str, codec: Codec, engine: Engine, decoding: Decoding
    ) -> None:
        self.name = name
        self.revision = revision
        self._codec = codec
        self._engine = engine
        self._decoding = decoding
        # Everything besides the text that changes a result; the cache's key.
        self.signature = f"{revision}|{codec.signature}|{engine.signature}|{decoding}|search"

    def directions(self) -> frozenset[Direction]:
        return self._codec.directions()

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """Translate each text; as many results as texts, in order.

        A text without a letter is given back as it is: there is nothing to translate.  Text
        longer than the model reads well is split at pauses and joined again; ``truncated`` says
        that the output limit bit or a word had to be broken.  Raises :class:`ModelError` for a
        direction that the model does not offer.
        """
        direction = self._checked(source, target)
        cleaned = [prepare(text, source) for text in texts]
        parts = {text: self._parts(text, direction) for text in dict.fromkeys(cleaned)}
        rows = [row for found, _ in parts.values() for row in found]
        outputs = dict(zip(rows, self._generate(rows, direction), strict=True))
        return [self._join(text, *parts[text], outputs) for text in cleaned]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        """Mean natural-log probability per target piece (end included, language tag not) of each
        target given its source; ``None`` where either is empty or longer than the model can read.
        """
        direction = self._checked(source, target)
        if len(sources) != len(targets):
            raise ValueError(f"{len(sources)} sources and {len(targets)} targets")
        pairs: list[tuple[Tokens, Tokens] | None] = []
        for one, other in zip(sources, targets, strict=True):
            left, right = prepare(one, source), prepare(other, target)
            pair = (
                tuple(self._codec.source(left, direction)),
                tuple(self._codec.target(right, direction)),
            )
            room = self._codec.hard_limit - len(self._codec.prefix(direction)) - 1
            fits = len(pair[0]) <= self._codec.hard_limit and len(pair[1]) <= room
            pairs.append(pair if left and pair[1] and fits else None)
        known = [pair for pair in pairs if pair is not None]
        found = dict(zip(known, self._score(known, direction), strict=True))
        return [None if pair is None else found[pair] for pair in pairs]

    def _checked(self, source: str, target: str) -> Direction:
        if (source, target) not in self.directions():
            offered = ", ".join(f"{a}→{b}" for a, b in sorted(self.directions()))
            raise ModelError(
                f"does not translate {source}→{target} (it offers {offered})",
                where=self.name,
                mend="name a model for each way: FIRST+SECOND, ar→en and en→ar",
            )
        return source, target

    def _parts(self, text: str, direction: Direction) -> tuple[list[Tokens], bool]:
        if not any(c.isalpha() for c in text):
            return [], False

        def fits(part: str) -> bool:
            return len(self._codec.source(part, direction)) <= self._codec.soft_limit

        parts, broken = split_long(text, fits)
        return [tuple(self._codec.source(part, direction)) for part in parts], broken

    def _generate(self, rows: Sequence[Tokens], direction: Direction) -> list[Generated]:
        prefix = self._codec.prefix(direction)
        engine, decoding = self._engine, self._decoding
        measure = width if engine.pads else len

        def work(batch: list[Tokens]) -> list[Generated]:
            room = self._codec.hard_limit - len(prefix) - 1
            limit = min(decoding.limit(measure(batch[0])), room)
            return engine.generate(batch, prefix, limit, decoding, direction[1])

        return run_grouped(
            rows, measure, measure, work, TOKEN_BUDGET, engine.batch_size, engine.workers
        )

    def _score(self, pairs: Sequence[tuple[Tokens, Tokens]], direction: Direction) -> list[float]:
        prefix = self._codec.prefix(direction)
        engine = self._engine

        def work(batch: list[tuple[Tokens, Tokens]]) -> list[float]:
            return engine.score([p[0] for p in batch], [p[1] for p in batch], prefix)

        return run_grouped(
            pairs,
            lambda pair: (len(pair[0]), len(pair[1])),
            lambda pair: len(pair[0]) + len(pair[1]),
            work,
            TOKEN_BUDGET,
            engine.batch_size,
            engine.workers,
        )

    def _join(
        self,
        text: str,
        rows: Sequence[Tokens],
        broken: bool,
        outputs: dict[Tokens, Generated],
    ) -> Translation:
        if not rows:
            return Translation(text, 0.0)
        done = [outputs[row] for row in rows]
        joined = " ".join(part for part in (self._codec.text(d.pieces) for d in done) if part)
        weights = [len(d.pieces) + 1 for d in done]
        total = sum(w * d.logprob for w, d in zip(weights, done, strict=True))
        cut = broken or not all(d.finished for d in done)
        return Translation(joined, total / sum(weights), truncated=cut)


def prepare(text: str, language: str) -> str:
    """The text as the models saw it in training: NFC, without tatweel and invisible controls,
    single spaces; Arabic without vowel marks, which news does not print."""
    text = unicodedata.normalize("NFC", text)
    if language == "ar":
        text = strip_marks(text)
    else:
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.split())
