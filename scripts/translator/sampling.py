"""Which sentences a step sees: rounds drawn by set shares, bucketed by length, resumable."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from translator.data import BOS, EOS, PAD, TO_AR, TO_EN, Corpus


class Batch(NamedTuple):
    """One direction's padded batch.

    source (B, S) `<s> pieces </s>`, lengths (B,), inputs (B, T) `</s> <tag> pieces`, goals (B, T)
    `<tag> pieces </s>`, counts (B, T) true where a goal counts (the tag is forced: it does not),
    guide (B, T, S) the share of attention that each source piece should get, zero where unknown.
    """

    source: Tensor
    lengths: Tensor
    inputs: Tensor
    goals: Tensor
    counts: Tensor
    to_english: bool
    guide: Tensor | None = None


def _guide(corpus: Corpus, rows: list[int], target: int, copy: bool, shape: list[int]) -> Tensor:
    """Position p writes piece p - 1 (position 0 the tag); the end mark looks at the end mark."""
    out = torch.zeros(shape)
    for number, row in enumerate(rows):
        size = len(corpus.targets[target][row])
        side = target if copy else 1 - target
        source = corpus.sources[side][row]
        links = np.arange(size)[:, None].repeat(2, 1) if copy else corpus.links[row]
        if len(source) == len(corpus.targets[side][row]):  # else the source kept vowel marks
            written, read = (links[:, target], links[:, 1 - target])
            out[number, torch.from_numpy(written + 1), torch.from_numpy(read + 1)] = 1.0
            out[number, size + 1, len(source) + 1] = 1.0
    return out / out.sum(2, keepdim=True).clamp(min=1.0)


def assemble(
    corpus: Corpus, rows: list[int], to_english: bool, copy: bool = False, guided: bool = False
) -> Batch:
    """Pad some pairs in one direction; `copy`: read the target's own side."""
    target = int(to_english)
    side = target if copy else 1 - target
    lengths = torch.tensor([len(corpus.sources[side][row]) + 2 for row in rows])
    source = torch.full((len(rows), int(lengths.max())), PAD)
    tag = TO_EN if to_english else TO_AR
    longest = max(len(corpus.targets[target][row]) for row in rows) + 2
    inputs = torch.full((len(rows), longest), PAD)
    goals = torch.full((len(rows), longest), PAD)
    for number, row in enumerate(rows):
        ids = torch.from_numpy(corpus.sources[side][row])
        source[number, 0], source[number, 1 + len(ids)] = BOS, EOS
        source[number, 1 : 1 + len(ids)] = ids
        ids = torch.from_numpy(corpus.targets[target][row])
        inputs[number, 0], inputs[number, 1] = EOS, tag
        inputs[number, 2 : 2 + len(ids)] = ids
        goals[number, 0], goals[number, 1 : 1 + len(ids)] = tag, ids
        goals[number, 1 + len(ids)] = EOS
    counts = goals != PAD
    counts[:, 0] = False
    shape = [len(rows), longest, source.shape[1]]
    guide = _guide(corpus, rows, target, copy, shape) if guided else None
    return Batch(source, lengths, inputs, goals, counts, to_english, guide)


class Sampler:
    """Endless batches; `state()` is enough to go on at the same batch."""

    def __init__(self, corpus: Corpus, config: dict[str, Any], seed: int) -> None:
        self.corpus, self.sets, self.seed = corpus, config["sets"], seed
        self.options = config["train"]
        self.members: dict[str, list[int]] = {}
        for row, group in enumerate(corpus.groups):
            if group in self.sets:
                self.members.setdefault(group, []).append(row)
        self.used = dict.fromkeys(self.members, 0)
        self.round, self.at, self.pieces = 0, 0, 0
        self.batches: list[tuple[list[int], bool, bool]] = []

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: the round's start and the place in it."""
        return {"used": self.begun, "round": self.round, "at": self.at, "pieces": self.pieces}

    def restore(self, state: dict[str, Any]) -> None:
        """Draw the checkpoint's round again and go to its place."""
        self.used.update({g: n for g, n in state["used"].items() if g in self.used})
        self.round, self.pieces = state["round"], state["pieces"]
        self._draw()
        self.at = state["at"]

    def _take(self, group: str, number: int) -> list[tuple[int, bool]]:
        """The next items of a set: its directions of all its pairs, reshuffled each cycle."""
        rows = self.members[group]
        ways = {"en": (True,), "ar": (False,)}.get(self.sets[group].get("to", ""), (True, False))
        items = [(row, way) for row in rows for way in ways]
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
        share = "late" if self.pieces >= self.options["late_from"] else "early"
        total = sum(self.sets[group][share] for group in self.members)
        chance = random.Random(f"{self.seed}/round/{self.round}")
        items: list[tuple[int, bool]] = []
        for group in sorted(self.members):
            number = round(self.options["round_items"] * self.sets[group][share] / total)
            items += self._take(group, number)
        # Reading a sentence back in its own language teaches the cross-attention where to look.
        copying = self.options["copies"] if self.pieces < self.options["copies_until"] else 0.0
        kinds: dict[tuple[bool, bool], list[tuple[int, int, float, int]]] = {}
        for row, way in items:
            copy = chance.random() < copying
            target = int(way)
            side = target if copy else 1 - target
            source = len(self.corpus.sources[side][row]) + 2
            length = len(self.corpus.targets[target][row]) + 2
            kinds.setdefault((way, copy), []).append((length, source, chance.random(), row))
        self.batches = []
        budget = self.options["batch_tokens"]
        for (way, copy), ours in sorted(kinds.items()):
            # By target length in steps of 2, then source length, with random ties.
            ours.sort(key=lambda item: (item[0] // 2, item[1], item[2]))
            batch: list[int] = []
            longest = widest = 0
            for length, source, _tie, row in ours:
                longest, widest = max(longest, length), max(widest, source)
                count = len(batch) + 1
                if batch and (count * longest > budget or count * widest > 2 * budget):
                    self.batches.append((batch, way, copy))
                    batch, longest, widest = [], length, source
                batch.append(row)
            if batch:
                self.batches.append((batch, way, copy))
        chance.shuffle(self.batches)
        self.at = 0

    def next(self, pieces: int, guided: bool, part: int = 0, parts: int = 1) -> Batch | None:
        """The next batch, or every `parts`-th sentence of it (None if that is empty).

        `pieces` (target pieces trained so far) chooses the shares when a new round begins.
        """
        if self.at >= len(self.batches):
            if self.batches:
                self.round += 1
            self.pieces = pieces
            self._draw()
        rows, way, copy = self.batches[self.at]
        self.at += 1
        rows = rows[part::parts]
        return assemble(self.corpus, rows, way, copy, guided) if rows else None


def used_pieces(corpus: Corpus, vocabulary: int) -> list[Tensor]:
    """For each target side (0 Arabic, 1 English) which pieces occur in it: (V,) booleans."""
    masks = []
    for side in corpus.targets:
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
    mask[batch.source] = True
    mask[torch.randint(len(mask), (negatives,), generator=generator)] = True
    return mask.nonzero().squeeze(1)
