"""All shards in one page and one JSON file, made from what every ``shard.json`` says."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from .. import __version__
from ..report.index import IndexRow
from ..report.record import plain
from ..types import SCHEMA_VERSION, Failure
from .output import folder_of
from .packing import BINS, REPORT, ROW
from .place import Place
from .stages import Terms

# Lines of the index: the documents that deserve a look first, and the first errors.  The tables
# hold them all.
MOST_ROWS, MOST_ERRORS = 9_500, 500


def summarize(output: Place, shards: int, terms: Terms, settings: dict[str, Any]) -> dict[str, Any]:
    """The summary of a finished run.  Sums are of whole numbers: their order cannot matter."""
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
    return {
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
        "reference_failures": [_failure(f) for f in terms.grounds.reports.failures],
        "notes": [
            {"code": n.code, "message_en": n.message_en, "message_ar": n.message_ar}
            for n in (*terms.cards.notes, *terms.grounds.reports.notes)
        ],
    }


def _abouts(output: Place, shards: int) -> Iterator[dict[str, Any]]:
    for number in range(shards):
        about = output.about(number)
        if about is None:
            raise RuntimeError(f"shard {number} has gone while it was counted")
        yield about


def index_rows(output: Place, shards: int, formats: Collection[str]) -> list[IndexRow]:
    """The documents that deserve a look first, most suspect first, and then the first errors."""
    rows = (
        (about["number"], place, row)
        for about in _abouts(output, shards)
        for place, row in enumerate(about["rows"])
    )
    errors = (error for about in _abouts(output, shards) for error in about["errors"])
    return [
        IndexRow(
            **dict(zip(ROW, row, strict=True)),
            report=f"shards/{folder_of(number)}/{REPORT}" if "html" in formats else None,
            place=f"d{place}",
        )
        for number, place, row in heapq.nsmallest(MOST_ROWS, rows, key=_suspicion)
    ] + [IndexRow(path, error=error) for path, error in islice(errors, MOST_ERRORS)]


def _suspicion(found: tuple[int, int, list[Any]]) -> tuple[float, float, int, int]:
    """Sorts the most suspect documents first, then the worst ones, then by place."""
    number, place, row = found
    probability, quality = row[ROW.index("mt_probability")], row[ROW.index("quality")]
    return (
        -(probability if probability is not None else -1.0),
        quality if quality is not None else 101.0,
        number,
        place,
    )


def _failure(failure: Failure) -> dict[str, str]:
    return {
        "path": failure.path, "kind": failure.kind, "message": failure.message,
        "mend": failure.mend,
    }  # fmt: skip
