"""A finished shard as files: the rows of its tables, and what the summary needs of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ..memory import collector_paused
from ..report import html
from ..report.jsonl import encode
from ..report.record import Record
from ..types import SCHEMA_VERSION
from .stages import Finished
from .tables import parquet

FORMATS = ("jsonl", "parquet", "html")
REPORT = "report.html"
# Bins of the histograms, of equal width: quality 0–100 and probability 0–1.
BINS = 20
# What stands in ``rows``: the fields of the index's line, in order.
ROW = (
    "doc_id", "title", "path", "verdict", "mt_probability", "quality", "sentences", "flagged",
    "critical", "major", "minor",
)  # fmt: skip
# Characters kept of a title.
_TITLE = 200


@collector_paused()
def pack(finished: Finished, formats: Collection[str]) -> dict[str, bytes]:
    """File name → bytes, depending on the records alone.

    ``documents.jsonl`` and ``segments.jsonl`` hold the lines that an audit of the same documents
    writes; all shards' files joined in order are that audit's files.
    """
    tables = {
        "documents": finished.run.documents,
        "segments": finished.run.segments,
        "errors": finished.errors,
    }
    files: dict[str, bytes] = {}
    for name, rows in tables.items():
        if "jsonl" in formats:
            lines = "".join(encode(row) + "\n" for row in rows)
            files[f"{name}.jsonl"] = lines.encode("utf-8")
        if "parquet" in formats:
            files[f"{name}.parquet"] = parquet(name, rows)
    if "html" in formats:
        lang = finished.run.run["options"]["lang"]
        files[REPORT] = html.page(finished.run, lang).encode("utf-8", "replace")
    return files


def about(finished: Finished) -> dict[str, Any]:
    """``shard.json`` without the files' sums: what the summary and the index are made from."""
    documents = finished.run.documents
    counts = Counter({"records": finished.records, "errors": len(finished.errors)})
    counts.update({k: v for k, v in finished.run.run["counts"].items() if k != "failures"})
    for document in documents:
        counts["sentences"] += document["counts"]["sentences"]
        counts["words"] += document["counts"]["words"]
    return {
        "schema": SCHEMA_VERSION,
        "number": finished.number,
        "first": finished.first,
        "input": finished.digest,
        "counts": dict(sorted(counts.items())),
        "verdicts": _counted(document["verdict"] for document in documents),
        "failures": _counted(error["kind"] for error in finished.errors),
        "codes": _counted(
            issue["code"] for segment in finished.run.segments for issue in segment["issues"]
        ),
        "quality": _histogram((document["quality"] for document in documents), 100.0),
        "mt_probability": _histogram((document["mt_probability"] for document in documents), 1.0),
        "rows": [_row(*found) for found in finished.run.by_document()],
        "errors": [
            [error["path"], f"{error['kind']}: {error['message']}"] for error in finished.errors
        ],
    }


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _histogram(values: Iterable[float | None], top: float) -> list[int]:
    """Documents in :data:`BINS` equal bins from 0 to ``top``; those without a value in none."""
    bins = [0] * BINS
    for value in values:
        if value is not None:
            bins[min(BINS - 1, int(value / top * BINS))] += 1
    return bins


def _row(document: Record, segments: Sequence[Record]) -> list[Any]:
    counts = document["counts"]
    title = next((segment["text"] for segment in segments if segment["heading"]), "")
    return [
        document["doc_id"], title[:_TITLE], document["path"], document["verdict"],
        document["mt_probability"], document["quality"], counts["sentences"], counts["flagged"],
        counts["critical"], counts["major"], counts["minor"],
    ]  # fmt: skip
