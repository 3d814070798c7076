"""Clean, tokenise and word-align the parallel sets.

    python scripts/prepare_translator.py --data ../shared/data --base BASE --corpus CORPUS

BASE is the folder that import_encoder.py filled. CORPUS gets train.json and held.json.
`--extra GROUP=FILE` adds a tab-separated file of the reader's own as set GROUP.
"""

from __future__ import annotations

import argparse
import collections
import json
import tomllib
from pathlib import Path

import sentencepiece as spm
from translator import data, links


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--base", type=Path, required=True, help="import_encoder.py's --work")
    parser.add_argument("--corpus", type=Path, required=True, help="folder to fill")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--extra", action="append", default=[], metavar="GROUP=FILE")
    args = parser.parse_args()
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    tokenizer = spm.SentencePieceProcessor(str(args.base / "sentencepiece.model"))
    extra: dict[str, list[Path]] = {}
    for item in args.extra:
        group, _, file = item.partition("=")
        extra.setdefault(group, []).append(Path(file))
    training, held = data.collect(args.data, config, extra)
    print(json.dumps(collections.Counter(pair.group for pair in training)), len(held), flush=True)
    tokens = [data.tokenise(pairs, tokenizer, config["max_pieces"]) for pairs in (training, held)]
    found = links.align(*(tokens[0]["target"][s] + tokens[1]["target"][s] for s in (0, 1)))
    count = len(tokens[0]["groups"])
    data.write_corpus(tokens[0], found[:count], args.corpus / "train.json")
    data.write_corpus(tokens[1], found[count:], args.corpus / "held.json")


if __name__ == "__main__":
    main()
