"""All shards in one page and one JSON file, made from what every ``shard.json`` says."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .. import __version__
from ..report.record import plain
from ..types import SCHEMA_VERSION, Failure
from .output import Output
from .packing import BINS
from .stages import Terms

# Lines of the index: the documents that deserve a look first.  A page with more is slow to open,
# and the tables hold them all.
MOST_ROWS = 5_000


def summarize(
    output: Output, shards: int, terms: Terms, settings: dict[str, Any]
) -> tuple[dict[str, Any], list[tuple[int, int, list[Any]]]]:
    """The summary of a finished run, and the documents for the index, most suspect first, as
    (shard, place in the shard, row).  Sums are of whole numbers: their order cannot matter."""
    totals: dict[str, Counter[str]] = {
        name: Counter() for name in ("counts", "verdicts", "failures", "codes")
    }
    bins = {"quality": [0] * BINS, "mt_probability": [0] * BINS}
    whole = hashlib.sha256()
    for about in _abouts(output, shards):
        for name, counter in totals.items():
            counter.update(about[name])
        for name, held in bins.items():
            bins[name] = [a + b for a, b in zip(held, about[name], strict=True)]
        for name, file in sorted(about["files"].items()):
            whole.update(f"{about['number']} {name} {file['sha256']}\n".encode())
    documents = totals["counts"]["documents"] + totals["counts"]["references"]
    summary = {
        "schema": SCHEMA_VERSION,
        "versions": {"mtaudit": __version__, "schema": SCHEMA_VERSION},
        "signature": terms.signature,
        "settings": settings,
        "shards": shards,
        "sha256": whole.hexdigest(),
        "counts": dict(sorted(totals["counts"].items())),
        "verdicts": {
            name: {"documents": n, "share": plain(n / documents)}
            for name, n in sorted(totals["verdicts"].items())
        },
        "failures": dict(totals["failures"].most_common()),
        "codes": dict(sorted(totals["codes"].items(), key=lambda kv: (-kv[1], kv[0]))),
        "histograms": {
            name: {"from": 0, "to": 100 if name == "quality" else 1, "documents": held}
            for name, held in bins.items()
        },
        "options": settings["options"],
        "models": plain(terms.named, None),
        "reference_failures": [_failure(f) for f in terms.grounds.failures],
        "notes": [
            {"code": n.code, "message_en": n.message_en, "message_ar": n.message_ar}
            for n in terms.cards.notes
        ],
    }
    return summary, _worst(output, shards)


def _abouts(output: Output, shards: int) -> Iterator[dict[str, Any]]:
    for number in range(shards):
        about = output.about(number)
        if about is None:
            raise RuntimeError(f"shard {number} has gone while it was counted")
        yield about


def _worst(output: Output, shards: int) -> list[tuple[int, int, list[Any]]]:
    rows = (
        (about["number"], place, row)
        for about in _abouts(output, shards)
        for place, row in enumerate(about["documents"])
    )
    return heapq.nsmallest(MOST_ROWS, rows, key=_suspicion)


def _suspicion(found: tuple[int, int, list[Any]]) -> tuple[float, float, int, int]:
    """Sorts the most suspect documents first, then the worst ones, then by place."""
    number, place, row = found
    probability, quality = row[3], row[4]
    return (
        -(probability if probability is not None else -1.0),
        quality if quality is not None else 101.0,
        number,
        place,
    )


def write_index(
    output: Output,
    summary: dict[str, Any],
    rows: Sequence[tuple[int, int, list[Any]]],
    formats: Sequence[str],
) -> None:
    """``index.html``: the summary and the documents that deserve a look first."""
    output.write_text("index.html", "")


def _failure(failure: Failure) -> dict[str, str]:
    return {
        "path": failure.path, "kind": failure.kind, "message": failure.message,
        "mend": failure.mend,
    }  # fmt: skip
