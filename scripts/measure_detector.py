#!/usr/bin/env python3
"""The detector's recipe on engines that it has not seen: the tables of docs/DETECTOR.md.

    python scripts/measure_detector.py --data ../shared/data --work work/detector \
        --json work/measured.json

Each engine in turn is left out of all three stages (both Bergamot models together), and its output
is scored against the human text by models that saw neither the engine nor the source sentences.
``--work`` holds the features that scripts/fit_detector.py drew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from detector.common import common_units
from detector.extra import sentences
from detector.features import gathered
from detector.stages import (
    DAMAGE,
    DIRECTIONS,
    DOCUMENT,
    Record,
    Texts,
    calibrated,
    cross_fit,
    cross_fit_style,
    document_rows,
    logits_of,
    put_style,
    sentence_rows,
)
from detector.thresholds import MACHINE, TRANSLATION, threshold
from detector.trips import round_trips

from mtaudit.detector import NAME
from mtaudit.evaluate.metrics import Sample, Tally, cluster_numbers

ENGINES = {"Argos": "Argos", "NLLB": "NLLB", "OPUS-MT": "OPUS-MT", "Bergamot": "Mozilla",
           "FIGNEWS": "FIGNEWS"}  # fmt: skip
# Sets of the fit and the measurement here, and documents of each at the most: fitting everything
# for every engine again would take hours and change little.
MEASURED = {"flores_dev": 10**9, "native_news_dev": 400, "fignews_dev": 10**9}
EXTRA_EVERY = 4
VERSIONS = ("plain", "stripped")
FAMILIES = {
    "damage": DAMAGE,
    "style": {NAME: 1},
    "damage + style": DIRECTIONS,
    "damage + style + surprisal": {
        **DIRECTIONS, "collocation.mean_surprisal": 0, "collocation.unseen_pair_rate": 0,
        "collocation.oov_rate": 0,
    },
    "damage + style + punctuation": {**DIRECTIONS, "punctuation": 1},
}  # fmt: skip


def scores(
    texts: Mapping[str, Texts], held: str, directions: Mapping[str, int], style: Sequence[Any]
) -> dict[str, Any]:
    """Out-of-fold probabilities of sentences and documents, per version, ``held`` not fitted on."""

    def keep(record: Mapping[str, Any]) -> bool:
        return not (held and held in record["system"])

    for one in texts.values():
        put_style(style, one)
    found: dict[str, Any] = {}
    rows = {v: sentence_rows(t.records, keep) for v, t in texts.items()}
    models = cross_fit(rows["plain"], directions)
    logits = {v: logits_of(models, r) for v, r in rows.items()}
    table = calibrated(logits["plain"], rows["plain"])
    whole = {v: document_rows(t.records, rows[v], logits[v]) for v, t in texts.items()}
    whole_models = cross_fit(whole["plain"], DOCUMENT)
    whole_logits = {v: logits_of(whole_models, r) for v, r in whole.items()}
    whole_table = calibrated(whole_logits["plain"], whole["plain"])
    for version in texts:
        found[version] = {
            "sentence": (rows[version],
                         np.array([table.probability(x) for x in logits[version]])),
            "document": (whole[version],
                         np.array([whole_table.probability(x) for x in whole_logits[version]])),
        }  # fmt: skip
    return found


def tally(parts: Sequence[tuple[str, bool, str, float]], cut: float) -> Tally:
    """``parts``: cluster, machine or not, unit, probability.  Units are averaged."""
    units: dict[tuple[str, bool, str], list[float]] = defaultdict(list)
    for cluster, positive, unit, probability in parts:
        units[cluster, positive, unit].append(probability)
    values = np.array([float(np.mean(v)) for v in units.values()])
    positive = np.array([p for _, p, _ in units])
    many = len(values)
    clusters, all_of_them = cluster_numbers([c for c, _, _ in units]), np.ones(many, dtype=bool)
    return Tally(Sample(values, positive, values >= cut, all_of_them, clusters, all_of_them))


def parts_of(
    records: Sequence[Record], rows: Sequence[Record], probabilities: np.ndarray,
    human: str, machine: str, engine: str,
) -> list[tuple[str, bool, str, float]]:  # fmt: skip
    """Rows of the human set and of one engine; a FLORES line of two sentences is one unit."""
    found = []
    for row, probability in zip(rows, probabilities, strict=True):
        record = records[row["record"]]
        mine = record["corpus"] == human and record["label"] == "human"
        theirs = (record["corpus"] == machine and record["label"] == "mt"
                  and engine in record["system"])  # fmt: skip
        if mine or theirs:
            unit = f"{record['system']}|{record['doc_id']}|{row.get('line', '')}"
            found.append((str(record["doc_id"]), theirs, unit, float(probability)))
    return found


def figures(texts: Mapping[str, Texts], found: Mapping[str, Any], engine: str,
            pairs: Sequence[tuple[str, str]], resamples: int) -> dict[str, Any]:  # fmt: skip
    """Accuracy, AUC … of one held-out engine.  Accuracy is balanced, at the cut that suits the
    engines that were fitted on (``flores_dev``, out of fold) best."""
    out: dict[str, Any] = {}
    for human, machine in pairs:
        for version in VERSIONS:
            for level in ("sentence", "document"):
                records = texts[version].records
                rows, probabilities = found[version][level]
                known_rows, known = found["plain"][level]
                others = [
                    (i, r) for i, r in enumerate(known_rows)
                    if r["cell"][0] == human and (r["label"] == 0 or r["weighs"])
                ]  # fmt: skip
                cut = 0.5
                if {r["label"] for _, r in others} == {0, 1}:
                    chosen = tally([(str(i), r["label"] == 1, "", float(known[i]))
                                    for i, r in others], 0.5)  # fmt: skip
                    cut = chosen.best(*chosen.sides())[1]
                one = tally(parts_of(records, rows, probabilities, human, machine, engine), cut)
                name = f"{human.split('_')[0]} human, {level}, {version}"
                out[name] = {k: round(v, 4) for k, v in one.figures().items()}
                out[name]["intervals"] = one.intervals(resamples) if resamples else {}
                out[name]["n"] = [int(one.sample.positive.sum()), int((~one.sample.positive).sum())]
    return out


def outlet(texts: Texts, name: str) -> dict[str, Any]:
    """False alarms on an outlet of native news that no stage and no threshold has seen."""

    def keep(record: Mapping[str, Any]) -> bool:
        return not str(record["system"]).endswith(f"ant_{name}")

    put_style(cross_fit_style(texts, keep, lambda s: s.source != name), texts)
    rows = sentence_rows(texts.records, keep)
    logits = logits_of(cross_fit(rows, DIRECTIONS), rows)
    groups = document_rows(texts.records, rows, logits)
    reached = logits_of(cross_fit(groups, DOCUMENT), groups)
    mine = np.array([not keep(texts.records[g["record"]]) for g in groups])
    others = [g for g, held in zip(groups, mine, strict=True) if not held]
    found: dict[str, Any] = {"articles": int(mine.sum())}
    for verdict, translation in (("machine", TRANSLATION), ("unclear", None)):
        cut = threshold(reached[~mine], others, texts.records, MACHINE, translation)["value"]
        found[verdict] = round(float((reached[mine] >= cut).mean()), 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("work/detector"))
    parser.add_argument("--engines", nargs="*", default=list(ENGINES))
    parser.add_argument("--families", nargs="*", default=["damage + style"], choices=FAMILIES)
    parser.add_argument("--outlets", nargs="*", default=[], help="bbc, cnn, skynews …")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    work = arguments.work
    common = common_units(arguments.data, work)
    extra = [
        *list(sentences(arguments.data))[::EXTRA_EVERY],
        *round_trips(arguments.data, work),
    ]
    texts = {}
    for version, kind in zip(VERSIONS, ("text", "stripped"), strict=True):
        records = [
            record
            for corpus, most in MEASURED.items()
            for record in gathered(arguments.data, work, kind, (corpus,))[:most]
        ]
        texts[version] = Texts(records, extra if version == "plain" else [], common, work)
    record: dict[str, Any] = {}
    for name in arguments.engines:
        held = ENGINES[name]
        style = cross_fit_style(texts["plain"], lambda r, held=held: held not in r["system"])
        pairs = [("flores_dev", "flores_dev"), ("native_news_dev", "flores_dev")]
        if name == "FIGNEWS":
            pairs = [("native_news_dev", "fignews_dev"), ("fignews_dev", "fignews_dev")]
        for family in arguments.families:
            found = scores(texts, held, FAMILIES[family], style)
            resamples = arguments.resamples if family == "damage + style" else 0
            record[f"{name} | {family}"] = part = figures(texts, found, held, pairs, resamples)
            for line, x in part.items():
                print(f"{name:<9}{family:<30}{line:<38} acc {x['balanced_accuracy']:.3f}"
                      f" auc {x['auc']:.3f} r@1 {x['recall_at_1']:.3f} ece {x['ece']:.3f}"
                      f" n {x['n']}", flush=True)  # fmt: skip
    for name in arguments.outlets:
        record[f"outlet {name}"] = outlet(texts["plain"], name)
        print(name, record[f"outlet {name}"], flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
