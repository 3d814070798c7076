"""Reports on the event of a suspect article, among up to a hundred thousand.

First cut: shared names, amounts, dates and rare words, each weighted by how few reports have it
(the cosine of two such rows).  The nearest are read and judged again with the embedding of title
and first sentences.  ``scripts/bench_references.py`` measures both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..segment import segment
from ..types import Document, Segment, SentenceEncoder
from .store import Library
from .terms import sentences, terms_of

# Reports that one article is compared with.
MOST = 8
# Reports of the first cut that are read.
SHORTLIST = 24
# Characters of title and lead that are embedded.
_LEAD = 400


@dataclass(frozen=True, slots=True)
class Found:
    """A report with its segments; ``similarity`` is that of the terms (0–1)."""

    document: Document
    segments: tuple[Segment, ...]
    similarity: float


class Shelf:
    """The reports of one run, ready to be searched: some 600 bytes of memory a report."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._numbers, table, self.signature = library.rows()
        terms, dense = np.unique(table, return_inverse=True)
        self._terms = terms
        self._dense: NDArray[np.int32] = dense.reshape(table.shape).astype(np.int32)
        count = np.bincount(self._dense.ravel(), minlength=len(terms)) if len(terms) else terms
        self._weights = np.log((len(self) + 1) / (count + 0.5)).clip(min=0.0).astype(np.float32)
        self._weights[terms == 0] = 0.0
        self._norms = np.sqrt(self._sums(self._weights**2))
        self._place = {number: i for i, number in enumerate(self._numbers)}

    def __len__(self) -> int:
        return len(self._numbers)

    def find(
        self,
        document: Document,
        segments: Sequence[Segment],
        encoder: SentenceEncoder | None,
        most: int = MOST,
    ) -> list[Found]:
        """The reports nearest to an article, best first; never the article itself.  Where there
        are no more than ``most``, all of them."""
        texts = sentences(segments)
        scores = self.scores(texts)
        for number in self._library.numbers_of(document.text):
            if number in self._place:
                scores[self._place[number]] = -1.0
        order = np.argsort(-scores, kind="stable")
        cut = len(self) <= most
        chosen = [i for i in order[: SHORTLIST + 1].tolist() if scores[i] >= (0.0 if cut else 1e-6)]
        found = []
        for i in chosen:
            report = self._library.document(self._numbers[i])
            if report is not None:
                found.append(Found(report, segment(report), float(scores[i])))
        if len(found) > most and encoder is not None:
            found = _by_lead(found, texts, encoder)
        return found[:most]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Similarity of terms to every report of the shelf."""
        wanted = terms_of(texts, most=None)
        places = np.searchsorted(self._terms, wanted)
        places[places == len(self._terms)] = 0
        known = places[self._terms[places] == wanted] if len(self._terms) else places[:0]
        asked = np.zeros(len(self._terms), dtype=np.float32)
        asked[known] = self._weights[known] ** 2
        # A term that no report has makes the article no less like them: it is left out.
        norm = float(np.sqrt(asked.sum()))
        cosines = self._sums(asked) / np.maximum(self._norms * norm, 1e-6)
        return cosines.astype(np.float32)

    def _sums(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        sums: NDArray[np.float32] = values[self._dense].sum(axis=1, dtype=np.float32)
        return sums


def _by_lead(found: list[Found], texts: Sequence[str], encoder: SentenceEncoder) -> list[Found]:
    """Ordered by the sum of both similarities, each measured in deviations among the shortlist."""
    leads = [_lead(texts), *(_lead(sentences(item.segments)) for item in found)]
    vectors: Any = encoder.encode(leads)
    near = vectors[1:] @ vectors[0]
    total = _standard(np.array([item.similarity for item in found])) + _standard(near)
    return [found[i] for i in np.argsort(-total, kind="stable").tolist()]


def _lead(texts: Sequence[str]) -> str:
    return " ".join(texts[:3])[:_LEAD]


def _standard(values: NDArray[Any]) -> NDArray[Any]:
    result: NDArray[Any] = (values - values.mean()) / max(float(values.std()), 1e-6)
    return result
