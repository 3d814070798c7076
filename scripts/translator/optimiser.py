"""Muon for the layers' matrices, Adam for everything else.

Muon (K. Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/) replaces a matrix's
momentum by the nearest orthogonal matrix, found by five Newton-Schulz steps; the scale
0.2 * sqrt(longer side) gives its update the size of Adam's (J. Liu et al., arXiv:2502.16982), so
both share one learning rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # the quintic of the Muon post


def orthogonal(stack: Tensor, rounds: int = 5) -> Tensor:
    """The orthogonal factors of a stack of matrices (N, rows <= columns), in bfloat16."""
    a, b, c = COEFFICIENTS
    x = stack.to(torch.bfloat16)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(rounds):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x


class MuonAdam(torch.optim.Optimizer):
    """One optimiser for both; the groups' key `muon` says which rule applies."""

    def __init__(
        self,
        decoder: nn.Module,
        beta2: float,
        decay: float,
        momentum: float = 0.95,
        muon: bool = True,
    ) -> None:
        named = list(decoder.named_parameters())
        hidden = [p for n, p in named if muon and p.dim() == 2 and n.startswith("layers.")]
        taken = {id(p) for p in hidden}
        wide = [p for _, p in named if id(p) not in taken and p.dim() > 1]
        flat = [p for _, p in named if p.dim() == 1]
        groups: list[dict[str, Any]] = [
            {"params": hidden, "muon": True, "weight_decay": decay},
            {"params": wide, "muon": False, "weight_decay": decay},
            {"params": flat, "muon": False, "weight_decay": 0.0},
        ]
        super().__init__(
            [g for g in groups if g["params"]], {"lr": 0.0, "beta2": beta2, "momentum": momentum}
        )

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update of every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            if group["muon"]:
                self._muon(group)
            else:
                self._adam(group)

    def _muon(self, group: dict[str, Any]) -> None:
        shapes: dict[tuple[int, int], list[tuple[nn.Parameter, Tensor]]] = {}
        for parameter in group["params"]:
            state = self.state[parameter]
            if not state:
                state["momentum"] = torch.zeros_like(parameter)
            state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
            update = parameter.grad.lerp(state["momentum"], group["momentum"])
            lying = update if update.shape[0] <= update.shape[1] else update.t()
            shapes.setdefault(tuple(lying.shape), []).append((parameter, lying))
        for shape, members in shapes.items():
            for found, (parameter, _) in zip(
                orthogonal(torch.stack([m[1] for m in members])), members, strict=True
            ):
                if parameter.shape != found.shape:
                    found = found.t()
                parameter.add_(found.float(), alpha=-group["lr"] * 0.2 * max(shape) ** 0.5)

    def _adam(self, group: dict[str, Any]) -> None:
        parameters: Iterable[nn.Parameter] = group["params"]
        for parameter in parameters:
            state = self.state[parameter]
            if not state:
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
                state["step"] = torch.zeros(())
        state = self.state
        torch._fused_adamw_(
            group["params"],
            [p.grad for p in group["params"]],
            [state[p]["exp_avg"] for p in group["params"]],
            [state[p]["exp_avg_sq"] for p in group["params"]],
            [],
            [self._tick(p) for p in group["params"]],
            lr=group["lr"],
            beta1=0.9,
            beta2=group["beta2"],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )

    def _tick(self, parameter: nn.Parameter) -> Tensor:
        """The parameter's step count, one further."""
        count: Tensor = self.state[parameter]["step"]
        return count.add_(1)
