"""Editors' verdicts as the page saves them (JSON or CSV), read and held against a run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import InputError
from ..report import StoredRun
from .baseline import TARGETS, Target
from .files import parse_object, read_text, text_field

KIND = "mtaudit-verdicts"
Ruling = Literal["confirmed", "dismissed", "unsure"]
RULINGS: tuple[Ruling, ...] = ("confirmed", "dismissed", "unsure")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_MEND = "save the verdicts again from the report's page"
_COLUMNS = ("editor", "target", "fingerprint", "verdict", "comment", "at")
# What the page puts an apostrophe before, so that no spreadsheet runs it.
_GUARDED = re.compile(r"'(?=[=+\-@\t\r])")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One editor's word on a finding or a sentence.  ``at`` is a time in ISO 8601 or empty;
    ``where`` is the place in the file that it came from."""

    editor: str
    target: Target
    fingerprint: str
    ruling: Ruling
    comment: str = ""
    at: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Something in a run that a verdict can be given on, as it stands in the records."""

    target: Target
    doc_id: str
    sentence: str
    code: str = ""
    text: str = ""


def judgeable(run: StoredRun) -> dict[str, Judged]:
    """Fingerprint → what it is, in reading order; what a baseline suppressed is in it as well."""
    found: dict[str, Judged] = {}
    for segment in run.segments:
        if segment["role"] == "article":
            whole = Judged("sentence", segment["doc_id"], segment["text"])
            found.setdefault(segment["fingerprint"], whole)
        dismissed = [s["issue"] for s in segment["suppressed"] if s["issue"] is not None]
        for issue in (*segment["issues"], *dismissed):
            finding = Judged(
                "finding", segment["doc_id"], segment["text"], issue["code"], issue["text"]
            )
            found.setdefault(issue["fingerprint"], finding)
    return found


def _verdict(row: dict[str, Any], editor: str, where: str) -> Verdict | None:
    given = {name: text_field(row, name, where, _MEND) for name in _COLUMNS}
    if given["target"] not in TARGETS:
        raise InputError(
            f'"target" is {given["target"]!r}', where=where, mend="one of: " + ", ".join(TARGETS)
        )
    if not _FINGERPRINT.fullmatch(given["fingerprint"]):
        raise InputError(
            f'"fingerprint" is {given["fingerprint"]!r}, not 16 hexadecimal digits',
            where=where,
            mend=_MEND,
        )
    if not given["verdict"]:
        return None  # a comment without a verdict
    if given["verdict"] not in RULINGS:
        raise InputError(
            f'"verdict" is {given["verdict"]!r}', where=where, mend="one of: " + ", ".join(RULINGS)
        )
    return Verdict(
        editor=given["editor"].strip() or editor,
        target=given["target"],
        fingerprint=given["fingerprint"],
        ruling=given["verdict"],
        comment=given["comment"].strip(),
        at=given["at"],
        where=where,
    )


def _json_rows(text: str, path: Path) -> tuple[str, list[tuple[str, Any]]]:
    data = parse_object(text, path, KIND, _MEND)
    rows = data.get("verdicts")
    if not isinstance(rows, list):
        raise InputError('no list "verdicts"', where=str(path), mend=_MEND)
    editor = text_field(data, "editor", str(path), _MEND).strip()
    return editor, [(f"{path}, verdict {n}", row) for n, row in enumerate(rows, 1)]


def _csv_rows(text: str, path: Path) -> tuple[str, list[tuple[str, Any]]]:
    csv.field_size_limit(2**31 - 1)  # the file is bounded already, and sentences may be long
    # Spreadsheets of some countries save with semicolons.
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, Any]] = []
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"no column {', '.join(missing)}", where=f"{path}, line 1", mend=_MEND)
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row:
                raise InputError("more cells than columns", where=where, mend=_MEND)
            rows.append((where, {k: _GUARDED.sub("", v or "", count=1) if v and v[0] == "'"
                                 else v for k, v in row.items()}))  # fmt: skip
    except csv.Error as error:
        raise InputError(
            f"not CSV: {error}", where=f"{path}, line {reader.line_num}", mend=_MEND
        ) from error
    return "", rows


def read_verdicts(path: Path) -> list[Verdict]:
    """The verdicts in one file, JSON or CSV by its ending; comments without a verdict are left out.

    A file that names no editor is known by its own name.  Raises :class:`InputError` naming the
    file, the row and the mend.
    """
    text = read_text(path, "check the path")
    if path.suffix.lower() == ".csv":
        editor, rows = _csv_rows(text, path)
    elif path.suffix.lower() == ".json":
        editor, rows = _json_rows(text, path)
    else:
        raise InputError(
            "neither .json nor .csv", where=str(path), mend="give a file saved from the report"
        )
    found = []
    for where, row in rows:
        if not isinstance(row, dict):
            raise InputError("no object", where=where, mend=_MEND)
        verdict = _verdict(row, editor or path.stem, where)
        if verdict:
            found.append(verdict)
    return found


# fingerprint → editor → verdict
Table = Mapping[str, Mapping[str, Verdict]]


def gather(files: Iterable[tuple[Path, Sequence[Verdict]]], run: StoredRun) -> tuple[Table, int]:
    """The verdicts on things of ``run``, in reading order, and how many were on other things.

    An editor who saved twice is heard once: the later verdict holds.  Raises :class:`InputError`
    for two different verdicts of one editor at one time, for a target that is not what the run says
    and for a file of which nothing belongs to the run.
    """
    known = judgeable(run)
    found: dict[str, dict[str, Verdict]] = {}
    foreign = 0
    for path, verdicts in files:
        here = [v for v in verdicts if v.fingerprint in known]
        foreign += len(verdicts) - len(here)
        if verdicts and not here:
            raise InputError(
                f"none of its {len(verdicts)} verdicts belongs to this run",
                where=str(path),
                mend="give the folder of the audit whose page was judged",
            )
        for verdict in here:
            if verdict.target != known[verdict.fingerprint].target:
                raise InputError(
                    f'"target" is {verdict.target}, the run knows '
                    f"{verdict.fingerprint} as a {known[verdict.fingerprint].target}",
                    where=verdict.where,
                    mend=_MEND,
                )
            editors = found.setdefault(verdict.fingerprint, {})
            old = editors.get(verdict.editor)
            if old and old.ruling != verdict.ruling and old.at == verdict.at:
                raise InputError(
                    f"{verdict.editor!r} says {verdict.ruling} here, {old.ruling} in {old.where}",
                    where=verdict.where,
                    mend="leave one of the two out, or give the editors different names",
                )
            if old is None or verdict.at > old.at:
                editors[verdict.editor] = verdict
    return {print_: found[print_] for print_ in known if print_ in found}, foreign
