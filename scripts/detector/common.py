"""Units that are common whatever a text is about: they keep their name in a frame."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from itertools import islice
from pathlib import Path

from mtaudit.language import LanguageStats

# Unlike subjects; a unit's rank is its second lowest relative frequency among them, so that a word
# may be missing from one subject (no "قال" in manuals) and a subject's own words still fall out.
SUBJECTS = {
    "news": ("mono/ant_skynews", "mono/ant_france24"),
    "council": ("parallel/unpc_oeda",),
    "lives": ("parallel/mt_geneval",),
    "encyclopaedia": ("parallel/xquad_context", "parallel/mlqa_dev_questions"),
    "talk": ("parallel/tatoeba",),
    "technical": ("parallel/react_docs", "parallel/opensource_guide"),
    "software": ("parallel/msdocs_projectops",),
}
LINES = 6000
MANY = 300


def common_units(data: Path, work: Path) -> frozenset[str]:
    """The :data:`MANY` commonest units over all subjects (folded, clitics parted), kept under
    ``work``."""
    path = work / "common.json"
    if not path.exists():
        path.write_text(json.dumps(_counted(data), ensure_ascii=False), encoding="utf-8")
    return frozenset(json.loads(path.read_text(encoding="utf-8")))


def _counted(data: Path) -> list[str]:
    stats = LanguageStats.load()
    shares = []
    for names in SUBJECTS.values():
        counts: Counter[str] = Counter()
        for name in names:
            (path,) = (data / name).parent.glob(f"{Path(name).name}.*xz")
            with lzma.open(path, "rt", encoding="utf-8") as stream:
                for line in islice(stream, LINES):
                    counts.update(stats.analyse(line.split("\t")[0]).names[1:])
        total = counts.total()
        shares.append({unit: n / total for unit, n in counts.items()})
    units = {unit for share in shares for unit in share if not unit.startswith("<")}
    rank = {unit: sorted(share.get(unit, 0.0) for share in shares)[1] for unit in units}
    return sorted(units, key=lambda unit: (-rank[unit], unit))[:MANY]
