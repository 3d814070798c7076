"""Clean the parallel sets and compute the frozen encoder's states once.

    python scripts/prepare_translator.py --data ../shared/data --work WORK

WORK is the folder that import_encoder.py filled (encoder.safetensors, sentencepiece.model).
"""

from __future__ import annotations

import argparse
import collections
import json
import tomllib
from pathlib import Path

import sentencepiece as spm
import torch
from safetensors.torch import load_file
from translator import data
from translator.encoder import Encoder, Sizes


def load_encoder(base: Path) -> Encoder:
    """The float encoder of import_encoder.py, in bfloat16 for speed, frozen."""
    about = json.loads((base / "encoder.json").read_text())
    state = load_file(base / "encoder.safetensors")
    sizes = Sizes(
        len(state["tokens.weight"]),
        about["hidden"],
        about["layers"],
        about["heads"],
        about["ffn"],
        about["positions"],
    )
    encoder = Encoder(sizes, about["eps"])
    encoder.load_state_dict(state)
    return encoder.bfloat16().eval().requires_grad_(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--base", type=Path, required=True, help="import_encoder.py's --work")
    parser.add_argument("--cache", type=Path, required=True, help="folder to fill")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    args = parser.parse_args()
    torch.set_num_threads(1)
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    tokenizer = spm.SentencePieceProcessor(str(args.base / "sentencepiece.model"))
    training, held = data.collect(args.data, config)
    print(json.dumps(collections.Counter(pair.group for pair in training)), len(held), flush=True)
    encoder = load_encoder(args.base)
    data.build_cache(held, tokenizer, encoder, config["max_pieces"], args.cache / "held")
    data.build_cache(
        training, tokenizer, encoder, config["max_pieces"], args.cache / "train", args.workers
    )


if __name__ == "__main__":
    main()
