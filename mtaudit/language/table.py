"""One table of counts: sorted packed keys and one byte a count, memory-mapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .files import read_array
from .layout import COUNT_OF


class Table:
    """Occurrences by packed key; a whole document is looked up at once."""

    def __init__(self, folder: Path, name: str) -> None:
        self.keys: NDArray[Any] = read_array(folder, f"{name}_keys")
        self.codes: NDArray[np.uint8] = read_array(folder, f"{name}_counts")

    def counts(self, keys: NDArray[Any]) -> NDArray[np.uint32]:
        """Occurrences of each key; 0 where it is not in the table."""
        return self.find(keys)[0]

    def find(self, keys: NDArray[Any]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Occurrences of each key, and where in the table those that are in it stand."""
        stored = self.keys
        if stored.size == 0 or keys.size == 0:
            return np.zeros(keys.shape, np.uint32), np.zeros(keys.shape, np.int64)
        # Ascending keys are found several times faster: the search goes on from the last place.
        wanted = keys.astype(stored.dtype)
        order = wanted.argsort(kind="stable")
        places = np.empty(wanted.shape, dtype=np.int64)
        places[order] = stored.searchsorted(wanted[order])
        np.minimum(places, stored.size - 1, out=places)
        counts = COUNT_OF[self.codes[places]]
        counts[stored[places] != wanted] = 0
        return counts, places

    def totals(self, size: int) -> tuple[NDArray[Any], NDArray[Any], float]:
        """Of a table of pairs (16 bits each): occurrences by first, by second, and of all."""
        counts = COUNT_OF[self.codes].astype(np.float64)
        rows = np.bincount(self.keys >> np.uint32(16), weights=counts, minlength=size)
        columns = np.bincount(self.keys & np.uint32(0xFFFF), weights=counts, minlength=size)
        return rows, columns, float(max(1.0, counts.sum()))
