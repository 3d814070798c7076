"""Checkpoints: weights and optimiser state as safetensors, the rest as JSON; written atomically."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


def found(run: Path) -> list[Path]:
    """Complete checkpoints, oldest first."""
    return sorted(path for path in run.glob("step-*") if (path / "state.json").exists())


def save(
    run: Path,
    step: int,
    decoder: nn.Module,
    optimiser: torch.optim.Optimizer,
    state: dict[str, Any],
    keep: int,
) -> Path:
    """Write RUN/step-NNNNNN by renaming a finished folder into place; drop the oldest."""
    target, draft = run / f"step-{step:06d}", run / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    names = [name for name, _ in decoder.named_parameters()]
    moments: dict[str, Tensor] = {}
    for name, parameter in zip(names, decoder.parameters(), strict=True):
        for slot, value in optimiser.state[parameter].items():
            moments[f"{slot}|{name}"] = value.reshape(-1) if value.dim() == 0 else value
    save_file(dict(decoder.state_dict()), draft / "decoder.safetensors")
    save_file(moments, draft / "optimiser.safetensors")
    (draft / "state.json").write_text(json.dumps({**state, "step": step}), encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    os.rename(draft, target)
    for old in found(run)[:-keep]:
        shutil.rmtree(old)
    return target


def restore(path: Path, decoder: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
    """Load a checkpoint into the decoder and the optimiser; returns its state.json."""
    decoder.load_state_dict(load_file(path / "decoder.safetensors"))
    moments = load_file(path / "optimiser.safetensors")
    for name, parameter in decoder.named_parameters():
        slots = {}
        for slot in ("step", "exp_avg", "exp_avg_sq"):
            if (value := moments.get(f"{slot}|{name}")) is not None:
                slots[slot] = value.reshape(()) if slot == "step" else value
        optimiser.state[parameter] = slots
    content: dict[str, Any] = json.loads((path / "state.json").read_text(encoding="utf-8"))
    return content


def average(paths: list[Path]) -> dict[str, Tensor]:
    """The mean of several checkpoints' weights."""
    if not paths:
        raise FileNotFoundError("no checkpoint to average")
    total: dict[str, Tensor] = {}
    for path in paths:
        for name, value in load_file(path / "decoder.safetensors").items():
            total[name] = total[name] + value.float() if name in total else value.float()
    return {name: value / len(paths) for name, value in total.items()}
