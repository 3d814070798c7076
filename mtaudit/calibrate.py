"""The fitted tables behind the scores: loading and applying them.

The numbers live in ``models/calibration/calibration.json`` and are written by
``scripts/fit_detector.py``; nothing here is fitted by hand.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .errors import ModelError
from .modelstore import model_path


@dataclass(frozen=True, slots=True)
class Feature:
    """One standardised input: contribution = weight × clip((x − mean) / scale)."""

    name: str
    mean: float
    scale: float
    weight: float


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Logistic regression on named features, with a monotone table from logit to probability.

    A feature that is absent (its witness abstained) contributes nothing, exactly as if it stood
    at its mean: unknown is not evidence either way.
    """

    features: tuple[Feature, ...]
    bias: float
    clip: float
    knots: tuple[tuple[float, float], ...]

    def contributions(self, values: Mapping[str, float]) -> dict[str, float]:
        """Logit contribution of every feature that is present, by name."""
        parts = {}
        for feature in self.features:
            x = values.get(feature.name)
            if x is None or not math.isfinite(x):
                continue
            z = (x - feature.mean) / feature.scale
            parts[feature.name] = feature.weight * max(-self.clip, min(self.clip, z))
        return parts

    def logit(self, values: Mapping[str, float]) -> float:
        return self.bias + math.fsum(self.contributions(values).values())

    def probability(self, logit: float) -> float:
        """Calibrated probability, 0–1, non-decreasing in ``logit``."""
        if not self.knots:
            return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))
        xs = [x for x, _ in self.knots]
        i = bisect_right(xs, logit)
        if i == 0:
            return self.knots[0][1]
        if i == len(xs):
            return self.knots[-1][1]
        (x0, y0), (x1, y1) = self.knots[i - 1], self.knots[i]
        return y1 if x1 == x0 else y0 + (y1 - y0) * (logit - x0) / (x1 - x0)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A decision threshold on a probability and the false-alarm rate measured at it."""

    value: float
    false_alarm_rate: float
    measured_on: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that was fitted.  ``signature`` names data, script and package version.

    ``document_doubt``: from this probability on a document is called unclear; one native article
    in ten gets there.  ``document_part``: from this one on a part of a document is called machine
    translation (the false-alarm rate is that of articles with any such part).  A calibration
    without it draws no map.  ``confidence``: issue code → confidence as editors' verdicts have it,
    in the place of the rule's own; empty in the calibration that ships.  ``manner``: above which
    shares a text is not written like news and has no verdict (:mod:`mtaudit.manner`).
    """

    sentence: Mapping[str, LogisticModel]
    document: Mapping[str, LogisticModel]
    sentence_threshold: Mapping[str, Threshold]
    document_threshold: Mapping[str, Threshold]
    document_doubt: Mapping[str, Threshold]
    quality: Mapping[str, float]
    signature: str
    document_part: Mapping[str, Threshold] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    manner: Mapping[str, float] = field(default_factory=dict)


def _model(raw: Mapping[str, Any]) -> LogisticModel:
    return LogisticModel(
        features=tuple(Feature(**feature) for feature in raw["features"]),
        bias=float(raw["bias"]),
        clip=float(raw["clip"]),
        knots=tuple((float(x), float(y)) for x, y in raw.get("knots", ())),
    )


def load(path: Path) -> Calibration:
    """Read a calibration file.  Raises :class:`ModelError` when it is missing or damaged."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Calibration(
            sentence={name: _model(m) for name, m in raw["sentence"].items()},
            document={name: _model(m) for name, m in raw["document"].items()},
            sentence_threshold={
                name: Threshold(**t) for name, t in raw["sentence_threshold"].items()
            },
            document_threshold={
                name: Threshold(**t) for name, t in raw["document_threshold"].items()
            },
            document_doubt={name: Threshold(**t) for name, t in raw["document_doubt"].items()},
            quality={name: float(v) for name, v in raw["quality"].items()},
            signature=str(raw["signature"]),
            confidence={code: float(c) for code, c in raw.get("confidence", {}).items()},
            manner={n: float(x) for n, x in raw.get("manner", {}).get("limits", {}).items()},
            document_part={
                name: Threshold(**t) for name, t in raw.get("document_part", {}).items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"calibration cannot be read ({error})",
            where=str(path),
            mend="name another file, reinstall mtaudit, or run scripts/fit_detector.py",
        ) from error


def path_of(name: str = "") -> Path:
    """The file that an option names; without a name the one that ships with the package."""
    return Path(name) if name else model_path("calibration") / "calibration.json"


@cache
def default() -> Calibration:
    """The calibration that ships with the package."""
    return load(path_of())


def named(name: str) -> Calibration:
    """The calibration in the file that an option names, or the default.  Raises
    :class:`ModelError`."""
    return load(path_of(name)) if name else default()
