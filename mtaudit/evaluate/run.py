"""One evaluation: rows → units → scores → figures, as written and stripped of shortcuts.

The result is plain data (``docs/BENCHMARK.md`` names its keys); the table and the page draw it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import calibrate
from ..config import Options
from ..errors import InputError, UsageError
from ..loading import load_models, named, signature
from ..pipeline import Progress
from ..types import Failure
from .data import LABELS, read_rows, without_copies
from .metrics import RESAMPLES, SEED, Sample, Tally, cluster_numbers, rates, reliability, rounded
from .strip import strip_shortcuts
from .units import PRIOR, Score, Unit, documents, groups, score_units, sentences

Record = dict[str, Any]
Scored = tuple[Unit, Score]
# Points of a ROC curve in the record: more than a screen can show apart.
_ROC_POINTS = 200
# A system or domain is drawn this much less often than the whole: there are many of them.
_PART_SHARE = 5


def evaluate(
    paths: Sequence[str | Path],
    options: Options | None = None,
    *,
    limit: int | None = None,
    group: int = 10,
    progress: Progress | None = None,
    resamples: int | None = None,
) -> tuple[Record, list[Failure]]:
    """Measure the shipped detector on labelled JSON Lines.

    ``resamples``: bootstrap draws (default 1000).  Returns the record and what could not be read.
    Raises :class:`UsageError` for a ``limit`` below 1 or a ``group`` below 2, and
    :class:`InputError` when no row can be used.
    """
    options = options or Options()
    resamples = RESAMPLES if resamples is None else resamples
    if limit is not None and limit < 1:
        raise UsageError(f"limit: {limit} rows are none", mend="give 1 or more, or leave it out")
    if group < 2:
        raise UsageError(f"group: {group} makes no group", mend="give 2 or more")
    rows, failures = read_rows(paths, limit)
    if not rows:
        first = failures[0] if failures else Failure("", "empty", "no rows", "")
        raise InputError(
            f"no row can be used; first trouble: {first.message}",
            where=first.path,
            mend=first.mend,
        )
    rows, copies = without_copies(rows)
    report: Progress = progress or (lambda stage, done, total: None)
    models = load_models(options, need_encoder=False)
    calibration = calibrate.default()

    levels: dict[str, list[Unit]] = {
        "sentence": sentences(rows),
        f"group{group}": groups(rows, group),
        "document": documents(rows),
    }
    units = [unit for level in levels.values() for unit in level]
    whole = [name != "sentence" for name, level in levels.items() for _ in level]

    def scored(stage: str, change: Callable[[str], str] | None) -> Record:
        wanted = units
        if change is not None:
            wanted = [dataclasses.replace(u, text=_by_line(u.text, change)) for u in units]
        found = score_units(
            wanted, whole, models, calibration, options,
            lambda done: report(stage, done, len(units)),
        )  # fmt: skip
        answers = iter(zip(units, found, strict=True))
        parts = {name: [next(answers) for _ in level] for name, level in levels.items()}
        return _figures(parts, resamples)

    record: Record = {
        "schema": "1.0",
        "signature": signature(options, models, calibration),
        "models": named(models, calibration),
        "notes": [note.message_en for note in models.notes],
        "settings": {
            "roundtrip": models.translator is not None,
            "group": group,
            "limit": limit,
            "resamples": resamples,
            "seed": SEED,
            "prior": PRIOR,
        },
        "thresholds": {
            "sentence": _threshold(calibration.sentence_threshold),
            "document": _threshold(calibration.document_threshold),
        },
        "data": [
            {
                "file": file,
                "rows": dict(Counter(r.label for r in rows if r.file == file)),
                "copies": copies[file],
            }
            for file in dict.fromkeys(r.file for r in rows)
        ],
        "failures": [dataclasses.asdict(f) for f in failures],
        **scored("as written", None),
        "stripped": scored("stripped", strip_shortcuts),
    }
    return record, failures


def _by_line(text: str, change: Callable[[str], str]) -> str:
    # Line by line: rows were joined by line breaks, and an emptied row must not swallow its own.
    return "\n".join(change(line) for line in text.split("\n"))


def _threshold(fitted: Any) -> Record:
    return {mode: dataclasses.asdict(threshold) for mode, threshold in fitted.items()}


def _figures(levels: dict[str, list[Scored]], resamples: int) -> Record:
    """Per level the whole, then per system and per domain."""
    found: Record = {
        name: _block(part, (), resamples, curves=True) for name, part in levels.items()
    }
    for key in ("system", "domain"):
        names = sorted({str(getattr(u, key)) for part in levels.values() for u, _ in part})
        found[f"per_{key}"] = {
            name: {level: _slice(part, key, name, resamples) for level, part in levels.items()}
            for name in names
        }
    return found


def _slice(part: Sequence[Scored], key: str, name: str, resamples: int) -> Record | None:
    """The figures of one system or domain; ``None`` where it has no units of this level.

    A *system* has one label as a rule: its machine translation is ranked against all human text
    of the run, and human text against all machine translation.
    """
    own = [s for s in part if getattr(s[0], key) == name]
    labels = {u.label for u, _ in own}
    others: list[Scored] = []
    if key == "system" and len(labels & {"mt", "human"}) == 1:
        other = "human" if "mt" in labels else "mt"
        others = [s for s in part if s[0].label == other]
    return _block(own, others, resamples // _PART_SHARE)


def _block(
    part: Sequence[Scored], others: Sequence[Scored], resamples: int, *, curves: bool = False
) -> Record | None:
    """The figures of one set of units; ``None`` where there are none.

    Only ``mt`` and ``human`` enter the metrics; every label has its row in ``classes``.
    ``others`` are what the units are ranked against; they count neither there nor in accuracy.
    """
    if not part:
        return None
    classes = {}
    for label in LABELS:
        mine = [s for u, s in part if u.label == label]
        if mine:
            classes[label] = {
                "n": len(mine),
                "abstained": sum(s.probability is None for s in mine),
                "called_mt": round(sum(s.called for s in mine) / len(mine), 4),
                "flagged": round(sum(s.flagged for s in mine) / len(mine), 4),
            }
    reasons = Counter(s.reason for _, s in part if s.probability is None)
    block: Record = {"classes": classes, "abstentions": dict(sorted(reasons.items()))}
    both = [(u, s) for u, s in part if u.label in ("mt", "human")]
    if not both:
        return {"accuracy": None, "auc": None, **block}
    tally = Tally(_sample(both, others))
    positive, negative = tally.sides()
    block = {
        **rounded(tally.figures()),
        **rounded({"best_threshold": tally.best(positive, negative)[1]}),
        "intervals": tally.intervals(resamples),
        **block,
    }
    if curves and positive.sum() and negative.sum():
        block["roc"] = _thinned(np.column_stack(rates(positive, negative)))
        judged = tally.sides(judged=True)
        block["reliability"] = [
            [round(x, 4) for x in point] for point in reliability(tally.values, *judged)
        ]
    return block


def _sample(own: Sequence[Scored], others: Sequence[Scored]) -> Sample:
    both = [*own, *others]
    return Sample(
        scores=np.array([PRIOR if s.probability is None else s.probability for _, s in both]),
        positive=np.array([u.label == "mt" for u, _ in both]),
        called=np.array([s.called for _, s in both]),
        judged=np.array([s.probability is not None for _, s in both]),
        clusters=cluster_numbers([u.cluster for u, _ in both]),
        own=np.arange(len(both)) < len(own),
    )


def _thinned(points: Any) -> list[list[float]]:
    places = np.unique(np.linspace(0, len(points) - 1, _ROC_POINTS).round().astype(int))
    return [[round(float(x), 4), round(float(y), 4)] for x, y in points[places]]
