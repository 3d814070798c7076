"""How good is the detector?  Labelled text in, accuracy and its like out (docs/BENCHMARK.md).

    data.py → run.py (the audit's own stages, twice: as written and through strip.py)
            → metrics.py → table.py, page.py

Nothing here is used by an audit.
"""

from __future__ import annotations

from .run import evaluate

__all__ = ["evaluate"]
