"""Score the tool's issues against hand-marked spans.

    python scripts/score_spans.py --gold tests/cases/gold_seed_000.jsonl --seeds seeds \
        [--references seeds/001* seeds/003* seeds/004*] [--no-roundtrip]

The gold file is JSON Lines: ``seed`` (a file of ``--seeds`` by its stem), ``span`` (an exact
substring; each of its occurrences is a span of its own), ``category``, ``severity``, ``note``.

recall     share of gold spans that an issue overlaps (one code point is enough); beside it the
           same without the punctuation habits, since a comma may stand in a span by chance
covered    share of the gold spans' characters that lie inside an issue: partial credit
precision  share of issues that overlap any gold span; given for all issues, for those that are no
           punctuation habit (``punctuation.*`` runs through a whole page and is marked by hand only
           as an example), and for those that are more than minor

An issue that overlaps nothing is not thereby wrong: the marks are one person's.  Both leftovers are
listed, so that a reader can judge.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtaudit import calibrate
from mtaudit.config import Options
from mtaudit.errors import InputError, MtauditError, UsageError
from mtaudit.evidence import WITNESSES, load_witness
from mtaudit.judging import Examined, issues_of_evidence
from mtaudit.loading import Models, load_models, open_reports
from mtaudit.pipeline import compare, open_comparison, round_trips
from mtaudit.read import read_paths
from mtaudit.segment import segment
from mtaudit.types import Document, Failure, Issue, Witness

HABIT = "punctuation."
SHOWN = 70


@dataclass(frozen=True, slots=True)
class Span:
    """One occurrence of a marked defect: ``[start, end)`` in code points of the document."""

    seed: str
    start: int
    end: int
    text: str
    category: str
    severity: str
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """A gold span, the issues that overlap it and the share of its characters that they cover."""

    span: Span
    issues: tuple[Issue, ...]
    covered: float


def occurrences(text: str, part: str) -> list[int]:
    """Where ``part`` begins in ``text``, without overlaps."""
    found, at = [], text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + len(part))
    return found


def read_gold(path: Path, documents: dict[str, Document]) -> list[Span]:
    """Every occurrence of every mark.  Raises :class:`UsageError` naming file and line for a mark
    without its fields, without its article or that does not stand in it."""
    spans: list[Span] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            mark = json.loads(line)
            seed, part = mark["seed"], mark["span"]
            kind = mark["category"], mark["severity"], mark.get("note", "")
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"not a mark: {error!r}", where=where, mend="mend the line") from error
        if seed not in documents:
            raise UsageError(f"no article {seed!r}", where=where, mend="see --seeds")
        places = occurrences(documents[seed].text, part) if part else []
        if not places:
            raise UsageError(f"not in the article: {part!r}", where=where, mend="copy it exactly")
        spans += [Span(seed, at, at + len(part), part, *kind) for at in places]
    return spans


def overlaps(span: Span, issue: Issue) -> bool:
    return issue.start < span.end and span.start < issue.end


def score(spans: Sequence[Span], issues: dict[str, tuple[Issue, ...]]) -> list[Found]:
    """For every gold span what was found of it."""
    results = []
    for span in spans:
        mine = tuple(i for i in issues.get(span.seed, ()) if overlaps(span, i))
        hit = {
            at for i in mine for at in range(max(span.start, i.start), min(span.end, i.end))
        }  # fmt: skip
        results.append(Found(span, mine, len(hit) / (span.end - span.start)))
    return results


def precision(issues: Iterable[tuple[str, Issue]], spans: Sequence[Span]) -> tuple[int, int]:
    """(issues that overlap a gold span of their article, issues)."""
    mine = list(issues)
    right = sum(any(s.seed == seed and overlaps(s, i) for s in spans) for seed, i in mine)
    return right, len(mine)


def _team() -> list[Witness]:
    team = []
    for name in WITNESSES:
        try:
            team.append(load_witness(name))
        except (ImportError, AttributeError, OSError, MtauditError) as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
    return team


def _read(paths: Sequence[str | Path]) -> list[Document]:
    found = []
    for item in read_paths(list(paths)):
        if isinstance(item, Failure):
            raise InputError(item.message, where=item.path, mend=item.mend)
        found.append(item)
    return found


def find_issues(
    documents: Sequence[Document], references: Sequence[str], roundtrip: bool
) -> dict[str, tuple[Issue, ...]]:
    """Issues of every witness by the article's stem; models only where they are asked for."""
    team = _team()
    examined = []
    for document in documents:
        segments = segment(document)
        columns = [witness.examine(document, segments) for witness in team]
        rows = tuple(tuple(column[i] for column in columns) for i in range(len(segments)))
        examined.append(Examined(document, segments, rows))

    models = Models(None, None)
    if roundtrip or references:
        models = load_models(Options(roundtrip=roundtrip), need_encoder=bool(references))
        for note in models.notes:
            print(note.message_en, file=sys.stderr)

    def silent(stage: str, done: int, total: int) -> None: ...

    trips = round_trips(examined, models, silent)
    options = Options(reference=tuple(map(str, references)), cache=False)
    with open_reports(options) as (library, _reports):
        comparison = open_comparison(library, models, calibrate.default())
        matches = compare(examined, comparison, silent)
    return {
        Path(item.document.path).stem: tuple(
            issue
            for heard, (_, trip), (_, match) in zip(
                item.evidence, mine, compared.matches, strict=True
            )
            for issue in issues_of_evidence((*heard, trip, match))
        )
        for item, mine, compared in zip(examined, trips, matches, strict=True)
    }


def _recall(name: str, found: Sequence[Found]) -> str:
    hits = sum(bool(one.issues) for one in found)
    covered = sum(one.covered * (one.span.end - one.span.start) for one in found)
    length = sum(one.span.end - one.span.start for one in found)
    real = sum(any(not i.code.startswith(HABIT) for i in one.issues) for one in found)
    return (
        f"| {name} | {len(found)} | {hits} | {hits / len(found):.2f} | {real / len(found):.2f}"
        f" | {covered / length:.2f} |"
    )


def report(found: Sequence[Found], issues: dict[str, tuple[Issue, ...]]) -> str:
    """Tables and leftovers as Markdown."""
    lines = ["| gold spans | n | found | recall | without habits | covered |"]
    lines.append("|---" * 6 + "|")
    lines.append(_recall("all", found))
    for severity in ("critical", "major", "minor"):
        mine = [f for f in found if f.span.severity == severity]
        lines += [_recall(severity, mine)] if mine else []
    for category in sorted({f.span.category for f in found}):
        lines.append(_recall(category, [f for f in found if f.span.category == category]))

    spans = [f.span for f in found]
    marked = {s.seed for s in spans}
    every = [(seed, i) for seed in sorted(marked) for i in issues.get(seed, ())]
    groups = {
        "all": every,
        "without punctuation habits": [x for x in every if not x[1].code.startswith(HABIT)],
        "major and critical": [x for x in every if x[1].severity != "minor"],
        "critical": [x for x in every if x[1].severity == "critical"],
    }
    lines += ["", "| issues | n | on a gold span | precision |", "|---|---|---|---|"]
    for name, group in groups.items():
        right, n = precision(group, spans)
        lines.append(f"| {name} | {n} | {right} | {f'{right / n:.2f}' if n else '–'} |")

    missed = [f.span for f in found if not f.issues]
    lines += ["", f"Gold spans that no issue touches ({len(missed)}):"]
    lines += [f"- {s.severity} {s.category}: {s.text} — {s.note}" for s in missed]
    extra = [(seed, i) for seed, i in every if not any(
        s.seed == seed and overlaps(s, i) for s in spans)]  # fmt: skip
    habits = sum(i.code.startswith(HABIT) for _, i in extra)
    extra = [(seed, i) for seed, i in extra if not i.code.startswith(HABIT)]
    lines += ["", f"Issues on no gold span ({len(extra)}, and {habits} punctuation habits):"]
    lines += [f"- {i.severity} {i.code}: {i.text[:SHOWN]}" for _, i in extra]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Issues against hand-marked spans.")
    parser.add_argument("--gold", type=Path, default=Path("tests/cases/gold_seed_000.jsonl"))
    parser.add_argument("--seeds", type=Path, default=Path("seeds"), help="the articles' folder")
    parser.add_argument("--references", nargs="*", default=[], help="cleaner reports")
    parser.add_argument("--no-roundtrip", action="store_true")
    options = parser.parse_args()
    try:
        documents = _read(sorted(options.seeds.glob("*.txt")))
        by_stem = {Path(d.path).stem: d for d in documents}
        spans = read_gold(options.gold, by_stem)
        if not spans:
            raise UsageError("no marks", where=str(options.gold), mend="one JSON object a line")
        wanted = [by_stem[seed] for seed in sorted({s.seed for s in spans})]
        issues = find_issues(wanted, options.references, not options.no_roundtrip)
    except (MtauditError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(report(score(spans, issues), issues))
    return 0


if __name__ == "__main__":
    sys.exit(main())
