"""CSV and TSV with a header row: one document a row, the text in ``text_column``.

Rows are read one by one, so that the file may be of any size.  The row number counts the header as
row 1, as a spreadsheet shows it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from ..types import Failure
from .decode import SAMPLE, guess
from .jsonl import field_text, locator, plain_fields
from .raw import Limits, Raw, ReadError, too_large

# Spreadsheets of Arabic Windows write semicolons, since the comma is the decimal mark there.
_SEPARATORS = (",", ";", "\t", "|")


def read(path: Path, text_column: str, limits: Limits) -> Iterator[Raw | Failure]:
    # The csv module's own limit (131,072 characters a field) is global to the process and may be
    # less than a long article; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_bytes))
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        if not sample:
            raise ReadError("empty", "the file is empty", mend="check that it was saved")
        codec, mark, notes = guess(sample)
        file.seek(mark)
        header = sample[mark:].decode(codec, "ignore").split("\n", 1)[0]
        separator = "\t" if path.suffix.lower() == ".tsv" else _separator(header, text_column)
        with io.TextIOWrapper(file, encoding=codec, newline="") as lines:
            reader = csv.reader(_bounded(lines, limits), delimiter=separator)
            for item in _rows(reader, path, text_column):
                if isinstance(item, Failure):
                    yield item
                elif len(item.text) > limits.max_bytes:
                    yield too_large(None, limits, "the row").failure(f"{path}:{item.locator}")
                else:
                    yield replace(item, encoding=codec, notes=notes)


def _separator(header: str, text_column: str) -> str:
    for separator in _SEPARATORS:
        if text_column in (name.strip().strip('"') for name in header.split(separator)):
            return separator
    return max(_SEPARATORS, key=header.count)


def _bounded(lines: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    while line := lines.readline(limits.max_bytes):
        if len(line) >= limits.max_bytes:
            raise too_large(None, limits, "a line")
        yield line.replace("\0", "")


def _rows(reader: Iterator[list[str]], path: Path, text_column: str) -> Iterator[Raw | Failure]:
    number = 1
    try:
        names = [name.strip() for name in next(reader, [])]
        field_text(dict.fromkeys(names, ""), text_column)  # says which columns there are
        for number in count(2):
            row = next(reader, None)
            if row is None:
                return
            if not any(cell.strip() for cell in row):
                continue
            record = dict(zip(names, row, strict=False))
            if text_column not in record:
                message = f"the row has {len(row)} fields, the header {len(names)}"
                yield Failure(f"{path}:{number}", "no-text", message, "check its separators")
                continue
            metadata = plain_fields(record, text_column) | {"row": number}
            place = locator(record, number)
            yield Raw(record[text_column], "", "table", "extracted", place, (), metadata)
    except csv.Error as error:
        raise ReadError(
            "table", f"row {number}: {error}", mend="check the quotation marks around that field"
        ) from error
    except UnicodeDecodeError as error:
        raise ReadError(
            "encoding", f"row {number} or later: {error}", mend="save the file as UTF-8"
        ) from error
