"""A run as a table: a row for each sentence that is flagged or in which something was found.

What belongs to several findings stands on several lines of one cell, in the same order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..report import StoredRun
from ..report.record import Record

_FORMULA = re.compile(r"^[=+\-@\t\r]")

# Column → what stands in it for one finding.
_FINDING: dict[str, Callable[[Record], Any]] = {
    "codes": lambda i: i["code"],
    "severities": lambda i: i["severity"],
    "confidences": lambda i: i["confidence"],
    "marked": lambda i: i["text"],
    "offsets": lambda i: f"{i['start']}-{i['end']}",
    "reasons_en": lambda i: i["message_en"],
    "reasons_ar": lambda i: i["message_ar"],
    "suggestions": lambda i: i["suggestion"] or "",
    "fingerprints": lambda i: i["fingerprint"],
}
COLUMNS = (
    "doc_id", "path", "sentence", "start", "end", "role", "flagged", "mt_probability", "quality",
    "text", "findings", *_FINDING,
)  # fmt: skip


def cell(value: Any) -> str:
    """``value`` for a spreadsheet: a text that begins like a formula gets an apostrophe before it,
    and lines are lines of this cell only."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = re.sub(r"\r\n?|[\u2028\u2029\x85]", "\n", str(value))
    return "'" + text if isinstance(value, str) and _FORMULA.match(text) else text


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())


def rows(run: StoredRun) -> Iterator[tuple[Record, Record]]:
    """Documents and sentences with something to say, in text order."""
    for document, segments in run.by_document():
        for segment in segments:
            if segment["issues"] or segment["flagged"]:
                yield document, segment


def _cells(document: Record, segment: Record) -> Record:
    issues = segment["issues"]
    row = {name: segment[name] for name in COLUMNS if name in segment}
    row |= {
        "path": document["path"],
        "sentence": segment["index"] + 1,
        "findings": len(issues),
    }
    for name, of in _FINDING.items():
        row[name] = "\n".join(_one_line(of(issue)) for issue in issues)
    return row


def text_of(run: StoredRun) -> str:
    """The file's text: UTF-8 with a byte-order mark, or spreadsheets would guess wrongly."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for document, segment in rows(run):
        row = _cells(document, segment)
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return "\ufeff" + stream.getvalue()
