"""Stage 1: files → Documents.

:func:`read_paths` never raises for a bad input: whatever cannot be judged becomes a
:class:`~mtaudit.types.Failure` that names the file, the place in it and the mend, and the rest goes
on.  Formats live in modules of their own, imported when a file asks for them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ..types import Document, Failure, Note
from .furniture import find_blocks
from .language import require_arabic, writing_notes
from .raw import Limits, Raw, ReadError

__all__ = ["FORMATS", "Limits", "document_of", "list_files", "read_file", "read_paths"]

Reader = Callable[[Path, str, Limits], Iterator["Raw | Failure"]]

# Suffix → module in this package with a function ``read``.
FORMATS = {
    ".txt": "text", ".text": "text", ".md": "text", ".markdown": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonl.gz": "jsonl", ".ndjson.gz": "jsonl",
    ".csv": "table", ".tsv": "table",
}  # fmt: skip
# Known, but not read: a clear word instead of an attempt to decode them.
_UNREAD = frozenset(
    (".parquet", ".xlf", ".xliff", ".docx", ".doc", ".odt", ".pdf", ".rtf", ".epub", ".xlsx",
     ".xls", ".zip", ".json", ".xml")
)  # fmt: skip
_READ_HERE = "read are .txt .md .html .jsonl(.gz) .csv .tsv"


def read_paths(
    paths: Iterable[str | os.PathLike[str]],
    *,
    text_column: str = "text",
    limits: Limits | None = None,
) -> Iterator[Document | Failure]:
    """Documents of ``paths``: files, and directories with everything below them in sorted order.

    In a directory hidden files and files of unknown suffix are passed over; a file that is named
    outright is read as plain text when its suffix is unknown.  A file that is given twice is read
    once, with a note.  ``text_column`` is the field of JSON Lines, CSV and TSV records that
    holds the text.

    The list of files is made at once; each file is opened only when its turn comes.  ``doc_id`` is
    the file's name, with its folder in front or ``~2`` behind where two files share a name, and
    ``#`` with the record's own ``doc_id`` or ``id`` (else its line or row number) for records.
    """
    limits = limits or Limits()
    files, failures = _list_files([Path(path) for path in paths])
    names = _unique_names(list(files))
    yield from failures
    for (path, times), name in zip(files.values(), names, strict=True):
        extra = (_twice_note(times),) if times > 1 else ()
        for item in _read_file(path, name, text_column, limits):
            if isinstance(item, Document) and extra:
                item = replace(item, notes=item.notes + extra)
            yield item


def list_files(
    paths: Iterable[str | os.PathLike[str]],
) -> tuple[list[tuple[Path, str]], list[Failure]]:
    """The files that :func:`read_paths` would read, with the names that their documents get; and
    what could not be listed."""
    files, failures = _list_files([Path(path) for path in paths])
    named = [path for path, _ in files.values()]
    return list(zip(named, _unique_names(list(files)), strict=True)), failures


def read_file(
    path: Path, name: str, *, text_column: str = "text", limits: Limits | None = None
) -> Iterator[Document | Failure]:
    """The documents of one file of :func:`list_files`."""
    return _read_file(path, name, text_column, limits or Limits())


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


def _list_files(
    paths: list[Path],
) -> tuple[dict[Path, tuple[Path, int]], list[Failure]]:
    """Resolved file → (path as given, how often given); and what could not be listed."""
    files: dict[Path, tuple[Path, int]] = {}
    failures: list[Failure] = []
    for path in paths:
        try:
            if path.is_dir():
                listed, troubles = _walk(path)
                failures += troubles
            elif path.exists():
                listed = [path]
            else:
                failures.append(
                    Failure(str(path), "missing", "no such file", "check its name and folder")
                )
                continue
            for file in listed:
                resolved = file.resolve()
                first, times = files.get(resolved, (file, 0))
                files[resolved] = (first, times + 1)
        except (OSError, ValueError, RuntimeError) as error:
            failures.append(_os_failure(path, error))
    return files, failures


def _walk(folder: Path) -> tuple[list[Path], list[Failure]]:
    failures: list[Failure] = []
    found: list[Path] = []
    passed_over: Counter[str] = Counter()

    def trouble(error: OSError) -> None:
        failures.append(_os_failure(Path(error.filename or folder), error))

    for root, folders, names in os.walk(folder, onerror=trouble):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            if _suffix(Path(name)) in FORMATS:
                found.append(Path(root, name))
            else:
                passed_over[_suffix(Path(name)) or "no suffix"] += 1
    if not found and not failures:
        there = ", ".join(f"{n} × {suffix}" for suffix, n in passed_over.most_common(5))
        message = f"no readable file in the folder (there: {there or 'nothing'})"
        failures.append(Failure(str(folder), "nothing-to-read", message, _READ_HERE))
    return found, failures


def _unique_names(files: list[Path]) -> list[str]:
    shared = Counter(file.name for file in files)
    taken: set[str] = set()
    names = []
    for file in files:
        name = file.name if shared[file.name] == 1 else f"{file.parent.name}/{file.name}"
        names.append(_untaken(name, taken))
    return names


def _untaken(name: str, taken: set[str]) -> str:
    unique, n = name, 1
    while unique in taken:
        n += 1
        unique = f"{name}~{n}"
    taken.add(unique)
    return unique


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])


def _read_file(
    path: Path, name: str, text_column: str, limits: Limits
) -> Iterator[Document | Failure]:
    suffix = _suffix(path)
    where = str(path)
    taken: set[str] = set()
    try:
        if suffix in _UNREAD:
            raise ReadError(
                "unsupported-format",
                f"{suffix} files are not read",
                mend=f"export the text; {_READ_HERE}",
            )
        reader: Reader = import_module(f"{__name__}.{FORMATS.get(suffix, 'text')}").read
        for raw in reader(path, text_column, limits):
            if isinstance(raw, Failure):
                yield raw
                continue
            place = f"{where}#{raw.locator}" if raw.locator else where
            doc_id = f"{name}#{raw.locator}" if raw.locator else name
            try:
                yield _document(raw, _untaken(doc_id, taken), where)
            except ReadError as refused:
                yield refused.failure(place)
    except ReadError as refused:
        yield refused.failure(where)
    except OSError as error:
        yield _os_failure(path, error)


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


def _os_failure(path: Path, error: Exception) -> Failure:
    if isinstance(error, PermissionError):
        return Failure(str(path), "permission", "permission denied", "allow reading it")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Failure(str(path), "unreadable", reason, "check the file and its name")


def _twice_note(times: int) -> Note:
    return Note(
        "given-twice",
        f"The file was given {times} times and read once.",
        f"ورد الملف {times} مرات في الأمر، وقُرئ مرة واحدة.",
    )
