"""Native news and the same sentences after a round trip through the embedded translator.

Both sides are on the same subject and from the same outlet, so that neither can give the answer
away; what differs is how a machine puts it.  No document of ``native_news_dev`` is in ``mono``.
"""

from __future__ import annotations

import json
from pathlib import Path

from tqdm import tqdm

from detector.extra import NATIVE, Sentence, spread
from mtaudit.translate import load_translator

CELL = "round_trip"
PER_OUTLET = 1000
CHUNK = 500


def round_trips(data: Path, work: Path) -> list[Sentence]:
    """Two sentences a pair, the people's (label 0) first; kept under ``work`` for the translator's
    revision, and goes on where an earlier call stopped."""
    lines = []
    for outlet in NATIVE:
        (path,) = (data / "mono").glob(f"ant_{outlet}*.xz")
        lines += [(outlet, line) for line in spread(path, PER_OUTLET)]
    translator = load_translator("embedded", "cpu")
    path = work / f"round-trips-{translator.revision}.jsonl"
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = kept[: kept.rfind("\n") + 1]  # a run that was killed may have left half a line
    path.write_text(whole, encoding="utf-8")
    done = whole.count("\n")
    with path.open("a", encoding="utf-8") as out, tqdm(total=len(lines), initial=done) as bar:
        bar.set_description("round trips")
        for at in range(done, len(lines), CHUNK):
            part = lines[at : at + CHUNK]
            there = translator.translate([text for _, text in part], "ar", "en")
            back = translator.translate([t.text for t in there], "en", "ar")
            for (outlet, text), made in zip(part, back, strict=True):
                out.write(json.dumps([outlet, text, made.text], ensure_ascii=False) + "\n")
            out.flush()
            bar.update(len(part))
    found = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        outlet, text, made = json.loads(line)
        found += [Sentence(text, CELL, outlet), Sentence(made, CELL, outlet, 1)]
    return found
