"""Reader of the language statistics: how often native news writes a unit, a pair, a sequence.

The arrays are memory-mapped (sorted keys, one byte a count) and looked up by binary search; a
whole document is looked up at once.  Format: docs/LANGUAGE_STATS.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..modelstore import model_path
from .files import MEND, checked_manifest, read_array, read_counts, read_lines, read_pairs
from .layout import ADJ, COUNT_OF, GEN, PREP, unit_class
from .split import BREAK, Splitter, Stemmer, definite
from .text import Reader, Units

BREAK_ID = 1  # place of BREAK in units.txt: scripts/build_language_stats.py, SPECIAL
KINDS = (ADJ, GEN, PREP)
_TABLES = ("bigram", "trigram", *KINDS, "near")
_ARRAYS = ("unit_counts", "unit_stems", "stem_counts", "bigram_rest")


class LanguageStats:
    """Counts of native Arabic news.  Use :meth:`load`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = checked_manifest(folder)
        self._keys: dict[str, NDArray[Any]] = {}
        self._bytes: dict[str, NDArray[np.uint8]] = {}
        for table in _TABLES:
            self._keys[table] = read_array(folder, f"{table}_keys")
            self._bytes[table] = read_array(folder, f"{table}_counts")
        arrays = {name: read_array(folder, name) for name in _ARRAYS}
        self.unit_counts, self.unit_stems = arrays["unit_counts"], arrays["unit_stems"]
        self.stem_counts, self._rest = arrays["stem_counts"], arrays["bigram_rest"]
        self.units = read_lines(folder, "units.txt")
        self.stems = read_lines(folder, "stems.txt")
        if len(self.units) != self.unit_counts.size or len(self.stems) != self.stem_counts.size:
            raise ModelError("tables of different length", where=str(folder), mend=MEND)
        self.spellings = dict(read_pairs(folder, "spellings.tsv"))
        self.words = read_counts(folder)
        self.splitter, self.stemmer = Splitter(self.words), Stemmer(self.words)
        self.classes = np.array([unit_class(unit) for unit in self.units], dtype=np.uint8)
        self.article = np.array([definite(unit) for unit in self.units])
        self.total = int(self.unit_counts.sum())
        self._ids = {unit: i for i, unit in enumerate(self.units)}
        self._analyse = lru_cache(maxsize=512)(Reader(self.splitter, self._ids).read)
        self._stem_ids = {stem: i for i, stem in enumerate(self.stems)}
        self._pair_totals = {kind: self._totals(kind) for kind in KINDS}
        rows, columns, _ = self._totals("near")
        self._near_totals = rows + columns
        self._near_total = float(self._near_totals.sum()) / 2
        self._by_stem: tuple[NDArray[Any], NDArray[Any]] | None = None
        self._contexts: tuple[NDArray[np.int32], NDArray[np.float64]] | None = None
        self._unknown_bits = math.log2(self.total / max(1, int(self.unit_counts[0]))) + 16.0

    @classmethod
    def load(cls, path: Path | str | None = None) -> LanguageStats:
        """The statistics of ``path``, by default those of the installed package.

        Raises :class:`ModelError` naming the file that is missing or damaged.
        """
        return _loaded(Path(path) if path is not None else model_path("language"))

    @property
    def signature(self) -> str:
        """Revision and the start of the manifest's hash sum, for the run's signature."""
        return f"{self.manifest.get('revision', '?')}-{self.manifest['short']}"

    # -- text ------------------------------------------------------------------------------

    def analyse(self, text: str) -> Units:
        """Units of ``text`` with their places; the witnesses of a document share the work."""
        return self._analyse(text)

    def ids(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Numbers of units; 0 for the unknown."""
        get = self._ids.get
        return np.array([get(name, 0) for name in names], dtype=np.int64)

    def stem_ids(
        self, names: Sequence[str], known: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Numbers of the stems of units; -1 where native news has neither unit nor stem.

        ``known``: the units' own numbers, where the caller has them already."""
        known = self.ids(names) if known is None else known
        stems = self.unit_stems[known].astype(np.int64)
        for i in np.flatnonzero(known == 0).tolist():
            stems[i] = self._stem_ids.get(self.stemmer.stem(names[i]), -1)
        return stems

    # -- counts ----------------------------------------------------------------------------

    def lookup(self, table: str, keys: NDArray[Any]) -> NDArray[np.uint32]:
        """Counts of packed keys in one of the tables; 0 where a key is not in it."""
        return self._placed(table, keys)[0]

    def _placed(self, table: str, keys: NDArray[Any]) -> tuple[NDArray[np.uint32], NDArray[Any]]:
        """Counts of packed keys, and where in the table those that are in it stand."""
        stored = self._keys[table]
        if stored.size == 0 or keys.size == 0:
            return np.zeros(keys.shape, np.uint32), np.zeros(keys.shape, np.int64)
        # Ascending keys are found several times faster: the search goes on from the last place.
        wanted = keys.astype(stored.dtype)
        order = np.argsort(wanted, kind="stable")
        places = np.empty(wanted.shape, dtype=np.int64)
        places[order] = np.searchsorted(stored, wanted[order])
        np.minimum(places, stored.size - 1, out=places)
        counts = COUNT_OF[self._bytes[table][places]]
        counts[stored[places] != wanted] = 0
        return counts, places

    def count(self, unit: str) -> int:
        """Occurrences of a unit (folded, clitics off); 0 for one seen less than three times."""
        place = self._ids.get(unit)
        return int(self.unit_counts[place]) if place else 0

    def pair(self, first: str, second: str) -> int:
        """Occurrences of two units side by side (one byte: exact to 200)."""
        a, b = self._ids.get(first, 0), self._ids.get(second, 0)
        return int(self.lookup("bigram", np.array([a << 16 | b]))[0]) if a and b else 0

    def related(self, first: str, second: str, kind: str) -> int:
        """Occurrences of two units' stems in a relation: ``adj``, ``gen`` or ``prep``."""
        a, b = self.stem_ids([first, second])
        return int(self.lookup(kind, np.array([a << 16 | b]))[0]) if min(a, b) >= 0 else 0

    def near(self, first: str, second: str) -> int:
        """Occurrences of two units' stems within four content words (0 below four)."""
        a, b = sorted(int(x) for x in self.stem_ids([first, second]))
        return int(self.lookup("near", np.array([a << 16 | b]))[0]) if a >= 0 else 0

    def collocates(
        self, head: str, kind: str = ADJ, n: int = 10, *, reverse: bool = False
    ) -> list[tuple[str, int]]:
        """The ``n`` most frequent stems after ``head`` in a relation (before it: ``reverse``)."""
        stem = int(self.stem_ids([head])[0])
        if stem < 0:
            return []
        keys, stored = self._keys[kind], self._bytes[kind]
        if reverse:
            rows = np.flatnonzero((keys & np.uint32(0xFFFF)) == stem)
            others = keys[rows] >> np.uint32(16)
        else:
            low, high = np.searchsorted(keys, [stem << 16, (stem << 16) + 0x10000])
            rows = np.arange(low, high)
            others = keys[low:high] & np.uint32(0xFFFF)
        counts = COUNT_OF[stored[rows]]
        order = np.lexsort((others, -counts.astype(np.int64)))[:n]
        return [(self.stems[int(others[i])], int(counts[i])) for i in order]

    def units_of_stem(self, stem: str) -> list[str]:
        """Every unit with that stem, the most frequent first; empty for an unknown stem."""
        if self._by_stem is None:
            order = np.argsort(self.unit_stems, kind="stable")  # units.txt is by frequency
            firsts = np.searchsorted(self.unit_stems[order], np.arange(len(self.stems) + 1))
            self._by_stem = order, firsts
        order, firsts = self._by_stem
        place = self._stem_ids.get(stem)
        if place is None:
            return []
        return [self.units[int(i)] for i in order[firsts[place] : firsts[place + 1]]]

    def written(self, word: str) -> str:
        """The usual spelling of a folded word, its hamza and alef maqsura back in place."""
        return self.spellings.get(word, word)

    # -- significance ----------------------------------------------------------------------

    def expected(self, kind: str, head: NDArray[Any], tail: NDArray[Any]) -> NDArray[np.float64]:
        """Pairs to be expected by chance: row total × column total / all pairs of the kind."""
        rows, columns, total = self._pair_totals[kind]
        return np.asarray(rows[head] * columns[tail] / total, dtype=np.float64)

    def expected_near(self, first: int, second: int) -> float:
        """Expected occurrences of two stems within four content words of each other."""
        total = self._near_total
        a, b = float(self._near_totals[first]), float(self._near_totals[second])
        return a * b / (2 * total) if total else 0.0

    def npmi(self, first: str, second: str, kind: str = ADJ) -> float | None:
        """Normalised pointwise mutual information, −1…1 (Bouma 2009), add-0.5 smoothed;
        ``None`` where a stem is unknown or was never in that relation."""
        ids = self.stem_ids([first, second])
        if ids.min() < 0:
            return None
        expected = float(self.expected(kind, ids[:1], ids[1:])[0])
        if expected <= 0:
            return None
        observed = self.related(first, second, kind) + 0.5
        return math.log(observed / (expected + 0.5)) / -math.log(
            observed / self._pair_totals[kind][2]
        )

    def log_likelihood_ratio(self, first: str, second: str, kind: str = ADJ) -> float:
        """Dunning's (1993) G², signed: negative where the pair is rarer than chance."""
        ids = self.stem_ids([first, second])
        if ids.min() < 0:
            return 0.0
        rows, columns, total = self._pair_totals[kind]
        both = float(self.related(first, second, kind))
        row, column = float(rows[ids[0]]), float(columns[ids[1]])
        cells = (both, row - both, column - both, total - row - column + both)
        margins = (row * column, row * (total - column), (total - row) * column,
                   (total - row) * (total - column))  # fmt: skip
        pairs = zip(cells, margins, strict=True)
        g2 = 2.0 * sum(c * math.log(c * total / m) for c, m in pairs if c > 0 and m > 0)
        return g2 if both * total >= row * column else -g2

    def _totals(self, kind: str) -> tuple[NDArray[Any], NDArray[Any], float]:
        keys = self._keys[kind]
        counts = COUNT_OF[self._bytes[kind]].astype(np.float64)
        size = len(self.stems)
        rows = np.bincount(keys >> np.uint32(16), weights=counts, minlength=size)
        columns = np.bincount(keys & np.uint32(0xFFFF), weights=counts, minlength=size)
        return rows, columns, float(max(1.0, counts.sum()))

    # -- surprisal -------------------------------------------------------------------------

    def surprisal(self, units: Sequence[str]) -> list[float]:
        """Bits per unit given the two before it (absolute discounting, interpolated with the
        bigram and the unigram).  The first unit follows a sentence break."""
        return [float(x) for x in self.surprisal_ids(self.ids([BREAK, *units]))[1:]]

    def surprisal_ids(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """The same over unit numbers; an entry that has no left neighbour gets its unigram."""
        discount = float(self.manifest["discount"])
        unigram = self.unit_counts[ids] / self.total
        unknown = ids == 0
        unigram = np.where(unknown, 2.0**-self._unknown_bits, np.maximum(unigram, 1e-9))
        if ids.size < 2:
            return np.asarray(-np.log2(unigram), dtype=np.float64)
        left = ids[:-1]
        pair_keys = (left << 16) | ids[1:]
        counts, places = self._placed("bigram", pair_keys)
        pairs = counts.astype(np.float64)
        context = np.maximum(self.unit_counts[left], 1)
        bigram = np.maximum(pairs - discount, 0) / context + self._rest[left] * unigram[1:]
        probability = np.concatenate([unigram[:1], bigram])
        if ids.size > 2:
            # A pair that was never seen begins no triple: the bigram stands as it is.
            known = np.flatnonzero(pairs[:-1])
            seen, mass, first = pairs[known], *self._after(places[known])
            triples = np.zeros(known.size)
            # Nor does one without stored thirds.
            at = np.flatnonzero(first)
            keys = (pair_keys[known[at]].astype(np.uint64) << np.uint64(16)) | ids[
                known[at] + 2
            ].astype(np.uint64)
            triples[at] = self.lookup("trigram", keys)
            rest = 1.0 - mass / seen
            trigram = np.maximum(triples - discount, 0) / seen
            probability[known + 2] = trigram + np.maximum(rest, 0) * bigram[known + 1]
            np.minimum(probability, 1.0, out=probability)
        return np.asarray(-np.log2(np.maximum(probability, 2.0**-40)), dtype=np.float64)

    def _after(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Discounted occurrences of the stored thirds after each pair of the bigram table, given
        by place, and whether there are any."""
        if self._contexts is None:
            stored = self._keys["trigram"] >> np.uint64(16)
            used = COUNT_OF[self._bytes["trigram"]] - float(self.manifest["discount"])
            first = np.flatnonzero(np.diff(stored, prepend=stored[:1] + np.uint64(1)))
            # The mass of none stands first; most pairs have none.
            mass = np.append(0.0, np.add.reduceat(used, first) if first.size else used)
            table = self._keys["bigram"]
            contexts = stored[first].astype(table.dtype)
            place = np.minimum(np.searchsorted(table, contexts), max(0, table.size - 1))
            which = np.zeros(table.size, dtype=np.int32)
            held = np.flatnonzero(table[place] == contexts) if table.size else first[:0]
            which[place[held]] = held + 1
            self._contexts = which, mass
        which, mass = self._contexts
        numbers = which[pairs]
        return mass[numbers], numbers > 0

    def heat(self, text: str) -> list[tuple[int, int, float]]:
        """(start, end, bits) of every written word of ``text`` in order, offsets into it; the
        bits of a word are the sum over its units.  For a heat line in a report."""
        units = self.analyse(text)
        bits = self.surprisal_ids(np.array(units.ids, dtype=np.int64))
        words: list[tuple[int, int, float]] = []
        previous = -1
        for i in range(1, len(units.names)):
            if units.names[i] == BREAK:
                continue
            if units.starts[i] == previous:
                start, end, sum_bits = words[-1]
                words[-1] = (start, end, sum_bits + float(bits[i]))
            else:
                words.append((*units.span(i, i), float(bits[i])))
                previous = units.starts[i]
        return words


@cache
def _loaded(folder: Path) -> LanguageStats:
    return LanguageStats(folder)
