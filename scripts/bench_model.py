"""The models' share of benchmark.py: stages one by one, plain Transformers, the arithmetic."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench_corpus import sentences

from mtaudit.batch.answers import AR_EN, EN_AR, answer, cards_of
from mtaudit.batch.packing import about, pack
from mtaudit.batch.shards import cut
from mtaudit.batch.stages import finish, prepare, terms_of
from mtaudit.config import Options
from mtaudit.loading import load_models, open_reports
from mtaudit.modelstore import model_path
from mtaudit.pipeline import read_grounds
from mtaudit.read import Item
from mtaudit.read.raw import Raw
from mtaudit.translate import load_translator
from mtaudit.translate.base import prepare as prepared

# Multiplications and additions of a Transformer layer, in squares of its width: attention takes
# four of them, a feed-forward of four times the width eight; a decoder has a second attention.
_ENCODER_LAYER, _DECODER_LAYER = 12, 16
# Shapes of the products: rows of a batch by the width by the feed-forward's width.
_ROWS, _WIDTH, _WIDE = 256, 384, 1536


def stage_seconds(texts: list[str]) -> Iterator[tuple[str, float, int]]:
    """(stage, seconds, sentences) on articles of three sentences, one process, warm."""
    options = Options(cache=False, jobs=1)
    models = load_models(options, need_encoder=False)
    with open_reports(options) as (_library, reports):
        grounds = read_grounds(options, reports)
    terms = terms_of(options, grounds, cards_of(models))
    assert models.translator is not None
    assert models.encoder is not None
    items = [Item(Raw("\n".join(texts[i : i + 3])), f"d{i}", "") for i in range(0, len(texts), 3)]
    (shard,) = cut(items, len(items))
    prepare(shard)  # the words of these texts are met for the first time, and files opened

    def timed(work: Callable[[], Any]) -> tuple[float, Any]:
        began = time.perf_counter()
        found = work()
        return time.perf_counter() - began, found

    number = len(texts)
    seconds, prepared = timed(lambda: prepare(shard))
    yield "reading, segmenting, evidence", seconds, number
    asked = prepared.sentences()
    translate = models.translator.translate
    seconds, forth = timed(lambda: translate(asked, *AR_EN))
    yield "Arabic → English", seconds, len(asked)
    glosses = [t.text for t in forth]
    seconds, back = timed(lambda: translate(glosses, *EN_AR))
    yield "English → Arabic", seconds, len(asked)
    score = models.translator.score
    seconds, _ = timed(lambda: score(glosses, asked, *EN_AR))
    yield "forced decoding", seconds, len(asked)
    encode = models.encoder.encode
    seconds, _ = timed(lambda: encode([*asked, *(t.text for t in back)]))
    yield "embeddings of both", seconds, len(asked)
    answers = [answer(asked, models.translator, models.encoder)]
    seconds, finished = timed(lambda: finish(prepared, answers, None, terms))
    yield "metrics, scores, records", seconds, number
    seconds, _ = timed(lambda: (pack(finished, ("jsonl", "parquet")), about(finished)))
    yield "writing JSON Lines and Parquet", seconds, number


def batch_seconds(data: Path, pieces: int = 30, number: int = 48) -> Iterator[tuple[int, float]]:
    """(sentences a batch, processor seconds a sentence) of Arabic → English, one thread, on
    ``number`` sentences of exactly ``pieces`` pieces; the better of two rounds."""
    import sentencepiece

    folder = model_path("translator")
    tokenizer = sentencepiece.SentencePieceProcessor(str(folder / "sentencepiece.model"))
    chosen = list(
        islice(
            (s for s in sentences(data) if len(tokenizer.encode(prepared(s, "ar"))) == pieces),
            number,
        )
    )
    for size in (48, 12, 3, 1):
        model = load_translator("embedded", "cpu", threads=1, batch_size=size)
        rounds = []
        for _ in range(2):
            began = time.process_time()
            model.translate(chosen, *AR_EN)
            rounds.append((time.process_time() - began) / len(chosen))
        yield size, min(rounds)


def plain_seconds(folder: Path, texts: list[str], threads: int) -> Iterator[tuple[str, float]]:
    """(how, seconds) of translating ``texts`` there and back and scoring them in float32."""
    import sentencepiece
    import torch
    from bench_translator import EOS, TAGS, Float

    torch.set_num_threads(threads)
    embedded = model_path("translator")
    tokenizer = sentencepiece.SentencePieceProcessor(str(embedded / "sentencepiece.model"))
    manifest = json.loads((embedded / "manifest.json").read_text(encoding="utf-8"))
    model = Float(folder, tokenizer, manifest["calling"]["decoding"])

    @torch.inference_mode()
    def forced(sources: list[str], targets: list[str]) -> None:
        tag = tokenizer.piece_to_id(TAGS[EN_AR])
        for source, target in zip(sources, targets, strict=True):
            ids = torch.tensor([[0, *tokenizer.encode(source)[:158], EOS]])
            goal = torch.tensor([[EOS, tag, *tokenizer.encode(target)[:158]]])
            logits = model.model(input_ids=ids, decoder_input_ids=goal).logits
            logits.log_softmax(-1)

    def one_by_one() -> None:
        glosses = [model.translate([t], AR_EN)[0] for t in texts]
        for gloss in glosses:
            model.translate([gloss], EN_AR)
        forced(glosses, texts)

    def sorted_batches() -> None:
        glosses = model.translate(texts, AR_EN)
        model.translate(glosses, EN_AR)
        forced(glosses, texts)

    for name, work in (
        ("a sentence at a time", one_by_one),
        ("length-sorted batches of 32", sorted_batches),
    ):
        began = time.perf_counter()
        work()
        yield name, time.perf_counter() - began


def _int8_products(seconds: float) -> float:
    """Operations a second of int8 products on one thread, at the models' own shapes."""
    import torch

    torch.set_num_threads(1)
    layer = torch.ao.nn.quantized.dynamic.Linear(_WIDTH, _WIDE)
    rows = torch.randn(_ROWS, _WIDTH)
    with torch.inference_mode():
        layer(rows)
        began, times = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            layer(rows)
            times += 1
        passed = time.perf_counter() - began
    return 2.0 * _ROWS * _WIDTH * _WIDE * times / passed


def int8_rate(processes: int, seconds: float = 2.0) -> float:
    """Operations a second of all cores together, each with its own products."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        list(pool.map(_int8_products, [0.1] * processes))
        return sum(pool.map(_int8_products, [seconds] * processes))


def _layers(folder: Path, side: str) -> int:
    """Layers of one side of a CTranslate2 model, whose file names each of them."""
    names = re.findall(side.encode() + rb"/layer_(\d+)/", (folder / "model.bin").read_bytes())
    return 1 + max(map(int, names))


def floor_seconds(texts: list[str], rate: float) -> tuple[float, float]:
    """Seconds and operations that a sentence takes at least: every product once, nothing else.

    Both directions, forced decoding and two embeddings; the pieces are those that the models read
    and write.  Attention between positions, a few per cent at these lengths, is left out.
    """
    import sentencepiece

    models = load_models(Options(cache=False), need_encoder=True)
    assert models.translator is not None
    forth = models.translator.translate(texts, *AR_EN)
    back = models.translator.translate([t.text for t in forth], *EN_AR)
    folder = model_path("translator")
    tokenizer = sentencepiece.SentencePieceProcessor(str(folder / "sentencepiece.model"))
    encoder = sentencepiece.SentencePieceProcessor(
        str(model_path("encoder") / "sentencepiece.model")
    )

    def pieces(processor: Any, rows: list[str]) -> int:
        # The end mark, and the beginning or the direction's tag.
        return sum(len(row) + 2 for row in processor.encode(rows))

    arabic = pieces(tokenizer, texts)
    english = pieces(tokenizer, [t.text for t in forth])
    again = pieces(tokenizer, [t.text for t in back])
    embedded = pieces(encoder, [*texts, *(t.text for t in back)])
    square = _WIDTH * _WIDTH
    read = _layers(folder, "encoder") * _ENCODER_LAYER * square
    out = _WIDTH * tokenizer.get_piece_size()
    write = _layers(folder, "decoder") * _DECODER_LAYER * square + out
    embed = _layers(model_path("encoder"), "encoder") * _ENCODER_LAYER * square
    multiplications = (
        read * (arabic + english)  # there and back
        + write * (english + again)
        + read * english + write * arabic  # forced decoding
        + embed * embedded
    )  # fmt: skip
    operations = 2.0 * multiplications / len(texts)
    return operations / rate, operations
