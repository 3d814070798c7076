"""A run as SARIF 2.1.0 (OASIS standard, 27 March 2020), for code-scanning viewers.

Regions are by line and column and by character offset, with ``columnKind`` code points.  Where a
reader took the text out of HTML or a record, offsets do not lead into the file: then the result
names the file alone and keeps its offsets as properties.  What a baseline dismissed is a suppressed
result.  Against an earlier run every result carries a ``baselineState``, and what is gone is there
as ``absent``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from urllib.parse import quote

from .. import __version__
from ..report import StoredRun
from ..report.record import Record
from ..rules import catalogue
from .diff import Finding, findings, paired
from .places import place

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"
# SARIF's levels for ours.
LEVELS: Mapping[str, str] = {"minor": "note", "major": "warning", "critical": "error"}
# The fingerprint's name carries its version: a new way of drawing it gets a new name.
FINGERPRINT = "mtaudit/v1"


def _uri(document: Record) -> str:
    path = PurePath(document["path"] or document["doc_id"])
    if path.is_absolute():
        return path.as_uri()
    # quote alone would leave "a:b" a scheme.
    return quote(path.as_posix().encode("utf-8", "replace"), safe="/")


def _rule(code: str) -> Record:
    rule = catalogue().get(code)
    if rule is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": rule.reason_en},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"category": rule.category, "reason_ar": rule.reason_ar},
    }


def _location(document: Record, segment: Record, issue: Record) -> Record:
    found: Record = {"artifactLocation": {"uri": _uri(document)}}
    where = place(segment, issue)
    if where:
        found["region"] = {
            "startLine": where.line,
            "startColumn": where.column,
            "endLine": where.end_line,
            "endColumn": where.end_column,
            "charOffset": issue["start"],
            "charLength": issue["end"] - issue["start"],
            "snippet": {"text": issue["text"]},
        }
    return {"physicalLocation": found}


def _result(document: Record, segment: Record, issue: Record, order: Mapping[str, int]) -> Record:
    fix = f" → {issue['suggestion']}" if issue["suggestion"] else ""
    return {
        "ruleId": issue["code"],
        "ruleIndex": order[issue["code"]],
        "level": LEVELS[issue["severity"]],
        "message": {"text": issue["message_en"] + fix},
        "locations": [_location(document, segment, issue)],
        "partialFingerprints": {FINGERPRINT: issue["fingerprint"]},
        "properties": {
            "message_ar": issue["message_ar"],
            "suggestion": issue["suggestion"],
            "confidence": issue["confidence"],
            "start": issue["start"],
            "end": issue["end"],
            "sentence": segment["index"] + 1,
            "sentence_text": segment["text"],
        },
    }


# Document, sentence, issue, the dismissal that suppresses it, its state against an earlier run.
_Row = tuple[Record, Record, Record, Record | None, str | None]


def _held(segments: Iterable[Record]) -> list[tuple[Finding, Record | None]]:
    """Findings of a document, then what is suppressed in it, with the dismissal."""
    rows = list(segments)
    open_ones: list[tuple[Finding, Record | None]] = [(f, None) for f in findings(rows)]
    return open_ones + [
        ((item["issue"], segment), item)
        for segment in rows
        for item in segment["suppressed"]
        if item["issue"] is not None
    ]


def _rows(run: StoredRun, since: StoredRun | None) -> Iterator[_Row]:
    before = {d["doc_id"]: (d, s) for d, s in since.by_document()} if since else {}
    for document, segments in run.by_document():
        held = _held(segments)
        states: list[str | None] = [None] * len(held)
        gone: list[Finding] = []
        if since:
            _, earlier = before.pop(document["doc_id"], ({}, []))
            old = [finding for finding, _ in _held(earlier)]
            given, gone = paired(old, [finding for finding, _ in held])
            states = [*given]
        for ((issue, segment), dismissal), state in zip(held, states, strict=True):
            yield document, segment, issue, dismissal, state
        for issue, segment in gone:
            yield document, segment, issue, None, "absent"
    for document, segments in before.values():
        for (issue, segment), _ in _held(segments):
            yield document, segment, issue, None, "absent"


def log(run: StoredRun, since: StoredRun | None = None) -> Record:
    """The SARIF log as plain dictionaries; ``since`` is an earlier run of the same documents."""
    found = list(_rows(run, since))
    order = {code: i for i, code in enumerate(sorted({f[2]["code"] for f in found}))}
    results = []
    for document, segment, issue, dismissal, state in found:
        result = _result(document, segment, issue, order)
        # Viewers need the list on every result, or they take suppressed ones for open.
        result["suppressions"] = [] if dismissal is None else [_suppression(dismissal)]
        if state is not None:
            result["baselineState"] = state
        results.append(result)
    notifications = [
        {"level": "error", "message": {"text": f"{f['path']}: {f['message']}"}}
        for f in run.run["failures"]
    ]
    return {
        "$schema": SCHEMA_URI,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "mtaudit",
                        "version": run.run["versions"].get("mtaudit", __version__),
                        "rules": [_rule(code) for code in order],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not notifications,
                        "toolExecutionNotifications": notifications,
                    }
                ],
                "results": results,
                "properties": {"signature": run.run["signature"]},
            }
        ],
    }


def _suppression(item: Record) -> Record:
    words = [item["reason"], ", ".join(item["editors"]), item["comment"]]
    return {"kind": "external", "justification": "; ".join(filter(None, words))}


def text_of(run: StoredRun, since: StoredRun | None = None) -> str:
    """The file's text."""
    text = json.dumps(log(run, since), ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", "replace").decode() + "\n"
