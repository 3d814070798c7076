"""How far editors agree, and how often they confirm what the tool finds.  Pure numbers.

Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104) for two editors on what both judged;
Fleiss' kappa (Fleiss 1971, doi:10.1037/h0031619) for more, on what all of them judged; nominal
categories.  Precision comes with Wilson's 95 % interval (Wilson 1927, doi:10.2307/2276774).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

# Two-sided 95 % of the normal distribution.
_Z = 1.959964


def cohen(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Kappa of two editors over (first, second) verdicts; ``None`` where it is not defined: no
    pairs, or both used one and the same category throughout."""
    n = len(pairs)
    if not n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = math.fsum(first[c] * second[c] for c in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def fleiss(rows: Sequence[Sequence[str]]) -> float | None:
    """Kappa of a team over rows of verdicts, as many in each row; ``None`` where not defined."""
    if not rows or len(rows[0]) < 2:
        return None
    raters = len(rows[0])
    if any(len(row) != raters for row in rows):
        raise ValueError("every row needs as many verdicts")
    counts = [Counter(row) for row in rows]
    alike = [sum(k * (k - 1) for k in c.values()) / (raters * (raters - 1)) for c in counts]
    observed = math.fsum(alike) / len(rows)
    totals = sum(counts, Counter())
    expected = math.fsum((k / (raters * len(rows))) ** 2 for k in totals.values())
    return None if expected == 1 else (observed - expected) / (1 - expected)


def wilson(hits: int, total: int) -> tuple[float, float] | None:
    """95 % interval of a share; ``None`` where nothing was counted."""
    if not total:
        return None
    p, z2 = hits / total, _Z**2
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)
