"""Thresholds: chosen on one half of the native articles, measured on the other; and, where they may
not reach too much human translation either, on all of that: half of it is too few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np

from detector.stages import Record
from mtaudit.manner import manner, unlike_news

# Share of native news (documents of the first half) that may reach a threshold.  Below the 1 %
# that is promised, because half of the articles chose it.
MACHINE, PART, DOUBT, SENTENCE = 0.006, 0.006, 0.1, 0.005
# Human translation is called machine translation in this share at the most, out of fold.
TRANSLATION, TRANSLATED = 0.05, ("flores_dev", "xquad_human")

# Share of native news (first half) that may be above the limit of one manner of writing.
UNLIKE = 0.005


def first_half(record: Mapping[str, Any]) -> bool:
    """Half of the articles choose thresholds, the other half measures them."""
    return crc32(f"half|{record['doc_id']}".encode()) % 2 == 0


def threshold(
    probabilities: np.ndarray, rows: Sequence[Record], records: Sequence[Record], share: float,
    translation: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The lowest probability that at most ``share`` of native news (first half) reaches, and at
    most ``translation`` of all human translation where that is given; with the share of the
    second half of native news that does."""
    native = np.array([row["cell"] == ("native_news_dev", "human") for row in rows])
    chooses = np.array([first_half(records[row["record"]]) for row in rows])
    value = _reached(probabilities[native & chooses], share)
    others = probabilities[native & ~chooses]
    if translation is not None:
        human = np.array([row["label"] == 0 and row["cell"][0] in TRANSLATED for row in rows])
        higher = _reached(probabilities[human], translation)
        if higher > value:  # no native article had a part in it
            value, others = higher, probabilities[native]
    return {"value": value, "false_alarm_rate": round(float((others >= value).mean()), 4),
            "measured_on": f"native_news_dev, {len(others)} rows that did not choose it,"
                           " out of fold"}  # fmt: skip


def _reached(probabilities: np.ndarray, share: float) -> float:
    value = float(np.nextafter(np.quantile(probabilities, 1 - share, method="higher"), 2))
    return round(value + 5e-4, 3)


def manner_limits(records: Sequence[Record]) -> dict[str, Any]:
    """Above which shares a text is not written like native news, with the share of the articles
    of the second half that are above one of them."""
    native = [r for r in records if r["corpus"] == "native_news_dev" and r["sentences"]]
    found = [manner(s["text"] for s in r["sentences"]) for r in native]
    shares = [one.shares() for one, r in zip(found, native, strict=True) if first_half(r)]
    limits = {name: round(float(np.quantile([s[name] for s in shares], 1 - UNLIKE)), 4)
              for name in shares[0]}  # fmt: skip
    others = [one for one, r in zip(found, native, strict=True) if not first_half(r)]
    silent = float(np.mean([bool(unlike_news(one, limits)) for one in others]))
    return {"limits": limits, "share_of_native_news": round(silent, 4), "measured_on":
            f"native_news_dev, {len(others)} articles that did not choose them"}  # fmt: skip


def without_verdict(records: Sequence[Record], limits: Mapping[str, float]) -> list[bool]:
    """Which documents are not written like news."""
    return [bool(unlike_news(manner(s["text"] for s in r["sentences"]), limits)) for r in records]


def highest_parts(
    probabilities: np.ndarray, parts: Sequence[Record]
) -> tuple[np.ndarray, list[Record]]:
    """Of every document the part with the highest probability."""
    best: dict[int, int] = {}
    for i, part in enumerate(parts):
        at = best.setdefault(part["record"], i)
        if probabilities[i] > probabilities[at]:
            best[part["record"]] = i
    chosen = list(best.values())
    return probabilities[chosen], [parts[i] for i in chosen]
