"""The three stages of the detector: style → sentence → document, each fitted out of fold.

A *cell* is one (set, label); cells weigh as :data:`SET_WEIGHT` says and both labels the same in
all.  A *fold* is a fifth of the source documents: all engines' versions of a text share it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detector.extra import Sentence
from detector.fitting import CLIP, Array, Fitted, calibration_error, fit, knots, matrix
from detector.style import Weights, counted
from detector.style import fit as fit_style
from detector.trips import CELL as PAIRS
from mtaudit.calibrate import LogisticModel
from mtaudit.detector import NAME, SHORTEST
from mtaudit.score import (
    MIN_WORDS_DOCUMENT,
    MIN_WORDS_PROBABILITY,
    SentenceScore,
    document_values,
    part_spans,
)

# Higher means more like raw machine translation (+1), less (−1); what is not named is left out.
# Left out on purpose: punctuation habits tell publishers apart, not translations; surprisal and
# unseen pairs tell subjects apart (docs/DETECTOR.md).
DAMAGE: dict[str, int] = {
    "residue": 1, "markup": 1, "repetition": 1, "fragments": 1, "agreement": 1, "names": 1,
    "calques": 1, "senses": 1, "collocation": 1, "discourse": 1,
}  # fmt: skip
DIRECTIONS = {**DAMAGE, NAME: 1}
ROUNDTRIP: dict[str, int] = {
    "roundtrip.chrf": 1, "roundtrip.forced_logprob": 1, "roundtrip.semantic": 1,
}  # fmt: skip
DOCUMENT: dict[str, int] = {
    "mean_logit": 1, "logit_by_length": 1, "high_share": 1, "damage_by_length": 1,
}  # fmt: skip
FOLDS = 5
STRENGTH = 1e-3
# Sets that are about translation of news and encyclopaedia text count fully, technical ones less:
# the users audit news.  PUD is measured on and fitted nowhere.
SET_WEIGHT = {"native_news_dev": 3.0, "flores_dev": 3.0, "fignews_dev": 1.5, "divemt_dev": 0.2,
              "ms_alchemy_arsa_dev": 0.4, "coop_translator_dev": 0.3, "freecodecamp2018_dev": 0.5,
              "react_ar_docs": 0.4, "arcd_native": 0.7, "xquad_human": 0.7,
              "airabic": 1.0}  # fmt: skip
# The style model is shown machine and human versions of the same sentences: any other choice lets
# it learn subjects.  FLORES has human *translation* on one side, the round trips native news; the
# more these weigh, the more is found at the same native false alarms, and the more of people's
# translation is taken for a machine's (docs/DETECTOR.md).
STYLE_WEIGHT = {"flores_dev": 1.0, PAIRS: 0.05}
# Text of every kind: document frequencies, and the human text at which the model stands at 0.
# Native news comes from ``mono``: the documents of native_news_dev, where the thresholds are
# chosen, take no part in it.
BACKGROUND = {**SET_WEIGHT, "native_news_dev": 0.0, "mono": 3.0, "unpc_oeda": 0.3,
              "mt_geneval": 0.5, "written_w1": 0.7}  # fmt: skip
# What a chatbot wrote in Arabic is no translation.
FITTED_LABELS = {"human": 0, "mt": 1, "ai_generated": 0}

Record = dict[str, Any]
Keep = Callable[[Mapping[str, Any]], bool]


class Texts:
    """The n-grams of all sentences, counted once: those of the records, then the further ones."""

    def __init__(
        self,
        records: Sequence[Record],
        extra: Sequence[Sentence],
        common: frozenset[str],
        work: Path,
    ) -> None:
        self.records, self.extra = records, extra
        own = [s["text"] for r in records for s in r["sentences"]]
        self.counted, words = counted([*own, *(s.text for s in extra)], common, work)
        about = [(r["corpus"], r["label"], r["fold"], n) for n, r in enumerate(records)
                 for _ in r["sentences"]]  # fmt: skip
        self.record = np.array([n for *_, n in about], dtype=np.int64)
        self.fold = np.array([f for _, _, f, _ in about] + [-1] * len(extra))
        self.label = np.array(
            [FITTED_LABELS.get(label, -1) for _, label, *_ in about] + [s.label for s in extra]
        )
        self.speaks = words[: self.record.size] >= SHORTEST
        self.cell = [(c, label) for c, label, *_ in about] + [(s.cell, s.label) for s in extra]

    def weights(
        self,
        of: Mapping[str, float],
        keep: Keep,
        keep_extra: Callable[[Sentence], bool],
    ) -> Array:
        """The weight of every sentence, its cell weighing as ``of`` says; 0 for what is left
        out.  Both labels sum to 1."""
        kept = [keep(r) and r["label"] in FITTED_LABELS for r in self.records]
        mask = np.array([kept[n] for n in self.record] + [keep_extra(s) for s in self.extra])
        sizes: dict[Any, int] = defaultdict(int)
        for cell, used in zip(self.cell, mask, strict=True):
            sizes[cell] += bool(used)
        weights = np.array([
            of.get(cell[0], 0.0) / sizes[cell] if used else 0.0
            for cell, used in zip(self.cell, mask, strict=True)
        ])  # fmt: skip
        for label in (0, 1):
            weights[self.label == label] /= weights[self.label == label].sum()
        return weights


def cross_fit_style(
    texts: Texts,
    keep: Keep = lambda r: True,
    keep_extra: Callable[[Sentence], bool] = lambda s: True,
) -> list[Weights]:
    """One style model a fold, fitted on all the others; the last is fitted on everything kept."""
    weights = texts.weights(STYLE_WEIGHT, keep, keep_extra)
    background = texts.weights(BACKGROUND, keep, keep_extra)
    models = []
    for k in range(FOLDS + 1):
        held = texts.fold == k
        models.append(
            fit_style(
                texts.counted,
                texts.label,
                np.where(held, 0.0, weights),
                np.where(held, 0.0, background),
            )
        )
    return models


def style_logits(models: Sequence[Weights], texts: Texts) -> Array:
    """Out-of-fold logits of the records' sentences."""
    many = texts.record.size
    logits = np.zeros(many)
    for k in range(FOLDS):
        mine = np.flatnonzero(texts.fold[:many] == k)
        logits[mine] = models[k].logits(texts.counted[mine])
    return logits


def put_style(models: Sequence[Weights], texts: Texts) -> None:
    """Write the out-of-fold logit into the values of every sentence that is long enough."""
    every = (s for record in texts.records for s in record["sentences"])
    found = zip(every, style_logits(models, texts).tolist(), texts.speaks, strict=True)
    for sentence, logit, speaks in found:
        if speaks:
            sentence["values"][NAME] = logit


def sentence_rows(records: Sequence[Record], keep: Keep = lambda r: True) -> list[Record]:
    """One row a sentence that can be judged, with what it needs to know of its record.

    ``weighs`` is false for rows that are scored but not fitted on.
    """
    found: list[Record] = []
    for number, record in enumerate(records):
        fitted = record["label"] in FITTED_LABELS and record["corpus"] in SET_WEIGHT
        about = {
            "record": number,
            "fold": record["fold"],
            "label": FITTED_LABELS.get(record["label"], -1),
            "cell": (record["corpus"], record["label"]),
            "weighs": fitted and keep(record),
        }
        found.extend(
            {**s, **about} for s in record["sentences"] if s["words"] >= MIN_WORDS_PROBABILITY
        )
    return found


def cell_weights(rows: Sequence[Mapping[str, Any]]) -> Array:
    """Weight of every row; both labels sum to 1.  0 where the row does not weigh."""
    counts: dict[Any, int] = defaultdict(int)
    for row in rows:
        counts[row["cell"]] += row["weighs"]
    weights = np.array([
        SET_WEIGHT[row["cell"][0]] / counts[row["cell"]] if row["weighs"] else 0.0 for row in rows
    ])  # fmt: skip
    labels = np.array([row["label"] for row in rows])
    for label in (0, 1):
        weights[labels == label] /= weights[labels == label].sum()
    return weights


def cross_fit(rows: Sequence[Record], directions: Mapping[str, int]) -> list[Fitted]:
    """One model a fold, fitted on all the others; the last is fitted on every row that weighs."""
    present = {name for row in rows for name in row["values"]}
    names = [name for name in directions if name in present]
    table = matrix([row["values"] for row in rows], names)
    labels = np.array([float(row["label"]) for row in rows])
    weights = cell_weights(rows)
    folds = np.array([row["fold"] for row in rows])
    models = []
    for k in range(FOLDS + 1):
        train = (folds != k) & (weights > 0)
        models.append(fit(table[train], labels[train], weights[train], names, directions, STRENGTH))
    return models


def logits_of(models: Sequence[Fitted], rows: Sequence[Record]) -> Array:
    """Out-of-fold logits."""
    table = matrix([row["values"] for row in rows], models[0].names)
    folds = np.array([row["fold"] for row in rows])
    logits = np.zeros(len(rows))
    for k in range(FOLDS):
        logits[folds == k] = models[k].logits(table[folds == k])
    return logits


def calibrated(logits: Array, rows: Sequence[Mapping[str, Any]]) -> LogisticModel:
    """A model without features: only the isotonic table logit → probability of these rows."""
    weights = cell_weights(rows)
    used = weights > 0
    labels = np.array([float(row["label"]) for row in rows])
    table = knots(logits[used], labels[used], weights[used])
    return LogisticModel((), 0.0, CLIP, tuple((x, y) for x, y in table))


def unseen_error(logits: Array, rows: Sequence[Mapping[str, Any]]) -> float:
    """Expected calibration error of rows whose probability comes from the other folds' table."""
    weights = cell_weights(rows)
    labels = np.array([float(row["label"]) for row in rows])
    folds = np.array([row["fold"] for row in rows])
    probabilities = np.zeros(len(rows))
    for k in range(FOLDS):
        train, test = (folds != k) & (weights > 0), np.flatnonzero(folds == k)
        table = knots(logits[train], labels[train], weights[train])
        model = LogisticModel((), 0.0, CLIP, tuple((x, y) for x, y in table))
        probabilities[test] = [model.probability(float(x)) for x in logits[test]]
    used = weights > 0
    return calibration_error(probabilities[used], labels[used], weights[used])


def document_rows(
    records: Sequence[Record], rows: Sequence[Mapping[str, Any]], logits: Array
) -> list[Record]:
    """Inputs of the document model, from out-of-fold sentence logits."""
    found = []
    for number, sentences in _gathered(rows, logits).items():
        scores = [score for score, _ in sentences]
        if sum(s.words for s in scores) >= MIN_WORDS_DOCUMENT:
            weighs = sentences[0][1]["weighs"]
            found.append(_whole(records, number, scores, weighs))
    return found


def part_rows(
    records: Sequence[Record], rows: Sequence[Mapping[str, Any]], logits: Array
) -> list[Record]:
    """The same for every part of every document that has two or more."""
    found = []
    for number, sentences in _gathered(rows, logits).items():
        scores = [score for score, _ in sentences]
        spans = part_spans([s.words for s in scores], [row["line"] for _, row in sentences])
        if len(spans) > 1:
            found += [
                _whole(records, number, scores[first : last + 1], False) for first, last in spans
            ]
    return found


def _gathered(
    rows: Sequence[Mapping[str, Any]], logits: Array
) -> dict[int, list[tuple[SentenceScore, Mapping[str, Any]]]]:
    grouped: dict[int, list[tuple[SentenceScore, Mapping[str, Any]]]] = defaultdict(list)
    for row, logit in zip(rows, logits, strict=True):
        score = SentenceScore(None, 0.0, False, row["penalty"], row["damage"], row["grave"],
                              row["words"], float(logit), row["values"], ())  # fmt: skip
        grouped[row["record"]].append((score, row))
    return grouped


def _whole(
    records: Sequence[Record], number: int, scores: Sequence[SentenceScore], weighs: bool
) -> Record:  # fmt: skip
    record = records[number]
    blank = LogisticModel((), 0.0, CLIP, ())
    return {
        "values": document_values(scores, blank),
        "record": number, "fold": record["fold"], "weighs": weighs,
        "label": FITTED_LABELS.get(record["label"], -1),
        "cell": (record["corpus"], record["label"]),
    }  # fmt: skip
