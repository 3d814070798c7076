"""Where an output lies: in a folder of this machine, or in a storage."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from .output import Output
from .remote import RemoteOutput, is_remote


class Place(Protocol):
    """What both kinds of output can do; see :class:`mtaudit.batch.output.Output`."""

    def locked(self) -> AbstractContextManager[None]: ...

    def read_json(self, name: str) -> dict[str, Any] | None: ...

    def write_json(self, name: str, value: Any) -> None: ...

    def write_text(self, name: str, text: str) -> None: ...

    def about(self, number: int) -> dict[str, Any] | None: ...

    def shard(self, number: int) -> dict[str, Any] | None: ...

    def commit(self, number: int, files: Any, about: Any) -> None: ...

    def last(self) -> int: ...


def open_output(out: str) -> Place:
    """The output at ``out``, a folder or the URL of one."""
    return RemoteOutput(out) if is_remote(out) else Output(Path(out))
