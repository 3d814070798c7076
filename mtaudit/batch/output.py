"""The output folder: shards that are whole or absent, and the settings that they belong to.

    OUT/batch.json             settings; every shard in the folder was made with exactly these
    OUT/shards/00000/          documents, segments, errors (.jsonl, .parquet), shard.json
    OUT/summary.json           written when the last shard is there
    OUT/index.html

A shard is written into a folder beside its place, flushed to the disk and renamed in one step.
``shard.json`` lists its files with their SHA-256, so that a damaged shard is known and made again.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..report.jsonl import encode, write_atomically

SETTINGS, SUMMARY, INDEX = "batch.json", "summary.json", "index.html"
ABOUT, LOCK = "shard.json", ".lock"
_SHARDS = "shards"
_counter = itertools.count()


def folder_of(number: int) -> str:
    """The name of a shard's folder; names sort as numbers do up to a hundred million shards."""
    return f"{number:08d}"


def highest(names: Iterable[str]) -> int:
    """The highest number among shards' folder ``names``; -1 where there is none."""
    return max((int(name) for name in names if name.isdecimal()), default=-1)


class Output:
    """An output folder on a disk of this machine (or one mounted like it)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one run at a time may write; the lock goes with the process that holds it (its
        empty file stays).

        Raises :class:`UsageError` where another one has it, or the folder cannot be written to.
        """
        path = self.root / LOCK
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            stream = open(path, "a", encoding="utf-8")  # noqa: SIM115  (held while the run lasts)
        except OSError as error:
            raise _unwritable(self.root, error) from error
        with stream:
            _lock(stream.fileno(), self.root)
            self._tidy()
            yield

    def _tidy(self) -> None:
        """What a killed run left half written."""
        for path in (*self.root.glob(".*.tmp"), *self.root.glob(f"{_SHARDS}/.*.tmp")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def read_json(self, name: str) -> dict[str, Any] | None:
        """A JSON object in the folder; ``None`` where there is none or it cannot be read."""
        try:
            found = json.loads((self.root / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def write_json(self, name: str, value: Any) -> None:
        """Replace ``name`` in one step."""
        self.write_text(name, json_text(value))

    def write_text(self, name: str, text: str) -> None:
        """Replace ``name`` in one step."""
        write_atomically(self.root / name, [text])

    def shard(self, number: int) -> dict[str, Any] | None:
        """What ``shard.json`` says of a shard that is whole; otherwise it is absent: ``None``."""
        folder = self.root / _SHARDS / folder_of(number)
        about = self.about(number)
        if about is None:
            return None
        try:
            for name, known in about["files"].items():
                data = (folder / name).read_bytes()
                if len(data) != known["bytes"] or _sha256(data) != known["sha256"]:
                    return None
        except (OSError, KeyError, TypeError, AttributeError):
            return None
        return about

    def about(self, number: int) -> dict[str, Any] | None:
        """``shard.json`` alone, its files not looked at."""
        return self.read_json(f"{_SHARDS}/{folder_of(number)}/{ABOUT}")

    def commit(self, number: int, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
        """Put a shard in its place: ``files`` and ``about``, to which their sums are added."""
        place = self.root / _SHARDS / folder_of(number)
        new = place.with_name(f".{place.name}.{os.getpid()}-{next(_counter)}.tmp")
        try:
            new.mkdir(parents=True)
            for name, data in (*files.items(), (ABOUT, about_bytes(files, about))):
                with open(new / name, "wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
            _flush_folder(new)
            if place.exists() and self.shard(number) is None:
                shutil.rmtree(place)
            try:
                os.rename(new, place)
            except OSError:
                # Another worker was quicker with the same shard: its bytes are the same.
                if self.shard(number) is None:
                    raise
            _flush_folder(place.parent)
        except OSError as error:
            raise _unwritable(place, error) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def last(self) -> int:
        """The highest number of a shard that is there, whole or not; -1 where there is none."""
        return highest(path.name for path in (self.root / _SHARDS).glob("*"))


def json_text(value: Any) -> str:
    """``value`` as the JSON files of the output hold it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def about_bytes(files: Mapping[str, bytes], about: Mapping[str, Any]) -> bytes:
    """``shard.json``: what is known of a shard, and the sums of its files."""
    sums = {name: {"bytes": len(data), "sha256": _sha256(data)} for name, data in files.items()}
    return (encode({**about, "files": sums}) + "\n").encode("utf-8")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int, root: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: two runs at a time are not kept apart
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise UsageError(
            "another run is writing here",
            where=str(root),
            mend="wait for it, or choose another --out",
        ) from error


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot be written: {error.strerror or error}",
        where=str(path),
        mend="choose a folder that you may write to, with space left; --resume goes on from here",
    )
