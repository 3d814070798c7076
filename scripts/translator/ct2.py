"""Write CTranslate2 models straight from the torch weights (no Transformers in between)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ctranslate2
from ctranslate2.specs import common_spec, transformer_spec
from torch import Tensor

State = dict[str, Tensor]


def _linear(spec: Any, state: State, name: str) -> None:
    spec.weight = state[f"{name}.weight"].float().contiguous()
    spec.bias = state[f"{name}.bias"].float().contiguous()


def _norm(spec: Any, state: State, name: str) -> None:
    spec.gamma = state[f"{name}.weight"].float()
    spec.beta = state[f"{name}.bias"].float()


def _attention(spec: Any, state: State, name: str, cross: bool) -> None:
    parts = [common_spec.LinearSpec() for _ in range(3)]
    for part, kind in zip(parts, ("query", "key", "value"), strict=True):
        _linear(part, state, f"{name}.{kind}")
    if cross:
        ctranslate2.converters.utils.fuse_linear(spec.linear[0], parts[:1])
        ctranslate2.converters.utils.fuse_linear(spec.linear[1], parts[1:])
    else:
        ctranslate2.converters.utils.fuse_linear(spec.linear[0], parts)
    _linear(spec.linear[-1], state, f"{name}.out")


def _side(spec: Any, state: State, prefix: str, layers: int, decoder: bool) -> None:
    spec.scale_embeddings = 1.0 if decoder else False
    embeddings = spec.embeddings[0] if isinstance(spec.embeddings, list) else spec.embeddings
    embeddings.weight = state[f"{prefix}tokens.weight"].float()
    spec.position_encodings.encodings = state[f"{prefix}positions.weight"].float()
    _norm(spec.layernorm_embedding, state, f"{prefix}norm")
    for number in range(layers):
        layer, name = spec.layer[number], f"{prefix}layers.{number}"
        _attention(layer.self_attention, state, f"{name}.attention", cross=False)
        _norm(layer.self_attention.layer_norm, state, f"{name}.attention_norm")
        if decoder:
            _attention(layer.attention, state, f"{name}.cross", cross=True)
            _norm(layer.attention.layer_norm, state, f"{name}.cross_norm")
        _linear(layer.ffn.linear_0, state, f"{name}.inner")
        _linear(layer.ffn.linear_1, state, f"{name}.outer")
        _norm(layer.ffn.layer_norm, state, f"{name}.ffn_norm")


def _save(spec: Any, folder: Path, quantization: str) -> None:
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def save_encoder(
    state: State,
    layers: int,
    heads: int,
    pieces: list[str],
    folder: Path,
    eps: float,
    quantization: str = "int8",
) -> None:
    """An encoder-only model: `ctranslate2.Encoder(folder).forward_batch` gives the states."""
    encoder = transformer_spec.TransformerEncoderSpec(
        layers,
        heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder, pooling_layer=False)
    _side(spec.encoder, state, "", layers, decoder=False)
    spec.register_vocabulary(pieces)
    spec.config.unk_token = "<unk>"
    spec.config.layer_norm_epsilon = eps
    _save(spec, folder, quantization)


def save_translator(
    encoder: State,
    decoder: State,
    layers: tuple[int, int],
    heads: tuple[int, int],
    pieces: list[str],
    folder: Path,
    eps: float,
    quantization: str = "int8",
) -> None:
    """The whole translator; the decoder starts from </s> and is forced to a direction tag."""
    if heads[0] != heads[1]:
        raise ValueError(f"encoder and decoder need equal head counts, got {heads}")
    spec = transformer_spec.TransformerSpec.from_config(
        layers,
        heads[0],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    _side(spec.encoder, encoder, "", layers[0], decoder=False)
    _side(spec.decoder, decoder, "", layers[1], decoder=True)
    # Tied with the decoder's embeddings; the saved file keeps one copy.
    spec.decoder.projection.weight = decoder["tokens.weight"].float()
    spec.decoder.projection.bias = decoder["bias"].float()
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.bos_token, spec.config.eos_token, spec.config.unk_token = "<s>", "</s>", "<unk>"
    spec.config.decoder_start_token = "</s>"
    spec.config.layer_norm_epsilon = eps
    _save(spec, folder, quantization)
