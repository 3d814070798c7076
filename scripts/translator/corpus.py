"""Read the parallel, monolingual and lexicon files: xz-compressed, one pair or sentence a line."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path


def lines(path: Path) -> Iterator[str]:
    """The lines of a plain or xz-compressed UTF-8 file, without their ends."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield line.rstrip("\n")


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(Arabic, English) of a tab-separated file; ValueError names the line that has no tab."""
    for number, line in enumerate(lines(path), 1):
        arabic, tab, english = line.partition("\t")
        if not tab:
            raise ValueError(f"{path}:{number}: no tab; expected Arabic TAB English")
        yield arabic, english
