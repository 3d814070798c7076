"""Train the translator's decoder on the cached encoder states.

    python scripts/train_translator.py --base BASE --cache CACHE --run RUN --until 18:30

Stops at --until (today, local time), after --max-minutes or after --steps; the learning rate has
fallen to zero by then. Started again after a kill it goes on from RUN's newest checkpoint.
"""

from __future__ import annotations

import argparse
import datetime
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from translator import lexical
from translator.data import EOS, Cache, load_cache
from translator.decoder import Decoder, start
from translator.encoder import Sizes
from translator.loop import Bound, train

NEW = ("shift", "scale")  # these belong to the encoder's states
LEXICON_PAIRS = 3000
# Chosen by eye: a mild preference at first; an output about as large as half the residual.
SHARPNESS, LOUDNESS = 5.0, 20.0


def make_decoder(
    base: Path, config: dict[str, Any], cache: Cache, weights: Path | None = None
) -> Decoder:
    """A decoder started from BASE's encoder.

    `weights` (decoder.safetensors of an earlier run, perhaps over another encoder) replaces all
    but the cross-attention.
    """
    about = json.loads((base / "encoder.json").read_text())
    encoder = load_file(base / "encoder.safetensors")
    options = config["decoder"]
    sizes = Sizes(
        len(encoder["tokens.weight"]),
        about["hidden"],
        options["layers"],
        options["heads"],
        options["ffn"],
        config["max_pieces"] + 32,
    )
    torch.manual_seed(config["seed"])
    decoder = Decoder(sizes, 1e-5, config["train"]["dropout"], config["seed"])
    pieces = torch.from_numpy(np.concatenate([ids for side in cache.targets for ids in side]))
    counts = torch.bincount(pieces, minlength=sizes.vocabulary)
    counts[EOS] = 2 * len(cache.groups)
    step = max(1, len(cache.states) // 100_000)
    start(decoder, encoder, options["start_layers"], cache.states[::step], counts)
    if weights:
        earlier = load_file(weights)
        kept = {n: v for n, v in earlier.items() if "cross" not in n and n not in NEW}
        decoder.load_state_dict({**decoder.state_dict(), **kept})
    if options["lexical_layers"]:
        lexicon = lexical.fit(decoder, cache, LEXICON_PAIRS, config["seed"])
        lexical.seed_layers(decoder, lexicon, options["lexical_layers"], SHARPNESS, LOUDNESS)
    return decoder


def moment(text: str) -> float:
    """HH:MM as seconds since the epoch: today's, or tomorrow's if that is past."""
    clock = datetime.datetime.strptime(text, "%H:%M").time()
    when = datetime.datetime.combine(datetime.date.today(), clock)
    if when < datetime.datetime.now():
        when += datetime.timedelta(days=1)
    return when.timestamp()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--base", type=Path, required=True, help="import_encoder.py's --work")
    parser.add_argument("--cache", type=Path, required=True, help="prepare_translator.py's --cache")
    parser.add_argument("--run", type=Path, required=True, help="checkpoints and log")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--weights", type=Path, help="start from an earlier decoder.safetensors")
    parser.add_argument("--until", help="HH:MM")
    parser.add_argument("--max-minutes", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--checkpoint-steps", type=int, help="instead of by minutes")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    args = parser.parse_args()
    torch.set_num_threads(1)
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    until = moment(args.until) if args.until else None
    if args.max_minutes:
        until = time.time() + 60 * args.max_minutes
    if until is None and args.steps is None:
        parser.error("one of --until, --max-minutes, --steps is needed")
    cache = load_cache(args.cache / "train")
    train(
        make_decoder(args.base, config, cache, args.weights),
        cache,
        load_cache(args.cache / "held"),
        config,
        args.run,
        Bound(until, args.steps),
        args.checkpoint_steps,
        args.workers,
    )


if __name__ == "__main__":
    main()
