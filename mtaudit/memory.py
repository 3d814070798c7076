"""Pausing Python's search for reference cycles while a great many small objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles inside the block, or in the function it decorates; then as before.

    Evidence and records are made by the hundred thousand, hold no cycles and mostly stay: the
    collector walked over all of them (and over the tables of the language) again and again and
    found nothing, for a quarter of the time.  Blocks must be short: what cycles there are wait.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
