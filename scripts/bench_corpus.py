"""Documents for the batch's measurements: native news, a few sentences each, never repeated."""

from __future__ import annotations

import itertools
import json
import lzma
from collections.abc import Iterator
from pathlib import Path


def sentences(data: Path) -> Iterator[str]:
    """The native news of DATA/mono, one sentence at a time, in a fixed order (some 334,000)."""
    for path in sorted((data / "mono").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from (line.strip() for line in lines if line.strip())


def write_corpus(path: Path, data: Path, documents: int, length: int) -> Path:
    """JSON Lines of ``documents`` articles of ``length`` sentences, unless it is there already.

    Raises ``ValueError`` where DATA has too few sentences.
    """
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = sentences(data)
    temporary = path.with_suffix(".part")
    with open(temporary, "w", encoding="utf-8") as file:
        for number in range(documents):
            text = "\n".join(itertools.islice(stream, length))
            if not text:
                raise ValueError(f"{data}: only {number} documents of {length} sentences")
            file.write(json.dumps({"id": f"d{number}", "text": text}, ensure_ascii=False) + "\n")
    temporary.rename(path)
    return path
