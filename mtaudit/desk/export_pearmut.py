"""A run as a campaign of Pearmut (github.com/zouharvi/pearmut, arXiv 2601.02933): a person goes
through the flagged findings as pre-filled error spans (ESA-AI, Zouhar et al. 2025).

One task a document, one item a sentence: ``src`` is the gloss where there is one, ``ref`` the
cleaner report's sentence, ``tgt`` the article's.  Spans have an inclusive end and count UTF-16
units, because Pearmut cuts the text in the browser; of its severities major stands for critical.
"""

from __future__ import annotations

import json
from hashlib import sha256

from ..errors import UsageError
from ..report import StoredRun
from ..report.record import Record
from ..report.strings import shortened

SYSTEM = "article"
INSTRUCTIONS = (
    "Check the marked spans: keep what is an error, remove what is none, add what was missed. "
    "The source shown is a machine gloss of the Arabic, not the original text."
)


def _utf16(text: str, point: int) -> int:
    """A place counted as JavaScript counts it: Pearmut cuts the text in the browser."""
    return len(text[:point].encode("utf-16-le", "replace")) // 2


def _span(segment: Record, issue: Record) -> Record:
    text = segment["text"]
    start, end = issue["start"] - segment["start"], issue["end"] - segment["start"]
    return {
        "start_i": _utf16(text, start),
        "end_i": _utf16(text, end) - 1,
        "severity": "minor" if issue["severity"] == "minor" else "major",
        "category": issue["category"],
        "code": issue["code"],
        "reason": issue["message_en"],
    }


def _item(document: Record, segment: Record) -> Record:
    item: Record = {
        "item_id": f"{document['doc_id']}#{segment['index'] + 1}",
        "tgt": {SYSTEM: segment["text"]},
        "error_spans": {
            SYSTEM: [_span(segment, i) for i in segment["issues"] if i["end"] > i["start"]]
        },
        "fingerprint": segment["fingerprint"],
        "mt_probability": segment["mt_probability"],
    }
    if segment["roundtrip"] and segment["roundtrip"]["english"]:
        item["src"] = segment["roundtrip"]["english"]
    if segment["references"]:
        item["ref"] = segment["references"][0]["text"]
    return item


def campaign(run: StoredRun) -> Record:
    """The campaign as plain dictionaries.  Raises :class:`UsageError` where there is no article."""
    tasks = []
    for document, segments in run.by_document():
        items = [_item(document, s) for s in segments if s["role"] == "article"]
        if items and not document["is_reference"]:
            items[0]["instructions"] = INSTRUCTIONS
            tasks.append([items])
    if not tasks:
        raise UsageError("the run holds no article", where="pearmut", mend="audit an article first")
    digest = sha256(run.run["signature"].encode("utf-8", "replace")).hexdigest()[:8]
    first = next(d for d in run.documents if not d["is_reference"])
    name = "".join(c if c.isalnum() else "_" for c in shortened(first["doc_id"], 40))
    return {
        "info": {"assignment": "task-based", "protocol": "ESA", "shuffle": False},
        "campaign_id": f"mtaudit_{name}_{digest}",
        "data": tasks,
    }


def text_of(run: StoredRun) -> str:
    """The file's text, for ``pearmut add FILE``."""
    text = json.dumps(campaign(run), ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", "replace").decode() + "\n"
