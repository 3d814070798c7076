"""Stage 1: files → Documents.

:func:`read_paths` never raises for a bad input: whatever cannot be judged becomes a
:class:`~mtaudit.types.Failure` that names the file, the place in it and the mend, and the rest goes
on.  Formats live in modules of their own, imported when a file asks for them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ..types import Document, Failure, Note
from .furniture import find_blocks
from .jsonl import field_text, locator, plain_fields
from .language import require_arabic, writing_notes
from .listing import Listed, Names, list_files, os_failure, suffix_of
from .raw import Limits, Raw, ReadError, too_large

__all__ = [
    "FORMATS", "Item", "Limits", "Listed", "count_items", "document_from", "document_of",
    "files_of", "item_of", "read_items", "read_listed", "read_paths",
]  # fmt: skip

Reader = Callable[[Path, str, Limits], Iterator["Raw | Failure"]]

# Suffix → module in this package with a function ``read``.
FORMATS = {
    ".txt": "text", ".text": "text", ".md": "text", ".markdown": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonl.gz": "jsonl", ".ndjson.gz": "jsonl",
    ".jsonl.zst": "jsonl", ".ndjson.zst": "jsonl",
    ".csv": "table", ".tsv": "table", ".parquet": "parquet",
}  # fmt: skip
# A file of these is one document.
_SINGLE = ("text", "html", None)
# Known, but not read: a clear word instead of an attempt to decode them.
_UNREAD = frozenset(
    (".xlf", ".xliff", ".docx", ".doc", ".odt", ".pdf", ".rtf", ".epub", ".xlsx", ".xls", ".zip",
     ".json", ".xml")
)  # fmt: skip
_READ_HERE = "read are .txt .md .html .jsonl(.gz, .zst) .csv .tsv .parquet"


@dataclass(frozen=True, slots=True)
class Item:
    """A text with its name in the run, not yet looked at: :func:`document_from` does that."""

    raw: Raw
    doc_id: str
    path: str
    notes: tuple[Note, ...] = ()


def read_paths(
    paths: Iterable[str | os.PathLike[str]],
    *,
    text_column: str = "text",
    limits: Limits | None = None,
) -> Iterator[Document | Failure]:
    """Documents of ``paths``: files, and directories with everything below them in sorted order.

    In a directory hidden files and files of unknown suffix are passed over; a file that is named
    outright is read as plain text when its suffix is unknown.  A file that is given twice is read
    once, with a note.  ``text_column`` is the field of JSON Lines, CSV, TSV and Parquet records
    that holds the text.

    The list of files is made at once; each file is opened only when its turn comes.  ``doc_id`` is
    the file's name, with its folder in front or ``~2`` behind where two files share a name, and
    ``#`` with the record's own ``doc_id`` or ``id`` (else its line or row number) for records.
    """
    for item in read_items(paths, text_column=text_column, limits=limits):
        yield item if isinstance(item, Failure) else document_from(item)


def read_items(
    paths: Iterable[str | os.PathLike[str]],
    *,
    text_column: str = "text",
    limits: Limits | None = None,
) -> Iterator[Item | Failure]:
    """What :func:`read_paths` reads, before any text is looked at: quick, and in memory that does
    not grow with the number of files and records."""
    chosen = limits or Limits()
    for file in list_files([Path(path) for path in paths], frozenset(FORMATS), _READ_HERE):
        if isinstance(file, Failure):
            yield file
        else:
            yield from read_listed(file, text_column, chosen)


def count_items(paths: Iterable[str | os.PathLike[str]], *, text_column: str = "text") -> int:
    """How many items :func:`read_items` gives, without opening the files that hold one each."""
    number = 0
    for file in list_files([Path(path) for path in paths], frozenset(FORMATS), _READ_HERE):
        if isinstance(file, Failure) or FORMATS.get(suffix_of(file.path.name)) in _SINGLE:
            number += 1
        else:
            for _ in read_listed(file, text_column):
                number += 1
    return number


def document_from(item: Item) -> Document | Failure:
    """The document of an item, its language checked and its page furniture found."""
    place = f"{item.path}#{item.raw.locator}" if item.raw.locator else item.path
    try:
        document = _document(item.raw, item.doc_id, item.path)
    except ReadError as refused:
        return refused.failure(place)
    return replace(document, notes=document.notes + item.notes) if item.notes else document


def files_of(
    paths: Iterable[str | os.PathLike[str]],
) -> tuple[list[tuple[Path, str]], list[Failure]]:
    """The files that :func:`read_paths` would read, with the names that their documents get; and
    what could not be listed."""
    found = list(list_files([Path(path) for path in paths], frozenset(FORMATS), _READ_HERE))
    files = [(item.path, item.name) for item in found if isinstance(item, Listed)]
    return files, [item for item in found if isinstance(item, Failure)]


def document_of(
    text: str, doc_id: str = "text", *, path: str = "", limits: Limits | None = None
) -> Document | Failure:
    """A :class:`Document` of a text in memory, with the same checks as a file."""
    try:
        size = len(text.encode("utf-8", "replace"))
        if size > (limits or Limits()).max_bytes:
            raise ReadError("too-large", f"the text has {size:,} bytes", mend="split it")
        return _document(Raw(text.encode("utf-8", "replace").decode()), doc_id, path)
    except ReadError as refused:
        return refused.failure(path or doc_id)


def item_of(
    record: Mapping[str, Any], number: int, source: str, names: Names, text_column: str = "text"
) -> Item | Failure:
    """A record from anywhere (a data set's row, say) as :func:`read_items` would give it.

    ``number`` counts from 1; ``names`` must be the same for all records of ``source``.
    """
    try:
        text = field_text(record, text_column)
    except ReadError as refused:
        return refused.failure(f"{source}:{number}")
    if len(text) > Limits().max_bytes:
        return too_large(None, Limits(), "the row").failure(f"{source}:{number}")
    place = locator(record, number)
    metadata = plain_fields(record, text_column) | {"row": number}
    raw = Raw(text, "utf-8", "record", "extracted", place, (), metadata)
    return Item(raw, names.unique(f"{source}#{place}"), source)


def read_listed(
    file: Listed, text_column: str = "text", limits: Limits | None = None
) -> Iterator[Item | Failure]:
    """The items of one file, named as ``file`` says."""
    limits = limits or Limits()
    suffix = suffix_of(file.path.name)
    where = str(file.path)
    notes = (_twice_note(file.times),) if file.times > 1 else ()
    try:
        if suffix in _UNREAD:
            raise ReadError(
                "unsupported-format",
                f"{suffix} files are not read",
                mend=f"export the text; {_READ_HERE}",
            )
        reader: Reader = import_module(f"{__name__}.{FORMATS.get(suffix, 'text')}").read
        with Names() as names:
            for raw in reader(file.path, text_column, limits):
                if isinstance(raw, Failure):
                    yield raw
                    continue
                doc_id = f"{file.name}#{raw.locator}" if raw.locator else file.name
                yield Item(raw, names.unique(doc_id), where, notes)
    except ReadError as refused:
        yield refused.failure(where)
    except OSError as error:
        yield os_failure(file.path, error)


def _document(raw: Raw, doc_id: str, path: str) -> Document:
    require_arabic(raw.text)
    blocks, block_notes = find_blocks(raw.text)
    return Document(
        doc_id=doc_id,
        text=raw.text,
        path=path,
        encoding=raw.encoding,
        media=raw.media,
        offsets_into=raw.offsets_into,
        blocks=blocks,
        notes=raw.notes + writing_notes(raw.text) + block_notes,
        metadata=raw.metadata,
    )


def _twice_note(times: int) -> Note:
    return Note(
        "given-twice",
        f"The file was given {times} times and read once.",
        f"ورد الملف {times} مرات في الأمر، وقُرئ مرة واحدة.",
    )
