"""``report.html``: one file that needs nothing else and lets nothing out.

The page is a skeleton, a style sheet, scripts and the records as JSON (``page/``).  Text from
outside only ever stands inside that JSON, where ``<``, ``>`` and ``&`` are escaped, and the
scripts build every node with ``textContent``.  A content security policy names the hashes of the
one style sheet and the one script: anything else, from inside or outside, is refused.
"""

from __future__ import annotations

import base64
import hashlib
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


def _segment(record: Record) -> Record:
    shown = _shown(record)
    shown["evidence"] = {
        name: None if heard["value"] is not None else heard["reason"]
        for name, heard in record["evidence"].items()
    }
    return shown


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
    data = {
        "lang": lang,
        "texts": interface(),
        "severities": SEVERITIES,
        "categories": CATEGORIES,
        "reasons": {
            reason: {name: reason_text(reason, name) for name in LANGUAGES}
            for reason in _reasons(stored)
        },
        "run": stored.run,
        "documents": [
            {
                **_shown(document),
                "doc_id": document["doc_id"],
                "segments": [_segment(segment) for segment in segments],
            }
            for document, segments in stored.by_document()
        ],
    }
    return filled(lang, texts(lang)["app.title"], STYLES, SCRIPTS, data)


def write(stored: StoredRun, folder: Path) -> list[Path]:
    """Write ``report.html`` into ``folder``; it opens in the language of the run's options."""
    asked = stored.run["options"].get("lang")
    path = folder / REPORT
    write_atomically(path, [page(stored, asked if asked in LANGUAGES else "ar")])
    return [path]
