"""A run in a folder: ``segments.jsonl``, ``documents.jsonl``, ``run.json`` (and other formats).

The bytes depend on the run alone: fixed key order, no times.  Each file is replaced in one step,
``run.json`` last, so a folder with a ``run.json`` holds a finished run; ``read_run`` compares the
signatures all the same, because an older ``run.json`` may stand beside newer lines.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import InputError, UsageError
from ..types import SCHEMA_VERSION, RunReport
from .record import Record, StoredRun, stored_run

SEGMENTS, DOCUMENTS, RUN = "segments.jsonl", "documents.jsonl", "run.json"

# Format → module of this package whose ``write(stored, folder)`` draws it; imported on demand.
FORMATS: Mapping[str, str] = {"jsonl": "jsonl", "html": "html"}

Writer = Callable[[StoredRun, Path], list[Path]]

# A lone surrogate (a broken escape in a JSON input) cannot be written as UTF-8.
_SURROGATE = re.compile("[\ud800-\udfff]")
# JSON lets these stand bare, but line-wise readers (Python's splitlines, say) break at them.
_LINE_BREAKS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def encode(record: Any) -> str:
    """``record`` as one line of JSON.  The text stays readable: nothing but controls is escaped."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _SURROGATE.sub("\ufffd", replaced(line, _LINE_BREAKS))


def replaced(text: str, table: Mapping[str, str]) -> str:
    """``text`` with every key replaced (str.translate is ten times slower on Arabic)."""
    for char, escape in table.items():
        text = text.replace(char, escape)
    return text


def write_atomically(path: Path, parts: Iterable[str | bytes]) -> None:
    """Write ``parts`` (text as UTF-8) to ``path``: a reader sees the old file or the whole new one.

    Raises :class:`UsageError` when the place cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.writelines(p.encode("utf-8") if isinstance(p, str) else p for p in parts)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            mend="choose an output folder that you may write to, with space left",
        ) from error
    finally:
        with suppress(OSError):  # gone after a success
            temporary.unlink()


def write(stored: StoredRun, folder: Path) -> list[Path]:
    """The three files of the record, ``run.json`` last."""
    paths = [folder / SEGMENTS, folder / DOCUMENTS, folder / RUN]
    write_atomically(paths[0], (encode(record) + "\n" for record in stored.segments))
    write_atomically(paths[1], (encode(record) + "\n" for record in stored.documents))
    text = json.dumps(stored.run, ensure_ascii=False, allow_nan=False, indent=2)
    write_atomically(paths[2], [_SURROGATE.sub("\ufffd", text), "\n"])
    return paths


def write_run(
    run: RunReport | StoredRun,
    out: Path,
    formats: Collection[str] = ("jsonl", "html"),
    *,
    created: str | None = None,
) -> list[Path]:
    """Write ``run`` into the folder ``out`` (made when missing); the paths written, in order.

    ``created`` goes into ``run.json`` as it is; without it no file depends on the time.
    Raises :class:`UsageError` for an unknown format, before anything is written.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise UsageError(
            f"unknown report format {', '.join(unknown)}", mend=f"choose from {', '.join(FORMATS)}"
        )
    stored = run if isinstance(run, StoredRun) else stored_run(run, created)
    paths: list[Path] = []
    # jsonl stands last: its run.json says that everything else is there too.
    for name in sorted(FORMATS, key=lambda name: name == "jsonl"):
        if name in formats:
            module = import_module(f".{FORMATS[name]}", __package__)
            draw: Writer = module.write
            paths.extend(draw(stored, out))
    return paths


def _read_lines(path: Path) -> list[Record]:
    records = []
    try:
        with open(path, encoding="utf-8", newline="\n") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    records.append(_record(line, f"{path}, line {number}"))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    return records


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"cannot be read: {reason}", where=str(path), mend="point at a folder that audit wrote"
    )


def _record(text: str, where: str) -> Record:
    mend = "write the run again with this version of mtaudit"
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error}", where=where, mend=mend) from error
    if not isinstance(record, dict) or "signature" not in record:
        raise InputError("not a record of mtaudit", where=where, mend=mend)
    version = str(record.get("schema", "?"))
    if version != SCHEMA_VERSION:
        raise InputError(
            f"schema {version}, this version reads {SCHEMA_VERSION}", where=where, mend=mend
        )
    return record


def read_run(folder: Path) -> StoredRun:
    """The run that ``write_run`` left in ``folder``.

    Raises :class:`InputError` naming file and line when it is missing, damaged, of another schema
    or mixed from two runs.
    """
    path = folder / RUN
    try:
        run = _record(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    documents, segments = _read_lines(folder / DOCUMENTS), _read_lines(folder / SEGMENTS)
    known = {document.get("doc_id") for document in documents}
    for name, records in ((DOCUMENTS, documents), (SEGMENTS, segments)):
        for number, record in enumerate(records, 1):
            if record["signature"] != run["signature"] or record.get("doc_id") not in known:
                raise InputError(
                    "belongs to another run than run.json",
                    where=f"{folder / name}, record {number}",
                    mend="the folder holds an unfinished run: audit again into a new folder",
                )
    return StoredRun(run, documents, segments)
