"""Sentences piece by piece: contextual states, how rare each piece is, which words correspond."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .normalize import WORD, fold

Matrix = NDArray[np.float32]

# From here up two words stand for one another, and up to here they are two words and no two forms
# of one; chosen by reading the pairs of machine and human translations of the same sentences.
SAME_WORD, OTHER_WORD = 0.62, 0.6
# Rarity (see below) under which a word is grammar.
CONTENT_WORD = 3.0
MOST_WORDINGS = 8
# Length of a stretch, in pieces of the other sentence and at least.
STRETCH, LEAST_STRETCH = 1.2, 4
# Sentences whose piece states are kept: some 60 kB each.
KEPT_STATES = 2000


class StateEncoder(Protocol):
    """A sentence encoder that also gives the states of single pieces."""

    revision: str

    def encode(self, texts: Sequence[str]) -> Any: ...

    def token_states(self, texts: Sequence[str]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """One sentence's pieces: centred unit states, their rarity, the same as weights that sum to
    1, places in ``text``; ``vector`` is the sentence's embedding."""

    text: str
    states: Matrix
    raw: Matrix
    weights: Matrix
    offsets: tuple[tuple[int, int], ...]
    vector: Matrix


class PieceReader:
    """Pieces of sentences, kept for those that were read last."""

    def __init__(self, encoder: StateEncoder, mean: Matrix) -> None:
        self._encoder = encoder
        self._mean = mean
        self._kept: OrderedDict[str, Pieces] = OrderedDict()

    def read(self, texts: Sequence[str]) -> list[Pieces]:
        missing = [t for t in dict.fromkeys(texts) if t not in self._kept]
        if missing:
            for text, found in zip(missing, self._encoder.token_states(missing), strict=True):
                self._kept[text] = self._pieces(found)
        answer = []
        for text in texts:
            self._kept.move_to_end(text)
            answer.append(self._kept[text])
        while len(self._kept) > KEPT_STATES:
            self._kept.popitem(last=False)
        return answer

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """The sentences' embeddings, a unit row each."""
        return np.stack([pieces.vector for pieces in self.read(texts)])

    def _pieces(self, found: Any) -> Pieces:
        centred = found.states - self._mean
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        states = (centred / np.maximum(norms, 1e-6)).astype(np.float32)
        raw = np.array([rarity(p) for p in found.logprobs], dtype=np.float32)
        for i, (a, b) in enumerate(found.offsets):
            if not any(c.isalnum() for c in found.prepared[a:b]):
                raw[i] = 0.0
        total = float(raw.sum())
        weights = raw / total if total else np.full(len(raw), 1 / max(1, len(raw)), np.float32)
        weights = weights.astype(np.float32)
        return Pieces(found.prepared, states, raw, weights, found.offsets, found.vector)


def rarity(log_probability: float) -> float:
    """Weight of a piece from its unigram log-probability, in place of an inverse document
    frequency: 0 for "من" (-8.2, the tokeniser's counts span many languages), 5 for "قوات"."""
    return max(0.0, -log_probability - 8.0)


def coverage(left: Pieces, right: Pieces) -> tuple[float, float]:
    """Weighted share of ``left`` that ``right`` holds, and of ``right`` that ``left`` holds."""
    if not len(left.states) or not len(right.states):
        return 0.0, 0.0
    alike = left.states @ right.states.T
    return float(left.weights @ alike.max(axis=1)), float(right.weights @ alike.max(axis=0))


def stretch(left: Pieces, right: Pieces) -> tuple[float, float]:
    """Weighted share of ``left`` that ``right`` holds, and of the stretch of ``right`` that
    ``left`` holds best, a stretch being about as long as ``left``: one report says in half a
    sentence what another makes a sentence of."""
    if not len(left.states) or not len(right.states):
        return 0.0, 0.0
    alike = left.states @ right.states.T
    recall = float(left.weights @ alike.max(axis=1))
    best, size = alike.max(axis=0), max(LEAST_STRETCH, int(STRETCH * len(left.states)))
    if size >= len(best):
        return recall, float(right.weights @ best)
    held, weight = _sums(best * right.raw, size), _sums(right.raw, size)
    # A run of grammar words and marks says nothing, however well it is held.
    telling = (weight >= weight.mean() / 2) & (weight > 0)
    return recall, float((held[telling] / weight[telling]).max()) if telling.any() else 0.0


def _sums(values: Matrix, size: int) -> NDArray[np.float64]:
    """Sums over all runs of ``size`` values."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    sums: NDArray[np.float64] = total[size:] - total[:-size]
    return sums


def wording(left: Pieces, right: Pieces) -> tuple[tuple[str, str], ...]:
    """(suspect's words, clean words) that stand for one another and differ, in text order.

    Two words belong together when each is the other's nearest by state; neighbours that differ
    alike are joined.  At most :data:`MOST_WORDINGS` pairs.
    """
    mine, theirs = _words(left), _words(right)
    if not mine or not theirs:
        return ()
    alike = np.stack([v for _, _, v in mine]) @ np.stack([v for _, _, v in theirs]).T
    runs: list[tuple[list[int], list[int]]] = []
    for i, (a, b, _) in enumerate(mine):
        j = int(alike[i].argmax())
        if int(alike[:, j].argmax()) != i or alike[i, j] < SAME_WORD:
            continue
        if not _reworded(left.text[a:b], right.text[theirs[j][0] : theirs[j][1]]):
            continue
        if runs and runs[-1][0][-1] == i - 1 and runs[-1][1][-1] == j - 1:
            runs[-1][0].append(i)
            runs[-1][1].append(j)
        else:
            runs.append(([i], [j]))
    return tuple(
        (left.text[mine[a[0]][0] : mine[a[-1]][1]], right.text[theirs[b[0]][0] : theirs[b[-1]][1]])
        for a, b in runs[:MOST_WORDINGS]
    )


def _reworded(one: str, other: str) -> bool:
    """Two words, not one word in two forms (الأوروبي, الأوروبية)."""
    a, b = (fold(w).text.removeprefix("ال") for w in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() < OTHER_WORD


def _words(pieces: Pieces) -> list[tuple[int, int, Matrix]]:
    """Words as (start, end, unit vector): the sum of their pieces' states."""
    found = []
    for match in WORD.finditer(pieces.text):
        inside = [
            n for n, (a, b) in enumerate(pieces.offsets) if a < match.end() and b > match.start()
        ]
        if sum(pieces.raw[n] for n in inside) < CONTENT_WORD:
            continue
        vector = pieces.states[inside].sum(axis=0)
        unit: Matrix = vector / max(1e-6, float(np.linalg.norm(vector)))
        found.append((match.start(), match.end(), unit))
    return found
