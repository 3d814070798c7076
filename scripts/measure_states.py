"""Do the encoder's lower layers help the style model?  On engines that neither has seen.

    python scripts/measure_states.py --data ../shared/data --work work/detector

Each engine in turn is left out; both models are fitted on FLORES over folds of whole source texts,
read every text with its shortcuts stripped, and are measured against FLORES' human translation and
against native articles that neither was fitted on.  A document's score is the mean over its
sentences, by words, times the root of its length.  Prints the table of docs/DETECTOR.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parent))

from detector.common import common_units
from detector.features import gathered
from detector.stages import FOLDS, Record, Texts
from detector.states import means
from detector.style import fit as fit_style

from mtaudit.evaluate.strip import strip_shortcuts
from mtaudit.score import LONG_DOCUMENT

ENGINES = {"Argos": "Argos", "NLLB": "NLLB", "OPUS-MT": "OPUS-MT", "Bergamot": "Mozilla"}
# Chosen on FLORES with one engine held out, among 0.001, 0.003, 0.01 and 0.5, 0.7, 1, 1.5.
STRENGTH, SHARE = 0.003, 0.7
# Of native articles (or human translation) this share may reach a threshold.
NATIVE, TRANSLATION = 0.01, 0.05

Array = NDArray[np.float64]
Figures = dict[str, float]


def balanced(labels: Array) -> Array:
    """Weights by which both labels weigh the same, 1 a row on average."""
    ones = labels.sum()
    return np.where(labels == 1, 0.5 / ones, 0.5 / (len(labels) - ones)) * len(labels)


def sentence_scores(texts: Texts, states: Array, held: NDArray[np.bool_]) -> dict[str, Array]:
    """Out-of-fold scores of all sentences by style, states and both; ``held`` are not fitted on."""
    flores = np.array([cell[0] == "flores_dev" for cell in texts.cell])
    style, head = np.full((2, len(held)), np.nan)
    for k in range(FOLDS):
        test = np.flatnonzero(texts.fold == k)
        train = np.flatnonzero(flores & (texts.fold != k) & ~held & texts.speaks)
        labels = texts.label[train]
        weights = np.zeros(len(held))
        weights[train] = balanced(labels)
        model = fit_style(texts.counted, texts.label, weights, np.where(flores, 0.0, 1.0))
        style[test] = model.logits(texts.counted[test])
        mean, scale = states[train].mean(axis=0), states[train].std(axis=0)
        linear = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
        linear.fit((states[train] - mean) / scale, labels, sample_weight=weights[train])
        head[test] = linear.decision_function((states[test] - mean) / scale)
    style, head = style / style[flores].std(), head / head[flores].std()
    return {"style": style, "states": head, "both": style + SHARE * head}


def document_scores(texts: Texts, scores: Array) -> Array:
    """One score a record; nan where no sentence speaks."""
    words = np.array([s["words"] for r in texts.records for s in r["sentences"]], dtype=float)
    words[~texts.speaks] = 0.0
    many = len(texts.records)
    total = np.bincount(texts.record, words * scores, many)
    length = np.bincount(texts.record, words, many)
    with np.errstate(invalid="ignore"):
        found: Array = total / length * np.sqrt(np.minimum(length, LONG_DOCUMENT) / LONG_DOCUMENT)
    return found


def area(positive: Array, negative: Array) -> float:
    labels = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    return float(roc_auc_score(labels, np.concatenate([positive, negative])))


def figures(texts: Texts, scores: Array, engine: str) -> Figures:
    """AUC and shares above thresholds, of one engine's output."""

    def kind(record: Record) -> str:
        if record["corpus"] == "native_news_dev":
            return "native"
        if record["label"] == "human":
            return "human"
        return "machine" if engine in record["system"] else ""

    kinds = np.array([kind(record) for record in texts.records])
    documents = document_scores(texts, scores)
    known = np.isfinite(documents)
    machine, human, native = (documents[known & (kinds == k)]
                              for k in ("machine", "human", "native"))  # fmt: skip
    each = {k: scores[(kinds[texts.record] == k) & texts.speaks] for k in ("machine", "human")}
    alarm, accused = np.quantile(native, 1 - NATIVE), np.quantile(human, 1 - TRANSLATION)
    return {
        "sentence": area(each["machine"], each["human"]),
        "ten": area(machine, human),
        "article": area(machine, native),
        "found at 1 % native": float((machine > alarm).mean()),
        "found at 5 % translation": float((machine > accused).mean()),
        "native there": float((native > accused).mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("work/detector"))
    parser.add_argument("--articles", type=int, default=250, help="native articles")
    parser.add_argument("--depth", type=int, default=6, help="layers of the encoder")
    arguments = parser.parse_args()
    records: list[Any] = gathered(arguments.data, arguments.work, "text", ("flores_dev",))
    native = gathered(arguments.data, arguments.work, "text", ("native_news_dev",))
    records += native[: arguments.articles]
    for record in records:
        for sentence in record["sentences"]:
            sentence["text"] = strip_shortcuts(sentence["text"])
    texts = Texts(records, [], common_units(arguments.data, arguments.work), arguments.work)
    lines = [s["text"] for record in records for s in record["sentences"]]
    states = means(lines, arguments.work, arguments.depth).astype(float)
    systems = np.array([records[n]["system"] for n in texts.record])
    found: dict[str, list[Figures]] = {}
    for name, engine in ENGINES.items():
        held = np.array([engine in system for system in systems])
        for model, scores in sentence_scores(texts, states, held).items():
            row = figures(texts, scores, engine)
            found.setdefault(model, []).append(row)
            print(f"{name:<10}{model:<8}", {k: round(v, 3) for k, v in row.items()}, flush=True)
    for model, rows in found.items():
        mean = {k: round(float(np.mean([row[k] for row in rows])), 3) for k in rows[0]}
        print(f"{'mean':<10}{model:<8}", mean)


if __name__ == "__main__":
    main()
