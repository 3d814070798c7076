"""Means of the encoder's lower layers over sentences, shortcuts stripped; tried, not shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.lower import LowerEncoder
from mtaudit.evaluate.strip import strip_shortcuts
from mtaudit.modelstore import model_path

CHUNK = 1024


def means(texts: Sequence[str], work: Path, depth: int) -> NDArray[np.float32]:
    """(len(texts), hidden); kept under ``work``, and goes on where an earlier call stopped."""
    alike = [strip_shortcuts(text) for text in texts]
    keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in alike]
    folder = work / f"states-{depth}"
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, NDArray[np.float32]] = {}
    for path in sorted(folder.glob("*.npz")):
        part = np.load(path)
        known.update(zip(part["keys"].tolist(), part["rows"], strict=True))
    missing = {k: text for k, text in zip(keys, alike, strict=True) if k not in known}
    if missing:
        encoder = LowerEncoder(model_path("encoder"), depth)
        # Neighbours in length share batches; a chunk is written when it is done.
        order = sorted(missing, key=lambda k: (len(missing[k]), k))
        with tqdm(total=len(order), desc=f"layer {depth}") as bar:
            for at in range(0, len(order), CHUNK):
                part_keys = order[at : at + CHUNK]
                rows = encoder.means([missing[k] for k in part_keys])
                np.savez(folder / f"{part_keys[0]}.npz", keys=np.array(part_keys), rows=rows)
                known.update(zip(part_keys, rows, strict=True))
                bar.update(len(part_keys))
    return np.stack([known[k] for k in keys])
