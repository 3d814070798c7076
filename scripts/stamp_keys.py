"""Derive the keys of the calque rules and of the senses table from their patterns.

    python scripts/stamp_keys.py --data ../shared/data
    python scripts/stamp_keys.py --check

Keys are sets of literal strings, of each of which one stands in whatever the pattern matches, in
the text's *spaced* form (``mtaudit.normalize.Folded.spaced``): words and marks with one blank
around each.  They are read off the parsed pattern: literals that follow one another are joined,
alternatives are united, blanks and word edges become the blank, open-ended parts end a run.  Of
all sets of a pattern up to three are kept: those that together let the fewest sentences of
``mono/`` through, few strings before many.  ``--check`` needs no data and writes nothing: it exits
with 1 where a stored set is not one that the pattern vouches for.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from mtaudit.normalize import fold

EVIDENCE = Path(__file__).parent.parent / "mtaudit" / "evidence"
CALQUES = EVIDENCE / "rules" / "calques.toml"
SENSES = EVIDENCE / "data" / "senses.tsv"
# The standard library's parser knows neither script properties nor hexadecimal groups of `regex`;
# none of them is a literal, so that any class serves.
STAND_INS = {r"\p{Arabic}": r"\w", r"\p{L}": r"\w", r"\p{N}": r"\w"}
EDGE = "\ue000"  # a word's edge, on the way through the parser
FRAGMENTS = {
    "b": EDGE, "e": EDGE, "conj": "(?:[وف])?", "prep": "(?:[بلك])?", "word": r"\w+",
    "clitics": "(?:[وف])?(?:[بك]ال|لل|ال|[بلك])?", "al": "(?:[وف])?(?:[بك]?ال|لل)",
}  # fmt: skip
BLANK, FRONT = " ", " ^ "
MOST = 160  # strings in one set: beyond this a set costs more than it saves
SETS = 3  # sets of one pattern
WORTH = 0.8  # a further set must let through less than this share of what the others do
SAMPLE = 1000  # sentences of each file of mono/
STEP = 13  # every so many sentences, so that the sample does not sit in a few articles
PRICE = 0.5  # of one more string, in sentences let through

Strings = tuple[str, ...]
Holders = Callable[[Strings], frozenset[int]]


def parsed(pattern: str) -> Any:
    """Syntax tree of the standard library's parser, look-arounds left out.

    A look-behind that begins the pattern and a look-ahead that ends it are as good as groups: what
    they see stands beside the match."""
    for name, fragment in FRAGMENTS.items():
        pattern = pattern.replace(f"<<{name}>>", fragment)
    if pattern.startswith("(?<="):
        pattern = "(?:" + pattern[4:]
    last = pattern.rfind("(?=")
    if last >= 0 and closing(pattern, last) == len(pattern) - 1:
        pattern = pattern[:last] + "(?:" + pattern[last + 3 :]
    pattern = without_lookarounds(pattern)
    for property_, stand_in in STAND_INS.items():
        pattern = pattern.replace(property_, stand_in)
    # `regex` lets a name stand twice; what a backward reference repeats is not known here.
    pattern = re.sub(r"\(\?<[a-z]+>", "(", pattern)
    pattern = re.sub(r"\\g<[a-z]+>", r"\\w*", pattern)
    return re._parser.parse(pattern)  # type: ignore[attr-defined]


def closing(pattern: str, opening: int) -> int:
    """Where the bracket that opens at ``opening`` closes."""
    depth, in_class, j = 0, False, opening
    while True:
        char = pattern[j]
        if char == "\\":
            j += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        else:
            depth += (char == "(") - (char == ")")
            if not depth:
                return j
        j += 1


def without_lookarounds(pattern: str) -> str:
    """``pattern`` without ``(?=…)``, ``(?!…)``, ``(?<=…)``, ``(?<!…)``: they match no text."""
    out = []
    i = 0
    while i < len(pattern):
        if re.match(r"\(\?<?[=!]", pattern[i:]):
            i = closing(pattern, i) + 1
            continue
        step = 2 if pattern[i] == "\\" else 1
        out.append(pattern[i : i + step])
        i += step
    return "".join(out)


def spaced(char: str) -> str:
    """One character of a pattern as it stands in spaced text."""
    if char == EDGE or char.isspace():
        return BLANK
    return char if char.isalnum() or char == "_" else BLANK + char + BLANK


def joined(parts: Iterable[frozenset[str]]) -> frozenset[str] | None:
    """Every way to write one string of each part after another; ``None`` when too many."""
    strings = frozenset({""})
    for part in parts:
        if len(strings) * len(part) > MOST:
            return None
        strings = frozenset((a + b).replace("  ", " ") for a in strings for b in part)
    return strings


def finite(items: Iterable[Any]) -> frozenset[str] | None:
    """All strings that ``items`` match, or ``None`` when they are too many or open-ended."""
    parts = []
    for item in items:
        part = finite_one(item)
        if part is None:
            return None
        parts.append(part)
    return joined(parts)


def finite_one(item: Any) -> frozenset[str] | None:
    operator, value = str(item[0]), item[1]
    if operator == "LITERAL":
        return frozenset({spaced(chr(value))})
    if operator == "AT" and "BOUNDARY" not in str(value):
        return frozenset({FRONT if "BEGINNING" in str(value) else BLANK})
    if operator == "SUBPATTERN":
        return finite(value[3])
    if operator == "BRANCH":
        sets = [finite(branch) for branch in value[1]]
        return None if None in sets else frozenset().union(*(s for s in sets if s is not None))
    if operator in ("MAX_REPEAT", "MIN_REPEAT"):
        inner = finite(value[2])
        if inner is None or not (value[1] == 1 or inner == {BLANK}):
            return None
        return inner if value[0] else inner | {""}
    if operator == "IN":
        return one_of(value)
    return None


def one_of(members: Iterable[Any]) -> frozenset[str] | None:
    """The characters of a class, or ``None`` where it is open."""
    found = set()
    for kind, value in members:
        if str(kind) == "LITERAL":
            found.add(spaced(chr(value)))
        elif str(value) == "CATEGORY_SPACE":
            found.add(BLANK)
        else:
            return None
    return frozenset(found)


def sets(items: Iterable[Any], held: Holders) -> Iterator[Strings]:
    """Every set of strings of which one must occur in a match of ``items``."""
    run: list[frozenset[str]] = []
    for item in items:
        part = finite_one(item)
        if part is not None and len(part) <= MOST:
            run.append(part)
            continue
        yield from stretches(run)
        run = []
        yield from sets_within(item, held)
    yield from stretches(run)


def stretches(run: Sequence[frozenset[str]]) -> Iterator[Strings]:
    """What each stretch of a run of finite parts can be."""
    for first in range(len(run)):
        for last in range(first, len(run)):
            strings = joined(run[first : last + 1])
            if strings is None:
                break
            if not strings & {"", BLANK}:
                yield literals(strings)


def sets_within(item: Any, held: Holders) -> Iterator[Strings]:
    """The same for one part that is not a finite set of strings itself."""
    operator, value = str(item[0]), item[1]
    if operator == "SUBPATTERN":
        yield from sets(value[3], held)
    elif operator == "BRANCH":
        chosen = [best(sets(branch, held), held, 1) for branch in value[1]]
        if all(chosen):
            yield literals(string for (one,) in chosen for string in one)
    elif operator in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        yield from sets(value[2], held)


def best(candidates: Iterable[Strings], held: Holders, most: int = SETS) -> list[Strings]:
    """Up to ``most`` of the sets, which together let the fewest sentences through."""
    pool = sorted({one for one in candidates if len(one) <= MOST})
    chosen: list[Strings] = []
    through: frozenset[int] | None = None
    while pool and len(chosen) < most:
        left = {one: held(one) if through is None else held(one) & through for one in pool}
        first = min(pool, key=lambda one: len(left[one]) + PRICE * len(one))
        if through is not None and len(left[first]) + PRICE * len(first) > WORTH * len(through):
            break
        chosen.append(first)
        through = left[first]
        pool.remove(first)
    return chosen


def literals(found: Iterable[str]) -> Strings:
    """Sorted, none of which contains another: the shorter one says enough."""
    kept: list[str] = []
    for string in sorted(set(found), key=lambda one: (len(one), one)):
        if not any(shorter in string for shorter in kept):
            kept.append(string)
    return tuple(sorted(kept))


def sampled(data: Path) -> Holders:
    """Which native sentences contain a string of a set."""
    sentences: list[str] = []
    for path in sorted((data / "mono").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            sentences += (fold(line).spaced for line in islice(lines, 0, SAMPLE * STEP, STEP))
    if not sentences:
        raise SystemExit(f"no sentences under {data / 'mono'}: name the data folder with --data")
    text = "\n".join(sentences)
    starts = [0, *accumulate(len(sentence) + 1 for sentence in sentences)]

    @cache
    def holders(literal: str) -> frozenset[int]:
        found, at = set(), text.find(literal)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            found.add(place)
            at = text.find(literal, starts[place + 1])
        return frozenset(found)

    return lambda strings: frozenset().union(*map(holders, strings))


def vouched(patterns: Sequence[str], stored: Sequence[Strings]) -> bool:
    """Whether of each set of ``stored`` a string stands in all that one of ``patterns`` matches."""
    return bool(stored) and all(any(implied(p, one) for p in patterns) for one in stored)


def implied(pattern: str, stored: Strings) -> bool:
    """Whether one of ``stored`` stands in everything that ``pattern`` matches."""

    def missing(strings: Strings) -> frozenset[int]:
        sound = all(any(a in one for a in stored) for one in strings)
        return frozenset() if sound else frozenset(range(MOST))  # no sound set is dearer

    return any(not missing(one) for one in sets(parsed(pattern), missing))


Stamp = Callable[[str, Sequence[str], Sequence[Strings]], Sequence[Strings]]


def stamp_rules(text: str, stamp: Stamp) -> str:
    """The rule file with every ``keys`` line replaced."""
    blocks = re.split(r"(?m)^(?=\[\[rule\]\])", text)
    for i, block in enumerate(blocks):
        pattern = re.search(r"(?m)^pattern = (.+)$", block)
        if pattern is None:
            continue
        quoted = pattern.group(1)
        raw = quoted[1:-1] if quoted.startswith("'") else json.loads(quoted)
        code = re.search(r'(?m)^code = "(.+)"$', block)
        old = re.search(r"(?m)^keys = .*\n", block)
        stored = tomllib.loads(old.group())["keys"] if old else []
        found = stamp(code.group(1) if code else "?", [raw], [tuple(one) for one in stored])
        line = f"keys = {json.dumps(found, ensure_ascii=False)}\n"
        block = block.replace(old.group(), "", 1) if old else block
        blocks[i] = block.replace(pattern.group() + "\n", pattern.group() + "\n" + line, 1)
    return "".join(blocks)


def stamp_table(text: str, stamp: Stamp) -> str:
    """The senses table with its ``keys`` column filled: sets parted by ``&``, strings by ``|``."""
    lines = text.splitlines()
    head = next(line for line in lines if not line.startswith("#")).split("\t")
    name, wrong, near, target = map(head.index, ("id", "wrong", "near", "keys"))
    for i, line in enumerate(lines):
        row = line.split("\t")
        if not line.startswith("#") and row != head:
            old = [tuple(one.split("|")) for one in row[target].split("&") if one]
            patterns = [f"<<b>>(?:{row[wrong]})<<e>>"]
            if row[near]:
                patterns.append(f"<<b>><<clitics>>(?:{row[near]})")
            row[target] = "&".join(map("|".join, stamp(row[name], patterns, old)))
            lines[i] = "\t".join(row)
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Derive keys from the patterns.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if unsound")
    options = parser.parse_args()
    unsound: list[str] = []
    held = None if options.check else sampled(options.data)

    def stamp(name: str, patterns: Sequence[str], stored: Sequence[Strings]) -> Sequence[Strings]:
        if held is None:
            if not vouched(patterns, stored):
                unsound.append(name)
            return stored
        chosen = best((one for p in patterns for one in sets(parsed(p), held)), held)
        if not chosen:
            raise SystemExit(f"{name}: nothing in the pattern must occur; add a literal word")
        return chosen

    for path, rewrite in ((CALQUES, stamp_rules), (SENSES, stamp_table)):
        text = rewrite(path.read_text(encoding="utf-8"), stamp)
        if not options.check:
            path.write_text(text, encoding="utf-8")
    for name in unsound:
        print(f"{name}: its keys do not stand in every match", file=sys.stderr)
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
