"""What each choice in the translator's training is worth: short runs that differ in one thing.

    python scripts/ablate_translator.py --base BASE --corpus CORPUS --run RUN --work WORK

Two tables. "From the start": runs of --steps steps from nothing, warmed up in a third of them and
cooled down over the last third; they show what gets a model off the ground, not where it ends.
"From the end": --more steps on from RUN's newest checkpoint, cooled down all the way from --rate;
they show what the mixture of sentences is worth to a model that can translate. Every run of a table
sees the same number of steps of the same size, in its own sampling of the same corpus; the figure
is the plain negative log-likelihood a piece of the held-out news pairs. Results are appended to
WORK/results.jsonl, and a variation that stands there is not run again.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from train_translator import make_model
from translator.checkpoint import found
from translator.data import Corpus, load_corpus
from translator.loop import Bound, train

Config = dict[str, Any]


def unguided(config: Config) -> None:
    config["train"]["guide"] = 0.0


def uncopied(config: Config) -> None:
    config["train"]["copies"] = 0.0


def fresh_decoder(config: Config) -> None:
    config["decoder"]["start_layers"] = []


def all_trained(config: Config) -> None:
    config["decoder"]["frozen"] = 0


def half_decoder(config: Config) -> None:
    config["decoder"].update(layers=2, start_layers=[1, 4], guided_layers=[1])


def more_layers(config: Config) -> None:
    config["decoder"].update(layers=6, start_layers=[0, 1, 2, 3, 4, 5], guided_layers=[3])


FROM_THE_START: dict[str, Callable[[Config], None] | None] = {
    "as shipped": None,
    "no word alignments to guide attention": unguided,
    "no copying of sentences in their own language": uncopied,
    "decoder layers start at random": fresh_decoder,
    "all six encoder layers trained": all_trained,
    "encoder layers start at random, all trained": all_trained,
    "2 decoder layers instead of 4": half_decoder,
    "6 decoder layers instead of 4": more_layers,
}


def no_synthetic(config: Config) -> None:
    for options in config["sets"].values():
        if options.get("synthetic"):
            options["late"] = 0


def only_synthetic_english(config: Config) -> None:
    config["sets"]["news_to_arabic"]["late"] = 0


def few_new_pairs(config: Config) -> None:
    config["sets"]["news_pairs"]["late"] = 0


FROM_THE_END: dict[str, Callable[[Config], None] | None] = {
    "as shipped": None,
    "no back-translation": no_synthetic,
    "back-translation towards English only": only_synthetic_english,
    "without the 21,062 news pairs": few_new_pairs,
    "every pair as often as any other": None,
}


def by_size(config: Config, corpus: Corpus) -> None:
    """Shares by the number of pairs: what drawing without weights would do."""
    sizes = Counter(corpus.groups)
    for name, options in config["sets"].items():
        # A set of one direction has one item a pair, the others two.
        options["late"] = options["early"] = sizes[name] * (1 if options.get("to") else 2)


def scrambled(base: Path, work: Path) -> Path:
    """BASE with the layers' weights drawn at random, embeddings kept."""
    folder = work / "random-base"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("encoder.json", "sentencepiece.model", "vocabulary.json"):
        shutil.copy(base / name, folder / name)
    weights = load_file(base / "encoder.safetensors")
    generator = torch.Generator().manual_seed(1)
    for name, tensor in weights.items():
        if not name.startswith("layers."):
            continue
        if name.endswith("norm.weight"):
            weights[name] = torch.ones_like(tensor)
        elif tensor.dim() == 1:
            weights[name] = torch.zeros_like(tensor)
        else:
            weights[name] = 0.02 * torch.randn(tensor.shape, generator=generator)
    save_file(weights, folder / "encoder.safetensors")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--base", type=Path, required=True, help="import_encoder.py's --work")
    parser.add_argument("--corpus", type=Path, required=True, help="of prepare_translator.py")
    parser.add_argument("--run", type=Path, required=True, help="a finished run's checkpoints")
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and results")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--more", type=int, default=100)
    parser.add_argument("--rate", type=float, default=2e-4, help="first learning rate of --more")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", help="variations whose name has this in it")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    corpus, held = (load_corpus(args.corpus / f"{name}.json") for name in ("train", "held"))
    plain = tomllib.loads(args.config.read_text(encoding="utf-8"))
    plain["train"]["keep"] = 1
    results = args.work / "results.jsonl"
    lines = results.read_text(encoding="utf-8").splitlines() if results.is_file() else []
    done = {(row["table"], row["variation"]): row for row in map(json.loads, lines)}
    for table, variations in (("start", FROM_THE_START), ("end", FROM_THE_END)):
        for name, change in variations.items():
            if (table, name) in done or (args.only and args.only not in name):
                continue
            config = copy.deepcopy(plain)
            if change:
                change(config)
            if name == "every pair as often as any other":
                by_size(config, corpus)
            base = scrambled(args.base, args.work) if "at random, all" in name else args.base
            run = args.work / "run"
            shutil.rmtree(run, ignore_errors=True)
            if table == "start":
                config["train"]["warmup_steps"] = max(1, args.steps // 3)
                bound = Bound(None, args.steps, max(1, args.steps // 3))
            else:
                newest = found(args.run)[-1]
                shutil.copytree(newest, run / newest.name)
                config["train"].update(peak_lr=args.rate, warmup_steps=1)
                bound = Bound(None, int(newest.name.split("-")[1]) + args.more, args.more)
            began = time.time()
            lower, decoder = make_model(base, config, corpus)
            record = train(lower, decoder, corpus, held, config, run, bound, 10**9, args.workers)
            row = {
                "table": table,
                "variation": name,
                "ar2en": record["val"]["ar2en"],
                "en2ar": record["val"]["en2ar"],
                "pieces": record["tokens"],
                "minutes": round((time.time() - began) / 60, 1),
            }
            done[table, name] = row
            with results.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")
    shutil.rmtree(args.work / "run", ignore_errors=True)
    for table, title in (("start", "From the start"), ("end", "From the end")):
        print(f"\n| {title} | ar→en | en→ar | pieces |\n|---|---:|---:|---:|")
        for (where, name), row in done.items():
            if where == table:
                print(f"| {name} | {row['ar2en']:.2f} | {row['en2ar']:.2f} | {row['pieces']:,} |")


if __name__ == "__main__":
    main()
