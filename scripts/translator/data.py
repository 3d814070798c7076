"""Parallel pairs: collected, cleaned, tokenised, their encoder states computed once."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sentencepiece as spm
import torch
from torch import Tensor
from tqdm import tqdm

from translator.corpus import pairs
from translator.encoder import Encoder
from translator.text import LAST_PUNCTUATION, acceptable, fold, key, strip_harakat

BOS, PAD, EOS, UNK, TO_EN, TO_AR = range(6)


class Pair(NamedTuple):
    """One training pair; `arabic_source` may keep vowel marks, `arabic` never does."""

    arabic: str
    english: str
    arabic_source: str
    group: str


def title_names(path: Path) -> list[tuple[str, str]]:
    """Lexicon entries; lower-case person names get their capital."""
    found = list(pairs(path))
    if path.name.startswith("google"):
        found = [(a, e.title() if e.isalpha() else e) for a, e in found]
    return [(a, e) for a, e in found if not e.islower() and len(e) > 2]


def files_of(group: str, data: Path) -> list[Path]:
    """The files behind a set's name: `written` is several, `lexicon` the name lists."""
    if group == "lexicon":
        return [
            data / "lexicon" / f"{name}.tsv.xz"
            for name in ("country_names", "wp_continents_cities", "google_ar2en_names")
        ]
    found = sorted(
        (data / "parallel").glob(f"{group}_w*.tsv.xz" if group == "written" else f"{group}.tsv.xz")
    )
    if not found:
        raise FileNotFoundError(f"{data}/parallel: no file of the set {group!r}")
    return found


def collect(data: Path, config: dict[str, Any]) -> tuple[list[Pair], list[Pair]]:
    """(training, validation) pairs: cleaned, without duplicates and without eval/'s sentences."""
    chance = random.Random(config["seed"])
    banned: set[str] = set()
    for path in sorted((data / "eval").glob("*.tsv")):
        for arabic, english in pairs(path):
            banned |= {key(arabic), key(english)}
    seen: set[tuple[str, str]] = set()
    kept: list[Pair] = []
    for group, options in config["sets"].items():
        if group in config["never"]:
            raise ValueError(f"translator.toml: {group} stands in `never` and in [sets]")
        found: list[Pair] = []
        for path in files_of(group, data):
            lexicon = group == "lexicon"
            for raw in title_names(path) if lexicon else pairs(path):
                arabic, english = fold(raw[0]), fold(raw[1])
                keys = (key(arabic), key(english))
                if keys in seen or keys[0] in banned or keys[1] in banned:
                    continue
                if not acceptable(arabic, english, short=lexicon):
                    continue
                seen.add(keys)
                if not lexicon and chance.random() < config["drop_final"]:
                    arabic = LAST_PUNCTUATION.sub("", arabic)
                    english = LAST_PUNCTUATION.sub("", english)
                plain = strip_harakat(arabic)
                source = plain if chance.random() < config["strip_harakat"] else arabic
                found.append(Pair(plain, english, source, group))
        chance.shuffle(found)
        kept += found[: options.get("limit", len(found))]
    news = [i for i, pair in enumerate(kept) if pair.group in ("written", "unpc_oeda")]
    held = set(chance.sample(news or range(len(kept)), min(config["holdout"], len(kept) // 5)))
    training = [pair for i, pair in enumerate(kept) if i not in held]
    return training, [kept[i] for i in sorted(held)]


class Cache(NamedTuple):
    """Tokenised pairs and their encoder states; side 0 is Arabic as source, 1 English.

    states (rows, hidden) bfloat16; offsets[side] (pairs + 1,) into it; targets[side] is the list
    of piece ids of that side as a target (0 Arabic, 1 English); groups gives the set's name.
    """

    states: Tensor
    offsets: list[np.ndarray]
    targets: list[list[np.ndarray]]
    groups: list[str]


def tokenise(
    found: list[Pair], tokenizer: spm.SentencePieceProcessor, limit: int
) -> dict[str, Any]:
    """Piece ids of both sides, as source and as target; pairs longer than `limit` left out."""
    columns = [
        tokenizer.encode([getattr(pair, name) for pair in found])
        for name in ("arabic_source", "english", "arabic")
    ]
    rows = [i for i in range(len(found)) if max(len(c[i]) for c in columns) <= limit - 2]
    return {
        "source": [[columns[0][i] for i in rows], [columns[1][i] for i in rows]],
        "target": [[columns[2][i] for i in rows], [columns[1][i] for i in rows]],
        "groups": [found[i].group for i in rows],
    }


def encode(
    sources: list[list[list[int]]],
    encoder: Encoder,
    out: Path,
    batch_tokens: int = 2048,
    workers: int = 1,
) -> list[list[int]]:
    """Write the states of all source sides, bfloat16 (as uint16), in order; return the offsets."""
    flat = [[BOS, *ids, EOS] for side in sources for ids in side]
    starts = np.concatenate([[0], np.cumsum([len(ids) for ids in flat])])
    hidden = encoder.sizes.hidden
    memory = np.memmap(out, np.uint16, "w+", shape=(int(starts[-1]), hidden))
    order = sorted(range(len(flat)), key=lambda i: len(flat[i]))
    batches, at = [], 0
    while at < len(order):
        end = at
        while end < len(order) and (end - at + 1) * len(flat[order[end]]) <= batch_tokens:
            end += 1
        batches.append(order[at : max(end, at + 1)])
        at += len(batches[-1])

    def share(part: int) -> None:
        """Every `workers`-th batch; each process writes its own rows of the file."""
        torch.set_num_threads(1)
        for chosen in tqdm(batches[part::workers], desc="encode", mininterval=10, disable=part > 0):
            lengths = torch.tensor([len(flat[i]) for i in chosen])
            ids = torch.full((len(chosen), int(lengths.max())), PAD)
            for row, i in enumerate(chosen):
                ids[row, : len(flat[i])] = torch.tensor(flat[i])
            with torch.no_grad():
                found = encoder(ids, lengths).to(torch.bfloat16).view(torch.uint16).numpy()
            for row, i in enumerate(chosen):
                memory[starts[i] : starts[i + 1]] = found[row, : len(flat[i])]

    context = torch.multiprocessing.get_context("fork")
    helpers = [context.Process(target=share, args=(part,)) for part in range(1, workers)]
    for helper in helpers:
        helper.start()
    share(0)
    for helper in helpers:
        helper.join()
        if helper.exitcode:
            raise RuntimeError(
                f"a process that computed encoder states ended with "
                f"{helper.exitcode}: is there enough memory?"
            )
    memory.flush()
    first = len(sources[0])
    return [starts[: first + 1].tolist(), starts[first:].tolist()]


def build_cache(
    found: list[Pair],
    tokenizer: spm.SentencePieceProcessor,
    encoder: Encoder,
    limit: int,
    folder: Path,
    workers: int = 1,
) -> None:
    """Tokenise and encode into `folder`; `done` marks it complete."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = tokenise(found, tokenizer, limit)
    offsets = encode(tokens["source"], encoder, folder / "states.u16", workers=workers)
    content = {
        "offsets": offsets,
        "target": tokens["target"],
        "groups": tokens["groups"],
        "hidden": encoder.sizes.hidden,
    }
    (folder / "tokens.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "done").write_text("")


def load_cache(folder: Path) -> Cache:
    """Map a finished cache."""
    content = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    # Read whole: rows are looked up at random, and file pages may be taken away in between.
    raw = np.fromfile(folder / "states.u16", np.uint16).reshape(-1, content["hidden"])
    targets = [[np.array(ids, np.int64) for ids in side] for side in content["target"]]
    return Cache(
        torch.from_numpy(raw).view(torch.bfloat16),
        [np.array(o) for o in content["offsets"]],
        targets,
        content["groups"],
    )


def hashes(data: Path, config: dict[str, Any]) -> dict[str, str]:
    """sha256 of each data file that the configuration names."""
    found = [path for group in config["sets"] for path in files_of(group, data)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
