"""Suspect accounts beside clean reports, with the sentences that say the same marked by hand.

``events.txt``: invented events, most accounts worded as a bad machine translation.
``comparable.tsv``: pairs of native news articles on one event, by the numbers of their sentences.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtaudit.reference import usable
from mtaudit.segment import segment
from mtaudit.types import Document

HERE = Path(__file__).parent
# Reports of this many other events stand among an invented event's candidates.
OTHERS = 2
# Pairs whose articles are on one story: a sentence of the other pair may be a counterpart.
STORIES = ({5, 19}, {20, 24}, {3, 11})


@dataclass(frozen=True, slots=True)
class Case:
    """One suspect account: sentences, candidates, and for each sentence which candidates report
    the same (``right``) or share a part (``partly``: neither right nor wrong)."""

    name: str
    kind: str
    texts: list[str]
    pool: list[str]
    right: list[frozenset[int]]
    partly: list[frozenset[int]]


def records(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def invented() -> list[Case]:
    """The invented events (kind "invented")."""
    events: list[tuple[str, dict[str, list[str]], list[tuple[str, str]]]] = []
    report = ""
    for line in (HERE / "events.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            events.append((line[3:], {}, []))
        elif line.startswith("@ "):
            report = line.split()[-1]
            if report != "suspect":
                events[-1][1][report] = []
        elif report == "suspect":
            marks, _, text = line.partition(" | ")
            events[-1][2].append((marks, text))
        else:
            events[-1][1][report].append(line)
    cases = []
    for n, (name, reports, account) in enumerate(events):
        pool = [t for rows in reports.values() for t in rows]
        names = [f"{r}{k + 1}" for r, rows in reports.items() for k in range(len(rows))]
        place = {name: at for at, name in enumerate(names)}
        for step in range(1, OTHERS + 1):
            other = events[(n + step) % len(events)]
            pool += [text for rows in other[1].values() for text in rows]
        marks = [m.split() if m != "-" else [] for m, _ in account]
        cases.append(
            Case(
                name, "invented", [text for _, text in account], pool,
                [frozenset(place[m] for m in row if m[0] != "~") for row in marks],
                [frozenset(place[m[1:]] for m in row if m[0] == "~") for row in marks],
            )
        )  # fmt: skip
    return cases


def comparable(data: Path) -> list[Case]:
    """Pairs of native articles (kind "native"); the clean articles of all other stories stand
    among the candidates."""
    whole: dict[str, list[str]] = {}
    for row in records(data / "detect" / "native_news_dev.jsonl.xz"):
        whole.setdefault(row["doc_id"], []).append(row["text"])
    lines = (HERE / "comparable.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    clean = [sentences(whole[f"ant:{row[1]}.txt"]) for row in rows]
    cases = []
    for n, (suspect, _, judged) in enumerate(rows):
        same = set[int]().union({n}, *(story for story in STORIES if n in story))
        others = [text for m, texts in enumerate(clean) if m not in same for text in texts]
        texts = sentences(whole[f"ant:{suspect}.txt"])
        marked = _marks(judged)
        marks = [marked.get(i, []) for i in range(len(texts))]
        cases.append(
            Case(
                suspect, "native", texts, clean[n] + others,
                [frozenset(int(m) for m in row if m[0] != "~") for row in marks],
                [frozenset(int(m[1:]) for m in row if m[0] == "~") for row in marks],
            )
        )  # fmt: skip
    return cases


def _marks(judged: str) -> Mapping[int, list[str]]:
    return {int(s): c.split(",") for s, c in (part.split("=") for part in judged.split())}


def sentences(paragraphs: list[str]) -> list[str]:
    """The sentences of an article that the comparison reads."""
    parts = segment(Document("", "\n".join(paragraphs)))
    return [part.text for part in parts if usable(part)]
