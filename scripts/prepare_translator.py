"""Clean, tokenise and word-align the parallel sets.

    python scripts/prepare_translator.py --data ../shared/data --base BASE --corpus CORPUS

BASE is the folder that import_encoder.py filled. CORPUS gets train.json and held.json.
`--extra GROUP=FILE` adds a tab-separated file of your own as set GROUP. With `--join EARLIER
--only GROUP` (as often as wanted) the corpus is EARLIER's and, without alignments, the pairs of
those sets that it lacks: quick, for a run that is under way.
"""

from __future__ import annotations

import argparse
import collections
import json
import tomllib
from pathlib import Path
from typing import Any

import sentencepiece as spm
from translator import data, links


def join(tokens: dict[str, Any], earlier: Path, groups: list[str], folder: Path) -> None:
    """Write EARLIER's corpus with the pairs of `groups` added that it has not."""
    content = json.loads((earlier / "train.json").read_text(encoding="utf-8"))
    held = json.loads((earlier / "held.json").read_text(encoding="utf-8"))
    known = {tuple(ids) for part in (content, held) for ids in part["target"][1]}
    new = [
        row
        for row, english in enumerate(tokens["target"][1])
        if tokens["groups"][row] in groups and tuple(english) not in known
    ]
    for kind in ("source", "target"):
        for side in (0, 1):
            content[kind][side] += [tokens[kind][side][row] for row in new]
    content["groups"] += [tokens["groups"][row] for row in new]
    content["links"] += [[]] * len(new)
    links_, held_links = content.pop("links"), held.pop("links")
    data.write_corpus(content, links_, folder / "train.json")
    data.write_corpus(held, held_links, folder / "held.json")
    print(f"{len(new)} pairs joined", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--base", type=Path, required=True, help="import_encoder.py's --work")
    parser.add_argument("--corpus", type=Path, required=True, help="folder to fill")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--extra", action="append", default=[], metavar="GROUP=FILE")
    parser.add_argument("--join", type=Path, help="an earlier CORPUS to add to")
    parser.add_argument("--only", action="append", help="a set of which --join adds the new pairs")
    args = parser.parse_args()
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    tokenizer = spm.SentencePieceProcessor(str(args.base / "sentencepiece.model"))
    extra: dict[str, list[Path]] = {}
    for item in args.extra:
        group, _, file = item.partition("=")
        extra.setdefault(group, []).append(Path(file))
    training, held = data.collect(args.data, config, extra)
    print(json.dumps(collections.Counter(pair.group for pair in training)), len(held), flush=True)
    synthetic = {group for group, options in config["sets"].items() if options.get("synthetic")}
    tokens = [
        data.tokenise(pairs, tokenizer, config["max_pieces"], synthetic)
        for pairs in (training, held)
    ]
    if args.join:
        join(tokens[0], args.join, args.only, args.corpus)
        return
    found = links.align(*(tokens[0]["target"][s] + tokens[1]["target"][s] for s in (0, 1)))
    count = len(tokens[0]["groups"])
    data.write_corpus(tokens[0], found[:count], args.corpus / "train.json")
    data.write_corpus(tokens[1], found[count:], args.corpus / "held.json")


if __name__ == "__main__":
    main()
