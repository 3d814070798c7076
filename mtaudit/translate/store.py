"""A bounded key–value store on disk that several processes may share (SQLite, WAL).

It only ever saves time: whatever is wrong with the file or the folder, work goes on without it
and a note says so.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..types import Note

CACHE_VARIABLE = "MTAUDIT_CACHE"
DEFAULT_BYTES = 512 << 20
_FILE = "translations.sqlite3"
# SQLite allows 999 variables in a statement on old builds.
_CHUNK = 900
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_used ON entry (used);
"""
# Bytes that an entry costs besides its value: key, counters and index, rounded up.
_OVERHEAD = 100


def default_folder() -> Path:
    """``$MTAUDIT_CACHE``, else ``$XDG_CACHE_HOME/mtaudit``, else ``~/.cache/mtaudit``."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "mtaudit"


class Store:
    """``get`` and ``put`` many at once.  Never raises for the state of the disk: after a failure
    it is off, and ``notes`` says why."""

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.notes: list[Note] = []
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner = -1
        self._off = False
        self._clock = 0
        self._unchecked = 0

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The known ones of ``keys`` with their values."""
        found: dict[bytes, bytes] = {}
        with self._lock, self._guarded() as connection:
            if connection is not None:
                for i in range(0, len(keys), _CHUNK):
                    part = keys[i : i + _CHUNK]
                    marks = ",".join("?" * len(part))
                    rows = connection.execute(
                        f"SELECT key, value FROM entry WHERE key IN ({marks})", part
                    ).fetchall()
                    found.update((bytes(k), bytes(v)) for k, v in rows)
                    self._touch(connection, [bytes(k) for k, _ in rows])
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep ``entries``; the longest unused ones go when the store grows over its bound."""
        if not entries:
            return
        with self._lock, self._guarded() as connection:
            if connection is None:
                return
            rows = [(k, v, len(v) + _OVERHEAD, self._clock) for k, v in entries.items()]
            with connection:
                connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", rows)
            self._unchecked += sum(row[2] for row in rows)
            if self._unchecked > self.max_bytes // 50:
                self._unchecked = 0
                self._shrink(connection)

    def close(self) -> None:
        with self._lock:
            self._close()

    def _touch(self, connection: sqlite3.Connection, keys: list[bytes]) -> None:
        if not keys:
            return
        # Entries used in this run already carry its number: no write for them.
        marks = ",".join("?" * len(keys))
        with connection:
            connection.execute(
                f"UPDATE entry SET used = ? WHERE used < ? AND key IN ({marks})",
                [self._clock, self._clock, *keys],
            )

    def _shrink(self, connection: sqlite3.Connection) -> None:
        total = connection.execute("SELECT COALESCE(SUM(size), 0) FROM entry").fetchone()[0]
        excess = total - int(self.max_bytes * 0.9)
        if total <= self.max_bytes:
            return
        gone, freed = [], 0
        for key, size in connection.execute("SELECT key, size FROM entry ORDER BY used, key"):
            gone.append((key,))
            freed += size
            if freed >= excess:
                break
        with connection:
            connection.executemany("DELETE FROM entry WHERE key = ?", gone)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """The open connection, or ``None``; what goes wrong with it ends in a note."""
        try:
            connection = self._open()
        except (sqlite3.DatabaseError, OSError) as error:
            self._failed(error)
            connection = None
        try:
            yield connection
        except (sqlite3.DatabaseError, OSError) as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        # OperationalError: locked, read-only, disk full.  Its base class: not a database, or a
        # malformed one.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        ):
            self._move_aside()
        else:
            self._give_up(str(error))

    def _open(self) -> sqlite3.Connection | None:
        if self._off:
            return None
        if self._connection is not None and self._owner == os.getpid():
            return self._connection
        # A connection must not be carried over a fork.
        self._connection = None
        self.folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.folder / _FILE, timeout=30.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
            newest = connection.execute("SELECT COALESCE(MAX(used), 0) FROM entry").fetchone()[0]
        except BaseException:
            connection.close()
            raise
        self._clock = newest + 1
        self._connection, self._owner = connection, os.getpid()
        return connection

    def _move_aside(self) -> None:
        self._close()
        number = 1
        while (self.folder / f"{_FILE}.damaged-{number}").exists():
            number += 1
        aside = self.folder / f"{_FILE}.damaged-{number}"
        try:
            os.replace(self.folder / _FILE, aside)
            for tail in ("-wal", "-shm"):
                (self.folder / (_FILE + tail)).unlink(missing_ok=True)
        except FileNotFoundError:
            pass  # another process was quicker
        except OSError as error:
            self._give_up(str(error))
            return
        self.notes.append(
            Note(
                "cache-damaged",
                f"The translation cache was damaged; it was moved to {aside} and begun anew.",
                f"كانت ذاكرة الترجمات المؤقتة تالفة، فنُقلت إلى {aside} وبدأت ذاكرة جديدة.",
            )
        )

    def _give_up(self, reason: str) -> None:
        self._close()
        self._off = True
        self.notes.append(
            Note(
                "no-cache",
                f"No translation cache: {self.folder}: {reason}. Results are the same, slower.",
                f"لا ذاكرة مؤقتة للترجمات: {self.folder}: {reason}. النتائج هي نفسها، لكن أبطأ.",
            )
        )

    def _close(self) -> None:
        if self._connection is not None and self._owner == os.getpid():
            self._connection.close()
        self._connection = None
