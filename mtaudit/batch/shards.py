"""The stream of entries cut into shards: the unit of work, of writing and of resuming."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..types import Failure
from .source import Entry

# A shard ends early at this many characters, so that long documents cannot fill the memory: a
# thousand words are about 6,000 characters, and evidence takes some thirty times the text.
MAX_CHARS = 8_000_000


@dataclass(frozen=True, slots=True)
class Shard:
    """Entries ``first`` to ``first + len(entries)`` of the stream.

    ``digest`` (SHA-256, hexadecimal) stands for what was read: a source that has changed since
    shows in it.
    """

    number: int
    first: int
    entries: tuple[Entry, ...]
    digest: str


def cut(entries: Iterable[Entry], size: int) -> Iterator[Shard]:
    """Shards of ``size`` entries, or fewer where they hold :data:`MAX_CHARS`."""
    held: list[Entry] = []
    number = first = chars = 0
    for entry in entries:
        held.append(entry)
        chars += 0 if isinstance(entry, Failure) else len(entry.raw.text)
        if len(held) >= size or chars >= MAX_CHARS:
            yield _shard(number, first, held)
            number, first, held, chars = number + 1, first + len(held), [], 0
    if held:
        yield _shard(number, first, held)


def _shard(number: int, first: int, entries: list[Entry]) -> Shard:
    digest = hashlib.sha256()
    for entry in entries:
        if isinstance(entry, Failure):
            parts = ("failure", entry.path, entry.kind, entry.message)
        else:
            parts = ("item", entry.path, entry.doc_id, entry.raw.text)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            # Lengths first, so that no two lists of parts look alike.
            digest.update(len(data).to_bytes(8, "big") + data)
    return Shard(number, first, tuple(entries), digest.hexdigest())
