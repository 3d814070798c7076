"""Seed cross-attention with a lexicon that the multilingual encoder already knows.

A linear map from an encoder state to the output embedding of its own piece, fitted on both
languages after each language's mean is taken off, also sends a word's state near the embedding of
its *translation*: the states are shared between languages. Its singular vectors become the
query, key, value and output matrices of some decoder layers, so that from the first step a layer
attends to source words that fit its state and passes their translations on.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from translator.data import Cache
from translator.decoder import Decoder

RIDGE = 0.02


def fit(decoder: Decoder, cache: Cache, pairs: int, seed: int) -> Tensor:
    """(hidden, hidden) map M: standardised state @ M lies near an output embedding."""
    chosen = np.random.default_rng(seed).permutation(len(cache.groups))[:pairs]
    embeddings = decoder.tokens.weight.detach()
    left, right, means = [], [], []
    for side in (0, 1):
        rows, ids = [], []
        for row in chosen:
            start, end = cache.offsets[side][row] + 1, cache.offsets[side][row + 1] - 1
            goal = cache.targets[side][row]
            if end - start == len(goal):  # else the source kept vowel marks
                rows.append(cache.states[start:end])
                ids.append(torch.from_numpy(goal))
        states = (torch.cat(rows).float() - decoder.shift) * decoder.scale
        wanted = embeddings[torch.cat(ids)]
        means.append(states.mean(0))
        left.append(states - means[-1])
        right.append(wanted - wanted.mean(0))
    x, y = torch.cat(left), torch.cat(right)
    solved = torch.linalg.solve(x.T @ x / len(x) + RIDGE * torch.eye(x.shape[1]), x.T @ y / len(x))
    # The direction that tells the languages apart must not look like a word.
    apart = torch.nn.functional.normalize(means[1] - means[0], dim=0)
    return solved - torch.outer(apart, apart @ solved)


@torch.no_grad()
def seed_layers(
    decoder: Decoder, lexicon: Tensor, layers: list[int], sharpness: float, loudness: float
) -> None:
    """Overwrite those layers' cross-attention: q.k = sharpness * x'Mh, output = loudness * Mh."""
    left, sizes, right = torch.linalg.svd(lexicon)  # lexicon = left diag(sizes) right
    heads = decoder.layers[0].cross.heads
    hidden = len(sizes)
    # Deal the singular vectors out, so that every head holds large and small ones.
    dealt = torch.arange(hidden).view(hidden // heads, heads).t().reshape(-1)
    reading = (left[:, dealt] * sizes[dealt].sqrt()).t()  # state -> head coordinates
    writing = right[dealt].t() * sizes[dealt].sqrt()  # head coordinates -> embedding
    for number in layers:
        cross = decoder.layers[number].cross
        cross.key.weight.copy_(reading)
        cross.value.weight.copy_(reading)
        cross.query.weight.copy_(writing.t() * sharpness)
        cross.out.weight.copy_(writing * loudness)
        for linear in (cross.query, cross.key, cross.value, cross.out):
            linear.bias.zero_()
