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
import contextlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from alignment.material import Case, comparable, invented, records

from mtaudit.alignment import FEATURES, Aligner, Fit, Pair, parse_fit
from mtaudit.encoder import load_encoder
from mtaudit.facts import fact_keys
from mtaudit.pieces import PieceReader
from mtaudit.segment import segment
from mtaudit.types import Document

FOLDS = 10
POOL = 60
MATES = 8
COPY = 0.97
# Days: no news agency repeats an event's report after that long.
APART = 30
# Best candidate's probability, whether it is right, whether there is a right one, kind of case.
Answer = tuple[float, bool, bool, str]


def articles(data: Path) -> list[tuple[date, list[str]]]:
    """Native news articles with their day; those whose name gives none are left out."""
    whole: dict[str, list[str]] = {}
    for row in records(data / "detect" / "native_news_dev.jsonl.xz"):
        whole.setdefault(row["doc_id"], []).append(row["text"])
    found = []
    for name, rows in whole.items():
        digits = re.search(r"(\d{8})\.txt$", name)
        for form in ("%Y%m%d", "%d%m%Y") if digits else ():
            with contextlib.suppress(ValueError):
                day = datetime.strptime(digits.group(1), form).date()
                if 2000 < day.year < 2030:
                    found.append((day, rows))
                    break
    return found


def run_of(words: list[str], rng: random.Random) -> list[str]:
    """A run of 60–100 % of the words, at least four."""
    size = max(4, round(len(words) * rng.uniform(0.6, 1.0)))
    start = rng.randint(0, max(0, len(words) - size))
    return words[start : start + size]


def flores(data: Path, rng: random.Random) -> list[tuple[str, str]]:
    """(suspect, clean) sentences of FLORES that share their content in part."""
    rows = list(records(data / "detect" / "flores_dev.jsonl.xz"))
    human = {r["doc_id"]: r["text"] for r in rows if r["label"] == "human"}
    machine: dict[str, list[str]] = {}
    for r in rows:
        if r["label"] == "mt" and not r.get("untranslated") and not r.get("repetition"):
            machine.setdefault(r["doc_id"], []).append(r["text"])
    ids = [i for i in human if i in machine]
    pairs = []
    for n, doc in enumerate(ids):
        clean = run_of(human[doc].split(), rng)
        if rng.random() < 0.5:
            clean += run_of(human[ids[(n + 1) % len(ids)]].split(), rng)[:8]
        pairs.append((" ".join(run_of(rng.choice(machine[doc]).split(), rng)), " ".join(clean)))
    return pairs


def nearest(vector: np.ndarray, others: np.ndarray, k: int, banned: set[int]) -> list[int]:
    order = np.argsort(-(others @ vector), kind="stable")
    return [int(j) for j in order if int(j) not in banned][:k]


def judged(texts: list[str], pool: list[str], reader: PieceReader, fit: Fit) -> list[list[Pair]]:
    """Candidates in ``pool`` of each of a document's sentences, best first."""
    aligner = Aligner(pool, reader.vectors(pool), [fact_keys(t) for t in pool], reader, fit)
    keys = [fact_keys(t) for t in texts]
    return aligner.pairs(texts, reader.vectors(texts), keys, np.ones(len(pool), dtype=bool))


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


def held_out(cases: Sequence[Case], blank: dict[str, Any], reader: PieceReader) -> list[Answer]:
    """Each case's answers by a fit of the other folds."""
    plain = parse_fit(blank)
    found = [judged(case.texts, case.pool, reader, plain) for case in cases]
    answers = []
    for fold in range(FOLDS):
        rest = [n for n in range(len(cases)) if n % FOLDS != fold]
        fit = parse_fit(fitted(blank, [cases[n] for n in rest], [found[n] for n in rest]))
        for case in cases[fold::FOLDS]:
            for i, pairs in enumerate(judged(case.texts, case.pool, reader, fit)):
                best = pairs[0]
                if best.candidate not in case.partly[i]:
                    right = best.candidate in case.right[i]
                    answers.append((best.probability, right, bool(case.right[i]), case.kind))
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


def flores_check(
    pairs: list[tuple[str, str]], reader: PieceReader, fit: Fit, rng: random.Random, count: int
) -> dict[str, int]:
    """Right and wrong matches of sentences, half of them without their translation."""
    left, right = ([p[n] for p in pairs] for n in (0, 1))
    a, b = reader.vectors(left), reader.vectors(right)
    tally: Counter[str] = Counter()
    for n, i in enumerate(rng.sample(range(len(pairs)), min(count, len(pairs)))):
        truth = n % 2 == 0
        # The sentence before may have the beginning of this one joined to it.
        banned = {(i - 1) % len(pairs)} | (set() if truth else {i})
        pool = nearest(a[i], b, POOL, banned)
        if truth and i not in pool:
            pool[-1] = i
        mates = [left[m] for m in nearest(a[i], a, MATES, {i})]
        best = judged([left[i], *mates], [right[j] for j in pool], reader, fit)[0][0]
        tally["with_counterpart" if truth else "without"] += 1
        if best.probability >= fit.accept:
            hit = truth and pool[best.candidate] == i
            tally["found" if hit else "wrong" if truth else "false"] += 1
    return dict(tally)


def news_check(
    whole: list[tuple[date, list[str]]],
    reader: PieceReader,
    rng: random.Random,
    count: int,
    fit: Fit,
    show: Callable[[str], None],
) -> dict[str, int]:
    """False matches of native sentences among articles that are at least 30 days away."""
    texts, owner = [], []
    for n, (_, row) in enumerate(whole):
        for part in segment(Document(str(n), "\n".join(row))):
            if len(part.text.split()) >= 5:
                texts.append(part.text)
                owner.append(n)
    vectors, owners = reader.vectors(texts), np.array(owner)
    days = np.array([whole[n][0].toordinal() for n in owner])
    times = Counter(texts)
    repeated = {i for i, text in enumerate(texts) if times[text] > 1}
    tally: Counter[str] = Counter()
    for i in rng.sample([i for i in range(len(texts)) if i not in repeated], count):
        near = np.flatnonzero(np.abs(days - days[i]) < APART).tolist()
        pool = nearest(vectors[i], vectors, POOL, {*near, *repeated})
        mates = [m for m in np.flatnonzero(owners == owner[i]).tolist() if m != i][:MATES]
        document = [texts[i], *(texts[m] for m in mates)]
        found = judged(document, [texts[j] for j in pool], reader, fit)[0]
        if max(pair.cosine for pair in found) < COPY:
            tally["sentences"] += 1
            if found[0].probability >= fit.accept:
                tally["false"] += 1
                show(
                    f"{found[0].probability:.3f}\n  {texts[i]}\n  {texts[pool[found[0].candidate]]}"
                )
    return dict(tally)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("mtaudit/alignment.json"))
    parser.add_argument("--sentences", type=int, default=400, help="native sentences checked")
    parser.add_argument("--pairs", type=int, default=400, help="FLORES sentences checked")
    parser.add_argument("--documents", type=int, default=300, help="native news documents")
    parser.add_argument("--no-checks", action="store_true", help="leave FLORES and news out: quick")
    parser.add_argument("--show", action="store_true", help="print the false matches in the news")
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    encoder: Any = load_encoder("cpu", threads=1)
    news = rng.sample(dated := articles(args.data), min(args.documents, len(dated)))
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
    answers = held_out(cases, blank, reader)
    found = [judged(case.texts, case.pool, reader, plain) for case in cases]
    blank = fitted(blank, cases, found)
    kinds = {kind: [a for a in answers if a[3] == kind] for kind in ("invented", "native")}
    blank |= {
        "accept": round(threshold(answers, 0.95), 4),
        "sure": round(threshold(answers, 0.98), 4),
    }
    report: dict[str, Any] = {
        at: {kind: shares(rows, blank[at]) for kind, rows in (*kinds.items(), ("all", answers))}
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
        pairs = flores(args.data, rng)
        report["flores"] = flores_check(pairs, reader, fit, rng, args.pairs)
        report["news"] = news_check(
            news, reader, rng, args.sentences, fit, print if args.show else lambda _: None
        )
    args.out.write_text(json.dumps({**blank, "report": report}, indent=1) + "\n", encoding="utf-8")
    names = ("weights", "bias", "accept", "sure")
    print(json.dumps({name: blank[name] for name in names} | {"report": report}, indent=1))


if __name__ == "__main__":
    main()
