"""Parquet: one document a row, the text in ``text_column``.

Rows are decoded a few at a time, whatever the size of the file's row groups, so that the file may
be of any size.  Only the text and the short plain columns are read; rows count from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..types import Failure
from .jsonl import field_text, locator, plain_fields
from .raw import Limits, Raw, ReadError, too_large

# Rows decoded at a time: articles of a few kilobytes make half a megabyte.
_ROWS = 128
# Bytes of a column that are fetched at a time.
_BUFFER = 1 << 20


def arrow(module: str, path: Path) -> Any:
    """A module of the Arrow library.  Raises :class:`ReadError` where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ReadError(
            "missing-library",
            f"{path.suffix} files need the Arrow library",
            mend="pip install 'mtaudit[batch]', or convert the file to .jsonl or .jsonl.gz",
        ) from error


def read(path: Path, text_column: str, limits: Limits) -> Iterator[Raw | Failure]:
    pa, parquet = arrow("pyarrow", path), arrow("pyarrow.parquet", path)
    try:
        file = parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise _damaged(error) from error
    with file:
        schema = file.schema_arrow
        field_text(dict.fromkeys(schema.names, ""), text_column)  # says which columns there are
        wanted = [f.name for f in schema if f.name == text_column or _is_plain(pa, f.type)]
        number = 0
        try:
            for batch in file.iter_batches(_ROWS, columns=wanted, use_threads=False):
                for record in batch.to_pylist():
                    number += 1
                    yield _row(record, number, path, text_column, limits)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(error, f"after row {number}: ") from error


def _row(
    record: dict[str, Any], number: int, path: Path, text_column: str, limits: Limits
) -> Raw | Failure:
    where = f"{path}:{number}"
    try:
        text = field_text(record, text_column)
    except ReadError as refused:
        return refused.failure(where)
    if len(text) > limits.max_bytes:
        return too_large(None, limits, "the row").failure(where)
    metadata = plain_fields(record, text_column) | {"row": number}
    place = locator(record, number)
    return Raw(text, "utf-8", "parquet", "extracted", place, (), metadata)


def _is_plain(pa: Any, kind: Any) -> bool:
    types = pa.types
    tests = (types.is_string, types.is_large_string, types.is_integer, types.is_floating,
             types.is_boolean)  # fmt: skip
    return any(test(kind) for test in tests)


def _damaged(error: Exception, where: str = "") -> ReadError:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ReadError("parquet", f"{where}damaged Parquet file ({first})", mend="write it again")
