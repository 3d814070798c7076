"""Word alignments from the encoder's own states, to guide cross-attention.

The encoder is multilingual: a word and its translation have near states once each language's mean
is taken off (M. Jalili Sabet et al., SimAlign, Findings of EMNLP 2020). Guided attention:
W. Chen et al., arXiv:1607.01628. A small decoder finds the alignment by itself only after many
thousand steps.
"""

from __future__ import annotations

import torch
from torch import Tensor

from translator.data import Cache

TEMPERATURE = 0.07  # by eye on forty sentences: sharp, yet split words share their weight
DIAGONAL = 3.0  # log-weight lost from one end of the sentence to the other


def language_statistics(cache: Cache) -> list[tuple[Tensor, Tensor]]:
    """(mean, 1 / deviation) of each side's states, over an even sample of its rows."""
    found = []
    for side in (0, 1):
        start, end = int(cache.offsets[side][0]), int(cache.offsets[side][-1])
        sample = cache.states[start : end : max(1, (end - start) // 50_000)].float()
        found.append((sample.mean(0), 1.0 / sample.std(0).clamp(min=1e-3)))
    return found


def guide(
    cache: Cache,
    statistics: list[tuple[Tensor, Tensor]],
    rows: list[int],
    target: int,
    side: int,
    memory: Tensor,
    lengths: Tensor,
    width: int,
) -> Tensor:
    """(B, width, S) weights over the source for each output position; zero where unknown.

    Position p writes piece p - 1 of the target (position 0 writes the tag), and the position
    after the last piece writes the end mark, which belongs to the source's end mark.
    """
    batch, longest = memory.shape[:2]
    out = torch.zeros(batch, width, longest)
    mean, scale = statistics[side]
    sources = torch.nn.functional.normalize((memory.float() - mean) * scale, dim=2)
    mean, scale = statistics[target]
    goals = torch.zeros(batch, width, memory.shape[2])
    sizes = []
    for number, row in enumerate(rows):
        start, end = int(cache.offsets[target][row]), int(cache.offsets[target][row + 1])
        size = len(cache.targets[target][row])
        sizes.append(size if end - start - 2 == size else 0)
        if sizes[-1]:
            goals[number, 1 : 1 + size] = cache.states[start + 1 : end - 1].float()
    goals = torch.nn.functional.normalize((goals - mean) * scale, dim=2)
    scores = torch.bmm(goals, sources.transpose(1, 2)) / TEMPERATURE
    size_row = torch.tensor(sizes)[:, None]
    down = (torch.arange(width) / size_row.clamp(min=1))[:, :, None]
    across = (torch.arange(longest) / (lengths[:, None] - 1))[:, None, :]
    scores -= DIAGONAL * (down - across).abs()
    places = torch.arange(longest)
    inside = (places >= 1) & (places < (lengths - 1)[:, None])
    scores.masked_fill_(~inside[:, None, :], -1e4)
    known = (torch.arange(width) >= 1) & (torch.arange(width) <= size_row)
    out = torch.softmax(scores, 2) * known[:, :, None]
    for number, size in enumerate(sizes):
        if size:
            out[number, size + 1, int(lengths[number]) - 1] = 1.0
    return out
