"""What the format modules hand back, and how they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import InputError
from ..types import Failure, Note


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read, so that no input can fill the memory.

    ``max_bytes``  of one text or HTML file, of one JSON line, of one CSV field.  The default, 5 MB,
                   is some 450,000 Arabic words: a hundred times the longest news feature.
    """

    max_bytes: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Raw:
    """One text taken out of a file, before it is checked for language and furniture.

    ``locator`` names the place in the file ("" for the whole file): it is appended to the
    document's id after ``#`` and to the path in failures.
    """

    text: str
    encoding: str = "utf-8"
    media: str = "text"
    offsets_into: Literal["file", "extracted"] = "file"
    locator: str = ""
    notes: tuple[Note, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


class ReadError(InputError):
    """An :class:`InputError` that knows the ``kind`` of the :class:`Failure` it becomes."""

    def __init__(self, kind: str, message: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(message, where=where, mend=mend)
        self.kind = kind

    def failure(self, path: str) -> Failure:
        return Failure(self.where or path, self.kind, self.message, self.mend)


def too_large(size: int | None, limits: Limits, what: str = "the file") -> ReadError:
    """``size`` in bytes; ``None`` where reading stopped at the limit."""
    measure = f"{size:,} bytes" if size is not None else f"more than {limits.max_bytes:,} bytes"
    return ReadError(
        "too-large",
        f"{what} has {measure}; one document may have {limits.max_bytes:,}",
        mend="split it into articles, or raise max_bytes",
    )
