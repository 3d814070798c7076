"""What the fitted thresholds let through on data that was not fitted on."""

from __future__ import annotations

import contextlib
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np

from alignment.material import records
from mtaudit.alignment import Aligner, Fit, Pair
from mtaudit.facts import fact_keys
from mtaudit.pieces import PieceReader
from mtaudit.segment import segment
from mtaudit.types import Document

POOL = 60
MATES = 8
COPY = 0.97
# Days: no news agency repeats an event's report after that long.
APART = 30


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


def flores_check(pairs: list[tuple[str, str]], reader: PieceReader, fit: Fit) -> dict[str, int]:
    """Right and wrong matches of sentences, half of them without their translation."""
    left, right = ([p[n] for p in pairs] for n in (0, 1))
    a, b = reader.vectors(left), reader.vectors(right)
    tally: Counter[str] = Counter()
    for i in range(len(pairs)):
        truth = i % 2 == 0
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
