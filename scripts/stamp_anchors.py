"""Derive the anchors of the calque rules and of the senses table from their patterns.

    python scripts/stamp_anchors.py --data ../shared/data
    python scripts/stamp_anchors.py --check

An anchor set is a list of literal strings of which one stands in everything that the pattern
matches.  It is read off the parsed pattern: literals that follow one another are joined,
alternatives are united, open-ended parts end a run.  Of all sets of a pattern the one that fewest
sentences of ``mono/`` contain is kept.  ``--check`` needs no data and writes nothing: it exits with
1 where an anchor set is not one that the pattern vouches for.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from mtaudit.normalize import fold

EVIDENCE = Path(__file__).parent.parent / "mtaudit" / "evidence"
CALQUES = EVIDENCE / "rules" / "calques.toml"
SENSES = EVIDENCE / "data" / "senses.tsv"
# The standard library's parser knows neither script properties nor hexadecimal groups of `regex`;
# none of them is a literal, so that any class serves.
STAND_INS = {r"\p{Arabic}": r"\w", r"\p{L}": r"\w", r"\p{N}": r"\w"}
FRAGMENTS = {
    "b": "", "e": "", "conj": "(?:[وف])?", "prep": "(?:[بلك])?", "word": r"\w+",
    "clitics": "(?:[وف])?(?:[بك]ال|لل|ال|[بلك])?", "al": "(?:[وف])?(?:[بك]?ال|لل)",
}  # fmt: skip
MOST = 160  # strings in one set: beyond this a set costs more than it saves
SHORTEST = 1  # letters: a dash or a slash says a lot
SAMPLE = 1000  # sentences of each file of mono/
STEP = 13  # every so many sentences, so that the sample does not sit in a few articles

Strings = frozenset[str]
Cost = Callable[[Strings], float]


def parsed(pattern: str) -> Any:
    """Syntax tree of the standard library's parser, look-arounds left out."""
    for name, fragment in FRAGMENTS.items():
        pattern = pattern.replace(f"<<{name}>>", fragment)
    pattern = without_lookarounds(pattern)
    for property_, stand_in in STAND_INS.items():
        pattern = pattern.replace(property_, stand_in)
    # `regex` lets a name stand twice; what a backward reference repeats is not known here.
    pattern = re.sub(r"\(\?<[a-z]+>", "(", pattern)
    pattern = re.sub(r"\\g<[a-z]+>", r"\\w*", pattern)
    return re._parser.parse(pattern)  # type: ignore[attr-defined]


def without_lookarounds(pattern: str) -> str:
    """``pattern`` without ``(?=…)``, ``(?!…)``, ``(?<=…)``, ``(?<!…)``: they match no text."""
    out = []
    i = 0
    while i < len(pattern):
        opening = re.match(r"\(\?<?[=!]", pattern[i:])
        if opening is None:
            step = 2 if pattern[i] == "\\" else 1
            out.append(pattern[i : i + step])
            i += step
            continue
        depth, in_class, j = 1, False, i + opening.end()
        while depth:
            char = pattern[j]
            if char == "\\":
                j += 1
            elif in_class:
                in_class = char != "]"
            elif char == "[":
                in_class = True
            else:
                depth += (char == "(") - (char == ")")
            j += 1
        i = j
    return "".join(out)


def finite(items: Iterable[Any]) -> Strings | None:
    """All strings that ``items`` match, or ``None`` when they are too many or open-ended."""
    strings: Strings = frozenset({""})
    for item in items:
        more = finite_one(item)
        if more is None or len(strings) * len(more) > MOST:
            return None
        strings = frozenset(a + b for a in strings for b in more)
    return strings


def finite_one(item: Any) -> Strings | None:
    operator, value = str(item[0]), item[1]
    if operator == "LITERAL":
        return frozenset({chr(value)})
    if operator == "AT":
        return frozenset({""})
    if operator == "SUBPATTERN":
        return finite(value[3])
    if operator == "BRANCH":
        sets = [finite(branch) for branch in value[1]]
        return None if None in sets else frozenset().union(*(s for s in sets if s is not None))
    if operator in ("MAX_REPEAT", "MIN_REPEAT") and value[0] == 0 and value[1] == 1:
        inner = finite(value[2])
        return None if inner is None else inner | {""}
    if operator == "IN" and all(str(kind) == "LITERAL" for kind, _ in value):
        return frozenset(chr(code) for _, code in value)
    return None


def sets(items: Iterable[Any], cost: Cost) -> Iterator[Strings]:
    """Every set of strings of which one must occur in a match of ``items``."""
    run: Strings = frozenset({""})
    for item in items:
        more = finite_one(item)
        if more is not None and len(run) * len(more) <= MOST:
            run = frozenset(a + b for a in run for b in more)
            continue
        yield run
        run = frozenset({""})
        if more is not None and len(more) <= MOST:
            run = more
        elif more is None:
            yield from sets_within(item, cost)
    yield run


def sets_within(item: Any, cost: Cost) -> Iterator[Strings]:
    """The same for one part that is not a finite set of strings itself."""
    operator, value = str(item[0]), item[1]
    if operator == "SUBPATTERN":
        yield from sets(value[3], cost)
    elif operator == "BRANCH":
        chosen = [best(branch, cost) for branch in value[1]]
        if all(chosen):
            yield frozenset().union(*(one for one in chosen if one))
    elif operator in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        yield from sets(value[2], cost)


def best(items: Iterable[Any], cost: Cost) -> Strings | None:
    """The set that narrows the choice most, or ``None``."""
    usable = [one for one in sets(items, cost) if one and min(map(len, one)) >= SHORTEST]
    return min(usable, key=lambda one: (cost(one), sorted(one)), default=None)


def literals(found: Iterable[str]) -> list[str]:
    """Sorted, none of which contains another: the shorter one says enough."""
    found = set(found)
    return sorted(a for a in found if not any(b in a for b in found if b != a))


def sampled(data: Path) -> Cost:
    """Share of native sentences that contain a string of a set."""
    sentences: list[str] = []
    for path in sorted((data / "mono").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            sentences += (fold(line).text for line in islice(lines, 0, SAMPLE * STEP, STEP))
    if not sentences:
        raise SystemExit(f"no sentences under {data / 'mono'}: name the data folder with --data")

    @cache
    def holders(literal: str) -> frozenset[int]:
        return frozenset(i for i, text in enumerate(sentences) if literal in text)

    def cost(strings: Strings) -> float:
        return len(frozenset().union(*map(holders, literals(strings)))) / len(sentences)

    return cost


def vouched(pattern: str, stored: list[str]) -> bool:
    """Whether one of ``stored`` stands in everything that ``pattern`` matches."""

    def holds(strings: Strings) -> float:
        return float(not all(any(a in one for a in stored) for one in strings))

    chosen = best(parsed(pattern), holds)
    return chosen is not None and not holds(chosen)


Stamp = Callable[[str, str, list[str]], list[str]]


def stamp_rules(text: str, stamp: Stamp) -> str:
    """The rule file with every ``anchors`` line replaced."""
    blocks = re.split(r"(?m)^(?=\[\[rule\]\])", text)
    for i, block in enumerate(blocks):
        pattern = re.search(r"(?m)^pattern = (.+)$", block)
        if pattern is None:
            continue
        quoted = pattern.group(1)
        raw = quoted[1:-1] if quoted.startswith("'") else json.loads(quoted)
        code = re.search(r'(?m)^code = "(.+)"$', block)
        old = re.search(r"(?m)^anchors = \[[^\]]*\]\n", block)
        stored = tomllib.loads(old.group())["anchors"] if old else []
        found = stamp(code.group(1) if code else "?", raw, stored)
        line = f"anchors = {json.dumps(found, ensure_ascii=False)}\n"
        block = block.replace(old.group(), "", 1) if old else block
        blocks[i] = block.replace(pattern.group() + "\n", pattern.group() + "\n" + line, 1)
    return "".join(blocks)


def stamp_table(text: str, stamp: Stamp) -> str:
    """The senses table with its ``anchors`` column filled."""
    lines = text.splitlines()
    head = next(line for line in lines if not line.startswith("#")).split("\t")
    name, wrong, target = head.index("id"), head.index("wrong"), head.index("anchors")
    for i, line in enumerate(lines):
        row = line.split("\t")
        if not line.startswith("#") and row != head:
            old = row[target].split("|") if row[target] else []
            row[target] = "|".join(stamp(row[name], row[wrong], old))
            lines[i] = "\t".join(row)
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Derive anchors from the patterns.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if unsound")
    options = parser.parse_args()
    unsound: list[str] = []
    cost = None if options.check else sampled(options.data)

    def stamp(name: str, pattern: str, stored: list[str]) -> list[str]:
        if cost is None:
            if not vouched(pattern, stored):
                unsound.append(name)
            return stored
        chosen = best(parsed(pattern), cost)
        if chosen is None:
            raise SystemExit(f"{name}: nothing in the pattern must occur; add a literal word")
        return literals(chosen)

    for path, rewrite in ((CALQUES, stamp_rules), (SENSES, stamp_table)):
        text = rewrite(path.read_text(encoding="utf-8"), stamp)
        if not options.check:
            path.write_text(text, encoding="utf-8")
    for name in unsound:
        print(f"{name}: its anchors do not stand in every match", file=sys.stderr)
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
