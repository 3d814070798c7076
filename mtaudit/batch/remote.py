"""Object storage (``s3://``, ``gs://``, ``abfs://`` …) for sources and outputs, through fsspec.

An object appears whole or not at all, so a file needs no renaming; a shard is there when its
``shard.json``, which is written last, is there and the others have their sizes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import HostError, InputError, UsageError
from ..read import Item, Listed, read_listed
from ..read.listing import Names
from ..types import Failure
from .output import ABOUT, about_bytes, folder_of, highest, json_text


def is_remote(place: str) -> bool:
    """Whether ``place`` is a URL of a storage and not a file of this machine."""
    return "://" in place


def storage(url: str) -> tuple[Any, str]:
    """The file system behind ``url`` and the path in it.  Raises :class:`HostError` where the
    library for it is missing, and :class:`UsageError` for a storage that is not known."""
    try:
        fsspec = import_module("fsspec")
        found: tuple[Any, str] = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise HostError(
            f"object storage needs another library: {error}",
            where=url,
            mend="pip install 'mtaudit[batch]' and s3fs, gcsfs or adlfs",
        ) from error
    except ValueError as error:
        raise UsageError(
            str(error), where=url, mend="check the beginning of the address"
        ) from error
    return found


class RemoteOutput:
    """As :class:`mtaudit.batch.output.Output`, in a storage; see there.

    There is no lock: two runs into one place at a time are the user's to avoid.  They would write
    the same bytes.
    """

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    @contextmanager
    def locked(self) -> Iterator[None]:
        storage(self.root)
        yield

    def read_json(self, name: str) -> dict[str, Any] | None:
        fs, root = storage(self.root)
        try:
            found = json.loads(fs.cat_file(f"{root}/{name}"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def write_json(self, name: str, value: Any) -> None:
        self.write_text(name, json_text(value))

    def write_text(self, name: str, text: str) -> None:
        self._put(name, text.encode("utf-8", "replace"))

    def about(self, number: int) -> dict[str, Any] | None:
        return self.read_json(f"shards/{folder_of(number)}/{ABOUT}")

    def shard(self, number: int) -> dict[str, Any] | None:
        about = self.about(number)
        if about is None:
            return None
        fs, root = storage(self.root)
        try:
            for name, known in about["files"].items():
                if fs.info(f"{root}/shards/{folder_of(number)}/{name}")["size"] != known["bytes"]:
                    return None
        except (OSError, KeyError, TypeError, AttributeError):
            return None
        return about

    def commit(self, number: int, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
        folder = f"shards/{folder_of(number)}"
        for name, data in files.items():
            self._put(f"{folder}/{name}", data)
        self._put(f"{folder}/{ABOUT}", about_bytes(files, about))

    def last(self) -> int:
        fs, root = storage(self.root)
        try:
            listed = fs.ls(f"{root}/shards", detail=False)
        except FileNotFoundError:
            return -1
        return highest(name.rstrip("/").rsplit("/", 1)[-1] for name in listed)

    def _put(self, name: str, data: bytes) -> None:
        fs, root = storage(self.root)
        try:
            # Storages have no folders; those that have need them made.
            fs.makedirs(f"{root}/{name}".rsplit("/", 1)[0], exist_ok=True)
            fs.pipe_file(f"{root}/{name}", data)
        except OSError as error:
            raise UsageError(
                f"cannot be written: {error}",
                where=f"{self.root}/{name}",
                mend="check the address and the right to write there; --resume goes on from here",
            ) from error


def read_remote(url: str, names: Names, text_column: str) -> Iterator[Item | Failure]:
    """Items of a file, a folder or a pattern in a storage, files in sorted order.

    One file at a time is copied to this machine and taken away again.
    """
    fs, path = storage(url)
    scheme = url.split("://", 1)[0]
    try:
        found = sorted(fs.glob(path)) if any(c in path for c in "*?[") else [path]
        files = [f for one in found for f in (sorted(fs.find(one)) if fs.isdir(one) else [one])]
    except OSError as error:
        raise InputError(f"cannot be listed: {error}", where=url, mend="check it") from error
    if not files:
        raise UsageError("no file fits the pattern", where=url, mend="check it")
    for file in files:
        place = f"{scheme}://{file.removeprefix('/') if scheme != 'file' else file}"
        with tempfile.TemporaryDirectory(prefix="mtaudit-") as folder:
            copy = Path(folder, file.rsplit("/", 1)[-1])
            try:
                fs.get_file(file, str(copy))
            except OSError as error:
                yield Failure(place, "unreadable", str(error) or type(error).__name__, "check it")
                continue
            for item in read_listed(Listed(copy, names.unique(copy.name), 1), text_column):
                yield replace(item, path=item.path.replace(str(copy), place))
