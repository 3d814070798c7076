"""Reading the files of the language statistics, each failure with its place and its mend."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..modelstore import read_manifest, verify

FORMAT = 1
MEND = "reinstall mtaudit, or make it again with scripts/build_language_stats.py"


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, its files held against their hash sums, with ``short`` for the signature."""
    manifest = read_manifest(folder)
    if manifest.get("format") != FORMAT or "discount" not in manifest:
        raise ModelError(
            f"no statistics of format {FORMAT} (found {manifest.get('format')!r})",
            where=str(folder / "manifest.json"), mend=MEND,
        )  # fmt: skip
    verify(folder)
    hashes = json.dumps(manifest.get("files", {}), sort_keys=True).encode()
    return manifest | {"short": sha256(hashes).hexdigest()[:12]}


def read_array(folder: Path, name: str) -> NDArray[Any]:
    """One array, memory-mapped."""
    file = folder / f"{name}.npy"
    try:
        # A plain view of the mapped file: numpy's memmap class is slow to index.
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot be read: {error}", where=str(file), mend=MEND) from error


def read_lines(folder: Path, name: str) -> list[str]:
    """Lines of one UTF-8 file."""
    try:
        return (folder / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot be read: {error}", where=str(folder / name), mend=MEND) from error


def read_pairs(folder: Path, name: str) -> list[tuple[str, str]]:
    """Rows of one file of two tab-separated columns."""
    rows = []
    for number, line in enumerate(read_lines(folder, name), 1):
        first, tab, second = line.partition("\t")
        if not tab:
            raise ModelError("no tab", where=f"{folder / name}, line {number}", mend=MEND)
        rows.append((first, second))
    return rows


def read_counts(folder: Path) -> dict[str, int]:
    """Written words with their occurrences."""
    try:
        return {word: int(count) for word, count in read_pairs(folder, "words.tsv")}
    except ValueError as error:
        raise ModelError(f"{error}", where=str(folder / "words.tsv"), mend=MEND) from error
