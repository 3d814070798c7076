"""Accuracy, AUC, recall at a false-alarm rate, calibration error; bootstrap intervals.

Everything works on a *tally*: the weight of machine (positive) and human (negative) rows at each
distinct score.  A bootstrap resample is the same rows with other weights, so one code computes
figure and interval, ties are always handled, and the order of rows never matters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BINS = 10
RESAMPLES = 1000
SEED = 20240607
# An interval is only given when nearly every resample had both labels in it.
_VALID_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of both labels.  All arrays have the same length.

    ``scores``   probability of machine translation; an abstention stands at the prior
    ``positive`` True where the label is ``mt``
    ``called``   True where the audit calls it machine translation (an abstention never is)
    ``judged``   False where it abstained
    ``clusters`` 0 … k−1: what is drawn together in the bootstrap (rows of one document)
    ``own``      True for the rows that ``accuracy`` is about; a system is ranked against the other
                 label's rows, but its accuracy is that of its own
    """

    scores: Array
    positive: NDArray[np.bool_]
    called: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    clusters: NDArray[np.int64]
    own: NDArray[np.bool_]


def auc(positive: Array, negative: Array) -> float:
    """Area under the ROC curve from weights by ascending score; a tie counts one half."""
    total = positive.sum() * negative.sum()
    if total <= 0:
        return math.nan
    below = np.cumsum(negative) - negative
    return float((positive * (below + 0.5 * negative)).sum() / total)


def rates(positive: Array, negative: Array) -> tuple[Array, Array]:
    """False-alarm rate and recall at each threshold, strictest first; starts at (0, 0)."""
    fpr = np.concatenate(([0.0], np.cumsum(negative[::-1]) / negative.sum()))
    tpr = np.concatenate(([0.0], np.cumsum(positive[::-1]) / positive.sum()))
    return fpr, tpr


def recall_at(positive: Array, negative: Array, false_alarms: float) -> float:
    """The best recall of any threshold whose share of false alarms is at most ``false_alarms``."""
    if positive.sum() <= 0 or negative.sum() <= 0:
        return math.nan
    fpr, tpr = rates(positive, negative)
    return float(tpr[fpr <= false_alarms + 1e-12].max())


def reliability(
    values: Array, positive: Array, negative: Array
) -> list[tuple[float, float, float]]:
    """Equal-mass bins of (mean probability, share of mt, mass): at most :data:`BINS`.

    Both labels weigh the same in all: the probability is fitted for even odds, whatever the mix of
    the set.  Equal scores are never torn apart, so that a bin may hold more than its share.
    """
    if positive.sum() <= 0 or negative.sum() <= 0:
        return []
    yes, no = positive / positive.sum() / 2, negative / negative.sum() / 2
    mass = yes + no
    middle = np.cumsum(mass) - mass / 2
    places = np.minimum((middle * BINS).astype(int), BINS - 1)
    heavy = np.bincount(places, mass, BINS)
    means = np.bincount(places, mass * values, BINS)
    shares = np.bincount(places, yes, BINS)
    return [
        (float(means[i] / heavy[i]), float(shares[i] / heavy[i]), float(heavy[i]))
        for i in range(BINS)
        if heavy[i] > 0
    ]


def calibration_error(values: Array, positive: Array, negative: Array) -> float:
    """Expected calibration error over the bins of :func:`reliability`, 0–1."""
    bins = reliability(values, positive, negative)
    return math.fsum(m * abs(p - s) for p, s, m in bins) if bins else math.nan


class Tally:
    """The weights of a :class:`Sample` by ascending distinct score."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.values, self._places = np.unique(sample.scores, return_inverse=True)
        self._judged = sample.judged.astype(float)
        self._right = (sample.called == sample.positive).astype(float)
        self._yes = sample.positive.astype(float)
        self._own = sample.own.astype(float)

    def _by_score(self, weights: Array) -> Array:
        return np.bincount(self._places, weights, len(self.values)).astype(np.float64)

    def sides(self, weights: Array | None = None, *, judged: bool = False) -> tuple[Array, Array]:
        """Weights of positive and negative rows at each value; ``judged``: without abstentions."""
        weights = np.ones(len(self._yes)) if weights is None else weights
        if judged:
            weights = weights * self._judged
        return self._by_score(weights * self._yes), self._by_score(weights * (1 - self._yes))

    def figures(self, weights: Array | None = None) -> dict[str, float]:
        """Every metric, ``nan`` where it cannot be computed (one label only)."""
        weights = np.ones(len(self._yes)) if weights is None else weights
        positive, negative = self.sides(weights)
        judged = (positive, negative)
        if not self.sample.judged.all():
            judged = self.sides(weights, judged=True)
        right = weights * self._right
        hits, passes = float(right @ self._yes), float(right @ (1 - self._yes))
        yes, no = float(positive.sum()), float(negative.sum())
        own = float(weights @ self._own)
        found = {
            "accuracy": float(right @ self._own) / own if own else math.nan,
            "recall": hits / yes if yes else math.nan,
            "false_alarms": 1 - passes / no if no else math.nan,
            "balanced_accuracy": (hits / yes + passes / no) / 2 if yes and no else math.nan,
            "auc": auc(positive, negative),
            "recall_at_1": recall_at(positive, negative, 0.01),
            "recall_at_5": recall_at(positive, negative, 0.05),
            "ece": calibration_error(self.values, *judged),
            "auc_judged": auc(*judged),
        }
        found["best_balanced_accuracy"] = self.best(positive, negative)[0]
        return found

    def best(self, positive: Array, negative: Array) -> tuple[float, float]:
        """The highest balanced accuracy of any one threshold, and that threshold (score ≥ it)."""
        if positive.sum() <= 0 or negative.sum() <= 0:
            return math.nan, math.nan
        fpr, tpr = rates(positive, negative)
        accuracy = (tpr + 1 - fpr) / 2
        at = int(accuracy.argmax())
        return float(accuracy[at]), float("inf") if at == 0 else float(self.values[-at])

    def intervals(self, resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, list[float]]:
        """95 % percentile intervals: whole clusters drawn with replacement; none where unfit."""
        clusters = self.sample.clusters
        many = int(clusters.max()) + 1 if len(clusters) else 0
        if many < 2:
            return {}
        random = np.random.default_rng(seed)
        drawn: dict[str, list[float]] = {}
        for _ in range(resamples):
            counts = np.bincount(random.integers(0, many, many), minlength=many)
            for name, value in self.figures(counts[clusters].astype(float)).items():
                drawn.setdefault(name, []).append(value)
        found = {}
        for name, values in drawn.items():
            finite = np.array([v for v in values if math.isfinite(v)])
            if len(finite) >= _VALID_SHARE * resamples:
                low, high = np.quantile(finite, (0.025, 0.975))
                found[name] = [round(float(low), 4), round(float(high), 4)]
        return found


def cluster_numbers(names: Sequence[object]) -> NDArray[np.int64]:
    """Names → 0 … k−1 by first appearance."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(n, len(numbers)) for n in names], dtype=np.int64)


def rounded(figures: Mapping[str, float]) -> dict[str, float | None]:
    """For the record: four places, ``None`` for what could not be computed."""
    return {k: round(v, 4) if math.isfinite(v) else None for k, v in figures.items()}
