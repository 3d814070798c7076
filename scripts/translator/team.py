"""Several single-threaded processes share each step's batch.

On a machine that others use too, two threads inside one matrix product wait for each other at
every product; two processes wait once a step.
"""

from __future__ import annotations

import ctypes
import signal
from multiprocessing.synchronize import Barrier
from typing import Any

import torch
from torch import Tensor, multiprocessing

from translator.data import Corpus
from translator.decoder import Decoder, output_loss
from translator.encoder import Encoder
from translator.sampling import Batch, Sampler, softmax_subset, used_pieces

WAIT = 900.0  # seconds a process waits for the others before it gives up


def forward(
    lower: Encoder, decoder: Decoder, batch: Batch, subset: Tensor | None, smoothing: float
) -> tuple[Tensor, Tensor]:
    """(loss, plain nll) of a batch, activations in bfloat16; `lower` is frozen."""
    with torch.no_grad():
        memory = lower(batch.source, batch.lengths).to(torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        states = decoder(batch.inputs, memory, batch.lengths)
    picked = states[batch.counts]
    return output_loss(decoder, picked, batch.goals[batch.counts], subset, smoothing)


class Worker:
    """One process's share of every step: every `world`-th sentence of the batch."""

    def __init__(
        self,
        lower: Encoder,
        decoder: Decoder,
        corpus: Corpus,
        config: dict[str, Any],
        rank: int,
        world: int,
    ) -> None:
        self.lower, self.decoder, self.config = lower, decoder, config
        self.rank, self.world = rank, world
        self.sampler = Sampler(corpus, config, config["seed"])
        self.masks = used_pieces(corpus, decoder.sizes.vocabulary)
        self.generator = torch.Generator()
        options = config["decoder"]
        self.guided = [decoder.layers[n].cross for n in options["guided_layers"]]
        for attention in self.guided:
            attention.keep = options["guided_heads"]

    def guidance(self, pieces: int) -> float:
        """The weight of the guided attention, falling to nothing over `guide_until` pieces."""
        options = self.config["train"]
        return float(options["guide"] * max(0.0, 1.0 - pieces / options["guide_until"]))

    def gradients(self, step: int, pieces: int, out: Tensor) -> tuple[float, float, int]:
        """Write the summed gradients (not the mean) into `out`; (loss, nll, pieces), sums."""
        # Every random choice of a step comes from its number, so a resumed run repeats it.
        seed = (self.config["seed"] * 1_000_003 + step) * 64 + self.rank
        self.decoder.dropout.generator.manual_seed(seed)
        self.generator.manual_seed(seed + 32)
        options, guide = self.config["train"], self.guidance(pieces)
        batch = self.sampler.next(pieces, guide > 0, self.rank, self.world)
        if batch is None:
            out.zero_()
            return 0.0, 0.0, 0
        subset = softmax_subset(
            self.masks[int(batch.to_english)], batch, options["negatives"], self.generator
        )
        loss, nll = forward(self.lower, self.decoder, batch, subset, options["smoothing"])
        number = int(batch.counts.sum())
        if batch.guide is not None:
            loss = loss + guide * self._astray(batch)
        parameters = list(self.decoder.parameters())
        grads = torch.autograd.grad(loss * number, parameters)
        at = 0
        for grad in grads:
            out[at : at + grad.numel()].copy_(grad.reshape(-1))
            at += grad.numel()
        return loss.item() * number, nll.item() * number, number

    def _astray(self, batch: Batch) -> Tensor:
        """Cross-entropy of the guided heads' attention against the word alignment."""
        assert batch.guide is not None
        known = (batch.guide.sum(2) > 0.5) & batch.counts
        aim, total = batch.guide[known], torch.zeros(())
        if not len(aim):
            return total
        for attention in self.guided:
            total = total - (aim * (attention.kept[known].float() + 1e-4).log()).sum(1).mean()
        return total / max(1, len(self.guided))


def _follow(
    rank: int,
    world: int,
    lower: Encoder,
    decoder: Decoder,
    corpus: Corpus,
    config: dict[str, Any],
    state: dict[str, Any] | None,
    shared: dict[str, Tensor],
    barrier: Barrier,
) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # die with the first process (PR_SET_PDEATHSIG)
    torch.set_num_threads(1)
    worker = Worker(lower, decoder, corpus, config, rank, world)
    if state:
        worker.sampler.restore(state)
    while True:
        barrier.wait(WAIT)
        step, pieces, stop = shared["orders"].tolist()
        if stop:
            return
        sums = worker.gradients(step, pieces, shared["grads"][rank - 1])
        shared["sums"][rank] = torch.tensor(sums, dtype=torch.float64)
        barrier.wait(WAIT)


class Team:
    """The first process and its followers; `step` leaves the mean gradient in `.grad`."""

    def __init__(
        self,
        lower: Encoder,
        decoder: Decoder,
        corpus: Corpus,
        config: dict[str, Any],
        world: int,
        state: dict[str, Any] | None,
    ) -> None:
        self.worker = Worker(lower, decoder, corpus, config, 0, world)
        if state:
            self.worker.sampler.restore(state)
        size = sum(p.numel() for p in decoder.parameters())
        self.own = torch.empty(size)
        self.shared = {
            "orders": torch.zeros(3, dtype=torch.int64),
            "sums": torch.zeros(world, 3, dtype=torch.float64),
            "grads": torch.zeros(world - 1, size),
        }
        self.decoder, self.world = decoder, world
        self.barrier: Barrier | None = None
        if world > 1:
            context = multiprocessing.get_context("fork")
            for tensor in (*self.shared.values(), *decoder.parameters()):
                tensor.share_memory_()
            self.barrier = context.Barrier(world)
            for rank in range(1, world):
                context.Process(
                    target=_follow,
                    daemon=True,
                    args=(
                        rank,
                        world,
                        lower,
                        decoder,
                        corpus,
                        config,
                        state,
                        self.shared,
                        self.barrier,
                    ),
                ).start()

    def step(self, number: int, trained: int) -> tuple[float, float, int]:
        """One batch's mean gradients; (loss, nll, pieces) summed over the pieces.

        `trained` is the number of target pieces seen so far.
        """
        if self.barrier:
            self.shared["orders"].copy_(torch.tensor([number, trained, 0]))
            self.barrier.wait(WAIT)
        sums = self.worker.gradients(number, trained, self.own)
        loss, nll, pieces = sums
        if self.barrier:
            self.barrier.wait(WAIT)
            rest = self.shared["sums"][1:].sum(0).tolist()
            loss, nll, pieces = loss + rest[0], nll + rest[1], pieces + int(rest[2])
            for grads in self.shared["grads"]:
                self.own += grads
        self.own /= pieces
        at = 0
        for parameter in self.decoder.parameters():
            size = parameter.numel()
            parameter.grad = self.own[at : at + size].view_as(parameter)
            at += size
        return loss, nll, pieces

    def close(self) -> None:
        """Send the followers home."""
        if self.barrier:
            self.shared["orders"][2] = 1
            self.barrier.wait(WAIT)
