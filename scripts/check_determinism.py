"""Whether results depend on how the work is cut up: batch size, threads, processes.

    python scripts/check_determinism.py TEXTS [--model embedded] [--column 0] [--sentences 300]

TEXTS is a text file, one sentence a line (or tab-separated: --column). Arabic sentences are
translated, the result is translated back and scored, and the sentences are embedded, under each
setting; everything is compared bit by bit with the first setting. A last row shows what padding to
each batch's longest would do, which is why the package pads to fixed widths or not at all. Exit 1
when a setting differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from mtaudit.encoder import load_encoder
from mtaudit.modelstore import model_path
from mtaudit.translate import load_translator

Row = tuple[str, float, bool, str, float, bool, float | None, bytes]


def answers(texts: list[str], model: str, batch: int, threads: int) -> list[Row]:
    """Everything that the models say of ``texts``."""
    translator = load_translator(model, "cpu", threads=threads, batch_size=batch)
    encoder = load_encoder("cpu", threads=threads, batch_size=batch)
    forth = translator.translate(texts, "ar", "en")
    glosses = [t.text for t in forth]
    back = translator.translate(glosses, "en", "ar")
    forced = translator.score(glosses, texts, "en", "ar")
    vectors = encoder.encode(texts)
    return [
        (f.text, f.score, f.truncated, b.text, b.score, b.truncated, s, v.tobytes())
        for f, b, s, v in zip(forth, back, forced, vectors, strict=True)
    ]


def sharded(texts: list[str], model: str, batch: int, threads: int, processes: int) -> list[Row]:
    """The same by ``processes`` processes, every n-th sentence each."""
    shards = [texts[i::processes] for i in range(processes)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        parts = list(pool.map(answers, shards, *[[x] * processes for x in (model, batch, threads)]))
    found: list[Row] = [parts[0][0]] * len(texts)
    for i, part in enumerate(parts):
        found[i::processes] = part
    return found


def padded_share(texts: list[str]) -> float:
    """Share of embeddings that change when sentences of unequal length share a batch."""
    import ctranslate2
    import numpy as np
    import sentencepiece

    folder = model_path("encoder")
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    encoder = ctranslate2.Encoder(str(folder), compute_type="int8", intra_threads=1)
    rows = [["<s>", *tokenizer.encode("query: " + t, out_type=str), "</s>"] for t in texts]
    changed = 0
    for i in range(0, len(rows), 16):
        batch = rows[i : i + 16]
        together = np.array(encoder.forward_batch(batch).last_hidden_state)
        for j, row in enumerate(batch):
            alone = np.array(encoder.forward_batch([row]).last_hidden_state)[0]
            changed += not np.array_equal(alone, together[j, : len(row)])
    return changed / len(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--column", type=int, default=0)
    parser.add_argument("--sentences", type=int, default=300)
    args = parser.parse_args()
    lines = args.texts.read_text(encoding="utf-8").splitlines()[: args.sentences]
    texts = [line.split("\t")[args.column] for line in lines]
    settings = [(1, 1, 1), (7, 1, 1), (64, 1, 1), (1, 2, 1), (64, 2, 1), (64, 1, 2)]
    first: list[Row] | None = None
    same = True
    print("batch  threads  processes  seconds  sentences that differ")
    for batch, threads, processes in settings:
        start = time.perf_counter()
        if processes == 1:
            found = answers(texts, args.model, batch, threads)
        else:
            found = sharded(texts, args.model, batch, threads, processes)
        first = first or found
        differing = sum(a != b for a, b in zip(first, found, strict=True))
        same = same and not differing
        seconds = time.perf_counter() - start
        print(f"{batch:5}  {threads:7}  {processes:9}  {seconds:7.1f}  {differing}", flush=True)
    share = padded_share(texts)
    print(f"padded to the longest of 16 (not used): {share:.0%} of the embeddings change")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
