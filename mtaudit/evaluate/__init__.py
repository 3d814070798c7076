"""How good is the detector?  Labelled text in, accuracy and its like out (docs/BENCHMARK.md).

    data.py → units.py (the audit's own stages; as written, then through strip.py)
            → metrics.py → run.py's record → table.py, page.py, show.py

Nothing here is used by an audit.
"""

from __future__ import annotations

from .run import evaluate

__all__ = ["evaluate"]
