"""``mtaudit review``: verdicts of one or more editors become a baseline and a few numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ..report import StoredRun
from ..report.strings import one_line
from . import agreement
from .baseline import EMPTY, Baseline, Entry, carried_over, ordered
from .verdicts import Judged, Ruling, Table, Verdict, gather, judgeable, read_verdicts


@dataclass(frozen=True, slots=True)
class Review:
    """What the editors said of a run.  ``foreign`` verdicts were on things that are not in it."""

    table: Table
    known: Mapping[str, Judged]
    foreign: int
    editors: tuple[str, ...]


def review(run: StoredRun, paths: Sequence[Path]) -> Review:
    """Read and check the verdicts.  Raises as :mod:`.verdicts` does."""
    table, foreign = gather([(path, read_verdicts(path)) for path in paths], run)
    editors = sorted({editor for given in table.values() for editor in given})
    return Review(table, judgeable(run), foreign, tuple(editors))


def pooled(given: Iterable[Verdict]) -> Ruling | None:
    """The team's word: what more of them say, confirmed or dismissed; ``unsure`` where nobody says
    either, ``None`` where they are divided."""
    votes = Counter(v.ruling for v in given)
    if not votes["confirmed"] and not votes["dismissed"]:
        return "unsure"
    if votes["confirmed"] == votes["dismissed"]:
        return None
    return "confirmed" if votes["confirmed"] > votes["dismissed"] else "dismissed"


def _entry(what: Judged, given: Mapping[str, Verdict]) -> Entry:
    against = [v for v in given.values() if v.ruling == "dismissed"]
    comments = dict.fromkeys(v.comment for v in against if v.comment)
    return Entry(
        target=what.target,
        sentence=what.sentence,
        code=what.code,
        text=what.text,
        reason=f"dismissed by {len(against)} of {len(given)} editors",
        comment=" / ".join(comments),
        editors=tuple(sorted(v.editor for v in against)),
    )


def baseline_of(run: StoredRun, found: Review, older: Baseline = EMPTY) -> Baseline:
    """What more editors dismiss than confirm, with what ``run`` and ``older`` held already; a
    verdict of now wins over an older dismissal."""
    entries = [*older.entries, *carried_over(run.segments)]
    said = {print_: pooled(given.values()) for print_, given in found.table.items()}
    entries = [e for e in entries if said.get(e.fingerprint, "dismissed") == "dismissed"]
    entries += [
        _entry(found.known[print_], given)
        for print_, given in found.table.items()
        if said[print_] == "dismissed"
    ]
    return ordered(entries)


def _share(hits: int, total: int) -> str:
    interval = agreement.wilson(hits, total)
    if interval is None:
        return "-"
    return f"{hits / total:.2f} ({interval[0]:.2f}–{interval[1]:.2f})"


def precision_lines(found: Review) -> Iterator[str]:
    """One line an issue code: confirmed / (confirmed + dismissed), worst first."""
    by_code: dict[str, Counter[str]] = {}
    for print_, given in found.table.items():
        what = found.known[print_]
        if what.target == "finding":
            ruling = pooled(given.values()) or "divided"
            by_code.setdefault(what.code, Counter())[ruling] += 1

    def row(name: str, votes: Counter[str]) -> str:
        hits, total = votes["confirmed"], votes["confirmed"] + votes["dismissed"]
        counts = "  ".join(
            f"{votes[k]:>9}" for k in ("confirmed", "dismissed", "unsure", "divided")
        )
        return f"{one_line(name):<40}  {counts}  {_share(hits, total)}"

    if not by_code:
        yield "no finding was judged"
        return
    heads = "  ".join(f"{name:>9}" for name in ("confirmed", "dismissed", "unsure", "divided"))
    yield f"{'issue code':<40}  {heads}  precision (95% interval)"

    def worst_first(item: tuple[str, Counter[str]]) -> tuple[float, str]:
        total = item[1]["confirmed"] + item[1]["dismissed"]
        return (item[1]["confirmed"] / total if total else 2.0, item[0])

    for code, votes in sorted(by_code.items(), key=worst_first):
        yield row(code, votes)
    if len(by_code) > 1:
        yield row("all codes", sum(by_code.values(), Counter()))


def agreement_lines(found: Review) -> Iterator[str]:
    """Kappa of every two editors, and of all where there are more."""
    if len(found.editors) < 2:
        yield "one editor: no agreement to measure"
        return
    for first, second in combinations(found.editors, 2):
        both = [
            (given[first].ruling, given[second].ruling)
            for given in found.table.values()
            if first in given and second in given
        ]
        told = _kappa("Cohen's", agreement.cohen(both), len(both), _equal(both))
        yield f"{one_line(first)} / {one_line(second)}: {told}"
    if len(found.editors) > 2:
        rows = [
            [given[editor].ruling for editor in found.editors]
            for given in found.table.values()
            if len(given) == len(found.editors)
        ]
        yield "all: " + _kappa("Fleiss'", agreement.fleiss(rows), len(rows), _equal(rows))


def _equal(rows: Sequence[Sequence[str]]) -> int:
    return sum(len(set(row)) == 1 for row in rows)


def _kappa(name: str, value: float | None, n: int, equal: int) -> str:
    if not n:
        return "nothing was judged by both" if name == "Cohen's" else "nothing was judged by all"
    told = "not defined (one verdict throughout)" if value is None else f"{value:.2f}"
    return f"{name} kappa {told}, the same word on {equal} of {n}"


def lines(found: Review) -> Iterator[str]:
    """The whole answer for the terminal."""
    given = Counter(v.ruling for row in found.table.values() for v in row.values())
    counts = ", ".join(f"{name} {given[name]}" for name in ("confirmed", "dismissed", "unsure"))
    yield f"editors: {', '.join(map(one_line, found.editors)) or '-'}; verdicts: {counts}"
    if found.foreign:
        yield f"not in this run, left out: {found.foreign}"
    yield ""
    yield "Agreement (findings and sentences)"
    yield from agreement_lines(found)
    yield ""
    yield "Precision of the tool"
    yield from precision_lines(found)
