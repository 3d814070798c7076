"""``index.html`` of a batch: one line a document, sorted, searched and filtered in the browser.

The page is made like a report (:mod:`.html`): one file, no request, text from outside only inside
escaped JSON.  It holds no sentences, so that ten thousand documents take about two megabytes; each
line leads to the report that holds the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..types import SEVERITIES, Verdict
from .html import STYLES as REPORT_STYLES
from .html import filled, interface
from .jsonl import write_atomically
from .record import plain
from .strings import LANGUAGES, shortened, texts

INDEX = "index.html"
SCRIPTS = ("base.js", "frame.js", "text.js", "index.js")
STYLES = (*REPORT_STYLES, "index.css")

# Characters kept of what comes from outside: one line of the table, not the article.
_TITLE, _PATH, _ERROR = 160, 300, 400


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One document of a batch.

    ``report`` is the path of the page that holds it, relative to the index and with ``/`` between
    folders (``None``: there is no page); ``place`` is the part of the page, ``d3`` for its fourth
    document.  ``error`` says why the document could not be judged; then the numbers are left out.
    """

    doc_id: str
    title: str = ""
    path: str = ""
    verdict: Verdict = "abstained"
    mt_probability: float | None = None
    quality: float | None = None
    sentences: int = 0
    flagged: int = 0
    critical: int = 0
    major: int = 0
    minor: int = 0
    report: str | None = None
    place: str = ""
    error: str = ""


def _link(row: IndexRow) -> str | None:
    """A link that stays below the index's folder: no scheme, no host, no absolute path."""
    if row.report is None:
        return None
    parts = [part for part in row.report.split("/") if part not in ("", ".")]
    if ".." in parts:
        return None
    # "./" keeps "a:b.html" from being a scheme.
    link = "./" + quote("/".join(parts).encode("utf-8", "replace"))
    return f"{link}#{quote(row.place)}" if row.place else link


def _cells(row: IndexRow) -> list[Any]:
    path = row.path or row.doc_id
    return [
        shortened(row.title or path, _TITLE),
        shortened(path, _PATH),
        row.verdict,
        plain(row.mt_probability),
        plain(row.quality),
        row.sentences,
        row.flagged,
        row.critical,
        row.major,
        row.minor,
        _link(row),
        shortened(row.error, _ERROR),
    ]


def page(rows: Iterable[IndexRow], *, lang: str = "ar", signature: str = "") -> str:
    """The whole page; ``rows`` are read once, in the order in which they will first be shown."""
    data = {
        "lang": lang,
        "texts": interface(),
        "severities": SEVERITIES,
        "signature": signature,
        "rows": [_cells(row) for row in rows],
    }
    return filled(lang, texts(lang)["index.title"], STYLES, SCRIPTS, data)


def write_index(
    rows: Iterable[IndexRow], path: Path, *, lang: str = "ar", signature: str = ""
) -> Path:
    """Write the index to ``path`` in one step and return it.

    ``lang`` is the interface it opens with (``ar`` or ``en``; both are in it), ``signature`` that
    of the batch.  Raises :class:`UsageError` when the place cannot be written to.
    """
    asked = lang if lang in LANGUAGES else "ar"
    write_atomically(path, [page(rows, lang=asked, signature=signature)])
    return path
