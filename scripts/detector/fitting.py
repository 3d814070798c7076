"""A logistic regression whose weights keep their declared sign, and its calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

# Wide: rare grave findings lie many standard deviations out, and they are what is sure.
CLIP = 8.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """Standardisation and weights; ``names[i]`` belongs to ``weight[i]``."""

    names: tuple[str, ...]
    mean: Array
    scale: Array
    weight: Array
    bias: float

    def logits(self, table: Array) -> Array:
        return standardise(table, self.mean, self.scale) @ self.weight + self.bias


def matrix(values: Sequence[Mapping[str, float]], names: Sequence[str]) -> Array:
    """Rows × features; ``nan`` where a witness abstained."""
    return np.array([[v.get(n, np.nan) for n in names] for v in values], dtype=float)


def standardise(table: Array, mean: Array, scale: Array) -> Array:
    z = np.clip((table - mean) / scale, -CLIP, CLIP)
    return np.nan_to_num(z, nan=0.0)  # an abstention contributes nothing


def fit(
    table: Array,
    labels: Array,
    weights: Array,
    names: Sequence[str],
    directions: Mapping[str, int],
    strength: float,
) -> Fitted:
    """Weighted logistic regression with an L2 penalty ``strength`` and sign constraints.

    ``directions``: +1 the weight may not be negative, −1 not positive, 0 or absent: free.
    """
    mean = np.nanmean(table, axis=0)
    scale = np.nanstd(table, axis=0)
    scale[~np.isfinite(scale) | (scale < 1e-6)] = 1.0
    z = standardise(table, mean, scale)
    w = weights / weights.sum()
    sign = 2 * labels - 1

    def objective(theta: Array) -> tuple[float, Array]:
        margin = sign * (z @ theta[:-1] + theta[-1])
        loss = float(w @ np.logaddexp(0, -margin)) + strength * float(theta[:-1] @ theta[:-1])
        slope = -w * sign / (1 + np.exp(np.clip(margin, -60, 60)))
        gradient = np.append(z.T @ slope + 2 * strength * theta[:-1], slope.sum())
        return loss, gradient

    bounds = []
    for name in names:
        d = directions.get(name, 0)
        bounds.append((0.0 if d > 0 else None, 0.0 if d < 0 else None))
    start = np.zeros(len(names) + 1)
    best = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    return Fitted(tuple(names), mean, scale, best.x[:-1], float(best.x[-1]))


def knots(logits: Array, labels: Array, weights: Array, most: int = 24) -> list[list[float]]:
    """Isotonic table logit → probability from logits that the fit never saw.

    Thinned to ``most`` points and kept off 0 and 1: a finite sample never proves certainty.
    """
    isotonic = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip")
    isotonic.fit(logits, labels, sample_weight=weights)
    grid = np.quantile(logits, np.linspace(0, 1, most))
    grid = np.unique(np.round(grid, 4))
    # Average over a neighbourhood: the raw steps would give many sentences one probability.
    width = (grid[-1] - grid[0]) / most
    smooth = [float(isotonic.predict(np.linspace(x - width, x + width, 21)).mean()) for x in grid]
    return [
        [float(x), round(y, 4)] for x, y in zip(grid, np.maximum.accumulate(smooth), strict=True)
    ]


def calibration_error(probabilities: Array, labels: Array, weights: Array) -> float:
    """Expected calibration error over ten bins of equal weight."""
    order = np.argsort(probabilities, kind="stable")
    p, y, w = probabilities[order], labels[order], weights[order] / weights.sum()
    bins = np.minimum((np.cumsum(w) * 10 - 1e-9).astype(int), 9)
    sums = [np.bincount(bins, x, 10) for x in (w * p, w * y)]
    return float(np.abs(sums[0] - sums[1]).sum())


def auc(scores: Array, labels: Array, weights: Array | None = None) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores, sample_weight=weights))
