"""What there is to do: the source cut into shards, held against those that are on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from .place import Place
from .shards import Shard, cut
from .source import Source


@dataclass(frozen=True, slots=True)
class Work:
    """Small enough to be sent to another process, which then reads the source itself."""

    source: Source
    shard_size: int
    output: Place
    out: str

    def shards(self) -> Iterator[Shard | dict[str, Any]]:
        """In order: a shard that is still to do, or what ``shard.json`` says of one that is whole.

        Raises :class:`UsageError` where a shard on the disk was made from something else.
        """
        number = 0
        for shard in cut(self.source.entries(), self.shard_size):
            about = self.output.shard(shard.number)
            if about is None:
                yield shard
            elif about.get("input") == shard.digest:
                yield about
            else:
                raise self._changed(shard.number)
            number += 1
        if self.output.last() >= number:
            raise self._changed(self.output.last())

    def _changed(self, number: int) -> UsageError:
        return UsageError(
            f"the source is not what it was when shard {number} was written",
            where=self.out,
            mend="choose another --out: shards of two sources do not belong together",
        )
