"""The text-alone stages: documents cut into sentences and heard by every witness.

Documents are examined in groups: a witness whose word on a sentence rests on that sentence alone is
asked for those of the whole group at once, since small articles alone cost more in calls of numpy
than in work.  What is said of one document never depends on the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain
from multiprocessing import get_context
from typing import Protocol, runtime_checkable

from .desk.inline import take
from .detector import load_detector
from .evidence import load_all
from .judging import Examined
from .memory import collector_paused
from .segment import segment
from .stems import language
from .types import Document, Evidence, Segment, Witness

# Documents are examined together up to so many characters, some 200 sentences.
_TOGETHER = 30_000


class Progress(Protocol):
    """Called with the stage's name, units done and units in all (0 = not known yet)."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


@runtime_checkable
class SentenceWitness(Witness, Protocol):
    """A witness whose word on a segment rests on that segment alone: it may be asked for those of
    several documents at once."""

    def judge(self, segments: Sequence[Segment]) -> list[Evidence]: ...


@cache
def _witnesses() -> list[Witness]:
    return [*load_all(), load_detector()]


def examine(document: Document) -> Examined:
    """Segment one document and hear every text-alone witness; its comments are no part of it."""
    return examine_together([document])[0]


def together(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in order, in groups that are examined together."""
    group: list[Document] = []
    size = 0
    for document in documents:
        group.append(document)
        size += len(document.text)
        if size >= _TOGETHER:
            yield group
            group, size = [], 0
    if group:
        yield group


@collector_paused()
def examine_together(documents: Sequence[Document]) -> list[Examined]:
    """:func:`examine` of each of the documents; none knows of the others."""
    taken = [take(document) for document in documents]
    cut = [segment(document) for document, _ in taken]
    every = list(chain.from_iterable(cut))
    columns: list[Iterable[Evidence]] = [
        witness.judge(every)
        if isinstance(witness, SentenceWitness)
        else chain.from_iterable(
            [witness.examine(d, own) for (d, _), own in zip(taken, cut, strict=True)]
        )
        for witness in _witnesses()
    ]
    rows, heat = list(zip(*columns, strict=True)), _surprisal(every)
    found, at = [], 0
    for (document, allowances), segments in zip(taken, cut, strict=True):
        end = at + len(segments)
        found.append(
            Examined(document, segments, tuple(rows[at:end]), tuple(heat[at:end]), allowances)
        )
        at = end
    return found


def _surprisal(segments: Sequence[Segment]) -> list[tuple[tuple[int, int, float], ...]]:
    """How unexpected each word is; nothing where the statistics are missing: the witness that
    lives on them has told why."""
    stats = language()
    if stats is None:
        return []
    heat = iter(stats.read(tuple([s.text for s in segments if s.role == "article"])).heat())
    return [tuple(next(heat)) if s.role == "article" else () for s in segments]


def examine_all(
    documents: Sequence[Document], jobs: int = 1, progress: Progress | None = None
) -> list[Examined]:
    """Text-alone stages for every document, in order, in ``jobs`` processes."""
    report: Progress = progress or (lambda stage, done, total: None)
    results: list[Examined] = []
    groups = list(together(documents))
    if jobs > 1 and len(documents) > 1:
        # Small groups, so that every process has some.
        share = max(1, len(documents) // (8 * jobs))
        groups = [part for group in groups for part in _parts(group, share)]
        # spawn: a forked child would inherit the model libraries' threads and may hang.
        with ProcessPoolExecutor(min(jobs, len(documents)), get_context("spawn")) as pool:
            for found in pool.map(examine_together, groups):
                results += found
                report("evidence", len(results), len(documents))
        return results
    for group in groups:
        results += examine_together(group)
        report("evidence", len(results), len(documents))
    return results


def _parts(group: list[Document], size: int) -> Iterator[list[Document]]:
    for first in range(0, len(group), size):
        yield group[first : first + size]
