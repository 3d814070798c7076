#!/usr/bin/env python3
"""Fit the detector: models/detector (style) and models/calibration (probabilities, thresholds).

    python scripts/fit_detector.py --data ../shared/data --work work/detector

Features are drawn through the package's own stages and kept under ``--work`` (delete the folder
after a change to a witness).  Three stages follow one another (scripts/detector/stages.py): style,
sentence, document.  Each is fitted and calibrated over folds of whole source documents: no document
helps to calibrate a score that it also helped to fit.  With ``--roundtrip`` a second pair of
sentence and document models is fitted with the round trip's scores, for a translator that is fit
for evidence; the shipped calibration has none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parent))

from detector.common import common_units
from detector.corpora import SETS, documents
from detector.extra import sentences
from detector.features import extract, gathered, load
from detector.fitting import CLIP, Fitted, auc
from detector.stages import (
    BACKGROUND,
    DIRECTIONS,
    DOCUMENT,
    ROUNDTRIP,
    SET_WEIGHT,
    STYLE_WEIGHT,
    Record,
    Texts,
    calibrated,
    cell_weights,
    cross_fit,
    cross_fit_style,
    document_rows,
    logits_of,
    part_rows,
    put_style,
    sentence_rows,
    unseen_error,
)
from detector.style import Weights
from detector.thresholds import (
    DOUBT,
    MACHINE,
    PART,
    SENTENCE,
    TRANSLATION,
    highest_parts,
    manner_limits,
    threshold,
    without_verdict,
)
from detector.trips import round_trips

from mtaudit import __version__
from mtaudit.rules import fingerprint


def as_model(fitted: Fitted, knots: Sequence[tuple[float, float]]) -> dict[str, Any]:
    features = [
        {"name": n, "mean": round(float(m), 6), "scale": round(float(s), 6),
         "weight": round(float(w), 6)}
        for n, m, s, w in zip(fitted.names, fitted.mean, fitted.scale, fitted.weight, strict=True)
        if abs(w) > 1e-6
    ]  # fmt: skip
    return {"features": features, "bias": round(fitted.bias, 6), "clip": CLIP,
            "knots": [list(knot) for knot in knots]}  # fmt: skip


def quality_slope(records: Sequence[Record]) -> dict[str, float]:
    """Slope of the forced-decoding penalty: the one whose quality orders FLORES sentences most
    like their chrF against the human translation (Spearman), never above 0.5 points a word."""
    from scipy.stats import spearmanr

    native = [s["values"]["roundtrip.forced_logprob"] for r in records
              if r["corpus"] == "native_news_dev" for s in r["sentences"]
              if "roundtrip.forced_logprob" in s["values"]]  # fmt: skip
    pairs = [(s, r["chrf"][s["line"]]) for r in records if r["corpus"] == "flores_dev"
             and r["label"] == "mt" for s in r["sentences"] if s["line"] < len(r["chrf"])
             and "roundtrip.forced_logprob" in s["values"]]  # fmt: skip
    if not native or not pairs:
        return {}
    mean, limit = float(np.mean(native)), float(np.std(native) * 4)
    best, chosen = -2.0, 0.0
    for slope in np.linspace(0, 0.5, 26):
        grades = [-(s["penalty"] / max(s["words"], 8)
                    + slope * max(0.0, min(mean - s["values"]["roundtrip.forced_logprob"], limit)))
                  for s, _ in pairs]  # fmt: skip
        rho = float(spearmanr(grades, [c for _, c in pairs]).statistic)
        if np.isfinite(rho) and rho > best + 1e-4:
            best, chosen = rho, float(slope)
    print(f"quality slope {chosen:.2f}: Spearman with chrF {best:.3f} on {len(pairs)} sentences")
    return {"forced_logprob_slope": round(chosen, 4),
            "forced_logprob_native_mean": round(mean, 4),
            "forced_logprob_limit": round(limit, 4)}  # fmt: skip


def fit_mode(
    records: Sequence[Record], directions: Mapping[str, int], mode: str,
    limits: Mapping[str, float],
) -> Any:  # fmt: skip
    """Sentence and document model of one mode; the style's logits stand in the records.

    Documents that ``limits`` leave without a verdict reach no threshold."""
    silent = np.array(without_verdict(records, limits))
    rows = sentence_rows(records)
    if mode == "roundtrip":
        rows = [row for row in rows if "roundtrip.chrf" in row["values"]]
    models = cross_fit(rows, directions)
    logits = logits_of(models, rows)
    table = calibrated(logits, rows)
    probabilities = np.array([table.probability(x) for x in logits])
    report(f"{mode}, sentence", rows, logits)
    groups = document_rows(records, rows, logits)
    document = cross_fit(groups, DOCUMENT)
    document_logits = logits_of(document, groups)
    document_table = calibrated(document_logits, groups)
    document_probabilities = np.array([document_table.probability(x) for x in document_logits])
    document_probabilities[silent[[g["record"] for g in groups]]] = 0.0
    report(f"{mode}, document", groups, document_logits)
    parts = part_rows(records, rows, logits)
    part_probabilities, parts = highest_parts(
        np.array([document_table.probability(x) for x in logits_of(document, parts)]), parts
    )
    part_probabilities[silent[[p["record"] for p in parts]]] = 0.0
    found = {
        "sentence": as_model(models[-1], table.knots),
        "document": as_model(document[-1], document_table.knots),
        "sentence_threshold": threshold(probabilities, rows, records, SENTENCE),
        "document_threshold": threshold(
            document_probabilities, groups, records, MACHINE, TRANSLATION
        ),
        "document_part": threshold(part_probabilities, parts, records, PART),
        "document_doubt": threshold(document_probabilities, groups, records, DOUBT),
    }
    for part in ("sentence", "document"):
        for f in found[part]["features"]:
            print(f"    {part:<10}{f['name']:<34}{f['weight']:+.3f}")
    called(records, groups, document_probabilities, silent,
           found["document_threshold"]["value"])  # fmt: skip
    return found


def report(title: str, rows: Sequence[Record], logits: np.ndarray) -> None:
    """Out-of-fold AUC in all and for the pairs of sets that the users' cases are made of."""
    labels = np.array([row["label"] for row in rows])
    cells = [row["cell"] for row in rows]
    weights = cell_weights(rows)

    def of(human: str, machine: str) -> str:
        keep = np.array([c in ((human, "human"), (machine, "mt")) for c in cells])
        both = keep.any() and len(set(labels[keep])) == 2
        return f"{auc(logits[keep], labels[keep]):.3f}" if both else "—"

    used = weights > 0
    print(f"{title}: {used.sum()} rows,"
          f" weighted AUC {auc(logits[used], labels[used], weights[used]):.3f},"
          f" calibration error {unseen_error(logits, rows):.3f};"
          f" flores {of('flores_dev', 'flores_dev')},"
          f" native/fignews {of('native_news_dev', 'fignews_dev')},"
          f" native/flores {of('native_news_dev', 'flores_dev')}")  # fmt: skip


def called(
    records: Sequence[Record], groups: Sequence[Record], probabilities: np.ndarray,
    silent: np.ndarray, value: float,
) -> None:  # fmt: skip
    """Share of documents at or above the threshold, out of fold, by set and system, with Wilson's
    95 % interval; and the share that has no verdict."""
    from scipy.stats import binomtest

    shares: dict[Any, list[tuple[bool, bool]]] = defaultdict(list)
    for group, probability in zip(groups, probabilities, strict=True):
        record = records[group["record"]]
        system = "" if record["corpus"] == "airabic" else record["system"][:40]
        hit = probability >= value, bool(silent[group["record"]])
        shares[record["corpus"], record["label"], system].append(hit)
    for (corpus, label, system), hits in sorted(shares.items()):
        reached, unjudged = (sum(column) for column in zip(*hits, strict=True))
        interval = binomtest(reached, len(hits)).proportion_ci(method="wilson")
        print(f"    called MT {100 * reached / len(hits):5.1f} %"
              f" ({100 * interval.low:.1f}–{100 * interval.high:.1f})"
              f"  no verdict {100 * unjudged / len(hits):5.1f} %"
              f"  of {len(hits):<5}{corpus} {label} {system}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("work/detector"))
    parser.add_argument("--models", type=Path, default=Path("models"), help="where to write")
    parser.add_argument("--roundtrip", action="store_true", help="fit that mode as well")
    parser.add_argument("--most", type=int, default=10**9, help="documents a set (for a try)")
    parser.add_argument("--trips", type=int, default=60, help="documents a (set, system) to trip")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    plain = gathered(arguments.data, arguments.work, "text", most=arguments.most)
    common = common_units(arguments.data, arguments.work)
    extra = [*sentences(arguments.data), *round_trips(arguments.data, arguments.work)]
    texts = Texts(plain, extra, common, arguments.work)
    style = cross_fit_style(texts)
    put_style(style, texts)
    revision = write_style(arguments.models / "detector", style[-1], common)
    manner = manner_limits(plain)
    print("not written like news:", json.dumps(manner))
    fitted = {"text": fit_mode(plain, DIRECTIONS, "text", manner["limits"])}
    quality: dict[str, float] = {}
    if arguments.roundtrip:
        tripped = trips(arguments)
        put_style(style, Texts(tripped, [], common, arguments.work))
        fitted["roundtrip"] = fit_mode(
            tripped, {**DIRECTIONS, **ROUNDTRIP}, "roundtrip", manner["limits"]
        )
        quality = quality_slope(tripped)
    write_calibration(arguments.models / "calibration", fitted, quality, manner, revision)


def write_style(folder: Path, style: Weights, common: frozenset[str]) -> str:
    """The style model's files; returns its revision."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "weights.npy", style.coefficients.astype(np.float16))
    np.save(folder / "rarity.npy", style.rarity.astype(np.float16))
    about = {"bias": round(style.bias, 6), "common": sorted(common)}
    (folder / "style.json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    sets = sorted({*STYLE_WEIGHT, *(name for name, w in BACKGROUND.items() if w)})
    names = ("rarity.npy", "style.json", "weights.npy")
    digest = hashlib.sha256(b"".join((folder / n).read_bytes() for n in names)).hexdigest()[:12]
    _write_manifest(folder, "detector", digest, names, sets)
    return digest


def write_calibration(
    folder: Path, fitted: Mapping[str, Any], quality: Mapping[str, float],
    manner: Mapping[str, Any], style: str,
) -> None:  # fmt: skip
    body: dict[str, Any] = {part: {mode: fitted[mode][part] for mode in fitted}
                            for part in fitted["text"]}  # fmt: skip
    body["quality"] = quality
    body["manner"] = manner
    body["style"] = style
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    body["signature"] = f"v{__version__}-rules.{fingerprint()}-style.{style}-fit.{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "calibration.json"
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _write_manifest(folder, "calibration", digest, (path.name,), sorted(SET_WEIGHT))


def _write_manifest(
    folder: Path, name: str, revision: str, files: Sequence[str], sets: Sequence[str]
) -> None:
    manifest = {"name": name, "revision": revision, "licence": "Apache-2.0",
                "made_by": "scripts/fit_detector.py", "sets": list(sets),
                "files": {n: {"sha256": hashlib.sha256((folder / n).read_bytes()).hexdigest(),
                              "size": (folder / n).stat().st_size} for n in files}}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def trips(arguments: argparse.Namespace) -> list[Record]:
    """Records with round trips for the first documents of every set and system."""
    from mtaudit.config import Options
    from mtaudit.loading import load_models

    models = load_models(Options(cache=True), need_encoder=True)
    found: list[Record] = []
    for corpus in SETS:
        per: dict[tuple[str, str], int] = defaultdict(int)
        sample = []
        for item in documents(arguments.data, corpus)[: arguments.most]:
            per[item.label, item.system] += 1
            if per[item.label, item.system] <= arguments.trips:
                sample.append(item)
        path = arguments.work / f"{corpus}.roundtrip.jsonl"
        with tqdm(total=len(sample), desc=f"{corpus}: round trip") as bar:
            extract(sample, models, path, tick=bar.update)
        found += load(path)
    return found


if __name__ == "__main__":
    main()
