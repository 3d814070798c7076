"""Which sentence of a clean report says what a suspect sentence says.

Comparable reports are no translations of one another: most sentences have no counterpart, and
those that have share only part of their content.  A cosine of sentence embeddings alone cannot
tell (e5's lie between 0.8 and 1 for any two news sentences on one subject), so a pair is judged by

* ``gap``, the gap in coverage: each of the suspect's pieces is looked up by contextual state in the
  candidate, weighted by rarity (BERTScore's recall, Zhang et al. 2020); what counts is how far this
  stands out from the coverage by its other neighbours (the margin of Artetxe & Schwenk 2019, taken
  on coverage).  The neighbours are sentences of the reports *and* of the sentence's own document,
  which are on the subject and certainly not the same sentence;
* ``back``, the same the other way round, for the stretch of the candidate that the suspect holds
  best: a clean report packs into one sentence what is several in another;
* ``overlap``, the root of the overlap of the two sentences' content stems, names, titles and dates
  left out, a stem counting by how rare it is in native news and in the two documents;
* ``number``: whether an amount stands in both, in figures or in words;
* ``company``: how rare the names are that both have, the two rarest left out: sentences on one
  subject share a name or two, seldom four.

Little is gained by the cosine and its margins, persons and titles in common, word pairs in common,
letter trigrams, or matches among the neighbouring sentences (tried over folds of the events of
``scripts/fit_alignment.py``).

A sentence has one counterpart at most: candidates that differ from one another compete.

``alignment.json`` holds the weights and thresholds, fitted by ``scripts/fit_alignment.py``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .facts import plain_stems
from .pieces import Matrix, PieceReader, Pieces, stretch

FEATURES = ("gap", "back", "overlap", "number", "company")
NEIGHBOURS = 4
# Candidates by cosine whose pieces are compared.
CANDIDATES = 12
# Cosine from which two clean sentences say the same.
SAME_REPORT = 0.96
# A stem counts by how much rarer it is than one word in 55 (exp 4) of native news.
COMMON_STEM = 4.0
# Weight of one more unknown key: that of a key in one of ten sentences.
UNSEEN_KEY = 2.0
# Two or three more names in common settle it; a long list shall not outweigh everything else.
MOST_COMPANY = 3.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted constants; ``encoder`` is the revision that they belong to.

    ``accept``: probability from which a match is shown; ``sure``: from which facts that disagree
    are reported.
    """

    encoder: str
    sentence_mean: Matrix
    piece_mean: Matrix
    weights: Mapping[str, float]
    bias: float
    accept: float
    sure: float

    def probability(self, values: Mapping[str, float]) -> float:
        """That the pair says the same, before other candidates are considered."""
        logit = self.bias + math.fsum(self.weights[name] * values[name] for name in FEATURES)
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))


@cache
def default_fit() -> Fit:
    """The constants that come with the package."""
    source = resources.files("mtaudit").joinpath("alignment.json").read_text(encoding="utf-8")
    return parse_fit(json.loads(source))


def parse_fit(data: Mapping[str, Any]) -> Fit:
    return Fit(
        encoder=data["encoder"],
        sentence_mean=np.array(data["sentence_mean"], dtype=np.float32),
        piece_mean=np.array(data["piece_mean"], dtype=np.float32),
        weights=data["weights"],
        bias=data["bias"],
        accept=data["accept"],
        sure=data["sure"],
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A suspect sentence and a candidate (index into the reference rows)."""

    candidate: int
    cosine: float
    values: Mapping[str, float]
    probability: float


def centred(rows: Matrix, mean: Matrix) -> Matrix:
    """Rows without the direction that all news sentences share, normalised again."""
    moved = rows - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: Matrix = (moved / np.maximum(norms, 1e-6)).astype(np.float32)
    return unit


def nearest_mean(row: Matrix, k: int = NEIGHBOURS) -> float | None:
    """Mean of the ``k`` largest values of a row; ``None`` of nothing."""
    return float(np.sort(row)[-k:].mean()) if len(row) else None


def company(shared: frozenset[str], weights: Mapping[str, float]) -> float:
    """Weight of the shared names beyond the two rarest, 0 to :data:`MOST_COMPANY`: two names meet
    in every sentence on a subject, the same four seldom."""
    names = sorted(weights.get(key, UNSEEN_KEY) for key in shared if not key.startswith("#"))
    return min(MOST_COMPANY, math.fsum(names[:-2]))


def key_weights(rows: Sequence[frozenset[str]]) -> dict[str, float]:
    """Inverse document frequency of keys or stems over sentences, never under 0.1."""
    counts = Counter(key for row in rows for key in row)
    return {key: max(0.1, math.log((len(rows) + 1) / (n + 0.5))) for key, n in counts.items()}


def stem_overlap(
    left: Mapping[str, float], right: Mapping[str, float], rare: Mapping[str, float]
) -> float:
    """Weight of the shared stems over the geometric mean of both sides' weights, 0–1.

    ``left``, ``right``: stems with their weight in native news; ``rare``: their weight among the
    sentences at hand.
    """

    def weight(stem: str, news: float) -> float:
        return max(0.0, news - COMMON_STEM) * rare.get(stem, UNSEEN_KEY)

    mine, theirs = ({s: weight(s, w) for s, w in side.items()} for side in (left, right))
    shared = math.fsum(w for s, w in mine.items() if s in theirs)
    whole = math.sqrt(math.fsum(mine.values()) * math.fsum(theirs.values()))
    return shared / whole if whole else 0.0


def _above(
    side: int,
    place: int,
    covers: Sequence[tuple[float, float]],
    others: Sequence[tuple[float, float]],
) -> float:
    """How far a candidate's coverage lies above the mean of the largest among the rest."""
    rest = [c[side] for c in (*others, *covers[:place], *covers[place + 1 :])]
    return covers[place][side] - (nearest_mean(np.array(rest)) or 0.0)


class Aligner:
    """Judges one document's sentences against reference rows.

    ``vectors``: (N, d) unit rows of the reference sentences; ``keys``: the fact keys of each.
    """

    def __init__(
        self,
        texts: Sequence[str],
        vectors: Matrix,
        keys: Sequence[frozenset[str]],
        reader: PieceReader,
        fit: Fit,
    ) -> None:
        self._texts = texts
        self._vectors = vectors
        self._keys = keys
        self._reader = reader
        self._fit = fit
        self._centred = centred(vectors, fit.sentence_mean)

    def pairs(
        self,
        texts: Sequence[str],
        vectors: Matrix,
        keys: Sequence[frozenset[str]],
        allowed: NDArray[np.bool_],
    ) -> list[list[Pair]]:
        """Candidates of each of a document's sentences, best first; only ``allowed`` rows."""
        rows = np.flatnonzero(allowed)
        if not len(rows) or not len(texts):
            return [[] for _ in texts]
        cosines = vectors @ self._vectors[rows].T
        among = vectors @ vectors.T
        plain = centred(vectors, self._fit.sentence_mean)
        near = plain @ self._centred[rows].T
        read = self._reader.read(texts)
        rare = key_weights([*keys, *(self._keys[r] for r in rows.tolist())])
        stems = [plain_stems(text) for text in texts]
        theirs = {r: plain_stems(self._texts[r]) for r in rows.tolist()}
        apart = key_weights([frozenset(s) for s in (*stems, *theirs.values())])
        found = []
        for i in range(len(texts)):
            order = np.argsort(-near[i], kind="stable")[:CANDIDATES]
            others = [j for j in np.argsort(-among[i], kind="stable") if texts[j] != texts[i]]
            own = [stretch(read[i], read[j]) for j in others[:NEIGHBOURS]]
            covers = [stretch(read[i], p) for p in self._read(rows[order])]
            pairs = []
            for place, c in enumerate(order):
                held = self._keys[rows[c]]
                overlap = stem_overlap(stems[i], theirs[int(rows[c])], apart)
                values = {
                    "gap": _above(0, place, covers, own),
                    "back": _above(1, place, covers, own),
                    "overlap": math.sqrt(overlap),
                    "number": float(any(key.startswith("#") for key in keys[i] & held)),
                    "company": company(keys[i] & held, rare),
                }
                probability = self._fit.probability(values)
                pairs.append(Pair(int(rows[c]), float(cosines[i, c]), values, probability))
            pairs = self._compete(pairs)
            found.append(sorted(pairs, key=lambda p: (-p.probability, p.candidate)))
        return found

    def _compete(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Each probability given that the sentence has one counterpart at most; candidates that
        say the same as one another (two outlets, one agency report) are no rivals."""
        odds = [p.probability / (1.0 - p.probability) for p in pairs]
        vectors = self._vectors[[p.candidate for p in pairs]]
        alike = vectors @ vectors.T
        found = []
        for i, pair in enumerate(pairs):
            rivals = [odds[j] for j in range(len(pairs)) if alike[i, j] < SAME_REPORT]
            share = odds[i] / (1.0 + odds[i] + math.fsum(rivals))
            found.append(Pair(pair.candidate, pair.cosine, pair.values, share))
        return found

    def _read(self, rows: NDArray[np.intp]) -> list[Pieces]:
        return self._reader.read([self._texts[r] for r in rows])
