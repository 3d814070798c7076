"""The lower layers of a converted encoder as a model of their own, cut out in memory.

The middle of an encoder knows more of *how* a thing is said than its last layer, which was trained
to know only *what* is said; CTranslate2 gives the last layer's states alone.  Its file is a list of
named variables, and its loader takes as many layers as it finds: leaving out the upper ones makes
the cut model, without a second file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
import sentencepiece as spm
from numpy.typing import NDArray

from mtaudit.translate.base import prepare
from mtaudit.translate.batching import run_grouped

PREFIX, LONGEST = "query: ", 512
_LAYER = re.compile(rb"encoder/layer_([0-9]+)/")


def lower_layers(model: bytes, depth: int) -> bytes:
    """``model.bin`` of a CTranslate2 encoder (binary version 6) without its layers from ``depth``
    on."""
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        return model[at - size : at]

    def number(size: int) -> int:
        return int.from_bytes(take(size), "little")

    if number(4) != 6:
        raise ValueError("not a CTranslate2 model of binary version 6")
    take(number(2))  # the name of the specification, then its revision
    take(4)
    head, many = model[:at], number(4)
    kept: list[bytes] = []
    for _ in range(many):
        start = at
        layer = _LAYER.match(take(number(2)))
        take(4 * number(1))  # the shape
        take(1)  # the type
        take(number(4))
        if not layer or int(layer[1]) < depth:
            kept.append(model[start:at])
    return head + len(kept).to_bytes(4, "little") + b"".join(kept) + model[at:]


class LowerEncoder:
    """The first ``depth`` layers of the encoder in ``folder``; one thread."""

    def __init__(self, folder: Path, depth: int) -> None:
        names = ("model.bin", "config.json", "vocabulary.json")
        files = {name: (folder / name).read_bytes() for name in names}
        files["model.bin"] = lower_layers(files["model.bin"], depth)
        self._model = ctranslate2.Encoder(
            str(folder), files=files, compute_type="int8", inter_threads=1, intra_threads=1
        )
        self._tokenizer = spm.SentencePieceProcessor(str(folder / "sentencepiece.model"))

    def means(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), hidden): the mean over a text's states; each row depends on its text
        alone."""
        rows = [self._tokens(text) for text in texts]
        return np.stack(run_grouped(rows, len, len, self._forward))

    def _tokens(self, text: str) -> tuple[str, ...]:
        pieces = self._tokenizer.encode(PREFIX + prepare(text, "ar"), out_type=str)
        return ("<s>", *pieces[: LONGEST - 2], "</s>")

    def _forward(self, batch: list[tuple[str, ...]]) -> list[NDArray[np.float32]]:
        states = self._model.forward_batch([list(row) for row in batch]).last_hidden_state
        return list(np.array(states).mean(axis=1, dtype=np.float64).astype(np.float32))
