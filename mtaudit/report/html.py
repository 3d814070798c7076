"""``report.html``: one file that needs nothing else and lets nothing out.

The page is a skeleton, a style sheet, scripts and the records as JSON (``page/``).  Text from
outside only ever stands inside that JSON, where ``<``, ``>`` and ``&`` are escaped, and the
scripts build every node with ``textContent``.  A content security policy names the hashes of the
one style sheet and the one script: anything else, from inside or outside, is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..types import CATEGORIES, SEVERITIES
from .jsonl import encode, replaced, write_atomically
from .record import Record, StoredRun
from .strings import LANGUAGES, reason_text, texts

REPORT = "report.html"

# In the order in which they are joined; each may use those before it.
SCRIPTS = (
    "base.js", "frame.js", "text.js", "verdicts.js", "desk.js", "evidence.js", "sides.js",
    "sentence.js", "header.js", "view.js", "main.js",
)  # fmt: skip

STYLES = ("report.css", "screens.css")

# What the page does not show stays out of it: it halves the file.
_UNSHOWN = ("schema", "doc_id", "signature", "line", "column")
# What most segments have in common; and what a finding has for itself, and what is shown of its
# "more".
_ALIKE = (
    "role", "heading", "flagged", "reason_code", "reason_en", "reason_ar", "suppressed", "evidence",
)  # fmt: skip
_OWN = ("start", "end", "text", "fingerprint")
_MORE = ("no_suggestion", "no_suggestion_ar", "source_language")

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def embedded_json(value: Any) -> str:
    """``value`` as JSON that cannot end or change the ``<script>`` element around it."""
    return replaced(encode(value), _ESCAPES)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(style: str, script: str) -> str:
    """The content security policy for exactly this style sheet and this script."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _shown(record: Mapping[str, Any]) -> Record:
    return {key: value for key, value in record.items() if key not in _UNSHOWN}


class _Shared:
    """Values that many records have in common: each stands in the page once, by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, value: Record) -> int:
        return self._numbers.setdefault(encode(value), len(self._numbers))

    def values(self) -> list[Any]:
        return [json.loads(text) for text in self._numbers]


def _segment(record: Record, alike: _Shared, kinds: _Shared) -> Record:
    """What the page needs of a segment; base.js puts it together with what it shares."""
    own = {k: v for k, v in record.items() if k not in _UNSHOWN and k not in _ALIKE}
    common = {name: record[name] for name in _ALIKE}
    common["evidence"] = {
        name: None if heard["value"] is not None else heard["reason"]
        for name, heard in record["evidence"].items()
    }
    own["alike"] = alike.number(common)
    own["issues"] = [_issue(issue, record, kinds) for issue in record["issues"]]
    own["contributions"] = [
        [name, round(x, 2)] for name, x in record["contributions"] if abs(x or 0.0) >= 0.005
    ]
    if record["roundtrip"] and record["roundtrip"]["diff"]:
        diff = record["roundtrip"]["diff"]
        # Equal words once; anything else as what the article has, what the other has.
        steps = [[a] if step == "equal" else [a, b] for step, a, b in diff]
        own["roundtrip"] = {**record["roundtrip"], "diff": steps, "arabic": ""}
    return own


def _issue(issue: Record, segment: Record, kinds: _Shared) -> list[Any]:
    """A finding as the list that base.js reads; its text only where it is not what it marks."""
    shared = {name: value for name, value in issue.items() if name not in _OWN}
    shared["more"] = {name: value for name, value in issue["more"].items() if name in _MORE}
    start = issue["start"] - segment["start"]
    marked = segment["text"][max(0, start) : max(0, issue["end"] - segment["start"])]
    own = [kinds.number(shared), issue["start"], issue["end"], issue["fingerprint"]]
    return own if issue["text"] == marked else [*own, issue["text"]]


def _reasons(stored: StoredRun) -> list[str]:
    """Every reason for an abstention in the run, once."""
    found = {document["abstained"] for document in stored.documents}
    for segment in stored.segments:
        found |= {heard["reason"] for heard in segment["evidence"].values()}
    return sorted(found - {""})


def interface() -> dict[str, dict[str, str]]:
    """The texts that the scripts ask for, by language and key."""
    return {
        name: {k: v for k, v in texts(name).items() if not k.startswith(("reason.", "sheet."))}
        for name in LANGUAGES
    }


def filled(lang: str, title: str, styles: Sequence[str], scripts: Sequence[str], data: Any) -> str:
    """The skeleton with the ``styles`` and ``scripts`` joined and ``data`` (JSON types) in it."""
    style = "".join(map(_asset, styles))
    script = "(() => {\n'use strict';\n" + "\n".join(map(_asset, scripts)) + "\n})();\n"
    parts = {
        "{lang}": lang,
        "{dir}": "rtl" if lang == "ar" else "ltr",
        "{title}": title,
        "{policy}": policy(style, script),
        "{noscript_ar}": texts("ar")["app.noscript"],
        "{noscript_en}": texts("en")["app.noscript"],
        "{style}": style,
        "{script}": script,
    }
    skeleton = _asset("report.html")
    for mark, text in parts.items():
        skeleton = skeleton.replace(mark, text)
    # Last, so that no mark is looked for inside text from outside.
    return skeleton.replace("{data}", embedded_json(data))


def page(stored: StoredRun, lang: str = "ar") -> str:
    """The whole page.  ``lang`` is the interface it opens with; both are in it."""
    alike, kinds = _Shared(), _Shared()
    documents = [
        {
            **_shown(document),
            "doc_id": document["doc_id"],
            "segments": [_segment(segment, alike, kinds) for segment in segments],
        }
        for document, segments in stored.by_document()
    ]
    data = {
        "lang": lang,
        "texts": interface(),
        "severities": SEVERITIES,
        "categories": CATEGORIES,
        "alike": alike.values(),
        "kinds": kinds.values(),
        "reasons": {
            reason: {name: reason_text(reason, name) for name in LANGUAGES}
            for reason in _reasons(stored)
        },
        "run": stored.run,
        "documents": documents,
    }
    return filled(lang, texts(lang)["app.title"], STYLES, SCRIPTS, data)


def write(stored: StoredRun, folder: Path) -> list[Path]:
    """Write ``report.html`` into ``folder``; it opens in the language of the run's options."""
    asked = stored.run["options"].get("lang")
    path = folder / REPORT
    write_atomically(path, [page(stored, asked if asked in LANGUAGES else "ar")])
    return [path]
