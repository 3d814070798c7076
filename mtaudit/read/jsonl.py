"""JSON Lines (also packed with gzip or zstd): one object a line with the text in ``text_column``.

Every row is a document of its own.  One exception: *consecutive* rows with the same ``doc_id`` and
an integer ``index`` are the sentences of one document (as in this program's own
``segments.jsonl``); their texts are joined with newlines.

A bad line is reported with its number and the others go on.  Lines are read one by one, so that
the file may be of any size.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..types import Failure
from .raw import Limits, Raw, ReadError, too_large

_KEPT_METADATA = 2_000  # characters of a field; longer ones (the source text …) are left out


def read(path: Path, text_column: str, limits: Limits) -> Iterator[Raw | Failure]:
    suffix = path.suffix.lower()
    with _open(path, suffix) as file:
        try:
            yield from _joined(_rows(file, path, text_column, limits), text_column, limits)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ReadError(
                "encoding", f"damaged gzip archive ({error})", mend="pack the file again"
            ) from error
        except OSError as error:
            if suffix != ".zst":
                raise
            raise ReadError(
                "encoding", f"damaged zstd archive ({error})", mend="pack the file again"
            ) from error


def _open(path: Path, suffix: str) -> io.BufferedIOBase:
    if suffix == ".gz":
        return gzip.open(path, "rb")
    if suffix == ".zst":
        from .parquet import arrow

        stream = arrow("pyarrow", path).input_stream(str(path), compression="zstd")
        return io.BufferedReader(stream, 1 << 16)
    return path.open("rb")


def _rows(
    file: io.BufferedIOBase, path: Path, text_column: str, limits: Limits
) -> Iterator[tuple[int, Mapping[str, Any], str] | Failure]:
    number = 0
    while line := file.readline(limits.max_bytes + 1):
        number += 1
        where = f"{path}:{number}"
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
            if line.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise ReadError("encoding", "JSON Lines in UTF-16", mend="save it as UTF-8")
        if len(line) > limits.max_bytes:
            while line and not line.endswith(b"\n"):
                line = file.readline(limits.max_bytes)
            yield too_large(None, limits, "the line").failure(where)
            continue
        if not line.strip():
            continue
        try:
            record = _record(line)
            yield number, record, field_text(record, text_column)
        except ReadError as refused:
            yield refused.failure(where)


def _record(line: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReadError(
            "encoding", f"byte {error.start} of the line is not UTF-8", mend="save it as UTF-8"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ReadError("json", f"not a JSON object: {error}", mend="mend that line") from error
    if not isinstance(record, dict):
        raise ReadError(
            "json",
            f"a JSON {type(record).__name__} where an object is needed",
            mend='write one object a line: {"text": "…"}',
        )
    return record


def field_text(record: Mapping[str, Any], text_column: str) -> str:
    """The record's text.  Raises :class:`ReadError` naming the fields that are there."""
    value = record.get(text_column)
    if isinstance(value, str):
        # A lone surrogate ("\\ud800" in JSON) is no character and cannot be written out again.
        return value.encode("utf-8", "replace").decode("utf-8")
    if text_column in record:
        raise ReadError(
            "no-text",
            f"the field {text_column!r} holds no text but {type(value).__name__}",
            mend="put the article's text there",
        )
    there = ", ".join(str(name)[:40] for name in list(record)[:20] if name) or "none"
    raise ReadError(
        "no-text",
        f"no field {text_column!r}; there are: {there}",
        mend="name the one that holds the text with --text-column",
    )


def locator(record: Mapping[str, Any], number: int) -> str:
    """The record's own ``doc_id`` or ``id``, else its number."""
    for name in ("doc_id", "id"):
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())[:120]
    return str(number)


def plain_fields(record: Mapping[str, Any], text_column: str) -> dict[str, Any]:
    """The short scalar fields beside the text, for reports."""
    return {
        str(name): value
        for name, value in record.items()
        if name != text_column
        and isinstance(value, str | int | float | bool)
        and len(str(value)) <= _KEPT_METADATA
    }


def _joined(
    rows: Iterator[tuple[int, Mapping[str, Any], str] | Failure], text_column: str, limits: Limits
) -> Iterator[Raw | Failure]:
    texts: list[str] = []
    size = 0
    first: tuple[int, Mapping[str, Any]] | None = None

    def document() -> Iterator[Raw]:
        if first is not None:
            number, record = first
            yield Raw(
                "\n".join(texts),
                media="jsonl",
                offsets_into="extracted",
                locator=locator(record, number),
                metadata=plain_fields(record, text_column) | {"line": number, "rows": len(texts)},
            )

    for row in rows:
        if isinstance(row, Failure):
            if first is not None and not _is_sentence(first[1]):
                yield from document()
                first = None
            yield row
            continue
        number, record, text = row
        same = first is not None and _continues(first[1], record)
        if same and size + len(text) <= limits.max_bytes:
            texts.append(text)
            size += len(text)
            continue
        yield from document()
        first, texts, size = (number, record), [text], len(text)
    yield from document()


def _continues(first: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    same = first.get("doc_id") == record.get("doc_id")
    return same and _is_sentence(first) and _is_sentence(record)


def _is_sentence(record: Mapping[str, Any]) -> bool:
    return record.get("doc_id") is not None and type(record.get("index")) is int
