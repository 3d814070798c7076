"""Editors' verdicts back into the calibration, where there are enough of them.

Findings
    From ``MIN_FINDINGS`` verdicts on one issue code on, its confidence becomes the mean of a beta
    posterior: (PRIOR · mean confidence + confirmed) / (PRIOR + confirmed + dismissed).

Sentences
    From ``MIN_SENTENCES`` confirmed and as many dismissed sentences on, their probability p becomes
    σ(a · logit(p) + b) (Platt 1999), with a Gaussian prior that holds a and b at 1 and 0.  The
    thresholds move with it, so that every decision, and with it the false-alarm rate that was
    measured, stays what it was.  It is kept only when it tells verdicts on documents that it has
    not seen better than the old one does (log loss, documents left out in turn).

Verdicts in favour of some verdict only: where the team is divided or unsure, nothing is counted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..report import StoredRun
from .review import Review, pooled

# From 20 verdicts on, the 95 % interval of a share is narrower than ±0.22 (Wilson at one half).
MIN_FINDINGS = 20
# Verdicts that the rule's own confidence weighs as much as.
PRIOR = 20.0
# At 50 a class and without the prior, slopes fitted to 150 simulated samples (log-odds 2x, x of
# either class normal around ±1) spread by 0.23 around 1.08: less than the prior's 0.5.
MIN_SENTENCES = 50
_PRIOR_SLOPE, _PRIOR_SHIFT = 0.5, 1.0
# Documents are left out in as many groups.
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """p → σ(slope · logit(p) + shift)."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, p: float) -> float:
        return _sigmoid(self.slope * _logit(p) + self.shift)


@dataclass(frozen=True, slots=True)
class Refit:
    """What the verdicts change, and in words what they do not and why."""

    confidence: Mapping[str, float]
    curve: Curve | None
    told: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.confidence) or self.curve is not None


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))


def _logit(p: float) -> float:
    # Records keep four decimals: nothing is surer than that.
    inside = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def fit(pairs: Sequence[tuple[float, bool]]) -> Curve:
    """The curve for (probability, confirmed) pairs: the posterior's mode, by Newton's method."""
    slope, shift = 1.0, 0.0
    xs = [(_logit(p), float(y)) for p, y in pairs]
    for _ in range(50):
        ga, gb = (slope - 1) / _PRIOR_SLOPE**2, shift / _PRIOR_SHIFT**2
        aa, ab, bb = 1 / _PRIOR_SLOPE**2, 0.0, 1 / _PRIOR_SHIFT**2
        for x, y in xs:
            p = _sigmoid(slope * x + shift)
            weight = p * (1 - p)
            ga, gb = ga + (p - y) * x, gb + (p - y)
            aa, ab, bb = aa + weight * x * x, ab + weight * x, bb + weight
        det = aa * bb - ab * ab
        da, db = (bb * ga - ab * gb) / det, (aa * gb - ab * ga) / det
        slope, shift = slope - da, shift - db
        if abs(da) + abs(db) < 1e-9:
            break
    return Curve(slope, shift)


def log_loss(pairs: Sequence[tuple[float, bool]], curve: Curve) -> float:
    """Mean negative log likelihood, in nats."""

    def one(p: float, confirmed: bool) -> float:
        told = min(max(curve(p), 1e-9), 1 - 1e-9)
        return -math.log(told if confirmed else 1 - told)

    return math.fsum(one(p, y) for p, y in pairs) / len(pairs)


def _held_out(by_document: Mapping[str, Sequence[tuple[float, bool]]]) -> tuple[float, float]:
    """Log loss of the old probabilities and of curves that never saw the document."""
    names = sorted(by_document)
    groups = [names[i::_FOLDS] for i in range(min(_FOLDS, len(names)))]
    old = new = 0.0
    count = 0
    for group in groups:
        rest = [pair for name in names if name not in group for pair in by_document[name]]
        own = [pair for name in group for pair in by_document[name]]
        old += log_loss(own, Curve()) * len(own)
        new += log_loss(own, fit(rest)) * len(own)
        count += len(own)
    return old / count, new / count


def _confidences(run: StoredRun, found: Review) -> tuple[dict[str, float], list[str]]:
    given: dict[str, list[float]] = {}
    for segment in run.segments:
        for issue in segment["issues"]:
            first = issue["more"].get("rule_confidence", issue["confidence"])
            given.setdefault(issue["code"], []).append(first)
    votes: dict[str, list[bool]] = {}
    for print_, verdicts in found.table.items():
        what, word = found.known[print_], pooled(verdicts.values())
        if what.target == "finding" and word in ("confirmed", "dismissed"):
            votes.setdefault(what.code, []).append(word == "confirmed")
    new, told = {}, []
    for code, words in sorted(votes.items()):
        if len(words) < MIN_FINDINGS or code not in given:
            continue
        before = math.fsum(given[code]) / len(given[code])
        new[code] = round((PRIOR * before + sum(words)) / (PRIOR + len(words)), 3)
        told.append(f"{code}: confidence {before:.2f} → {new[code]:.2f} ({sum(words)} of"
                    f" {len(words)} confirmed)")  # fmt: skip
    few = sum(len(words) < MIN_FINDINGS for words in votes.values())
    if few:
        told.append(f"issue codes with fewer than {MIN_FINDINGS} verdicts, left as they are: {few}")
    return new, told


def _curve(run: StoredRun, found: Review) -> tuple[Curve | None, str]:
    labels = {
        print_: word == "confirmed"
        for print_, verdicts in found.table.items()
        if found.known[print_].target == "sentence"
        and (word := pooled(verdicts.values())) in ("confirmed", "dismissed")
    }
    by_document: dict[str, list[tuple[float, bool]]] = {}
    for segment in run.segments:
        p = segment["mt_probability"]
        if p is not None and segment["fingerprint"] in labels:
            pair = p, labels.pop(segment["fingerprint"])  # once, however often it stands there
            by_document.setdefault(segment["doc_id"], []).append(pair)
    pairs = [pair for rows in by_document.values() for pair in rows]
    confirmed = sum(y for _, y in pairs)
    counted = f"{confirmed} confirmed, {len(pairs) - confirmed} dismissed"
    if min(confirmed, len(pairs) - confirmed) < MIN_SENTENCES:
        return None, f"sentences: {counted}; {MIN_SENTENCES} of each are needed to refit"
    if len(by_document) < 2:
        return None, f"sentences: {counted}, all in one document; others are needed to check"
    old, new = _held_out(by_document)
    curve = fit(pairs)
    compared = f"log loss on documents left out {old:.3f} → {new:.3f}"
    if new >= old or curve.slope <= 0:
        return None, f"sentences: {counted}; {compared}: no better, left as it is"
    return curve, f"sentences: {counted}; {compared}"


def refit(run: StoredRun, found: Review) -> Refit:
    """What the verdicts of ``found`` say about the calibration that ``run`` was judged with."""
    confidence, told = _confidences(run, found)
    curve, words = _curve(run, found)
    return Refit(confidence, curve, (*told, words))


def changed(raw: Mapping[str, Any], new: Refit) -> dict[str, Any]:
    """The calibration file ``raw`` with what was refitted; it is named in the signature."""
    data: dict[str, Any] = json.loads(json.dumps(raw))
    if new.confidence:
        data["confidence"] = {**data.get("confidence", {}), **new.confidence}
    if new.curve:
        for model in data["sentence"].values():
            model["knots"] = [[x, round(new.curve(y), 6)] for x, y in model["knots"]]
        for threshold in data["sentence_threshold"].values():
            threshold["value"] = round(new.curve(threshold["value"]), 6)
    told = json.dumps([new.confidence, new.curve and [new.curve.slope, new.curve.shift]])
    data["signature"] = f"{raw['signature']}+verdicts.{sha256(told.encode()).hexdigest()[:8]}"
    return data


def text_of(path: Path, new: Refit) -> str:
    """The text of the calibration file ``path`` as the verdicts change it."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps(changed(raw, new), ensure_ascii=False, indent=1) + "\n"
