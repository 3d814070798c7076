"""Findings of the calque and sense rules per 1,000 sentences of native news, into the rule file.

    python scripts/stamp_rules.py --data ../shared/data [--sample 60000] [--write] [--examples]

Reads an even sample of ``mono/`` and all of ``detect/native_news_dev`` and prints the rates: all
codes and sense entries that fire at all, and sums by severity.  ``--write`` puts the rate of every
calque rule into its ``native_per_1000``.  A rule that fires on one sentence in 70,000 needs a
larger sample than ``measure_rules.py`` takes, which compares all witnesses on smaller sets.
``--examples`` shows every finding of major severity and every wrong sense.
"""

from __future__ import annotations

import argparse
import html
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mtaudit.evidence import load_witness
from mtaudit.rules import load_family
from mtaudit.segment import segment
from mtaudit.types import Document

RULES = Path(__file__).parent.parent / "mtaudit" / "evidence" / "rules" / "calques.toml"


def mono(data: Path, sample: int) -> Iterator[str]:
    """At most ``sample`` lines of ``mono/``, evenly spread over every file."""
    paths = sorted((data / "mono").glob("*.txt.xz"))
    lines = []
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as handle:
            lines += handle.read().splitlines()
    step = max(1.0, len(lines) / sample)
    for i in range(min(sample, len(lines))):
        yield html.unescape(lines[int(i * step)])


def native(data: Path) -> Iterator[str]:
    """Paragraphs of ``native_news_dev``."""
    with lzma.open(data / "detect" / "native_news_dev.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield html.unescape(json.loads(line)["text"])


def measure(data: Path, sample: int, examples: bool) -> tuple[Counter[str], Counter[str], int]:
    """Findings by code (or sense entry), findings by witness and severity, sentences read."""
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    sentences = 0
    team = [load_witness("calques"), load_witness("senses")]
    for texts in (mono(data, sample), native(data)):
        for number, text in enumerate(texts):
            document = Document(str(number), text)
            segments = segment(document)
            sentences += len(segments)
            for witness in team:
                for evidence in witness.examine(document, segments):
                    for issue in evidence.issues:
                        name = issue.more.get("entry", issue.code)
                        counts[name] += 1
                        sums[f"{witness.name} {issue.severity}"] += 1
                        if examples and (issue.severity != "minor" or witness.name == "senses"):
                            around = text[max(0, issue.start - 40) : issue.end + 40]
                            print(name, issue.text, around, sep="\t", file=sys.stderr)
    return counts, sums, sentences


def write(rates: dict[str, float]) -> None:
    """Set ``native_per_1000`` of every calque rule."""
    blocks = re.split(r"(?m)^(?=\[\[rule\]\])", RULES.read_text(encoding="utf-8"))
    for i, block in enumerate(blocks):
        code = re.search(r'(?m)^code = "([^"]+)"', block)
        if code is None:
            continue
        block = re.sub(r"(?m)^native_per_1000 = .*\n", "", block)
        line = f"native_per_1000 = {rates.get(code.group(1), 0.0):.3f}\n"
        blocks[i] = re.sub(r"(?m)^(confidence = .*\n)", rf"\g<1>{line}", block, count=1)
    RULES.write_text("".join(blocks), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Native rates of the calque and sense rules.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sample", type=int, default=60000, help="sentences of mono/")
    parser.add_argument("--write", action="store_true", help="update native_per_1000")
    parser.add_argument("--examples", action="store_true", help="show grave findings, on stderr")
    options = parser.parse_args()
    counts, sums, sentences = measure(options.data, options.sample, options.examples)
    rates = {code: 1000 * n / sentences for code, n in counts.items()}
    print(f"{sentences} sentences; findings per 1,000:")
    for name, n in sorted(sums.items()):
        print(f"{1000 * n / sentences:.3f}\t{name}")
    print()
    for code, rate in sorted(rates.items(), key=lambda item: -item[1]):
        print(f"{rate:.3f}\t{code}")
    if options.write:
        known = {rule.code for rule in load_family("calques")}
        write({code: rate for code, rate in rates.items() if code in known})


if __name__ == "__main__":
    main()
