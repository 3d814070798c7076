"""Where the documents come from: files, folders, patterns, or a data set of the hub.

A source is a stream of items in a fixed order; it is never held in memory as a whole.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path

from ..errors import HostError, InputError, UsageError
from ..read import Item, count_items, item_of, read_items
from ..read.listing import Names
from ..types import Failure
from .remote import is_remote, read_remote

HUB = "hf:"
_PATTERN = re.compile(r"[*?\[]")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")

Entry = Item | Failure


class Source:
    """``places`` as the command line names them.

    Raises :class:`UsageError` for a pattern that fits no file, and for a place that is no file,
    folder, pattern or data set's name.
    """

    def __init__(
        self,
        places: Sequence[str],
        text_column: str = "text",
        limit: int | None = None,
        split: str = "train",
    ) -> None:
        self.places = tuple(places)
        self._text_column = text_column
        self._limit = limit
        self._split = split
        self._paths: list[str] = []
        self._remote: list[str] = []
        self._hub: list[str] = []
        for place in places:
            if is_remote(place):
                self._remote.append(place)
            elif place.startswith(HUB):
                self._hub.append(place.removeprefix(HUB))
            elif os.path.lexists(place) or not _PATTERN.search(place):
                self._add(place)
            else:
                found = sorted(glob.glob(place, recursive=True))
                if not found:
                    raise UsageError("no file fits the pattern", where=place, mend="check it")
                self._paths += found

    def _add(self, place: str) -> None:
        if os.path.lexists(place):
            self._paths.append(place)
        elif _HUB_NAME.fullmatch(place) and not Path(place).suffix:
            self._hub.append(place)
        else:
            raise UsageError(
                "no such file, folder or data set",
                where=place,
                mend=f"check its name; a data set of the hub is ORG/NAME or {HUB}ORG/NAME",
            )

    def entries(self) -> Iterator[Entry]:
        """Items, and failures where a file or record cannot be read, always in the same order."""
        return islice(self._all(), self._limit)

    def count(self) -> int | None:
        """How many entries there are, or ``None`` where only reading them all would tell."""
        if self._hub or self._remote:
            return self._limit
        number = count_items(self._paths, text_column=self._text_column)
        return number if self._limit is None else min(number, self._limit)

    def _all(self) -> Iterator[Entry]:
        if self._paths:
            yield from read_items(self._paths, text_column=self._text_column)
        if self._remote:
            with Names() as names:
                for url in self._remote:
                    yield from read_remote(url, names, self._text_column)
        for name in self._hub:
            yield from self._read_hub(name)

    def _read_hub(self, name: str) -> Iterator[Entry]:
        try:
            datasets = import_module("datasets")
        except ImportError as error:
            raise HostError(
                "data sets of the hub need the datasets library",
                where=name,
                mend="pip install 'mtaudit[batch]'",
            ) from error
        try:
            rows = datasets.load_dataset(name, split=self._split, streaming=True)
            with Names() as names:
                for number, record in enumerate(rows, 1):
                    yield item_of(record, number, name, names, self._text_column)
        except Exception as error:  # the library raises its own, the hub's, Arrow's and OS errors
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise InputError(
                f"cannot be read: {first}",
                where=f"data set {name}, split {self._split}",
                mend="check its name, --split and the network; then go on with --resume",
            ) from error
