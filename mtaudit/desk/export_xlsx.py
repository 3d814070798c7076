"""A run as a workbook: a row a sentence that is flagged or in which something was found, to filter
and sort; a second sheet with a row a document.  Sheets run from right to left.

No cell can be a formula: every text is written as text, and one that begins like a formula carries
the mark that keeps a spreadsheet from reading it anew when it is edited.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..report import StoredRun
from ..report.record import Record
from ..report.strings import texts
from ..types import SEVERITIES
from .export_csv import rows
from .xml_text import FORBIDDEN

# Excel's limit of a cell (ECMA-376 leaves it to the application).
MOST_CHARACTERS = 32_767
_FORMULA = re.compile(r"^[=+\-@\t\r\n|%]")
# "_x0041_" in a cell is read as "A" (ECMA-376, 22.4.2.4): its underscore must be written so.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEADER = PatternFill("solid", fgColor="1D1B18")
_GROUNDS = {"critical": "FAE6E4", "major": "FAEED6", "minor": "E3EFF0"}
_ARABIC, _LATIN = 2, 1  # reading orders


def _gravest(segment: Record) -> str:
    found = {issue["severity"] for issue in segment["issues"]}
    return next((s for s in reversed(SEVERITIES) if s in found), "")


def _each(name: str) -> Callable[[Record, Record], str]:
    """A line of the cell for every finding, in the same order in every column."""
    return lambda document, s: "\n".join(" ".join(str(i[name] or "—").split()) for i in s["issues"])


def _trip(name: str) -> Callable[[Record, Record], str]:
    return lambda document, s: (s["roundtrip"] or {}).get(name, "")


# Key of the heading, width in characters, reading order, value.
Column = tuple[str, float, int, Callable[[Record, Record], Any]]
SENTENCES: Sequence[Column] = (
    ("table.article", 28, _LATIN, lambda d, s: d["path"] or d["doc_id"]),
    ("sheet.sentence", 9, _LATIN, lambda d, s: s["index"] + 1),
    ("sheet.text", 70, _ARABIC, lambda d, s: s["text"]),
    ("filter.severity", 12, _ARABIC, lambda d, s: s["severity"]),
    ("sheet.findings", 10, _LATIN, lambda d, s: len(s["issues"])),
    ("sheet.marked", 30, _ARABIC, _each("text")),
    ("sheet.reason_ar", 55, _ARABIC, _each("message_ar")),
    ("issue.suggestion", 30, _ARABIC, _each("suggestion")),
    ("document.quality", 9, _LATIN, lambda d, s: s["quality"]),
    ("document.probability", 10, _LATIN, lambda d, s: s["mt_probability"]),
    ("document.flagged", 10, _ARABIC, lambda d, s: s["told_flag"]),
    ("sheet.category", 20, _ARABIC, lambda d, s: s["told_category"]),
    ("sheet.code", 30, _LATIN, _each("code")),
    ("sheet.reason_en", 55, _LATIN, _each("message_en")),
    ("roundtrip.gloss", 50, _LATIN, _trip("english")),
    ("sheet.back", 50, _ARABIC, _trip("arabic")),
    ("sheet.reference", 50, _ARABIC, lambda d, s: s["references"][0]["text"]
     if s["references"] else ""),
    ("sheet.fingerprint", 20, _LATIN, lambda d, s: s["fingerprint"]),
)  # fmt: skip
DOCUMENTS: Sequence[Column] = (
    ("table.article", 50, _LATIN, lambda d, s: d["path"] or d["doc_id"]),
    ("table.verdict", 30, _ARABIC, lambda d, s: d["told_verdict"]),
    ("document.probability", 10, _LATIN, lambda d, s: d["mt_probability"]),
    ("document.quality", 10, _LATIN, lambda d, s: d["quality"]),
    ("document.flagged", 12, _LATIN, lambda d, s: d["flagged"]),
    *(
        (f"severity.{name}", 10, _LATIN, lambda d, s, name=name: d["counts_of"][name])
        for name in reversed(SEVERITIES)
    ),
)
_DECIMALS = {"document.quality": "0", "document.probability": "0.00"}


def cell_text(value: str) -> str:
    """``value`` as a cell may hold it."""
    text = FORBIDDEN.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE.sub("_x005F_", text)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _fill(
    sheet: Worksheet,
    columns: Sequence[Column],
    lines: Iterable[tuple[Record, Record]],
    words: Mapping[str, str],
) -> None:
    sheet.sheet_view.rightToLeft = True
    for c, (key, width, _, _) in enumerate(columns, 1):
        head = sheet.cell(1, c, words[key])
        head.font, head.fill = Font(bold=True, color="FFFFFF"), _HEADER
        head.alignment = Alignment(wrap_text=True, vertical="center", readingOrder=_ARABIC)
        sheet.column_dimensions[get_column_letter(c)].width = width
    for r, (document, segment) in enumerate(lines, 2):
        for c, (key, _, order, of) in enumerate(columns, 1):
            value = of(document, segment)
            cell = sheet.cell(r, c)
            cell.alignment = Alignment(wrap_text=True, vertical="top", readingOrder=order)
            if isinstance(value, str) and value:
                cell.value = cell_text(value)
                cell.data_type = "s"  # openpyxl takes "=…" for a formula
                cell.quotePrefix = bool(_FORMULA.match(value))
            elif value != "":
                cell.value = value
                cell.number_format = _DECIMALS.get(key, "General")
            ground = _GROUNDS.get(segment.get("gravest", "")) if key == "filter.severity" else None
            if ground:
                cell.fill = PatternFill("solid", fgColor=ground)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    # On paper: every column on the page's width, the heading on every page.
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def bytes_of(run: StoredRun) -> bytes:
    """The file's bytes; headings in the language of the run."""
    asked = run.run["options"].get("lang")
    words = texts(asked if asked in ("ar", "en") else "ar")
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = words["sheet.sentences"]
    told = []
    for document, segment in rows(run):
        gravest = _gravest(segment)
        categories = dict.fromkeys(words[f"category.{i['category']}"] for i in segment["issues"])
        more = {
            "gravest": gravest,
            "severity": words[f"severity.{gravest}"] if gravest else "",
            "told_flag": words["sheet.yes"] if segment["flagged"] else words["sheet.no"],
            "told_category": "\n".join(categories),
        }
        told.append((document, {**segment, **more}))
    _fill(sheet, SENTENCES, told, words)
    _fill(book.create_sheet(words["table.title"]), DOCUMENTS, _documents(run, words), words)
    book.properties.title = words["app.title"]
    book.properties.creator = "mtaudit"
    book.properties.description = cell_text(run.run["signature"])
    # A run exported twice differs in nothing but the container's own times.
    book.properties.created = datetime(2000, 1, 1)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _documents(run: StoredRun, words: Mapping[str, str]) -> Iterable[tuple[Record, Record]]:
    for document, segments in run.by_document():
        issues = [issue for segment in segments for issue in segment["issues"]]
        more = {
            "told_verdict": words[f"verdict.{document['verdict']}"],
            "flagged": sum(segment["flagged"] for segment in segments),
            "counts_of": {n: sum(i["severity"] == n for i in issues) for n in SEVERITIES},
        }
        yield {**document, **more}, {}
