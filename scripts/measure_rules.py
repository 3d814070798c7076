"""Findings of every rule per 1,000 sentences, on native news and on machine translation.

    python scripts/measure_rules.py --data ../shared/data [--sample 3000] [--examples CODE]

Prints a Markdown table: a row for each code, a column for each set.  Every witness of the registry
that can be imported takes part; the others are named on stderr and left out.

Sets: ``detect/native_news_dev`` (human), ``detect/flores_dev`` (the human reference and each
engine), ``detect/fignews_dev`` (native posts, machine translation by source language).  Rows of one
native document are joined, line by line; every other row is a document of its own.  HTML entities
are resolved first.

``--write`` puts the figure for native news into ``native_per_1000`` of the rule files.
``--pleonasms`` counts the pairs of ``pleonasms.tsv`` in ``mono/`` instead.
"""

from __future__ import annotations

import argparse
import html
import json
import lzma
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mtaudit.errors import MtauditError
from mtaudit.evidence import WITNESSES, load_witness
from mtaudit.rules import catalogue
from mtaudit.segment import segment
from mtaudit.types import Document, Issue, Segment, Witness

RULES = Path(__file__).parent.parent / "mtaudit" / "evidence" / "rules"
NATIVE = "native"
SHORT = {
    "human reference": "flores human",
    "Argos Translate": "Argos",
    "Mozilla Bergamot en-ar base (": "Bergamot",
    "Mozilla Bergamot en-ar base-memory": "Bergamot small",
    "NLLB": "NLLB",
    "OPUS-MT": "OPUS",
}


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Records of one xz-compressed JSON Lines file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def column(name: str, row: dict[str, str]) -> str:
    """The set that a row belongs to."""
    if name == "native_news_dev":
        return NATIVE
    if name == "fignews_dev":
        return f"fignews {row['label']} {row['src_lang']}"
    return next(short for long, short in SHORT.items() if row["system"].startswith(long))


def documents(data: Path, sample: int | None) -> Iterator[tuple[str, Document]]:
    """(set, document); at most ``sample`` rows of each set, evenly spread over the file."""
    for name in ("native_news_dev", "flores_dev", "fignews_dev"):
        sets: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows(data / "detect" / f"{name}.jsonl.xz"):
            sets[column(name, row)].append(row)
        for key, mine in sets.items():
            if key == NATIVE:
                joined: dict[str, list[str]] = defaultdict(list)
                for row in mine:
                    joined[row["doc_id"]].append(html.unescape(row["text"]))
                texts = ["\n".join(lines) for lines in joined.values()]
                keep = len(texts) if sample is None else max(1, sample * len(texts) // len(mine))
            else:
                texts = [html.unescape(row["text"]) for row in mine]
                keep = len(texts) if sample is None else sample
            step = max(1.0, len(texts) / keep)
            for i in range(min(keep, len(texts))):
                yield key, Document(f"{key}:{i}", texts[int(i * step)])


def witnesses(names: list[str]) -> list[Witness]:
    """Those that can be imported; a warning names the others."""
    found = []
    for name in names:
        try:
            found.append(load_witness(name))
        except (ImportError, AttributeError, OSError, MtauditError) as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
    return found


def measure(
    data: Path, sample: int | None, names: list[str], examples: str
) -> tuple[dict[str, Counter[str]], Counter[str], dict[str, float]]:
    """Findings by set and code, sentences by set, processor seconds by witness."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sentences: Counter[str] = Counter()
    seconds: dict[str, float] = defaultdict(float)
    team = witnesses(names)
    for key, document in documents(data, sample):
        segments: tuple[Segment, ...] = segment(document)
        sentences[key] += len(segments)
        for witness in team:
            began = time.process_time()
            evidence = witness.examine(document, segments)
            seconds[witness.name] += time.process_time() - began
            for one in evidence:
                for issue in one.issues:
                    counts[key][issue.code] += 1
                    if issue.severity != "minor":
                        counts[key][f"{issue.code} (major+)"] += 1
                        counts[key][f"~{witness.name}"] += 1
                        counts[key]["~all"] += 1
                    if examples and issue.code.startswith(examples):
                        show(key, document, issue)
    return counts, sentences, seconds


def show(key: str, document: Document, issue: Issue) -> None:
    """One finding with its surroundings, on stderr."""
    left, right = max(0, issue.start - 40), issue.end + 40
    before, after = document.text[left : issue.start], document.text[issue.end : right]
    line = f"{key}\t{issue.code}\t{issue.severity}\t{before}[{issue.text}]{after}"
    print(line.replace("\n", " / "), file=sys.stderr)


def table(counts: dict[str, Counter[str]], sentences: Counter[str], codes: list[str]) -> str:
    """Markdown: findings per 1,000 sentences."""
    sets = list(sentences)
    lines = ["| code | " + " | ".join(sets) + " |", "|---" * (len(sets) + 1) + "|"]
    lines.append("| *sentences* | " + " | ".join(str(sentences[s]) for s in sets) + " |")
    for code in codes:
        cells = [f"{1000 * counts[s][code] / sentences[s]:.2f}" for s in sets]
        lines.append(f"| {code.replace('~', 'major or critical: ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_native(rates: dict[str, float]) -> None:
    """Set ``native_per_1000`` of every measured rule in its file."""
    for path in sorted(RULES.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        blocks = re.split(r"(?m)^(?=\[\[rule\]\])", text)
        for i, block in enumerate(blocks):
            code = re.search(r'(?m)^code = "([^"]+)"', block)
            if code is None or code.group(1) not in rates:
                continue
            block = re.sub(r"(?m)^native_per_1000 = .*\n", "", block)
            line = rf"\1native_per_1000 = {rates[code.group(1)]:.2f}" + "\n"
            blocks[i] = re.sub(r"(?m)^(confidence = .*\n)", line, block, count=1)
        path.write_text("".join(blocks), encoding="utf-8")


def pleonasms(data: Path) -> None:
    """Count the pairs of ``pleonasms.tsv`` in the native sentences of ``mono/``."""
    witness = load_witness("repetition")
    counts: Counter[str] = Counter()
    total = 0
    for path in sorted((data / "mono").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                total += 1
                text = line.rstrip("\n")
                document = Document("mono", text)
                one = Segment(0, 0, len(text), text)
                for issue in witness.examine(document, [one])[0].issues:
                    if issue.code == "repetition.pleonasm":
                        counts[issue.message_en] += 1
    print(f"{total} sentences")
    for message, count in counts.most_common():
        print(count, message, sep="\t")


def main() -> None:
    parser = argparse.ArgumentParser(description="Findings of every rule per 1,000 sentences.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sample", type=int, help="rows of each set (default: all)")
    parser.add_argument("--witness", action="append", choices=list(WITNESSES), default=[])
    parser.add_argument("--examples", default="", metavar="CODE", help="show findings, by prefix")
    parser.add_argument("--write", action="store_true", help="update native_per_1000")
    parser.add_argument("--pleonasms", action="store_true")
    options = parser.parse_args()
    if options.pleonasms:
        pleonasms(options.data)
        return
    names = options.witness or list(WITNESSES)
    counts, sentences, seconds = measure(options.data, options.sample, names, options.examples)
    known = [code for code, rule in catalogue().items() if code.split(".")[0] in seconds]
    raised = {code for counter in counts.values() for code in counter}
    extra = sorted(c for c in raised if "(major+)" in c and c.split(" ")[0] in known)
    print(table(counts, sentences, [*known, *extra, *(f"~{n}" for n in seconds), "~all"]))
    total = sum(sentences.values())
    print()
    for name, spent in seconds.items():
        print(f"{name}: {total / spent:,.0f} sentences/s")
    print(f"together: {total / sum(seconds.values()):,.0f} sentences/s")
    if options.write:
        native = sentences[NATIVE]
        write_native({code: 1000 * counts[NATIVE][code] / native for code in known})


if __name__ == "__main__":
    main()
