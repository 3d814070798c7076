"""Speed and loss of the int8 model beside the same weights in float, in one run, in pairs.

    python scripts/export_translator.py --base BASE --run RUN --out OUT --transformers FLOAT
    python scripts/bench_translator.py OUT FLOAT --data ../shared/data
    python scripts/bench_translator.py OUT --steps 4 8 16 32 64

The same sentences, greedy, with the same guards against repetition. Rounds alternate between the
two, so that a busy machine slows both; the median of the ratios is printed. With --steps instead:
processor time a sentence, one thread, by the step to which lengths are rounded up for a batch.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import time
from pathlib import Path
from typing import Any

import sacrebleu
import sentencepiece as spm
import torch
from translator.corpus import pairs
from translator.text import fold

from mtaudit.translate import batching, load_translator

BOS, PAD, EOS = 0, 1, 2
TAGS = {("ar", "en"): "<2en>", ("en", "ar"): "<2ar>"}
FOREIGN = {"en": re.compile("[\u0621-\u064a\u066e-\u06d3]"), "ar": re.compile("[A-Za-zÀ-ɏ]")}


class Float:
    """The Transformers layout that export_translator.py --transformers writes."""

    def __init__(
        self, folder: Path, tokenizer: spm.SentencePieceProcessor, decoding: dict[str, Any]
    ) -> None:
        from transformers import BartForConditionalGeneration

        self.model = BartForConditionalGeneration.from_pretrained(folder).eval()
        self.tokenizer = tokenizer
        self.guards = {
            name: decoding[name] for name in ("no_repeat_ngram_size", "repetition_penalty")
        }
        pieces = [tokenizer.id_to_piece(i) for i in range(tokenizer.get_piece_size())]
        self.foreign = {
            language: [i for i, p in enumerate(pieces) if letters.search(p) and p[0] != "<"]
            for language, letters in FOREIGN.items()
        }

    @torch.inference_mode()
    def translate(self, texts: list[str], direction: tuple[str, str]) -> list[str]:
        """Length-sorted batches of 32, greedy."""
        tag = self.tokenizer.piece_to_id(TAGS[direction])
        rows = [[BOS, *self.tokenizer.encode(fold(t))[:158], EOS] for t in texts]
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
        found = [""] * len(texts)
        for at in range(0, len(order), 32):
            chosen = order[at : at + 32]
            longest = len(rows[chosen[0]])
            ids = torch.full((len(chosen), longest), PAD)
            for row, i in enumerate(chosen):
                ids[row, : len(rows[i])] = torch.tensor(rows[i])
            out = self.model.generate(
                input_ids=ids,
                attention_mask=(ids != PAD).long(),
                decoder_input_ids=torch.tensor([[EOS, tag]] * len(chosen)),
                num_beams=1,
                do_sample=False,
                **self.guards,
                suppress_tokens=self.foreign[direction[1]],
                max_length=min(190, 2 * longest + 10),
            )
            for row, i in zip(out.tolist(), chosen, strict=True):
                pieces = row[2:]
                pieces = pieces[: pieces.index(EOS)] if EOS in pieces else pieces
                found[i] = self.tokenizer.decode([p for p in pieces if p != PAD])
        return found


def print_steps(folder: Path, rows: list[tuple[str, str]], steps: list[int]) -> None:
    """Milliseconds of processor time a sentence: articles of 30 by themselves, and all at once."""
    model = load_translator(str(folder), threads=1)
    articles = [rows[i : i + 30] for i in range(0, min(len(rows), 240), 30)]
    print("| direction | step | in articles of 30, ms | all at once, ms |\n|---|---:|---:|---:|")
    for direction in TAGS:
        side = 0 if direction[0] == "ar" else 1
        spent: dict[tuple[int, int], list[float]] = {}
        for step in steps * 3:
            batching._STEP = step
            for kind, parts in enumerate((articles, [rows])):
                began = time.process_time()
                for part in parts:
                    model.translate([row[side] for row in part], *direction)
                each = (time.process_time() - began) / sum(map(len, parts))
                spent.setdefault((step, kind), []).append(1000 * each)
        for step in steps:
            few, many = (statistics.median(spent[step, kind]) for kind in (0, 1))
            print(f"| {'-'.join(direction)} | {step} | {few:.1f} | {many:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("int8", type=Path)
    parser.add_argument("float", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--set", default="eval/ntrex_dev.tsv")
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=4, help="the sentences are dealt out to them")
    parser.add_argument("--steps", type=int, nargs="+", help="compare these widths")
    args = parser.parse_args()
    if args.steps:
        print_steps(args.int8, list(pairs(args.data / args.set))[: args.sentences], args.steps)
        return
    if args.float is None:
        parser.error("FLOAT is needed")
    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(cores)
    small = load_translator(str(args.int8), threads=cores)
    tokenizer = spm.SentencePieceProcessor(str(args.int8 / "sentencepiece.model"))
    manifest = json.loads((args.int8 / "manifest.json").read_text(encoding="utf-8"))
    large = Float(args.float, tokenizer, manifest["calling"]["decoding"])
    rows = list(pairs(args.data / args.set))[: args.sentences]
    print(f"{args.set}: {len(rows)} sentences, {args.rounds} rounds, {cores} cores, greedy\n")
    print(
        "| direction | int8 BLEU / chrF | float BLEU / chrF | int8 sent/s | float sent/s "
        "| int8 pieces/s | ratio |\n|---|---|---|---:|---:|---:|---:|"
    )
    for direction in TAGS:
        source, goal = (0, 1) if direction[0] == "ar" else (1, 0)
        outputs: dict[str, list[str]] = {"int8": [], "float": []}
        speeds: dict[str, list[float]] = {"int8": [], "float": []}
        references: list[str] = []
        for turn in range(args.rounds):
            part = rows[turn :: args.rounds]
            texts = [row[source] for row in part]
            references += [row[goal] for row in part]
            for name in ("int8", "float"):
                began = time.perf_counter()
                if name == "int8":
                    found = [t.text for t in small.translate(texts, *direction)]
                else:
                    found = large.translate(texts, direction)
                speeds[name].append(len(part) / (time.perf_counter() - began))
                outputs[name] += found
        scores = {
            name: f"{sacrebleu.corpus_bleu(found, [references]).score:.2f} / "
            f"{sacrebleu.corpus_chrf(found, [references]).score:.2f}"
            for name, found in outputs.items()
        }
        each = sum(len(i) + 1 for i in tokenizer.encode(outputs["int8"])) / len(rows)
        middle = {name: statistics.median(found) for name, found in speeds.items()}
        ratio = statistics.median(a / b for a, b in zip(*speeds.values(), strict=True))
        print(
            f"| {'-'.join(direction)} | {scores['int8']} | {scores['float']} "
            f"| {middle['int8']:.1f} | {middle['float']:.1f} "
            f"| {each * middle['int8']:.0f} | {ratio:.1f} |"
        )


if __name__ == "__main__":
    main()
