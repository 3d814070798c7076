"""Plain text and Markdown: the file is the document and offsets point into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .decode import decode
from .raw import Limits, Raw, too_large


def load(path: Path, limits: Limits) -> bytes:
    """The file's bytes.  Raises :class:`ReadError` beyond ``limits`` and :class:`OSError`."""
    with path.open("rb") as file:
        # Read by one byte too many: the size that the system reports is 0 for a pipe.
        data = file.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        size = path.stat().st_size
        raise too_large(size if size >= len(data) else None, limits)
    return data


def read(path: Path, text_column: str, limits: Limits) -> Iterator[Raw]:
    text, encoding, notes = decode(load(path, limits))
    media = "markdown" if path.suffix.lower() in (".md", ".markdown") else "text"
    yield Raw(text, encoding=encoding, media=media, notes=notes)
