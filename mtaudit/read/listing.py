"""Which files are read, in which order, under which names; in bounded memory.

A corpus may have millions of files and records: what was seen is kept in a private SQLite
database that lives in the temporary folder and goes away with the connection.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..types import Failure


def suffix_of(path: str) -> str:
    """``.txt``; ``.jsonl.gz`` and ``.jsonl.zst`` in one piece."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    packed = suffixes[-1:] in ([".gz"], [".zst"])
    return "".join(suffixes[-2:] if packed else suffixes[-1:])


class Names:
    """Gives out every name once: ``a``, then ``a~2``, ``a~3`` …"""

    def __init__(self) -> None:
        self._seen = sqlite3.connect("", isolation_level=None)
        # One transaction that is never ended: nothing here needs to outlive the process.
        self._seen.executescript(
            "PRAGMA cache_size=-4096; PRAGMA journal_mode=OFF;"
            "CREATE TABLE name (name BLOB PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID; BEGIN;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._seen.close()

    def unique(self, name: str) -> str:
        """``name``, or the first of ``name~2``, ``name~3`` … that was not given out yet."""
        if self._add(name):
            return name
        key = _key(name)
        row = self._seen.execute("SELECT last FROM name WHERE name = ?", (key,)).fetchone()
        number = row[0] + 1
        while not self._add(f"{name}~{number}"):
            number += 1
        # Numbers below are taken for good: the next search begins here, not at 2.
        self._seen.execute("UPDATE name SET last = ? WHERE name = ?", (number, key))
        return f"{name}~{number}"

    def _add(self, name: str) -> bool:
        row = (_key(name),)
        return bool(self._seen.execute("INSERT OR IGNORE INTO name VALUES (?, 1)", row).rowcount)


def _key(name: str) -> bytes:
    # Names of files and records may hold lone surrogates, which are no Unicode text.
    return name.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file to read: its path as given, its name in the run, how often it was given."""

    path: Path
    name: str
    times: int


def list_files(
    paths: Sequence[Path], suffixes: frozenset[str], advice: str
) -> Iterator[Listed | Failure]:
    """Files of ``paths``, and of directories everything below them in sorted order; what cannot be
    listed comes first.

    Of a directory only files with one of ``suffixes`` count; ``advice`` says which these are where
    it has none.  A file that is given twice is listed once.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as table, Names() as names:
        table.executescript(
            "PRAGMA cache_size=-4096; PRAGMA journal_mode=OFF;"
            "CREATE TABLE file (place INTEGER PRIMARY KEY, real BLOB UNIQUE, path BLOB,"
            " name BLOB, times INTEGER); BEGIN;"
        )
        for path in paths:
            yield from _list(path, table, suffixes, advice)
        table.execute("CREATE INDEX by_name ON file (name)")
        rows = table.execute(
            "SELECT path, times, (SELECT COUNT(*) FROM file AS other WHERE other.name = file.name)"
            " FROM file ORDER BY place"
        )
        for raw, times, sharing in rows:
            path = Path(os.fsdecode(raw))
            name = path.name if sharing == 1 else f"{path.parent.name}/{path.name}"
            yield Listed(path, names.unique(name), times)


def _list(
    path: Path, table: sqlite3.Connection, suffixes: frozenset[str], advice: str
) -> Iterator[Failure]:
    try:
        if path.is_dir():
            yield from _walk(path, table, suffixes, advice)
        elif path.exists():
            _insert(table, str(path))
        else:
            yield Failure(str(path), "missing", "no such file", "check its name and folder")
    except (OSError, ValueError, RuntimeError) as error:
        yield os_failure(path, error)


def _walk(
    folder: Path, table: sqlite3.Connection, suffixes: frozenset[str], advice: str
) -> Iterator[Failure]:
    failures: list[Failure] = []
    found = 0
    passed_over: Counter[str] = Counter()

    def trouble(error: OSError) -> None:
        failures.append(os_failure(Path(error.filename or folder), error))

    for root, folders, names in os.walk(folder, onerror=trouble):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            suffix = suffix_of(name)
            if suffix in suffixes:
                found += 1
                _insert(table, os.path.join(root, name))
            else:
                passed_over[suffix or "no suffix"] += 1
    yield from failures
    if not found and not failures:
        there = ", ".join(f"{n} × {suffix}" for suffix, n in passed_over.most_common(5))
        message = f"no readable file in the folder (there: {there or 'nothing'})"
        yield Failure(str(folder), "nothing-to-read", message, advice)


def _insert(table: sqlite3.Connection, path: str) -> None:
    # Bytes, since a file's name need not be Unicode text.
    real = os.fsencode(os.path.realpath(path))
    name = os.fsencode(os.path.basename(path))
    row = (real, os.fsencode(path), name)
    if not table.execute("INSERT OR IGNORE INTO file VALUES (NULL, ?, ?, ?, 1)", row).rowcount:
        table.execute("UPDATE file SET times = times + 1 WHERE real = ?", (real,))


def os_failure(path: Path, error: Exception) -> Failure:
    """What became of a file that the system would not open."""
    if isinstance(error, PermissionError):
        return Failure(str(path), "permission", "permission denied", "allow reading it")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Failure(str(path), "unreadable", reason, "check the file and its name")
