"""The decoder (BART-shaped: post-norm, learned positions) and its fused output loss."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from translator.encoder import Attention, EncoderLayer, Sizes

CHUNK = 384  # rows of logits at a time: 384 x 10k bfloat16 stays near the level-3 cache


class Dropout:
    """Dropout by slices of one random mask made once: drawing fresh bits is slow on a CPU."""

    def __init__(self, rate: float, seed: int, pool: int = 1 << 24) -> None:
        self.rate, self.pool = rate, torch.empty(0)
        if rate > 0:
            generator = torch.Generator().manual_seed(seed)
            kept = torch.rand(pool, generator=generator) >= rate
            self.pool = kept.to(torch.bfloat16) / (1 - rate)
        self.generator = torch.Generator().manual_seed(seed)
        self.active = True

    def __call__(self, x: Tensor) -> Tensor:
        """x with a share of its values zeroed, the others scaled up."""
        count = x.numel()
        if self.rate == 0 or not self.active or count > len(self.pool):
            return x
        span = len(self.pool) - count + 1
        start = int(torch.randint(span, (1,), generator=self.generator))
        return x * self.pool[start : start + count].view(x.shape).to(x.dtype)


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention, feed-forward, each with residual and layer norm after."""

    def __init__(self, sizes: Sizes, eps: float, dropout: Dropout) -> None:
        super().__init__()
        self.attention = Attention(sizes.hidden, sizes.heads)
        self.attention_norm = nn.LayerNorm(sizes.hidden, eps)
        self.cross = Attention(sizes.hidden, sizes.heads)
        self.cross_norm = nn.LayerNorm(sizes.hidden, eps)
        self.inner = nn.Linear(sizes.hidden, sizes.ffn)
        self.outer = nn.Linear(sizes.ffn, sizes.hidden)
        self.ffn_norm = nn.LayerNorm(sizes.hidden, eps)
        self.dropout = dropout

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None) -> Tensor:
        """x (B, T, H), memory (B, S, H), mask (B, 1, 1, S) -> (B, T, H)."""
        drop = self.dropout
        x = self.attention_norm(x + drop(self.attention(x, None, None, causal=True)))
        x = self.cross_norm(x + drop(self.cross(x, memory, mask)))
        inner = drop(functional.gelu(self.inner(x)))
        out: Tensor = self.ffn_norm(x + drop(self.outer(inner)))
        return out


class Decoder(nn.Module):
    """Embeddings (tied with the output projection), layers; forward gives the last states.

    `upper` are the encoder's last layers, which are trained together with the decoder.
    """

    def __init__(
        self, sizes: Sizes, eps: float, dropout: float = 0.0, seed: int = 0, upper: int = 0
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.dropout = Dropout(dropout, seed)
        self.tokens = nn.Embedding(sizes.vocabulary, sizes.hidden)
        self.positions = nn.Embedding(sizes.positions, sizes.hidden)
        self.norm = nn.LayerNorm(sizes.hidden, eps)
        self.layers = nn.ModuleList(
            DecoderLayer(sizes, eps, self.dropout) for _ in range(sizes.layers)
        )
        self.upper = nn.ModuleList(EncoderLayer(sizes, eps, self.dropout) for _ in range(upper))
        self.bias = nn.Parameter(torch.zeros(sizes.vocabulary))
        self.register_buffer("shift", torch.zeros(sizes.hidden))
        self.register_buffer("scale", torch.ones(sizes.hidden))

    def forward(self, ids: Tensor, memory: Tensor, lengths: Tensor) -> Tensor:
        """ids (B, T), frozen states (B, S, H), source lengths (B,) -> states (B, T, H)."""
        mask = None
        if int(lengths.min()) < memory.shape[1]:
            mask = torch.zeros(len(ids), 1, 1, memory.shape[1], dtype=memory.dtype)
            beyond = torch.arange(memory.shape[1]) >= lengths[:, None]
            mask.masked_fill_(beyond[:, None, None, :], -1e4)
        for layer in self.upper:
            memory = layer(memory, mask)
        memory = (memory - self.shift.to(memory.dtype)) * self.scale.to(memory.dtype)
        places = torch.arange(ids.shape[1])
        x = self.dropout(self.norm(self.tokens(ids) + self.positions(places)))
        # Activations follow the autocast type, so that the residual sums stay in half precision.
        x = x.to(memory.dtype)
        for layer in self.layers:
            x = layer(x, memory, mask)
        return x


class _OutputLoss(torch.autograd.Function):
    """Label-smoothed cross-entropy with the projection folded in, chunk by chunk.

    The gradients are computed in the forward pass while a chunk's logits are still in cache.
    """

    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        weight: Tensor,
        bias: Tensor,
        subset: Tensor,
        targets: Tensor,
        smoothing: float,
    ) -> tuple[Tensor, Tensor]:
        low = states.dtype
        half, half_bias = weight[subset].to(low), bias[subset].to(low)
        transposed = half.t()
        rows, classes = len(targets), len(subset)
        total, plain = torch.zeros(()), torch.zeros(())
        state_grad = torch.empty_like(states)
        weight_grad, bias_grad = torch.zeros(classes, states.shape[1]), torch.zeros(classes)
        spread, peak = smoothing / classes, 1.0 - smoothing
        for start in range(0, rows, CHUNK):
            part, aim = states[start : start + CHUNK], targets[start : start + CHUNK, None]
            logits = torch.addmm(half_bias, part, transposed).float()
            picked = logits.gather(1, aim)
            mean, top = logits.mean(1), logits.amax(1, keepdim=True)
            grad = logits.sub_(top).exp_()
            mass = grad.sum(1, keepdim=True)
            norm = top + mass.log()
            nll = (norm - picked).sum()
            plain += nll
            total += peak * nll + smoothing * (norm.sum() - mean.sum())
            grad.mul_(mass.reciprocal_()).sub_(spread)
            grad.scatter_add_(1, aim, torch.full_like(picked, -peak))
            bias_grad += grad.sum(0)
            grad_low = grad.to(low)
            state_grad[start : start + CHUNK] = grad_low @ half
            weight_grad += grad_low.t() @ part
        ctx.save_for_backward(state_grad, weight_grad, bias_grad, subset)
        ctx.rows, ctx.classes = rows, len(weight)
        return total / rows, plain / rows

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        state_grad, weight_grad, bias_grad, subset = ctx.saved_tensors
        scale = grads[0] / ctx.rows
        weight = torch.zeros(ctx.classes, weight_grad.shape[1])
        weight.index_copy_(0, subset, weight_grad.mul_(scale))
        bias = torch.zeros(ctx.classes).index_copy_(0, subset, bias_grad * scale)
        return state_grad * scale.to(state_grad.dtype), weight, bias, None, None, None


def output_loss(
    decoder: Decoder, states: Tensor, targets: Tensor, subset: Tensor | None, smoothing: float
) -> tuple[Tensor, Tensor]:
    """(smoothed loss, plain negative log-likelihood), both in nats a token.

    states (N, H), targets (N,). `subset` (sorted ids that hold every target) limits the softmax
    to those pieces: one script's pieces and a random share of the others.
    """
    weight, bias = decoder.tokens.weight, decoder.bias
    if subset is None:
        subset = torch.arange(len(weight))
    places = torch.searchsorted(subset, targets)
    loss: tuple[Tensor, Tensor] = _OutputLoss.apply(states, weight, bias, subset, places, smoothing)
    return loss


def start(
    decoder: Decoder,
    encoder: dict[str, Tensor],
    layers: list[int] | None,
    frozen: int,
    memory: Tensor,
    counts: Tensor,
) -> None:
    """Start from the encoder's embeddings and, if `layers` names some, from those layers.

    memory (N, H) is a sample of the whole encoder's states: their scale is small and their mean
    far from zero, so the decoder reads them standardised. counts (V,) are the pieces' frequencies
    in the targets: the output starts from them. Cross-attention starts at random; `upper` starts
    from the encoder's layers after the first `frozen`.
    """
    state = decoder.state_dict()
    state["shift"].copy_(memory.float().mean(0))
    state["scale"].copy_(1.0 / memory.float().std(0).clamp(min=1e-3))
    share = (counts.float() + 0.5) / (counts.sum() + 0.5 * len(counts))
    state["bias"].copy_(share.log() - share.log().mean())
    words = encoder["tokens.weight"]
    factor = decoder.sizes.hidden**-0.5 / words.std()
    state["tokens.weight"].copy_((words - words.mean(0)) * factor)
    positions = encoder["positions.weight"][: decoder.sizes.positions]
    state["positions.weight"].copy_((positions - positions.mean(0)) * factor)
    for number, source in enumerate(layers or []):
        head = f"layers.{source}."
        for name, tensor in encoder.items():
            if name.startswith(head):
                state[f"layers.{number}.{name.removeprefix(head)}"].copy_(tensor)
    for name, tensor in encoder.items():
        if name.startswith("layers.") and int(name.split(".")[1]) >= frozen:
            _, number, rest = name.split(".", 2)
            state[f"upper.{int(number) - frozen}.{rest}"].copy_(tensor)
    if layers:
        # The encoder's last norm has small gains; the logits need states of unit size.
        last = f"layers.{len(layers) - 1}.ffn_norm."
        state[last + "weight"].fill_(1.0)
        state[last + "bias"].zero_()
    decoder.load_state_dict(state)
    for layer in decoder.layers:
        for linear in (layer.cross.query, layer.cross.key, layer.cross.value, layer.cross.out):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)


def split(
    encoder: dict[str, Tensor], state: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(encoder, decoder) weights: `upper` back in its place, the rest `folded`."""
    upper = {n: v for n, v in state.items() if n.startswith("upper.")}
    first = 1 + max(int(n.split(".")[1]) for n in encoder if n.startswith("layers."))
    first -= len({n.split(".")[1] for n in upper})
    encoder = dict(encoder)
    for name, value in upper.items():
        _, number, rest = name.split(".", 2)
        encoder[f"layers.{first + int(number)}.{rest}"] = value
    return encoder, folded({n: v for n, v in state.items() if n not in upper})


def folded(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights with the standardisation of the memory moved into cross keys and values."""
    state = dict(state)
    shift, scale = state.pop("shift"), state.pop("scale")
    for name in [n for n in state if n.endswith(("cross.key.weight", "cross.value.weight"))]:
        bias = name.removesuffix("weight") + "bias"
        state[name] = state[name] * scale
        state[bias] = state[bias] - state[name] @ shift
    return state
