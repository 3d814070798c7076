"""The training loop: time- or step-bound, resumable after any kill."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from translator import checkpoint
from translator.data import Cache
from translator.decoder import Decoder
from translator.optimiser import MuonAdam
from translator.sampling import assemble
from translator.team import Team, forward


@dataclass(frozen=True)
class Bound:
    """When to stop: at a moment (seconds since the epoch) or after a number of steps."""

    until: float | None = None
    steps: int | None = None

    def progress(self, step: int, elapsed: float) -> float:
        """0 at the start, 1 at the end, by the bound that is nearer to its end."""
        shares = [0.0]
        if self.until is not None:
            left = max(0.0, self.until - time.time())
            shares.append(elapsed / max(1e-9, elapsed + left))
        if self.steps is not None:
            shares.append(step / self.steps)
        return min(1.0, max(shares))


def learning_rate(options: dict[str, Any], step: int, progress: float) -> float:
    """Linear warm-up by steps, then linear decay to zero by progress."""
    rise = min(1.0, (step + 1) / options["warmup_steps"])
    return float(options["peak_lr"] * rise * max(0.0, 1.0 - progress))


@torch.no_grad()
def validate(decoder: Decoder, held: Cache) -> dict[str, float]:
    """Plain nll a piece over the whole vocabulary, each direction."""
    decoder.dropout.active = False
    scores = {}
    for name, way in (("ar2en", True), ("en2ar", False)):
        rows = sorted(range(len(held.groups)), key=lambda r: len(held.targets[int(way)][r]))
        total = count = 0.0
        for at in range(0, len(rows), 32):
            batch = assemble(held, rows[at : at + 32], way)
            number = int(batch.counts.sum())
            total += float(forward(decoder, batch, None, 0.0)[1]) * number
            count += number
        scores[name] = round(total / count, 4)
    decoder.dropout.active = True
    return scores


def train(
    decoder: Decoder,
    cache: Cache,
    held: Cache,
    config: dict[str, Any],
    run: Path,
    bound: Bound,
    checkpoint_steps: int | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Train until the bound; checkpoints and log.jsonl in `run`; returns the last log record."""
    options = config["train"]
    run.mkdir(parents=True, exist_ok=True)
    optimiser = MuonAdam(decoder, options["beta2"], options["weight_decay"], muon=options["muon"])
    step, before, tokens = 0, 0.0, 0
    sampler_state: dict[str, Any] | None = None
    if existing := checkpoint.found(run):
        state = checkpoint.restore(existing[-1], decoder, optimiser)
        sampler_state = state["sampler"]
        step, before, tokens = state["step"], state["elapsed"], state["tokens"]
        print(f"resumed from {existing[-1]}", flush=True)
    team = Team(decoder, cache, config, workers, sampler_state)
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
        progress = bound.progress(step, elapsed)
        ending = progress >= 1.0
        due = time.time() - saved > options["checkpoint_minutes"] * 60
        if checkpoint_steps:
            due = step % checkpoint_steps == 0 and step > 0 and time.time() > saved
        if due or ending:
            record = write({"val": validate(decoder, held), "progress": round(progress, 3)})
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
        rate = learning_rate(options, step, progress)
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss, nll, number = team.step(step, progress >= options["focus_from"])
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
