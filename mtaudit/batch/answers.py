"""What the models say of sentences, as plain values that travel between processes and machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..loading import Models
from ..roundtrip import AR_EN, EN_AR
from ..types import Note, SentenceEncoder, Translation, Translator

# Characters of a step: a step is one call of the models and what progress counts in.  Some 700
# sentences of the news: what one sentence costs falls until a batch of its length is full
# (benchmark.py --parts batches), and each of a step's lengths should fill one.
STEP_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Card:
    """What must be known of a model where it does not live."""

    name: str
    revision: str
    directions: frozenset[tuple[str, str]] = frozenset()
    dimension: int = 0


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of a run's models; ``None`` where there is none, and the notes that say why."""

    translator: Card | None
    encoder: Card | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """One step's answers; ``vectors`` holds the rows of the texts, then of their
    back-translations (float32), or nothing where there is no encoder."""

    texts: tuple[str, ...]
    forth: tuple[Translation, ...]
    back: tuple[Translation, ...]
    forced: tuple[float | None, ...]
    vectors: NDArray[np.float32] | None


def cards_of(models: Models) -> Cards:
    """The cards of loaded models."""
    translator, encoder = models.translator, models.encoder
    one = translator and Card(translator.name, translator.revision, translator.directions())
    other = encoder and Card(encoder.name, encoder.revision, dimension=encoder.dimension)
    return Cards(one or None, other or None, models.notes)


def steps(sentences: Sequence[str], chars: int = STEP_CHARS) -> Iterator[tuple[str, ...]]:
    """``sentences`` in runs of at most ``chars`` characters (or of one sentence)."""
    held: list[str] = []
    size = 0
    for text in sentences:
        if held and size + len(text) > chars:
            yield tuple(held)
            held, size = [], 0
        held.append(text)
        size += len(text)
    if held:
        yield tuple(held)


def answer(
    texts: Sequence[str], translator: Translator, encoder: SentenceEncoder | None
) -> Answers:
    """Everything that the round trip asks the models about ``texts``."""
    forth = translator.translate(texts, *AR_EN)
    glosses = [t.text for t in forth]
    back = translator.translate(glosses, *EN_AR)
    forced = translator.score(glosses, texts, *EN_AR)
    vectors = encoder.encode([*texts, *(t.text for t in back)]) if encoder else None
    return Answers(tuple(texts), tuple(forth), tuple(back), tuple(forced), vectors)


class KnownTranslator:
    """A :class:`mtaudit.types.Translator` that was asked everything before."""

    def __init__(self, card: Card, answers: Sequence[Answers]) -> None:
        self.name = card.name
        self.revision = card.revision
        self._directions = card.directions
        self._known: dict[tuple[str, tuple[str, str]], Translation] = {}
        self._forced: dict[tuple[str, str], float | None] = {}
        for step in answers:
            rows = zip(step.texts, step.forth, step.back, step.forced, strict=True)
            for text, forth, back, forced in rows:
                self._known[text, AR_EN] = forth
                self._known[forth.text, EN_AR] = back
                self._forced[forth.text, text] = forced

    def directions(self) -> frozenset[tuple[str, str]]:
        return self._directions

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        return [self._known[text, (source, target)] for text in texts]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        return [self._forced[pair] for pair in zip(sources, targets, strict=True)]


class KnownEncoder:
    """A :class:`mtaudit.types.SentenceEncoder` that was asked everything before."""

    def __init__(self, card: Card, answers: Sequence[Answers]) -> None:
        self.name = card.name
        self.revision = card.revision
        self.dimension = card.dimension
        self._known: dict[str, Any] = {}
        for step in answers:
            if step.vectors is not None:
                texts = (*step.texts, *(t.text for t in step.back))
                self._known.update(zip(texts, step.vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])
