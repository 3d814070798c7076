"""The figures as plain text: one line a set, numbers in columns, their meaning underneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Record = dict[str, Any]

# (key, heading): the columns of the tables here and on the page.
COLUMNS = (
    ("accuracy", "accuracy"),
    ("auc", "AUC"),
    ("recall_at_1", "recall @1%"),
    ("recall_at_5", "recall @5%"),
    ("ece", "ECE"),
    ("best_balanced_accuracy", "best bal. acc."),
)
LABEL_NAMES = {
    "human": "human",
    "mt": "machine translation",
    "postedited": "post-edited",
    "ai_generated": "AI-written",
}
_NAME = 42


def level_names(record: Record) -> dict[str, str]:
    """Key → words, of the levels that hold anything, in order."""
    size = record["settings"]["group"]
    names = {"sentence": "sentences", f"group{size}": f"groups of {size}", "document": "documents"}
    return {key: name for key, name in names.items() if record.get(key)}


def row_counts(item: Record) -> str:
    """What one file held, in words."""
    counts = ", ".join(f"{n:,} {LABEL_NAMES[label]}" for label, n in item["rows"].items())
    return counts + (f"; {item['copies']:,} copies left out" if item["copies"] else "")


def number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def share(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f}%"


def span(block: Record, key: str) -> str:
    """The 95 % interval of a figure, empty where there is none."""
    limits = block.get("intervals", {}).get(key)
    return f"{limits[0]:.2f}–{limits[1]:.2f}" if limits else ""


def meanings(record: Record) -> list[str]:
    """What the figures mean and how they came about; one string a remark."""
    settings = record["settings"]
    thresholds = ", ".join(
        f"{level} {found[mode]['value']:.3f} (false alarms"
        f" {share(found[mode]['false_alarm_rate'])} on {found[mode]['measured_on']})"
        for level, found in record["thresholds"].items()
        for mode in found
    )
    found = [
        "Machine translation is the positive class, human text the negative one; post-edited and"
        " AI-written text stands in the classes only.",
        f"Accuracy: at the shipped thresholds: {thresholds}. It follows the mix of the set: where"
        " most rows are machine translation, calling nothing makes it low.",
        "Best bal. acc.: balanced accuracy at the single threshold that suits these very rows"
        " best: an upper bound that no unseen text is promised.",
        "Recall @1% / @5%: the largest share of machine translation found by a threshold with at"
        " most that share of false alarms here. With fewer than 100 (20) human texts that"
        " means none.",
        "ECE: expected calibration error, 10 equal-mass bins, both labels weighing the same (the"
        " probability is fitted for even odds), judged texts only.",
        f"Abstentions are undecided: they are ranked at the prior {settings['prior']}, and are"
        " never called machine translation (right for human text, wrong for machine"
        " translation).",
        "A system is ranked against all texts of the other label; its accuracy is that of its own.",
        f"[a–b]: 95 % bootstrap intervals: {settings['resamples']} draws of whole documents (a"
        f" fifth of that for systems and domains), seed {settings['seed']}; they do not tell of"
        " other engines or subjects.",
        "Stripped: the same texts with punctuation spacing, quotation marks, diacritics, digits"
        " and Latin letters made alike (mtaudit/evaluate/strip.py).",
    ]
    if settings["limit"]:
        found.append(
            f"At most {settings['limit']} rows of each file, every system in equal shares."
        )
    if not settings["roundtrip"]:
        found.append("Without the round trip.")
    return found + list(record["notes"])


def lines(record: Record) -> Iterator[str]:
    """The whole table."""
    for item in record["data"]:
        yield f"{item['file']}: {row_counts(item)}"
    variants = (("as written", record), ("stripped", record["stripped"]))
    yield ""
    yield from _main(record, variants)
    for key, title in (("per_system", "system"), ("per_domain", "domain")):
        # One system or domain is the whole set again.
        if len(record[key]) > 1:
            yield ""
            yield from _parts(record, key, title)
    yield ""
    yield from _classes(record, variants)
    yield ""
    yield from (f"· {remark}" for remark in meanings(record))
    yield record["signature"]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns of equal width: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((first, *rest)).rstrip()


def _main(record: Record, variants: Sequence[tuple[str, Record]]) -> Iterator[str]:
    rows = [["", *(heading for _, heading in COLUMNS)]]
    for level, name in level_names(record).items():
        for variant, side in variants:
            block = side[level]
            cells = [number(block.get(key)) for key, _ in COLUMNS]
            rows.append([f"{name}, {variant}", *cells])
            rows.append(["", *(f"[{s}]" if (s := span(block, k)) else "" for k, _ in COLUMNS)])
    yield from _aligned([r for r in rows if any(r)])


def parts(record: Record, key: str) -> Iterator[tuple[str, str, str, Record, Record, Record]]:
    """(name, label, level, that label's class, block, stripped block) per system or domain."""
    for name, found in record[key].items():
        for level in level_names(record):
            block, twin = found[level], record["stripped"][key][name][level]
            if block is None or twin is None:
                continue
            for label, mine in block["classes"].items():
                yield name, label, level, mine, block, twin


def part_cells(label: str, mine: Record, block: Record, twin: Record) -> list[str]:
    """Texts, share called machine translation, AUC with its interval, AUC stripped."""
    # Only machine and human text is ranked: another label in the same set has no AUC of its own.
    ranked = label in ("human", "mt") and block.get("auc") is not None
    return [
        f"{mine['n']:,}",
        share(mine["called_mt"]),
        share(twin["classes"][label]["called_mt"]),
        number(block["auc"]) if ranked else "—",
        span(block, "auc") if ranked else "",
        number(twin.get("auc")) if ranked else "—",
    ]


PART_HEADINGS = ("n", "called MT", "called, stripped", "AUC", "95 %", "AUC, stripped")


def _parts(record: Record, key: str, title: str) -> Iterator[str]:
    names = level_names(record)
    rows = [[f"{title}, label, level", *PART_HEADINGS]]
    for name, label, level, *rest in parts(record, key):
        rows.append([f"{shortened(name)}, {label}, {names[level]}", *part_cells(label, *rest)])
    yield from _aligned(rows)


def _classes(record: Record, variants: Sequence[tuple[str, Record]]) -> Iterator[str]:
    rows = [["class", "n", "abstained", "called MT", "flagged"]]
    for level, name in level_names(record).items():
        for variant, side in variants:
            for label, found in side[level]["classes"].items():
                rows.append(
                    [f"{name}, {variant}: {LABEL_NAMES[label]}", f"{found['n']:,}",
                     f"{found['abstained']:,}", share(found["called_mt"]), share(found["flagged"])]
                )  # fmt: skip
    yield from _aligned(rows)


def shortened(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"
