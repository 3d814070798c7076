"""Thresholds: chosen on one half of the documents, measured on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np

from detector.stages import Record

# Share of native news (documents of the first half) that may reach a threshold.  Below the 1 %
# that is promised, because half of the articles chose it.
MACHINE, PART, DOUBT, SENTENCE = 0.006, 0.006, 0.1, 0.005
# Human translation is called machine translation in this share at the most (first half as well).
TRANSLATION, TRANSLATED = 0.05, ("flores_dev", "xquad_human")


def first_half(record: Mapping[str, Any]) -> bool:
    """Half of the articles choose thresholds, the other half measures them."""
    return crc32(f"half|{record['doc_id']}".encode()) % 2 == 0


def threshold(
    probabilities: np.ndarray, rows: Sequence[Record], records: Sequence[Record], share: float,
    translation: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The lowest probability that at most ``share`` of native news (first half) reaches, and at
    most ``translation`` of human translation where that is given; with the share of the second
    half of native news that does."""
    native = np.array([row["cell"] == ("native_news_dev", "human") for row in rows])
    chooses = np.array([first_half(records[row["record"]]) for row in rows])
    value = _reached(probabilities[native & chooses], share)
    if translation is not None:
        human = np.array([row["label"] == 0 and row["cell"][0] in TRANSLATED for row in rows])
        value = max(value, _reached(probabilities[human & chooses], translation))
    others = probabilities[native & ~chooses]
    return {"value": value, "false_alarm_rate": round(float((others >= value).mean()), 4),
            "measured_on": f"native_news_dev, {len(others)} rows that did not choose it,"
                           " out of fold"}  # fmt: skip


def _reached(probabilities: np.ndarray, share: float) -> float:
    value = float(np.nextafter(np.quantile(probabilities, 1 - share, method="higher"), 2))
    return round(value + 5e-4, 3)


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
