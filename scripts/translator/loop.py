"""The training loop: time- or step-bound, resumable after any kill."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from translator import checkpoint
from translator.data import Corpus
from translator.decoder import Decoder
from translator.encoder import Encoder
from translator.sampling import assemble
from translator.team import Team, forward


@dataclass(frozen=True)
class Bound:
    """When to stop: at a moment (seconds since the epoch) or after a number of steps.

    The learning rate is constant but for the last `cooldown` seconds or steps, where it falls to
    zero in a straight line; 0 keeps it constant, for a run that another will continue.
    """

    until: float | None = None
    steps: int | None = None
    cooldown: float = 0.0

    def over(self, step: int) -> bool:
        """Whether the run has come to its end."""
        late = self.until is not None and time.time() >= self.until
        return late or (self.steps is not None and step >= self.steps)

    def factor(self, step: int) -> float:
        """What the cooldown leaves of the learning rate."""
        if not self.cooldown:
            return 1.0
        left = [math.inf]
        if self.until is not None:
            left.append(self.until - time.time())
        if self.steps is not None:
            left.append(self.steps - step)
        return max(0.0, min(1.0, min(left) / self.cooldown))


def make_optimiser(decoder: Decoder, options: dict[str, Any]) -> torch.optim.AdamW:
    """AdamW; no decay for norms and biases, a smaller rate for the encoder's upper layers."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in decoder.named_parameters():
        key = (name.startswith("upper."), parameter.dim() > 1)
        groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "factor": options["upper_rate"] if upper else 1.0,
                "weight_decay": options["weight_decay"] if wide else 0.0,
            }
            for (upper, wide), parameters in sorted(groups.items())
        ],
        lr=0.0,
        betas=(0.9, options["beta2"]),
        fused=True,
    )


@torch.no_grad()
def validate(lower: Encoder, decoder: Decoder, held: Corpus) -> dict[str, float]:
    """Plain nll a piece over the whole vocabulary, each direction."""
    decoder.dropout.active = False
    scores = {}
    for name, way in (("ar2en", True), ("en2ar", False)):
        rows = sorted(range(len(held.groups)), key=lambda r: len(held.targets[int(way)][r]))
        total = count = 0.0
        for at in range(0, len(rows), 32):
            batch = assemble(held, rows[at : at + 32], way)
            number = int(batch.counts.sum())
            total += float(forward(lower, decoder, batch, None, 0.0)[1]) * number
            count += number
        scores[name] = round(total / count, 4)
    decoder.dropout.active = True
    return scores


def train(
    lower: Encoder,
    decoder: Decoder,
    corpus: Corpus,
    held: Corpus,
    config: dict[str, Any],
    run: Path,
    bound: Bound,
    checkpoint_steps: int | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Train until the bound; checkpoints and log.jsonl in `run`; returns the last log record."""
    options = config["train"]
    run.mkdir(parents=True, exist_ok=True)
    optimiser = make_optimiser(decoder, options)
    step, before, tokens = 0, 0.0, 0
    sampler_state: dict[str, Any] | None = None
    if existing := checkpoint.found(run):
        state = checkpoint.restore(existing[-1], decoder, optimiser)
        sampler_state = state["sampler"]
        step, before, tokens = state["step"], state["elapsed"], state["tokens"]
        print(f"resumed from {existing[-1]}", flush=True)
    team = Team(lower, decoder, corpus, config, workers, sampler_state)
    begun = saved = time.time()
    sums, record = [0.0, 0.0, 0.0], {}
    bar = tqdm(unit="step", mininterval=15, initial=step, total=bound.steps)
    log = (run / "log.jsonl").open("a", encoding="utf-8")

    def write(extra: dict[str, Any]) -> dict[str, Any]:
        line = {"step": step, "tokens": tokens, "seconds": round(elapsed, 1), **extra}
        log.write(json.dumps(line) + "\n")
        log.flush()
        return line

    while True:
        elapsed = before + time.time() - begun
        ending = bound.over(step)
        due = time.time() - saved > options["checkpoint_minutes"] * 60
        if checkpoint_steps:
            due = step % checkpoint_steps == 0 and step > 0 and time.time() > saved
        if due or ending:
            record = write({"val": validate(lower, decoder, held)})
            print(json.dumps(record), flush=True)
            checkpoint.save(
                run,
                step,
                decoder,
                optimiser,
                {
                    "sampler": team.worker.sampler.state(),
                    "elapsed": elapsed,
                    "tokens": tokens,
                    "val": record["val"],
                },
                options["keep"],
            )
            saved = time.time()
            if ending:
                break
        rise = min(1.0, (step + 1) / options["warmup_steps"])
        rate = options["peak_lr"] * rise * bound.factor(step)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        loss, nll, number = team.step(step, tokens)
        norm = torch.nn.utils.clip_grad_norm_(decoder.parameters(), options["clip"])
        torch.set_num_threads(workers)  # the followers rest meanwhile
        optimiser.step()
        torch.set_num_threads(1)
        step, tokens = step + 1, tokens + number
        sums = [sums[0] + loss, sums[1] + nll, sums[2] + number]
        bar.update(1)
        if step % 20 == 0 or step == bound.steps:
            elapsed = before + time.time() - begun
            values = write(
                {
                    "loss": round(sums[0] / sums[2], 4),
                    "nll": round(sums[1] / sums[2], 4),
                    "lr": round(rate, 7),
                    "norm": round(float(norm), 3),
                    "tokens_a_second": round((tokens / elapsed) if elapsed else 0),
                }
            )
            bar.set_postfix(nll=values["nll"], lr=rate, tps=values["tokens_a_second"])
            sums = [0.0, 0.0, 0.0]
    team.close()
    log.close()
    bar.close()
    return record
