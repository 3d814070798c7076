"""The same weights in the layout of Transformers' BartForConditionalGeneration (float32)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

NAMES = {
    "attention.query": "self_attn.q_proj",
    "attention.key": "self_attn.k_proj",
    "attention.value": "self_attn.v_proj",
    "attention.out": "self_attn.out_proj",
    "attention_norm": "self_attn_layer_norm",
    "cross.query": "encoder_attn.q_proj",
    "cross.key": "encoder_attn.k_proj",
    "cross.value": "encoder_attn.v_proj",
    "cross.out": "encoder_attn.out_proj",
    "cross_norm": "encoder_attn_layer_norm",
    "inner": "fc1",
    "outer": "fc2",
    "ffn_norm": "final_layer_norm",
}


def _rename(state: dict[str, Tensor], side: str) -> dict[str, Tensor]:
    renamed = {}
    for name, value in state.items():
        head, _, rest = name.partition(".")
        if head == "layers":
            number, _, rest = rest.partition(".")
            part, _, kind = rest.rpartition(".")
            renamed[f"model.{side}.layers.{number}.{NAMES[part]}.{kind}"] = value
        elif head == "tokens":
            renamed[f"model.{side}.embed_tokens.weight"] = value
        elif head == "positions":
            # BART looks its positions up two rows further down.
            pad = torch.zeros(2, value.shape[1])
            renamed[f"model.{side}.embed_positions.weight"] = torch.cat([pad, value])
        elif head == "norm":
            renamed[f"model.{side}.layernorm_embedding.{rest}"] = value
    return renamed


def save_transformers(
    base: Path,
    encoder: dict[str, Tensor],
    decoder: dict[str, Tensor],
    config: dict[str, Any],
    folder: Path,
) -> None:
    """Write model.safetensors and config.json; encoder and decoder embeddings are not tied."""
    from transformers import BartConfig, BartForConditionalGeneration

    about = json.loads((base / "encoder.json").read_text())
    room = config["max_pieces"] + 32
    encoder = {**encoder, "positions.weight": encoder["positions.weight"][:room]}
    options = config["decoder"]
    bart = BartConfig(
        vocab_size=len(encoder["tokens.weight"]),
        max_position_embeddings=room,
        d_model=about["hidden"],
        encoder_layers=about["layers"],
        encoder_attention_heads=about["heads"],
        encoder_ffn_dim=about["ffn"],
        decoder_layers=options["layers"],
        decoder_attention_heads=options["heads"],
        decoder_ffn_dim=options["ffn"],
        activation_function="gelu",
        scale_embedding=False,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
        tie_word_embeddings=False,
    )
    # CTranslate2's converter reads these two, which newer Transformers no longer sets.
    bart.normalize_before, bart.normalize_embedding = False, True
    model = BartForConditionalGeneration(bart)
    state = {**_rename(encoder, "encoder"), **_rename(decoder, "decoder")}
    state["lm_head.weight"] = decoder["tokens.weight"]
    state["final_logits_bias"] = decoder["bias"][None]
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or set(missing) - {"model.shared.weight"}:
        raise ValueError(f"layout mismatch: missing {missing}, unexpected {unexpected}")
    model.save_pretrained(folder)
