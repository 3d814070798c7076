"""Clean reports in great number: kept on disk, found again by what they are about.

``store`` keeps the reports in an index that is built once and brought up to date; ``search`` finds
those on the event of a suspect article; ``terms`` says what an article is about.
"""

from __future__ import annotations

from .search import Found, Shelf
from .store import Library, Update, expand

__all__ = ["Found", "Library", "Shelf", "Update", "expand"]
