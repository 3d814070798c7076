"""Fitting the style model: sentences → hashed n-grams → a linear model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mtaudit.detector.grams import FAMILIES, SIZE, TOGETHER, Bags, Grams
from mtaudit.language import LanguageStats

# Chosen on FLORES with one engine held out, among 0.3, 1, 3 (docs/DETECTOR.md).
STRENGTH = 1.0
# An n-gram of fewer sentences is a name or a slip.
MINIMUM = 3

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """``coefficients`` and ``rarity``: (families, SIZE)."""

    coefficients: Array
    rarity: Array
    bias: float

    def logits(self, counted: sparse.csr_matrix) -> Array:
        """Log-odds of the rows of ``counted`` (as :func:`count` gives them)."""
        return np.asarray(_scaled(counted, self.rarity) @ self.coefficients.ravel()) + self.bias


def counted(
    texts: Sequence[str], common: frozenset[str], work: Path
) -> tuple[sparse.csr_matrix, Array]:
    """:func:`count`, kept under ``work`` for the same texts and units."""
    asked = "\x1f".join((*sorted(common), str(SIZE), *texts))
    name = hashlib.sha256(asked.encode()).hexdigest()[:16]
    table, words = work / f"grams-{name}.npz", work / f"words-{name}.npy"
    if not words.exists():
        matrix, many = count(texts, common)
        # Renamed when whole: another run may be waiting for the same file.
        for path, save in ((table, partial(sparse.save_npz, compressed=False)), (words, np.save)):
            part = path.with_name(f"{os.getpid()}-{path.name}")
            save(part, matrix if path is table else many)
            part.replace(path)
    return sparse.load_npz(table).tocsr(), np.load(words)


def count(texts: Sequence[str], common: frozenset[str]) -> tuple[sparse.csr_matrix, Array]:
    """(texts, families × SIZE): count weights of every n-gram, family beside family; and each
    text's words in Arabic letters."""
    stats, grams = LanguageStats.load(), Grams(common)
    blocks, words = [], []
    for first in range(0, len(texts), TOGETHER):
        reading = grams.read([stats.analyse(text) for text in texts[first : first + TOGETHER]])
        words += reading.words
        blocks.append(
            sparse.hstack([_table(reading.bags[f], len(reading.words)) for f in FAMILIES])
        )
    return sparse.vstack(blocks, format="csr"), np.array(words)


def _table(bags: Bags, texts: int) -> sparse.csr_matrix:
    ends = np.searchsorted(bags.texts, np.arange(texts + 1))
    data = bags.weights.astype(np.float32), bags.places.astype(np.int32), ends
    return sparse.csr_matrix(data, shape=(texts, SIZE))


def fit(counted: sparse.csr_matrix, labels: Array, weights: Array, background: Array) -> Weights:
    """``weights``: how much each row counts (their mean is brought to 1 a row); ``background``: how
    much it counts as text of every kind.

    Document frequencies come from both.  The bias is moved so that the background's human text
    stands at 0: of text unlike what it was fitted on the model knows nothing, and should say so.
    """
    used = np.flatnonzero((weights > 0) | (background > 0))
    counted, labels, weights, background = (x[used] for x in (counted, labels, weights, background))
    frequency = np.bincount(counted.indices, minlength=counted.shape[1])
    rarity = np.where(
        frequency >= MINIMUM, np.log((1 + len(labels)) / (1 + frequency)) + 1, 0
    ).reshape(len(FAMILIES), SIZE)
    known = np.flatnonzero(rarity.ravel())
    scaled = _scaled(counted, rarity)[:, known]
    mine = np.flatnonzero(weights > 0)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-2)
    model.fit(scaled[mine], labels[mine], sample_weight=weights[mine] / weights[mine].mean())
    coefficients = np.zeros(rarity.size)
    coefficients[known] = model.coef_[0]
    human = np.where(labels == 0, background, 0.0)
    bias = -np.average(scaled @ model.coef_[0], weights=human)
    return Weights(coefficients.reshape(rarity.shape), rarity, float(bias))


def _scaled(counted: sparse.csr_matrix, rarity: Array) -> sparse.csr_matrix:
    """Inverse document frequencies applied, and each family's part of a row scaled to length 1."""
    table = counted.tocsr().astype(np.float64)
    table.data = table.data * rarity.ravel()[table.indices]
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    part = rows * len(FAMILIES) + table.indices // SIZE
    squares = np.bincount(part, table.data**2, table.shape[0] * len(FAMILIES))
    table.data /= np.sqrt(np.maximum(squares, 1e-12))[part]
    return table
