"""Fit ``mtaudit/alignment.json``: when do two sentences of comparable reports say the same thing?

    python scripts/fit_alignment.py --data ../shared/data --out mtaudit/alignment.json

Means: sentences of detect/native_news_dev.  Weights: logistic regression on detect/flores_dev;
a positive pair is part of a machine translation (a run of 60–100 % of its words) and part of the
human translation of the same sentence, sometimes with a piece of the next sentence joined to it, as
reports share content in part; negatives are the nearest sentences of the pool that are not the
same.  ``accept`` and ``sure`` bound the false matches of two kinds of sentences that have no
counterpart: native news sentences against the 60 nearest of articles at least 30 days away (near
copies and lines that outlets repeat are left out), of which 3 % and 0.5 % may exceed them, and
FLORES sentences against the 60 nearest without their translation, sentences of the same article
among them: 10 % and 2.5 %.  Prints recall and false matches on held-out FLORES sentences at both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mtaudit.alignment import FEATURES, Aligner, Fit, Pair, parse_fit
from mtaudit.encoder import load_encoder
from mtaudit.facts import fact_keys
from mtaudit.pieces import PieceReader
from mtaudit.segment import segment
from mtaudit.types import Document

POOL = 60
MATES = 8
COPY = 0.97
# Days: no news agency repeats an event's report after that long.
APART = 30


def records(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


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


def comparable(rows: list[dict[str, Any]], rng: random.Random) -> list[tuple[str, str]]:
    """(suspect, clean) sentences of FLORES that share their content in part."""
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


def judged(
    texts: list[str],
    vectors: np.ndarray,
    pool: list[str],
    rows: np.ndarray,
    reader: PieceReader,
    fit: Fit,
) -> list[Pair]:
    """Candidates of ``texts[0]`` in ``pool``; the other texts are its document."""
    aligner = Aligner(pool, rows, [fact_keys(t) for t in pool], reader, fit)
    keys = [fact_keys(t) for t in texts]
    return aligner.pairs(texts, vectors, keys, np.ones(len(pool), dtype=bool))[0]


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


def flores_items(
    pairs: list[tuple[str, str]],
    encoder: Any,
    reader: PieceReader,
    fit: Fit,
    rng: random.Random,
    count: int,
) -> list[tuple[list[Pair], int]]:
    """(candidates, index of the true row or -1) for ``count`` suspects, half without the truth."""
    left, right = ([p[n] for p in pairs] for n in (0, 1))
    a, b = encoder.encode(left), encoder.encode(right)
    items = []
    for n, i in enumerate(rng.sample(range(len(pairs)), min(count, len(pairs)))):
        truth = n % 2 == 0
        # The sentence before may have the beginning of this one joined to it.
        banned = {(i - 1) % len(pairs)} | (set() if truth else {i})
        pool = nearest(a[i], b, POOL, banned)
        if truth and i not in pool:
            pool[-1] = i
        mates = nearest(a[i], a, MATES, {i})
        texts = [left[i], *(left[m] for m in mates)]
        found = judged(texts, a[[i, *mates]], [right[j] for j in pool], b[pool], reader, fit)
        items.append((found, pool.index(i) if truth else -1))
    return items


def news_items(
    articles: list[tuple[date, list[str]]],
    encoder: Any,
    reader: PieceReader,
    fit: Fit,
    rng: random.Random,
    count: int,
) -> list[tuple[float, str, str]]:
    """Best probability of native sentences that have no counterpart, with sentence and match."""
    texts, owner = [], []
    for n, (_, row) in enumerate(articles):
        for part in segment(Document(str(n), "\n".join(row))):
            if len(part.text.split()) >= 5:
                texts.append(part.text)
                owner.append(n)
    vectors = encoder.encode(texts)
    owners = np.array(owner)
    days = np.array([articles[n][0].toordinal() for n in owner])
    times = Counter(texts)
    repeated = {i for i, text in enumerate(texts) if times[text] > 1}
    best = []
    for i in rng.sample([i for i in range(len(texts)) if i not in repeated], count):
        near = np.flatnonzero(np.abs(days - days[i]) < APART).tolist()
        pool = nearest(vectors[i], vectors, POOL, {*near, *repeated})
        mates = [m for m in np.flatnonzero(owners == owner[i]).tolist() if m != i][:MATES]
        found = judged([texts[i], *(texts[m] for m in mates)], vectors[[i, *mates]],
                       [texts[j] for j in pool], vectors[pool], reader, fit)  # fmt: skip
        if max(pair.cosine for pair in found) < COPY:
            best.append((found[0].probability, texts[i], texts[pool[found[0].candidate]]))
    return sorted(best, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("mtaudit/alignment.json"))
    parser.add_argument("--sentences", type=int, default=400, help="native sentences")
    parser.add_argument("--pairs", type=int, default=600, help="FLORES sentences")
    parser.add_argument("--documents", type=int, default=300, help="native news documents")
    parser.add_argument("--cache", type=Path, help="folder that keeps embeddings between runs")
    parser.add_argument("--show", type=int, default=0, help="best false matches to print")
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    encoder: Any = load_encoder("cpu", threads=1, cache=args.cache)
    news = rng.sample(dated := articles(args.data), min(args.documents, len(dated)))
    sample = [text for _, rows in news for text in rows if 40 < len(text) < 400][:400]
    mean = encoder.encode(sample).mean(0)
    pieces = np.concatenate([s.states for s in encoder.token_states(sample[:150])]).mean(0)
    blank = {
        "encoder": encoder.revision,
        "sentence_mean": [round(float(v), 5) for v in mean],
        "piece_mean": [round(float(v), 4) for v in pieces],
        "weights": dict.fromkeys(FEATURES, 1.0),
        "bias": 0.0,
        "accept": 0.5,
        "sure": 0.5,
    }
    fit = parse_fit(blank)
    reader = PieceReader(encoder, fit.piece_mean)
    pairs = comparable(list(records(args.data / "detect" / "flores_dev.jsonl.xz")), rng)
    pairs = pairs[: args.pairs]
    cut = len(pairs) * 2 // 3
    x, y = [], []
    for found, truth in flores_items(pairs[:cut], encoder, reader, fit, rng, cut):
        for pair in found[:6] + [p for p in found[6:] if p.candidate == truth]:
            x.append([pair.values[name] for name in FEATURES])
            y.append(float(pair.candidate == truth))
    weights = logistic(np.array(x), np.array(y))
    blank["weights"] = {n: round(float(w), 4) for n, w in zip(FEATURES, weights, strict=False)}
    blank["bias"] = round(float(weights[-1]), 4)
    fit = parse_fit(blank)
    shown = news_items(news, encoder, reader, fit, rng, args.sentences)
    best = [probability for probability, _, _ in shown]
    again = flores_items(pairs[:cut], encoder, reader, fit, rng, cut)
    alone = [found[0].probability for found, truth in again if truth < 0]
    for name, news_share, flores_share in (("accept", 0.03, 0.10), ("sure", 0.005, 0.025)):
        bounds = np.quantile(best, 1 - news_share), np.quantile(alone, 1 - flores_share)
        blank[name] = round(float(max(bounds)), 4)
    report: dict[str, Any] = {"news": len(best), "accept": blank["accept"], "sure": blank["sure"]}
    held = flores_items(pairs[cut:], encoder, reader, fit, rng, len(pairs) - cut)
    for name in ("accept", "sure"):
        shown_at = [(f[0].probability >= blank[name], f[0].candidate == t, t) for f, t in held]
        report[f"flores_{name}"] = {
            "with_counterpart": sum(t >= 0 for _, _, t in shown_at),
            "found": sum(yes and right for yes, right, _ in shown_at),
            "wrong": sum(yes and not right and t >= 0 for yes, right, t in shown_at),
            "without": sum(t < 0 for _, _, t in shown_at),
            "false": sum(yes and t < 0 for yes, _, t in shown_at),
        }
    args.out.write_text(json.dumps({**blank, "report": report}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"weights": blank["weights"], "bias": blank["bias"], **report}, indent=1))
    for probability, text, match in shown[: args.show]:
        print(f"{probability:.3f}\n  {text[:150]}\n  {match[:150]}")


if __name__ == "__main__":
    main()
