"""Lines and columns of findings in the files that were read."""

from __future__ import annotations

from dataclasses import dataclass

from ..report.record import Record


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands, all from 1, columns in code points, ``end_column`` one past it."""

    line: int
    column: int
    end_line: int
    end_column: int


def place(segment: Record, issue: Record) -> Place | None:
    """The place of ``issue`` in its file; ``None`` where offsets lead into no file (text that a
    reader took out of HTML or a record)."""
    if segment["line"] is None:
        return None
    before = segment["text"][: issue["start"] - segment["start"]]
    line, column = _after(segment["line"], segment["column"], before)
    return Place(line, column, *_after(line, column, issue["text"]))


def _after(line: int, column: int, text: str) -> tuple[int, int]:
    """Line and column after ``text``, which begins at the given ones."""
    lines = text.count("\n")
    return (line + lines, len(text) - text.rfind("\n")) if lines else (line, column + len(text))
