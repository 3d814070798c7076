"""Which sentences a step sees: rounds drawn by set shares, bucketed by length, resumable."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from translator.alignment import guide, language_statistics
from translator.data import EOS, PAD, TO_AR, TO_EN, Cache


class Batch(NamedTuple):
    """One direction's padded batch.

    memory (B, S, H) bfloat16, lengths (B,), inputs (B, T) `</s> <tag> pieces`, goals (B, T)
    `<tag> pieces </s>`, weights (B, T) true where a goal counts (the tag is forced: it does not).
    """

    memory: Tensor
    lengths: Tensor
    inputs: Tensor
    goals: Tensor
    counts: Tensor
    to_english: bool
    guide: Tensor | None = None
    source_pieces: Tensor | None = None


def assemble(
    cache: Cache,
    rows: list[int],
    to_english: bool,
    copy: bool = False,
    statistics: list[tuple[Tensor, Tensor]] | None = None,
) -> Batch:
    """Gather the states and ids of some pairs in one direction; `copy`: from the same side."""
    target = int(to_english)
    side = target if copy else 1 - target
    starts = torch.from_numpy(cache.offsets[side][rows])
    lengths = torch.from_numpy(cache.offsets[side][np.array(rows) + 1]) - starts
    places = torch.arange(int(lengths.max()))
    index = torch.minimum(starts[:, None] + places, (starts + lengths - 1)[:, None])
    memory = cache.states[index.reshape(-1)].view(len(rows), len(places), -1)
    tag = TO_EN if to_english else TO_AR
    longest = max(len(cache.targets[target][row]) for row in rows) + 2
    inputs = torch.full((len(rows), longest), PAD)
    goals = torch.full((len(rows), longest), PAD)
    for number, row in enumerate(rows):
        ids = torch.from_numpy(cache.targets[target][row])
        inputs[number, 0], inputs[number, 1] = EOS, tag
        inputs[number, 2 : 2 + len(ids)] = ids
        goals[number, 0], goals[number, 1 : 1 + len(ids)] = tag, ids
        goals[number, 1 + len(ids)] = EOS
    counts = goals != PAD
    counts[:, 0] = False
    aligned = None
    if statistics:
        aligned = guide(cache, statistics, rows, target, side, memory, lengths, longest)
    pieces = torch.from_numpy(np.concatenate([cache.targets[side][row] for row in rows]))
    return Batch(memory, lengths, inputs, goals, counts, to_english, aligned, pieces)


class Sampler:
    """Endless batches; `state()` is enough to go on at the same batch."""

    def __init__(self, cache: Cache, config: dict[str, Any], seed: int) -> None:
        self.cache, self.sets, self.seed = cache, config["sets"], seed
        self.budget = config["train"]["batch_tokens"]
        self.size, self.copies = config["train"]["round_items"], config["train"]["copies"]
        guided = config["train"]["guide"] > 0
        self.statistics = language_statistics(cache) if guided else None
        self.members: dict[str, list[int]] = {}
        for row, group in enumerate(cache.groups):
            if group in self.sets:
                self.members.setdefault(group, []).append(row)
        self.used = dict.fromkeys(self.members, 0)
        self.round, self.at, self.late = 0, 0, False
        self.batches: list[tuple[list[int], bool, bool]] = []

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: the round's start and the place in it."""
        return {"used": self.begun, "round": self.round, "at": self.at, "late": self.late}

    def restore(self, state: dict[str, Any]) -> None:
        """Draw the checkpoint's round again and go to its place."""
        self.used = dict(state["used"])
        self.round, self.late = state["round"], state["late"]
        self._draw()
        self.at = state["at"]

    def _take(self, group: str, number: int) -> list[tuple[int, bool]]:
        """The next items of a set: both directions of all its pairs, reshuffled each cycle."""
        rows = self.members[group]
        items = [(row, way) for row in rows for way in (True, False)]
        found: list[tuple[int, bool]] = []
        while len(found) < number:
            cycle, place = divmod(self.used[group], len(items))
            order = list(items)
            random.Random(f"{self.seed}/{group}/{cycle}").shuffle(order)
            part = order[place : place + number - len(found)]
            found += part
            self.used[group] += len(part)
        return found

    def _draw(self) -> None:
        self.begun = dict(self.used)
        share = "late" if self.late else "early"
        total = sum(self.sets[group][share] for group in self.members)
        chance = random.Random(f"{self.seed}/round/{self.round}")
        items: list[tuple[int, bool]] = []
        for group in sorted(self.members):
            items += self._take(group, round(self.size * self.sets[group][share] / total))
        # Reading a sentence back in its own language teaches the cross-attention where to look;
        # the first rounds mix some of it in.
        shares = self.copies
        copying = shares[self.round] if self.round < len(shares) else 0.0
        kinds: dict[tuple[bool, bool], list[tuple[int, int, float, int]]] = {}
        for row, way in items:
            copy = chance.random() < copying
            target = int(way)
            side = target if copy else 1 - target
            source = int(self.cache.offsets[side][row + 1] - self.cache.offsets[side][row])
            length = len(self.cache.targets[target][row]) + 2
            kinds.setdefault((way, copy), []).append((length, source, chance.random(), row))
        self.batches = []
        for (way, copy), ours in sorted(kinds.items()):
            # By target length in steps of 2, then source length, with random ties.
            ours.sort(key=lambda item: (item[0] // 2, item[1], item[2]))
            batch: list[int] = []
            longest = widest = 0
            for length, source, _tie, row in ours:
                longest, widest = max(longest, length), max(widest, source)
                count = len(batch) + 1
                if batch and (count * longest > self.budget or count * widest > 2 * self.budget):
                    self.batches.append((batch, way, copy))
                    batch, longest, widest = [], length, source
                batch.append(row)
            if batch:
                self.batches.append((batch, way, copy))
        chance.shuffle(self.batches)
        self.at = 0

    def next(self, late: bool, part: int = 0, parts: int = 1) -> Batch | None:
        """The next batch, or every `parts`-th sentence of it (None if that is empty).

        `late` chooses the shares when a new round begins.
        """
        if self.at >= len(self.batches):
            if self.batches:
                self.round += 1
            self.late = late
            self._draw()
        rows, way, copy = self.batches[self.at]
        self.at += 1
        rows = rows[part::parts]
        return assemble(self.cache, rows, way, copy, self.statistics) if rows else None


def used_pieces(cache: Cache, vocabulary: int) -> list[Tensor]:
    """For each target side (0 Arabic, 1 English) which pieces occur in it: (V,) booleans."""
    masks = []
    for side in cache.targets:
        mask = torch.zeros(vocabulary, dtype=torch.bool)
        mask[torch.from_numpy(np.unique(np.concatenate(side)))] = True
        mask[EOS] = True
        masks.append(mask)
    return masks


def softmax_subset(
    mask: Tensor, batch: Batch, negatives: int, generator: torch.Generator
) -> Tensor:
    """Sorted ids: the side's pieces, the batch's own, its source's and some random others.

    The source's pieces are the likeliest mistakes: a word left in its own language.
    """
    mask = mask.clone()
    mask[batch.goals] = True
    if batch.source_pieces is not None:
        mask[batch.source_pieces] = True
    mask[torch.randint(len(mask), (negatives,), generator=generator)] = True
    return mask.nonzero().squeeze(1)
