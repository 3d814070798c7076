"""Measure the agreement and collocation witnesses: findings, features, speed.

    python scripts/measure_language.py --data ../shared/data [--show collocation.unusual]

Prints Markdown tables: findings per 1,000 sentences and mean features on held-out native news,
human translation and every engine; then the speed of both witnesses on one core, and how many
held-out sentences stand in the counted files.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from language.corpus import folded_sentences

from mtaudit.evidence.agreement import Agreement
from mtaudit.evidence.collocation import Collocation
from mtaudit.normalize import fold
from mtaudit.rules import load_family
from mtaudit.types import Document, Evidence, Segment, Witness

RULES = Path(__file__).resolve().parent.parent / "mtaudit" / "evidence" / "rules"
FEATURES = ("mean_surprisal", "max_surprisal", "unseen_pair_rate", "oov_rate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true", help="write native_per_1000 into the rules")
    parser.add_argument("--show", default="", help="print native findings of this code")
    options = parser.parse_args()
    sets = test_sets(options.data / "detect")
    witnesses: list[Witness] = [Agreement(), Collocation()]
    codes = [rule.code for name in ("agreement", "collocation") for rule in load_family(name)]
    measured = {}
    for name, rows in sets.items():
        documents = as_documents(rows)
        measured[name] = examine(witnesses, documents)
        if name == "native news":
            started = time.process_time()
            examine(witnesses, documents)
            speed = len(rows) / (time.process_time() - started)
            print(f"speed, both witnesses, warm: {speed:.0f} sentences a CPU second\n")
    print_features(measured)
    print_codes(measured, codes)
    overlap(options.data, sets["native news"])
    if options.write:
        write_rates(rates(measured["native news"]), codes)
    for pair in measured["native news"] if options.show else ():
        for issue in (issue for evidence in pair for issue in evidence.issues):
            if issue.code == options.show:
                print(issue.text, "|", issue.suggestion)


def examine(
    witnesses: Sequence[Witness], documents: Sequence[tuple[Document, list[Segment]]]
) -> list[tuple[Evidence, ...]]:
    """What every witness says of every segment."""
    return [
        evidence
        for document, segments in documents
        for evidence in zip(*(w.examine(document, segments) for w in witnesses), strict=True)
    ]


def test_sets(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """(text, doc_id) rows by name: native news, then FLORES by system, then FIGNEWS."""
    sets: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in read(folder / "native_news_dev.jsonl.xz"):
        sets["native news"].append((row["text"], row["doc_id"]))
    for row in read(folder / "flores_dev.jsonl.xz"):
        human = row["label"] == "human"
        name = "FLORES human" if human else f"FLORES {row['system'].split('(')[0].strip()[:40]}"
        sets[name].append((row["text"], row["doc_id"]))
    for row in read(folder / "fignews_dev.jsonl.xz"):
        if row["label"] in ("human", "mt"):
            sets[f"FIGNEWS {row['label']}"].append((row["text"], row["doc_id"]))
    return dict(sets)


def read(file: Path) -> list[dict[str, str]]:
    """Rows of one xz-compressed JSONL file."""
    if not file.is_file():
        raise SystemExit(f"{file}: not there; pass --data DIR")
    with lzma.open(file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def as_documents(rows: Sequence[tuple[str, str]]) -> list[tuple[Document, list[Segment]]]:
    """Rows of one doc_id as one document, one segment a row."""
    texts: dict[str, list[str]] = defaultdict(list)
    for text, doc_id in rows:
        texts[doc_id].append(text)
    documents = []
    for doc_id, parts in texts.items():
        segments, start = [], 0
        for index, text in enumerate(parts):
            segments.append(Segment(index, start, start + len(text), text))
            start += len(text) + 1
        documents.append((Document(doc_id, "\n".join(parts)), segments))
    return documents


def print_features(measured: dict[str, list[tuple[Evidence, ...]]]) -> None:
    """Mean value of both witnesses and mean of every feature."""
    print("| set | segments | agreement | collocation |", " | ".join(FEATURES), "|")
    print("|---|---|---|---|" + "---|" * len(FEATURES))
    for name, rows in measured.items():
        cells = [name, str(len(rows))]
        cells += [mean([row[at].value for row in rows], 4) for at in (0, 1)]
        cells += [mean([row[1].features.get(feature) for row in rows]) for feature in FEATURES]
        print("|", " | ".join(cells), "|")
    print()


def mean(values: Sequence[float | None], digits: int = 3) -> str:
    """The mean as text; a dash where there is nothing."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.{digits}f}" if known else "—"


def rates(rows: Sequence[tuple[Evidence, ...]]) -> dict[str, float]:
    """Findings of every code per 1,000 segments."""
    found = Counter(issue.code for row in rows for e in row for issue in e.issues)
    return defaultdict(float, {code: 1000 * n / len(rows) for code, n in found.items()})


def print_codes(measured: dict[str, list[tuple[Evidence, ...]]], codes: list[str]) -> None:
    """Findings per 1,000 segments of every code on every set."""
    found = {name: rates(rows) for name, rows in measured.items()}
    print("| code |", " | ".join(found), "|")
    print("|---|" + "---|" * len(found))
    for code in codes:
        print(f"| {code} |", " | ".join(f"{found[name][code]:.2f}" for name in found), "|")
    print()


def write_rates(found: dict[str, float], codes: list[str]) -> None:
    """Put the measured rates into the rule files, behind each rule's confidence."""
    for family in ("agreement", "collocation"):
        file = RULES / f"{family}.toml"
        text = re.sub(r"native_per_1000 = .*\n", "", file.read_text(encoding="utf-8"))
        for code in (code for code in codes if code.startswith(f"{family}.")):
            head = re.escape(f'code = "{code}"')
            pattern = rf"({head}(?:\n.+)*?\nconfidence = .*\n)"
            text = re.sub(pattern, rf"\g<1>native_per_1000 = {found[code]:.2f}\n", text, count=1)
        file.write_text(text, encoding="utf-8")


def overlap(data: Path, rows: Sequence[tuple[str, str]]) -> None:
    """Held-out sentences of six words or more that stand among the counted ones."""
    counted = set(folded_sentences(data / "mono"))
    texts = [fold(text.strip()).text for text, _ in rows]
    long = [text for text in texts if len(text.split()) >= 6]
    same = sum(text in counted for text in long)
    print(f"overlap: {same} of {len(long)} held-out sentences stand in the counted files")


if __name__ == "__main__":
    main()
