"""Reader of the language statistics: how often native news writes a unit, a pair, a sequence.

The arrays are memory-mapped and a whole document is looked up in them at once.  Format:
docs/LANGUAGE_STATS.md.
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
from .surprisal import Surprisal
from .table import Table
from .text import Passage, Reader, Units, read_passage

BREAK_ID = 1  # place of BREAK in units.txt: scripts/build_language_stats.py, SPECIAL
KINDS = (ADJ, GEN, PREP)
_TABLES = ("bigram", "trigram", *KINDS, "near")
_ARRAYS = ("unit_counts", "unit_stems", "stem_counts", "bigram_rest")


class LanguageStats:
    """Counts of native Arabic news.  Use :meth:`load`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = checked_manifest(folder)
        self._tables = {name: Table(folder, name) for name in _TABLES}
        arrays = {name: read_array(folder, name) for name in _ARRAYS}
        self.unit_counts, self.unit_stems = arrays["unit_counts"], arrays["unit_stems"]
        self.stem_counts = arrays["stem_counts"]
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
        self._stem_ids = {stem: i for i, stem in enumerate(self.stems)}
        self._reader = Reader(
            self.splitter, self.stemmer, self._ids, self.unit_stems, self._stem_ids
        )
        # The sentences that were read last, and the documents: witnesses ask one after another.
        self._analyse = lru_cache(maxsize=512)(self._reader.read)
        self._read = lru_cache(maxsize=2)(self._passage)
        size = len(self.stems)
        self._pair_totals = {kind: self._tables[kind].totals(size) for kind in KINDS}
        rows, columns, _ = self._tables["near"].totals(size)
        self._near_totals = rows + columns
        self._near_total = float(self._near_totals.sum()) / 2
        self._by_stem: tuple[NDArray[Any], NDArray[Any]] | None = None
        self._surprisal = Surprisal(
            self._tables["bigram"], self._tables["trigram"], self.unit_counts,
            arrays["bigram_rest"], float(self.manifest["discount"]),
        )  # fmt: skip

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

    def read(self, texts: tuple[str, ...]) -> Passage:
        """The texts (sentences of one document, say) together, with the surprisal of every unit."""
        return self._read(texts)

    def _passage(self, texts: tuple[str, ...]) -> Passage:
        return read_passage([self._analyse(text) for text in texts], self._surprisal.bits)

    def ids(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Numbers of units; 0 for the unknown."""
        get = self._ids.get
        return np.array([get(name, 0) for name in names], dtype=np.int64)

    def stem_ids(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Numbers of the stems of units; -1 where native news has neither unit nor stem."""
        return np.array([self._reader.stem(name) for name in names], dtype=np.int64)

    # -- counts ----------------------------------------------------------------------------

    def lookup(self, table: str, keys: NDArray[Any]) -> NDArray[np.uint32]:
        """Counts of packed keys in one of the tables; 0 where a key is not in it."""
        return self._tables[table].counts(keys)

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
        keys, stored = self._tables[kind].keys, self._tables[kind].codes
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

    # -- surprisal -------------------------------------------------------------------------

    def surprisal(self, units: Sequence[str]) -> list[float]:
        """Bits per unit given the two before it (absolute discounting, interpolated with the
        bigram and the unigram).  The first unit follows a sentence break."""
        return [float(x) for x in self.surprisal_ids(self.ids([BREAK, *units]))[1:]]

    def surprisal_ids(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """The same over unit numbers; an entry that has no left neighbour gets its unigram."""
        return self._surprisal.bits(ids)

    def heat(self, text: str) -> list[tuple[int, int, float]]:
        """(start, end, bits) of every written word of ``text`` in order, offsets into it; the
        bits of a word are the sum over its units.  For a heat line in a report."""
        return self.read((text,)).heat()[0]


@cache
def _loaded(folder: Path) -> LanguageStats:
    return LanguageStats(folder)
