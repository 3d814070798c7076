"""Files that editors hand in: read whole, bounded, with errors that name the file and the mend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import InputError

# A hundred thousand verdicts with their sentences take about 50 MB.
MAX_BYTES = 64 * 1024 * 1024


def read_text(path: Path, mend: str) -> str:
    """The UTF-8 text of ``path`` (a byte-order mark is dropped).  Raises :class:`InputError`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"larger than {MAX_BYTES // 2**20} MB", where=str(path), mend="split the file"
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror or error}", where=str(path), mend=mend
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8 (byte {error.start})", where=str(path), mend="save it as UTF-8"
        ) from error


def parse_object(text: str, path: Path, kind: str, mend: str) -> dict[str, Any]:
    """The JSON object in ``text``, which must say that it is of this ``kind``."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = (
            f"{path}, line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(path)
        )
        raise InputError(f"not JSON: {error}", where=place, mend=mend) from error
    if not isinstance(data, dict) or data.get("kind") != kind:
        raise InputError(f'not a file of kind "{kind}"', where=str(path), mend=mend)
    major = str(data.get("schema", "?")).split(".")[0]
    if major != "1":
        raise InputError(
            f"schema {data.get('schema', '?')} is not known, 1.0 is",
            where=str(path),
            mend="use the version of mtaudit that wrote it",
        )
    return data


def text_field(row: dict[str, Any], name: str, where: str, mend: str, limit: int = 20_000) -> str:
    """The text in field ``name`` of ``row`` (empty where it is missing)."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f'"{name}" is not a text', where=where, mend=mend)
    if len(value) > limit:
        raise InputError(f'"{name}" is longer than {limit} characters', where=where, mend=mend)
    return value
