"""Fit ``mtaudit/alignment.json``: when do two sentences of comparable reports say the same thing?

    python scripts/fit_alignment.py --data ../shared/data --out mtaudit/alignment.json

Means: sentences of detect/native_news_dev.  Weights: logistic regression over the candidates of the
suspect sentences of ``scripts/alignment/`` (invented events, most accounts worded as a bad machine
translation, and pairs of native articles on one event), judged by reading.  Everything that is
reported is over ten folds of whole events: no event helps to judge itself.

``accept``: the lowest probability from which 95 % of the best candidates are right, ``sure``: 98 %.
A best candidate that shares a part only counts neither way.  Checks behind: FLORES sentences (parts
of machine and of human translation, sentences of the same article among the 60 nearest) with and
without their translation, and native sentences against articles at least 30 days away.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from alignment.checks import articles, flores, flores_check, judged, news_check
from alignment.material import Case, comparable, invented

from mtaudit.alignment import FEATURES, Pair, parse_fit
from mtaudit.encoder import load_encoder
from mtaudit.pieces import PieceReader
from mtaudit.translate import load_translator

FOLDS = 10
# Native articles that the means are taken from.
DOCUMENTS = 300
KINDS = ("invented", "native", "garbled")
# Best candidate's probability, whether it is right, whether there is a right one, kind of case.
Answer = tuple[float, bool, bool, str]


def logistic(x: np.ndarray, y: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Newton's method on standardised columns; returns weights for the raw columns and bias."""
    mean, scale = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    w = np.zeros(z.shape[1])
    penalty = np.diag([ridge] * x.shape[1] + [0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ w))
        grad = z.T @ (p - y) + penalty @ w
        hess = (z * (p * (1 - p))[:, None]).T @ z + penalty
        w -= np.linalg.solve(hess, grad)
    raw = w[:-1] / scale
    return np.append(raw, w[-1] - raw @ mean)


def fitted(
    blank: dict[str, Any], cases: Sequence[Case], found: Sequence[Sequence[Sequence[Pair]]]
) -> dict[str, Any]:
    """``blank`` with weights that tell the right candidates of these cases from the others."""
    x, y = [], []
    for case, rows in zip(cases, found, strict=True):
        for i, pairs in enumerate(rows):
            for pair in pairs:
                if pair.candidate not in case.partly[i]:
                    x.append([pair.values[name] for name in FEATURES])
                    y.append(float(pair.candidate in case.right[i]))
    weights = logistic(np.array(x), np.array(y))
    named = {n: round(float(w), 4) for n, w in zip(FEATURES, weights, strict=False)}
    return {**blank, "weights": named, "bias": round(float(weights[-1]), 4)}


def garbled(cases: Sequence[Case], cache: Path | None) -> dict[str, list[str]]:
    """The suspect sentences of native articles, into English and back by the embedded model."""
    translator = load_translator("embedded", "cpu", threads=1, cache=cache)
    found = {}
    for case in cases:
        if case.kind == "native":
            glosses = [t.text for t in translator.translate(case.texts, "ar", "en")]
            found[case.name] = [t.text for t in translator.translate(glosses, "en", "ar")]
    return found


def held_out(
    cases: Sequence[Case],
    blank: dict[str, Any],
    reader: PieceReader,
    other: Mapping[str, list[str]],
) -> list[Answer]:
    """Each case's answers by a fit of the other folds; ``other``: the same sentences in other
    words, by case, which are judged as kind "garbled" and never fitted on."""
    plain = parse_fit(blank)
    found = [judged(case.texts, case.pool, reader, plain) for case in cases]
    answers = []
    for fold in range(FOLDS):
        rest = [n for n in range(len(cases)) if n % FOLDS != fold]
        fit = parse_fit(fitted(blank, [cases[n] for n in rest], [found[n] for n in rest]))
        for case in cases[fold::FOLDS]:
            views = [(case.kind, case.texts)]
            if case.name in other:
                views.append(("garbled", other[case.name]))
            for kind, texts in views:
                for i, pairs in enumerate(judged(texts, case.pool, reader, fit)):
                    best = pairs[0]
                    if best.candidate not in case.partly[i]:
                        right = best.candidate in case.right[i]
                        answers.append((best.probability, right, bool(case.right[i]), kind))
    return answers


def threshold(answers: Sequence[Answer], precision: float) -> float:
    """The lowest probability from which the share of right answers is at least ``precision``."""
    ordered = sorted(answers, reverse=True)
    right = np.cumsum([answer[1] for answer in ordered])
    enough = np.flatnonzero(right / np.arange(1, len(ordered) + 1) >= precision)
    return float(ordered[int(enough[-1])][0])


def shares(answers: Sequence[Answer], at: float) -> dict[str, Any]:
    """Precision and recall of what is shown from a probability on."""
    shown = [answer for answer in answers if answer[0] >= at]
    right = sum(answer[1] for answer in shown)
    there = sum(answer[2] for answer in answers)
    return {
        "sentences": len(answers),
        "with_counterpart": there,
        "shown": len(shown),
        "right": right,
        "precision": round(right / max(1, len(shown)), 3),
        "recall": round(right / max(1, there), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("mtaudit/alignment.json"))
    parser.add_argument("--sentences", type=int, default=400, help="native sentences checked")
    parser.add_argument("--pairs", type=int, default=400, help="FLORES sentences checked")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="native articles checked")
    parser.add_argument("--no-checks", action="store_true", help="leave FLORES and news out: quick")
    parser.add_argument(
        "--garbled", action="store_true", help="judge the native articles after a round trip too"
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps these translations")
    parser.add_argument("--show", action="store_true", help="print the false matches in the news")
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    encoder: Any = load_encoder("cpu", threads=1)
    news = rng.sample(dated := articles(args.data), min(DOCUMENTS, len(dated)))
    sample = [text for _, rows in news for text in rows if 40 < len(text) < 400][:150]
    read = encoder.token_states(sample)
    vectors = np.mean([s.vector for s in read], axis=0)
    states = np.concatenate([s.states for s in read]).mean(0)
    blank: dict[str, Any] = {
        "encoder": encoder.revision,
        "sentence_mean": [round(float(v), 5) for v in vectors],
        "piece_mean": [round(float(v), 4) for v in states],
        "weights": dict.fromkeys(FEATURES, 1.0),
        "bias": 0.0,
        "accept": 0.5,
        "sure": 0.5,
    }
    plain = parse_fit(blank)
    reader = PieceReader(encoder, plain.piece_mean)
    cases = invented() + comparable(args.data)
    other = garbled(cases, args.cache) if args.garbled else {}
    everything = held_out(cases, blank, reader, other)
    answers = [answer for answer in everything if answer[3] != "garbled"]
    found = [judged(case.texts, case.pool, reader, plain) for case in cases]
    blank = fitted(blank, cases, found)
    kinds = {kind: [a for a in everything if a[3] == kind] for kind in KINDS}
    blank |= {
        "accept": round(threshold(answers, 0.95), 4),
        "sure": round(threshold(answers, 0.98), 4),
    }
    report: dict[str, Any] = {
        at: {
            kind: shares(rows, blank[at])
            for kind, rows in (*kinds.items(), ("all", answers))
            if rows
        }
        for at in ("accept", "sure")
    }
    print("| probability | invented: precision | recall | native: precision | recall |")
    print("|---:|---:|---:|---:|---:|")
    for at in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        both = [shares(kinds[kind], at) for kind in ("invented", "native")]
        cells = [f"{row[name]:.3f}" for row in both for name in ("precision", "recall")]
        print(f"| {at:.2f} | {' | '.join(cells)} |")
    if not args.no_checks:
        fit = parse_fit(blank)
        pairs = flores(args.data, rng)[: args.pairs]
        report["flores"] = flores_check(pairs, reader, fit)
        checked = news[: args.documents]
        tell = print if args.show else lambda _: None
        report["news"] = news_check(checked, reader, rng, args.sentences, fit, tell)
    args.out.write_text(json.dumps({**blank, "report": report}, indent=1) + "\n", encoding="utf-8")
    names = ("weights", "bias", "accept", "sure")
    print(json.dumps({name: blank[name] for name in names} | {"report": report}, indent=1))


if __name__ == "__main__":
    main()
