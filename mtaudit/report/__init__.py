"""Reports: drawn from results that are already computed; nothing here changes a number.

``write_run`` writes a run into a folder, ``read_run`` reads it back, ``render`` prints it.  Every
format is drawn from the same records (:mod:`.record`), so that a stored run can be drawn again
without judging again.
"""

from .jsonl import FORMATS, read_run, write_run
from .record import StoredRun, stored_run
from .terminal import render

__all__ = ["FORMATS", "StoredRun", "read_run", "render", "stored_run", "write_run"]
