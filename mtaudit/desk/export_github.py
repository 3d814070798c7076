"""A run as workflow commands of GitHub Actions: one annotation a finding, at its line.

``::error file=…,line=…,col=…,title=…::message``: what the runner prints it shows beside the lines
that were changed.  Escapes as the runner undoes them (``packages/core/src/command.ts`` of
github.com/actions/toolkit): ``%``, CR and LF everywhere, ``:`` and ``,`` in properties as well.
Whatever stands in the text, it cannot begin a command of its own: a finding is one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..report import StoredRun
from ..report.record import Record
from ..report.strings import one_line
from .places import place

COMMANDS: Mapping[str, str] = {"minor": "notice", "major": "warning", "critical": "error"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def _escaped(value: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in value)


def _command(name: str, properties: Mapping[str, object], message: str) -> str:
    given = ",".join(
        f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items()
    )
    return f"::{name} {given}::{_escaped(message, _DATA)}"


def _place(segment: Record, issue: Record) -> dict[str, int]:
    """Empty where offsets lead into no file.  The runner takes columns only within one line."""
    found = place(segment, issue)
    if found is None:
        return {}
    where = {"line": found.line, "endLine": found.end_line}
    if found.line == found.end_line:
        where |= {"col": found.column, "endColumn": found.end_column}
    return where


def _lines(run: StoredRun) -> Iterator[str]:
    for document, segments in run.by_document():
        file = one_line(document["path"] or document["doc_id"])
        for segment in segments:
            for issue in segment["issues"]:
                fix = f" → {issue['suggestion']}" if issue["suggestion"] else ""
                message = f"{issue['message_en']}{fix}\n{issue['message_ar']}"
                where = {
                    "file": file,
                    **_place(segment, issue),
                    "title": f"mtaudit {issue['code']}",
                }
                yield _command(COMMANDS[issue["severity"]], where, message)
    for item in run.run["failures"]:
        told = " — ".join(filter(None, (item["message"], item["mend"])))
        where = {"file": one_line(item["path"]), "title": "mtaudit could not judge"}
        yield _command("error", where, told)


def text_of(run: StoredRun) -> str:
    """The file's text; ``cat`` it in a step of the workflow."""
    text = "".join(line + "\n" for line in _lines(run))
    return text.encode("utf-8", "replace").decode()
