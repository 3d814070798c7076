"""Worker processes that end with their parent, whatever ends it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Self


class Pools:
    """Pools of processes that are ended together, at once, when the block is left."""

    def __init__(self) -> None:
        self._pools: list[ProcessPoolExecutor] = []
        self._others = set(active_children())

    def start(
        self,
        count: int,
        begin: Callable[..., None],
        arguments: tuple[Any, ...],
        environment: dict[str, str] | None = None,
    ) -> ProcessPoolExecutor:
        """A pool of ``count`` processes that each call ``begin(*arguments)`` first.

        ``environment`` is theirs alone (which GPU they see, say).
        """
        # spawn: a forked child would inherit the model libraries' threads and may hang.
        pool = ProcessPoolExecutor(
            count, get_context("spawn"), _begin, (environment or {}, begin, arguments)
        )
        self._pools.append(pool)
        return pool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pool in self._pools:
            pool.shutdown(wait=error is None, cancel_futures=True)
        if error is not None:
            # Whatever they are doing: what they write is whole or absent.
            for child in set(active_children()) - self._others:
                child.terminate()


def _begin(
    environment: dict[str, str], begin: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    # Ctrl-C reaches the whole process group; the parent decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(environment)
    begin(*arguments)


def _end_with_parent() -> None:
    """A killed parent cannot stop its workers, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
