"""Batches whose make-up cannot change a result.

CTranslate2's int8 kernels quantise each row on its own, so a sentence comes out the same, bit for
bit, whatever sentences stand beside it — as long as it is always padded to the same width: the
width is the shape of the attention products and with it the order of float additions (measured by
``scripts/check_determinism.py``: up to 1.6e-5 in an embedding, enough to flip a close choice).

Encoding and scoring are one pass over each row and gain nothing from more rows: there a batch holds
only rows of exactly equal length.  Generating is a pass a piece, which more rows share: there a
batch holds rows of one :func:`width` and is padded to exactly that.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

# Source pieces in one call; bounds memory. Any value gives the same results.
TOKEN_BUDGET = 4096
# Finer steps make smaller batches: 4 costs articles of 30 sentences half as much again.  Coarser
# ones gain a sixth there at most, and nothing on many sentences (bench_translator.py --steps).
_STEP = 16

Row = TypeVar("Row", bound=Hashable)
Result = TypeVar("Result")


def width(row: Sized) -> int:
    """The length that a row is padded to for generating: its own, rounded up."""
    return -(-len(row) // _STEP) * _STEP


def plan(
    lengths: Sequence[Hashable], sizes: Sequence[int], budget: int, most: int
) -> list[list[int]]:
    """Indices in batches: equal ``lengths`` within a batch, at most ``most`` rows and ``budget``
    summed ``sizes``.

    Batches come in order of first appearance; a row larger than the budget gets its own.
    """
    groups: dict[Hashable, list[int]] = {}
    for i, length in enumerate(lengths):
        groups.setdefault(length, []).append(i)
    batches = []
    for members in groups.values():
        step = max(1, min(most, budget // max(1, sizes[members[0]])))
        batches += [members[i : i + step] for i in range(0, len(members), step)]
    return batches


def run_grouped(
    rows: Sequence[Row],
    length: Callable[[Row], Hashable],
    size: Callable[[Row], int],
    work: Callable[[list[Row]], Sequence[Result]],
    budget: int = TOKEN_BUDGET,
    most: int = 64,
    workers: int = 1,
) -> list[Result]:
    """``work`` over batches of distinct rows of equal length; one result a row, in order.

    ``workers`` batches run at a time, in threads: ``work`` must let go of the interpreter's lock.
    Batches know nothing of one another, so that the number of workers changes no result.
    """
    distinct = list(dict.fromkeys(rows))
    found: dict[Row, Result] = {}
    batches = [
        [distinct[i] for i in batch]
        for batch in plan([length(r) for r in distinct], [size(r) for r in distinct], budget, most)
    ]
    if workers > 1 and len(batches) > 1:
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(work, batches))
    else:
        results = [work(batch) for batch in batches]
    for batch, answers in zip(batches, results, strict=True):
        found.update(zip(batch, answers, strict=True))
    return [found[row] for row in rows]
