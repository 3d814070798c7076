"""Further sentences for the style model alone: they carry no evidence and are never measured.

Native news of the folder ``mono`` (no document of ``native_news_dev`` stands in it) and human
translation and written text of ``parallel``.  All of it is human.  (:mod:`detector.trips` has the
machine's.)
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

# Outlet files of ``mono`` and sentences from each, evenly spread over the file.
NATIVE, PER_OUTLET = ("bbc", "cnn", "france24", "alarabia", "skynews", "jawharafm"), 1200
# Human text of other subjects: file, sentences.
HUMAN = {"unpc_oeda": 1200, "mt_geneval": 1200, "written_w1": 1200}
LETTERS = (20, 600)


@dataclass(frozen=True)
class Sentence:
    """``cell`` is what shares one weight; ``source`` names the outlet or file; ``label``: 1 if a
    machine wrote it."""

    text: str
    cell: str
    source: str
    label: int = 0


def sentences(data: Path) -> Iterator[Sentence]:
    """All further sentences, in a fixed order."""
    for outlet in NATIVE:
        (path,) = (data / "mono").glob(f"ant_{outlet}*.xz")
        for line in spread(path, PER_OUTLET):
            yield Sentence(line, "mono", outlet)
    for name, many in HUMAN.items():
        (path,) = (data / "parallel").glob(f"{name}.*xz")
        for line in spread(path, many):
            yield Sentence(line.split("\t")[0], name, name)


def spread(path: Path, many: int) -> Iterator[str]:
    """``many`` lines of a file, evenly over it, of a sentence's length."""
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        lines = [line.rstrip("\n") for line in stream]
    step = max(1, len(lines) // (many + many // 4))
    fitting = (x for x in lines[::step] if LETTERS[0] <= len(x.split("\t")[0]) <= LETTERS[1])
    return islice(fitting, many)
