"""How unexpected each unit is to native news, given the two before it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layout import COUNT_OF
from .table import Table


class Surprisal:
    """Absolute discounting, interpolated with the bigram and the unigram.

    ``counts`` are the occurrences of units, ``rest`` the mass that each leaves to units never seen
    behind it; both by unit number.
    """

    def __init__(
        self, bigrams: Table, trigrams: Table, counts: NDArray[Any], rest: NDArray[Any],
        discount: float,
    ) -> None:  # fmt: skip
        self._bigrams, self._trigrams, self._rest = bigrams, trigrams, rest
        self._discount = discount
        total = int(counts.sum())
        self._unigram = np.maximum(counts / total, 1e-9)
        unknown_bits = math.log2(total / max(1, int(counts[0]))) + 16.0
        self._unigram[0] = 2.0**-unknown_bits
        self._context = np.maximum(counts, 1)
        self._thirds: tuple[NDArray[np.int32], NDArray[np.float64]] | None = None

    def bits(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Bits of each of the unit numbers; one that has no left neighbour gets its unigram."""
        unigram = self._unigram[ids]
        if ids.size < 2:
            return np.asarray(-np.log2(unigram), dtype=np.float64)
        left = ids[:-1]
        pair_keys = (left << 16) | ids[1:]
        counts, places = self._bigrams.find(pair_keys)
        pairs = counts.astype(np.float64)
        share = np.maximum(pairs - self._discount, 0) / self._context[left]
        bigram = share + self._rest[left] * unigram[1:]
        probability = np.concatenate([unigram[:1], bigram])
        if ids.size > 2:
            # A pair that was never seen begins no triple: the bigram stands as it is.
            known = pairs[:-1].nonzero()[0]
            seen, mass, first = pairs[known], *self._after(places[known])
            triples = np.zeros(known.size)
            # Nor does one without stored thirds.
            at = first.nonzero()[0]
            keys = (pair_keys[known[at]].astype(np.uint64) << np.uint64(16)) | ids[
                known[at] + 2
            ].astype(np.uint64)
            triples[at] = self._trigrams.counts(keys)
            rest = 1.0 - mass / seen
            trigram = np.maximum(triples - self._discount, 0) / seen
            probability[known + 2] = trigram + np.maximum(rest, 0) * bigram[known + 1]
            np.minimum(probability, 1.0, out=probability)
        return np.asarray(-np.log2(np.maximum(probability, 2.0**-40)), dtype=np.float64)

    def _after(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Discounted occurrences of the stored thirds after each pair of the bigram table, given
        by place, and whether there are any."""
        if self._thirds is None:
            self._thirds = self._index_thirds()
        which, mass = self._thirds
        numbers = which[pairs]
        return mass[numbers], numbers > 0

    def _index_thirds(self) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """By pair the number of its mass (0: none), and the masses."""
        stored = self._trigrams.keys >> np.uint64(16)
        used = COUNT_OF[self._trigrams.codes] - self._discount
        first = np.flatnonzero(np.diff(stored, prepend=stored[:1] + np.uint64(1)))
        # The mass of none stands first; most pairs have none.
        mass = np.append(0.0, np.add.reduceat(used, first) if first.size else used)
        table = self._bigrams.keys
        contexts = stored[first].astype(table.dtype)
        place = np.minimum(np.searchsorted(table, contexts), max(0, table.size - 1))
        which = np.zeros(table.size, dtype=np.int32)
        held = np.flatnonzero(table[place] == contexts) if table.size else first[:0]
        which[place[held]] = held + 1
        return which, mass
