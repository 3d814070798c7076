"""Labelled JSON Lines → rows; a bad row is a :class:`Failure` with its line, the rest goes on."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..read import Limits
from ..types import Failure

LABELS = ("human", "mt", "postedited", "ai_generated")
UNNAMED = "unnamed"
_NAMED_FIELDS = ("system", "doc_id", "domain")
# Longer names are cut: they are headings of tables, not texts.
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text.  ``doc_id`` is empty where the file names none; ``line`` counts from 1."""

    text: str
    label: str
    system: str
    doc_id: str
    domain: str
    file: str
    line: int


class _BadRowError(ValueError):
    """``args``: kind, message, mend."""


def read_rows(
    paths: Sequence[str | Path], limit: int | None = None
) -> tuple[list[Row], list[Failure]]:
    """The rows of all files in order, and what could not be used.

    ``limit`` bounds the rows of each file: every (label, system) gives its first rows in equal
    shares, so that a short look at a file sorted by system still sees every system, and the same
    source sentences of each.
    """
    rows: list[Row] = []
    failures: list[Failure] = []
    seen: set[Path] = set()
    for path in map(Path, paths):
        if path.resolve() in seen:
            failures.append(
                Failure(str(path), "given-twice", "the file is named twice; it was read once",
                        "name it once")
            )  # fmt: skip
            continue
        seen.add(path.resolve())
        mine: list[Row] = []
        for item in _read_file(path):
            (failures if isinstance(item, Failure) else mine).append(item)  # type: ignore[arg-type]
        rows += _first_of_each(mine, limit) if limit else mine
    return rows, failures


def without_copies(rows: Sequence[Row]) -> tuple[list[Row], Counter[str]]:
    """``rows`` without those that say the same once more, and how many of them each file had.

    Some sets list one engine's output once for every person who edited it.  Joined to a document
    such copies would be found as repetition: a fault of the set, not of the translation.  A copy
    has text, label, system and a ``doc_id`` of its own file in common with an earlier row.
    """
    seen: set[tuple[str, ...]] = set()
    kept: list[Row] = []
    copies: Counter[str] = Counter()
    for row in rows:
        key = (row.file, row.label, row.system, row.doc_id, row.text)
        if row.doc_id and key in seen:
            copies[row.file] += 1
            continue
        seen.add(key)
        kept.append(row)
    return kept, copies


def _first_of_each(rows: Sequence[Row], limit: int) -> list[Row]:
    cells: dict[tuple[str, str], int] = defaultdict(int)
    ranked = []
    for number, row in enumerate(rows):
        place = cells[row.label, row.system]
        cells[row.label, row.system] += 1
        ranked.append((place, number))
    return [rows[number] for number in sorted(n for _, n in sorted(ranked)[:limit])]


def _open(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.suffix.lower() == ".xz":
        return lzma.open(path, "rb")
    return path.open("rb")


def _read_file(path: Path) -> Iterator[Row | Failure]:
    most = Limits().max_bytes
    number = 0
    try:
        with _open(path) as file:
            while line := file.readline(most + 1):
                number += 1
                where = f"{path}:{number}"
                if len(line) > most:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(most)
                    yield Failure(where, "too-large", f"the line has more than {most:,} bytes",
                                  "split its text into sentences or paragraphs")  # fmt: skip
                    continue
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if not line.strip():
                    continue
                try:
                    yield _row(line, str(path), number)
                except _BadRowError as bad:
                    yield Failure(where, *bad.args)
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
        yield Failure(f"{path}:{number + 1}", "encoding", f"damaged archive ({error})",
                      "pack the file again")  # fmt: skip
    except IsADirectoryError:
        yield Failure(str(path), "unreadable", "is a directory", "name the JSONL files in it")
    except FileNotFoundError:
        yield Failure(str(path), "missing", "no such file", "check its name and folder")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield Failure(str(path), "unreadable", reason, "check the file and its name")
    else:
        if not number:
            yield Failure(str(path), "empty", "the file is empty", "give one object a line")


def _row(line: bytes, file: str, number: int) -> Row:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _BadRowError(
            "encoding", f"byte {error.start} of the line is not UTF-8", "save the file as UTF-8"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _BadRowError("json", f"not a JSON object: {error}", "mend that line") from error
    if not isinstance(record, dict):
        raise _BadRowError(
            "json",
            f"a JSON {type(record).__name__} where an object is needed",
            'write {"text": "…", "label": "human"}',
        )
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        what = f"holds {type(text).__name__}" if "text" in record else "is missing"
        what = "is empty" if isinstance(text, str) else what
        raise _BadRowError("no-text", f"the field 'text' {what}", "put the Arabic text there")
    label = record.get("label")
    if label not in LABELS:
        said = "is missing" if "label" not in record else f"is {str(label)[:40]!r}"
        raise _BadRowError("label", f"the field 'label' {said}", "one of: " + ", ".join(LABELS))
    named = {name: _name(record, name) for name in _NAMED_FIELDS}
    # A lone surrogate ("\ud800" in JSON) is no character and cannot be written out again.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return Row(text=text, label=label, file=file, line=number, system=named["system"] or UNNAMED,
               domain=named["domain"] or UNNAMED, doc_id=named["doc_id"])  # fmt: skip


def _name(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _BadRowError(
            "field", f"the field {name!r} holds {type(value).__name__}", "give a text or leave it"
        )
    # Names are printed: no controls, no line breaks.
    shown = "".join(c if c.isprintable() else " " for c in str(value))
    if name == "doc_id":
        return str(value).encode("utf-8", "replace").decode("utf-8")
    return " ".join(shown.split())[:_NAME_LENGTH]
