"""Clean reports on disk: read once, known again by the content of their files.

One SQLite file: it brings what an index that several processes share needs (all or nothing, one
writer at a time, readers undisturbed) and comes with Python.  Of each report it keeps the text, a
row of terms (:mod:`.terms`) and what the audit of the report itself said.  A file whose size and
time of change are as before is not opened; one whose bytes are as before is not read again; a
report whose text is as before is not analysed again.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path

import numpy as np

from ..errors import HostError, ModelError
from ..modelstore import model_path, read_manifest
from ..read import Listed, document_from, files_of, read_listed
from ..segment import segment
from ..types import Block, Document, Failure, Verdict
from .terms import TERMS, sentences, terms_of

FILE = "reports.sqlite3"
# Raised when the tables or the terms change their meaning: an older index is begun anew.
FORMAT = 1
# Reports in one transaction; bounds memory and what a crash costs.
_BATCH = 200
# How long a process waits for another that builds the same index, in seconds.
_WAIT = 3600.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, field TEXT NOT NULL, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, digest BLOB NOT NULL, failures TEXT NOT NULL, whole INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS file_path ON file (path, field);
CREATE TABLE IF NOT EXISTS report (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, rest TEXT NOT NULL,
    digest BLOB NOT NULL, terms BLOB NOT NULL, document BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS report_file ON report (file);
CREATE INDEX IF NOT EXISTS report_digest ON report (digest);
CREATE TABLE IF NOT EXISTS standing (
    digest BLOB NOT NULL, judge TEXT NOT NULL, verdict TEXT NOT NULL, probability REAL,
    PRIMARY KEY (digest, judge)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS chosen (file INTEGER PRIMARY KEY, name TEXT NOT NULL);
"""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Update:
    """What :meth:`Library.update` did.  ``read`` files were new or changed, ``dropped`` ones are
    gone from the disk."""

    files: int
    reports: int
    read: int
    dropped: int
    failures: tuple[Failure, ...]


def expand(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Paths with their wildcards filled in; ``**`` goes through folders.  A pattern that nothing
    matches stays, so that it is reported as missing."""
    found: list[Path] = []
    for path in (str(os.fspath(item)) for item in paths):
        matches = [] if os.path.exists(path) else sorted(glob.glob(path, recursive=True))
        found += map(Path, matches or [path])
    return found


class Library:
    """The index in ``folder``; ``None`` keeps it in memory for this run.

    Raises :class:`HostError` where the folder cannot be written or the file is no index.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            place = ":memory:" if folder is None else str(folder / FILE)
            self._db = sqlite3.connect(place, timeout=60.0)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
            self._begin_anew_if_old()
        except (sqlite3.Error, OSError) as error:
            raise HostError(
                f"the index of reports cannot be opened: {error}",
                where=str(folder),
                mend=f"choose another folder, or delete {FILE} there: it is built again",
            ) from error

    def close(self) -> None:
        self._db.close()

    # -- bringing it up to date ------------------------------------------------------------

    def update(
        self,
        paths: Iterable[str | os.PathLike[str]],
        text_column: str = "text",
        progress: Progress | None = None,
    ) -> Update:
        """Read what is new or changed in ``paths`` and make them the reports of this run.

        Files outside ``paths`` stay in the index, unless they are gone from the disk, and take
        no part in the run.
        """
        files, failures = files_of(expand(paths))
        read = 0
        with self._alone():
            self._db.execute(
                "DELETE FROM report WHERE file IN (SELECT id FROM file WHERE NOT whole)"
            )
            self._db.execute("DELETE FROM file WHERE NOT whole")
            self._db.execute("DELETE FROM temp.chosen")
            self._db.commit()
            for n, (path, name) in enumerate(files, 1):
                number, fresh = self._bring_in(path, name, text_column)
                read += fresh
                self._db.commit()
                if number is not None:
                    self._db.execute("INSERT INTO temp.chosen VALUES (?, ?)", (number, name))
                if progress is not None:
                    progress("index", n, len(files))
            dropped = self._drop_missing()
            self._db.commit()
        failures += self._remembered_failures(files)
        (reports,) = self._db.execute(
            "SELECT COUNT(*) FROM report JOIN temp.chosen USING (file)"
        ).fetchone()
        return Update(len(files), int(reports), read, dropped, tuple(failures))

    def _bring_in(self, path: Path, name: str, field: str) -> tuple[int | None, bool]:
        """The file's number, and whether it had to be read."""
        try:
            state = path.stat()
            row = self._db.execute(
                "SELECT id, size, changed, digest FROM file WHERE path = ? AND field = ? AND whole",
                (str(path.resolve()), field),
            ).fetchone()
            if row is not None and row[1:3] == (state.st_size, state.st_mtime_ns):
                return int(row[0]), False
            with path.open("rb") as stream:
                digest = file_digest(stream, "sha256").digest()
        except OSError:
            digest, row, state = b"", None, None  # the reader says what is wrong with it
        if state is not None and row is not None and bytes(row[3]) == digest:
            self._db.execute(
                "UPDATE file SET changed = ? WHERE id = ?", (state.st_mtime_ns, row[0])
            )
            return int(row[0]), False
        values = (state.st_size, state.st_mtime_ns) if state is not None else (-1, -1)
        return self._read(path, name, field, values, digest), True

    def _read(
        self, path: Path, name: str, field: str, state: tuple[int, int], digest: bytes
    ) -> int:
        """Read a file into rows of its own; they take the place of the old ones at the end, so
        that a run which ends early leaves the old ones as they were."""
        place = str(path.resolve())
        cursor = self._db.execute(
            "INSERT INTO file (path, field, size, changed, digest, failures, whole)"
            " VALUES (?, ?, ?, ?, ?, '[]', 0)",
            (place, field, *state, digest),
        )
        number = int(cursor.lastrowid or 0)
        failures = []
        for n, item in enumerate(read_listed(Listed(path, name, 1), field), 1):
            found = item if isinstance(item, Failure) else document_from(item)
            if isinstance(found, Failure):
                failures.append(asdict(found))
            else:
                self._add(number, found.doc_id.removeprefix(name), found)
            if n % _BATCH == 0:
                self._db.commit()
        old = "SELECT id FROM file WHERE path = ? AND field = ? AND whole"
        self._db.execute(f"DELETE FROM report WHERE file IN ({old})", (place, field))
        self._db.execute("DELETE FROM file WHERE path = ? AND field = ? AND whole", (place, field))
        self._db.execute(
            "UPDATE file SET whole = 1, failures = ? WHERE id = ?", (json.dumps(failures), number)
        )
        return number

    def _add(self, file: int, rest: str, document: Document) -> None:
        digest = text_digest(document.text)
        known = self._db.execute(
            "SELECT terms FROM report WHERE digest = ? LIMIT 1", (digest,)
        ).fetchone()
        if known is not None:
            terms = bytes(known[0])
        else:
            terms = terms_of(sentences(segment(document))).astype("<u4").tobytes()
        self._db.execute(
            "INSERT INTO report (file, rest, digest, terms, document) VALUES (?, ?, ?, ?, ?)",
            (file, rest, digest, terms, _pack(document)),
        )

    def _drop_missing(self) -> int:
        rows = self._db.execute(
            "SELECT id, path FROM file WHERE id NOT IN (SELECT file FROM temp.chosen)"
        ).fetchall()
        gone = [(number,) for number, path in rows if not os.path.exists(path)]
        self._db.executemany("DELETE FROM report WHERE file = ?", gone)
        self._db.executemany("DELETE FROM file WHERE id = ?", gone)
        return len(gone)

    def _remembered_failures(self, files: Sequence[tuple[Path, str]]) -> list[Failure]:
        rows = self._db.execute(
            "SELECT failures FROM file JOIN temp.chosen ON id = file WHERE failures != '[]'"
            " ORDER BY path"
        )
        return [Failure(**item) for (text,) in rows for item in json.loads(text)]

    # -- reading it ------------------------------------------------------------------------

    def rows(self) -> tuple[list[int], np.ndarray, str]:
        """Numbers of this run's reports, their terms (reports × :data:`TERMS`, uint32, 0 = none)
        and a digest that names the collection, whatever its order."""
        cursor = self._db.execute(
            "SELECT report.id, terms, digest FROM report JOIN temp.chosen USING (file)"
            " ORDER BY name, report.id"
        )
        numbers, packed, total = [], [], 0
        for number, terms, digest in cursor:
            numbers.append(int(number))
            packed.append(bytes(terms).ljust(4 * TERMS, b"\0"))
            total += int.from_bytes(bytes(digest)[:16], "big")
        table = np.frombuffer(b"".join(packed), dtype="<u4").reshape(-1, TERMS)
        name = sha256(str((len(numbers), total)).encode()).hexdigest()[:12]
        return numbers, table, name

    def document(self, number: int) -> Document | None:
        """One report; ``None`` where another process has replaced it since."""
        row = self._db.execute(
            "SELECT name, rest, document FROM report JOIN temp.chosen USING (file)"
            " WHERE report.id = ?",
            (number,),
        ).fetchone()
        if row is None:
            return None
        name, rest, packed = row
        return _unpack(bytes(packed), f"{name}{rest}")

    def numbers_of(self, text: str) -> set[int]:
        """Reports with exactly this text."""
        rows = self._db.execute("SELECT id FROM report WHERE digest = ?", (text_digest(text),))
        return {int(number) for (number,) in rows}

    def holds(self, path: str) -> bool:
        """Whether a file is among this run's reports."""
        if not path:
            return False
        found = self._db.execute(
            "SELECT 1 FROM file JOIN temp.chosen ON id = file WHERE path = ?",
            (str(Path(path).resolve()),),
        )
        return found.fetchone() is not None

    # -- what audits said of the reports ---------------------------------------------------

    def standing(self, text: str, judge: str) -> tuple[Verdict, float | None] | None:
        """Verdict and probability of a report by ``judge`` (a signature); ``None``: none yet."""
        row = self._db.execute(
            "SELECT verdict, probability FROM standing WHERE digest = ? AND judge = ?",
            (text_digest(text), judge),
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def keep_standing(self, text: str, judge: str, verdict: Verdict, value: float | None) -> None:
        # Only saves time: a locked or full disk loses nothing.
        with contextlib.suppress(sqlite3.OperationalError), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?)",
                (text_digest(text), judge, verdict, value),
            )

    # -- the file itself -------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time updates; the others wait and then find the work done.  The lock
        is a file of its own, so that readers are not kept waiting, and ends with its process."""
        if self.folder is None:
            yield
            return
        lock = sqlite3.connect(self.folder / "lock.sqlite3", timeout=_WAIT, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()

    def _begin_anew_if_old(self) -> None:
        made = f"{FORMAT}|{_revision('language')}|{_revision('names')}"
        row = self._db.execute("SELECT value FROM meta WHERE name = 'made'").fetchone()
        if row is not None and row[0] == made:
            return
        with self._db:
            for table in ("report", "file", "standing"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('made', ?)", (made,))


def text_digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _revision(name: str) -> str:
    try:
        return str(read_manifest(model_path(name)).get("revision", "none"))
    except ModelError:
        return "none"


def _pack(document: Document) -> bytes:
    record = {
        "text": document.text,
        "path": document.path,
        "encoding": document.encoding,
        "media": document.media,
        "offsets_into": document.offsets_into,
        "blocks": [asdict(block) for block in document.blocks],
    }
    # Level 1: a third larger than level 6, four times as fast.
    return zlib.compress(json.dumps(record, ensure_ascii=True).encode("ascii"), 1)


def _unpack(packed: bytes, doc_id: str) -> Document:
    record = json.loads(zlib.decompress(packed))
    blocks = tuple(Block(**block) for block in record.pop("blocks"))
    return Document(doc_id=doc_id, blocks=blocks, **record)
