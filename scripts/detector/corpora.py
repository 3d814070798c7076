"""Labelled Arabic from the data folder, as documents of several sentences.

A set of single sentences (FLORES) is put together ten at a time, one system and consecutive
sentences a group, so that every set passes through the same reader and segmenter as an article.
"""

from __future__ import annotations

import html
import json
import lzma
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

GROUP = 10


@dataclass(frozen=True)
class Labelled:
    """A labelled document: ``label`` is human, mt, postedited or ai_generated."""

    corpus: str
    label: str
    system: str
    doc_id: str
    text: str
    chrf: tuple[float, ...] = field(default=())  # per line, where the set has it


# (file, labels to take, documents at the most, rows a document at the most)
SETS: dict[str, tuple[tuple[str, ...], int, int]] = {
    "native_news_dev": (("human",), 1000, 30),
    "flores_dev": (("human", "mt"), 1000, GROUP),
    "fignews_dev": (("mt", "human"), 1200, 1),
    "pud_human": (("human",), 100, GROUP),
    "xquad_human": (("human",), 120, 4),
    "arcd_native": (("human",), 120, 4),
    "freecodecamp2018_dev": (("mt",), 120, GROUP),
    "ms_alchemy_arsa_dev": (("mt", "human"), 120, GROUP),
    "coop_translator_dev": (("mt",), 60, GROUP),
    "ms_dynamics_dev": (("postedited", "human"), 120, GROUP),
    "react_ar_docs": (("human",), 120, GROUP),
    "divemt_dev": (("mt", "postedited", "human"), 60, GROUP),
    "airabic": (("human", "ai_generated"), 200, GROUP),
}


def rows(data: Path, corpus: str) -> Iterator[dict[str, object]]:
    """The raw rows of one labelled set."""
    with lzma.open(data / "detect" / f"{corpus}.jsonl.xz", "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def documents(data: Path, corpus: str) -> list[Labelled]:
    """Documents of one set, in a fixed order that mixes sources (by a hash of their names)."""
    labels, most, per_document = SETS[corpus]
    seen: set[tuple[str, ...]] = set()
    grouped: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for row in rows(data, corpus):
        if row["label"] not in labels or not str(row["text"]).strip():
            continue
        doc = str(row["doc_id"])
        # DivEMT lists one engine's output once for every person who edited it: copies in one
        # document would be found as repetition.
        key = (str(row["label"]), str(row["system"]), doc, str(row["text"]))
        if key in seen:
            continue
        seen.add(key)
        if corpus == "flores_dev":
            number = int(doc.rsplit(":", 1)[1])
            doc = f"flores-dev:{number // GROUP * GROUP}"
        grouped[str(row["label"]), str(row["system"]), doc].append(row)
    found = []
    for (label, system, doc), members in grouped.items():
        members = members[:per_document]
        text = "\n".join(html.unescape(str(m["text"])).replace("\n", " ") for m in members)
        chrf = tuple(float(m["chrf"]) for m in members if m.get("chrf") is not None)  # type: ignore[arg-type]
        found.append(Labelled(corpus, label, system, doc, text, chrf))
    found.sort(key=lambda d: (crc32(d.doc_id.encode()), d.system))
    return found[:most] if corpus != "flores_dev" else found


def fold_of(document: Labelled, folds: int = 5) -> int:
    """The fold of a document: all systems' versions of one source text share it."""
    return crc32(f"{document.corpus}|{document.doc_id}".encode()) % folds
