"""Train the translator's decoder and the upper encoder layers.

    python scripts/train_translator.py --base BASE --corpus CORPUS --run RUN --until 18:30

Stops at --until (today, local time), after --max-minutes or after --steps. With --cooldown MINUTES
(or steps, under --steps) the learning rate falls to zero at the end; without it another run may go
on from there. Started again after a kill it goes on from RUN's newest checkpoint; so it does with
a larger corpus or changed shares.
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
from translator.data import EOS, Corpus, load_corpus
from translator.decoder import Decoder, start
from translator.encoder import Encoder, Sizes
from translator.loop import Bound, train
from translator.sampling import assemble

SAMPLE = 2000  # sentences whose states give the memory's mean and deviation


def make_model(base: Path, config: dict[str, Any], corpus: Corpus) -> tuple[Encoder, Decoder]:
    """(frozen lower layers in bfloat16, decoder with the trained upper layers) from BASE."""
    about = json.loads((base / "encoder.json").read_text())
    weights = load_file(base / "encoder.safetensors")
    options = config["decoder"]
    words, hidden, frozen = len(weights["tokens.weight"]), about["hidden"], options["frozen"]
    heads, ffn = about["heads"], about["ffn"]
    whole = Encoder(Sizes(words, hidden, about["layers"], heads, ffn, about["positions"]))
    whole.load_state_dict(weights)
    whole = whole.bfloat16().eval().requires_grad_(False)
    rows = list(range(0, len(corpus.groups), max(1, len(corpus.groups) // SAMPLE)))
    states = []
    for at in range(0, len(rows), 32):
        batch = assemble(corpus, rows[at : at + 32], to_english=bool(at % 64))
        inside = torch.arange(batch.source.shape[1]) < batch.lengths[:, None]
        states.append(whole(batch.source, batch.lengths)[inside])
    sizes = Sizes(
        words,
        hidden,
        options["layers"],
        options["heads"],
        options["ffn"],
        config["max_pieces"] + 32,
    )
    torch.manual_seed(config["seed"])
    upper = about["layers"] - frozen
    decoder = Decoder(sizes, 1e-5, config["train"]["dropout"], config["seed"], upper)
    pieces = torch.from_numpy(np.concatenate([ids for side in corpus.targets for ids in side]))
    counts = torch.bincount(pieces, minlength=words)
    counts[EOS] = 2 * len(corpus.groups)
    start(decoder, weights, options["start_layers"], frozen, torch.cat(states), counts)
    whole.layers = whole.layers[:frozen]
    return whole, decoder


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
    parser.add_argument("--corpus", type=Path, required=True, help="of prepare_translator.py")
    parser.add_argument("--run", type=Path, required=True, help="checkpoints and log")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--until", help="HH:MM")
    parser.add_argument("--max-minutes", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--cooldown", type=float, default=0.0, help="minutes; steps under --steps")
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
    corpus = load_corpus(args.corpus / "train.json")
    lower, decoder = make_model(args.base, config, corpus)
    cooldown = args.cooldown if args.steps else 60 * args.cooldown
    train(
        lower,
        decoder,
        corpus,
        load_corpus(args.corpus / "held.json"),
        config,
        args.run,
        Bound(until, args.steps, cooldown),
        args.checkpoint_steps,
        args.workers,
    )


if __name__ == "__main__":
    main()
