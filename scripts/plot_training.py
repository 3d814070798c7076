"""Draw a training run's learning curve from its log.jsonl: an SVG and a Markdown table.

    python scripts/plot_training.py RUN --out docs/img/translator_training.svg

Validation is the plain negative log-likelihood a piece of the held-out pairs, both directions; the
grey line is the training loss without smoothing, mean of twenty steps.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 380, 56, 20, 96, 44
COLOURS = {"train": "#9aa0a6", "ar2en": "#1a56b0", "en2ar": "#b3541e"}
NAMES = {"train": "training", "ar2en": "Arabic → English", "en2ar": "English → Arabic"}


def rows(run: Path) -> list[dict[str, Any]]:
    """The log's records; a resumed run repeats some steps, of which the last account counts."""
    found: dict[tuple[int, bool], dict[str, Any]] = {}
    for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        found[record["step"], "val" in record] = record
    return [found[key] for key in sorted(found)]


def series(records: list[dict[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """Points (million pieces, nll) of each curve."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in COLOURS}
    for record in records:
        pieces = record["tokens"] / 1e6
        if "nll" in record:
            found["train"].append((pieces, record["nll"]))
        for name, value in record.get("val", {}).items():
            found[name].append((pieces, value))
    return found


def svg(curves: dict[str, list[tuple[float, float]]]) -> str:
    """One drawing, readable on light and dark."""
    points = [p for curve in curves.values() for p in curve]
    last, low = max(x for x, _ in points), int(min(y for _, y in points))
    high = int(max(y for _, y in points)) + 1
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (right - LEFT) * x / last
        return across, TOP + (bottom - TOP) * (high - y) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12" aria-label="Learning curve of the translator">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for y in range(low, high + 1):
        _, v = at(0, y)
        parts.append(f'<path d="M{LEFT} {v:.1f}H{right}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{v + 4:.1f}" text-anchor="end">{y}</text>')
    for x in range(int(last) + 1):
        u, _ = at(x, low)
        parts.append(f'<text x="{u:.1f}" y="{bottom + 18}" text-anchor="middle">{x}</text>')
    middle = (LEFT + right) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        "million target pieces trained</text>"
    )
    parts.append(f'<text x="{LEFT}" y="14">nats a piece</text>')
    for name, curve in curves.items():
        if not curve:
            continue
        line = " ".join(f"{u:.1f},{v:.1f}" for u, v in (at(*p) for p in curve))
        width = 1 if name == "train" else 2.5
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{COLOURS[name]}" '
            f'stroke-width="{width}"/>'
        )
        u, v = at(*curve[-1])
        shift = {"train": -10, "ar2en": 14, "en2ar": 0}[name]
        parts.append(
            f'<text x="{u + 5:.1f}" y="{v + 4 + shift:.1f}" fill="{COLOURS[name]}">'
            f"{NAMES[name].split(' →')[0]} {curve[-1][1]:.2f}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, help="SVG file to write")
    args = parser.parse_args()
    records = rows(args.run)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(svg(series(records)), encoding="utf-8")
    print("| pieces trained | hours | ar→en | en→ar |\n|---:|---:|---:|---:|")
    for record in records:
        if "val" in record:
            values = record["val"]
            print(
                f"| {record['tokens'] / 1e6:.2f} M | {record['seconds'] / 3600:.2f} "
                f"| {values['ar2en']:.2f} | {values['en2ar']:.2f} |"
            )


if __name__ == "__main__":
    main()
