"""What a batch says while it works: a line on the terminal, JSON lines in a log."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from ..errors import UsageError

# Seconds that the speed is taken over: long enough for a shard of the round trip.
WINDOW = 120.0
# Seconds between two lines where standard error is no terminal.
_PLAIN_EVERY = 30.0

_WORDS = {
    "en": "{done}{of} documents · {speed} sentences/s · {left} left · {flagged} flagged"
    " · {errors} errors",
    "ar": "{done}{of} من الوثائق · {speed} جملة/ث · المتبقي {left} · المؤشَّر عليه {flagged}"
    " · الأخطاء {errors}",
}
_UNKNOWN = {"en": "time unknown", "ar": "غير معلوم"}


class Watcher:
    """Counts what is on the disk, and how fast it got there.

    Documents count when their shard is written; the time left is worked out from the records of
    this start alone, shards that were there already cost none.  Use as a context manager.
    """

    def __init__(self, *, quiet: bool, lang: str, log: Path | None, clock: Any = time.monotonic):
        self._quiet = quiet
        self._lang = lang if lang in _WORDS else "en"
        self._log_path = log
        self._log_file: IO[str] | None = None
        self._clock = clock
        self._began = clock()
        self._said = self._began
        self._terminal = sys.stderr.isatty()
        self._status: Any = None
        self._total: int | None = None
        # Records that are written, those of them from an earlier start, and parts of shards.
        self.records = self.skipped = self.sentences = self.flagged = self.errors = 0
        self._parts: dict[int, tuple[float, int]] = {}
        self._sizes: dict[int, int] = {}
        # (time, records, sentences) of the last while.
        self._trail: deque[tuple[float, float, int]] = deque([(self._began, 0.0, 0)])

    def __enter__(self) -> Self:
        if self._log_path is not None:
            try:
                self._log_path.parent.mkdir(parents=True, exist_ok=True)
                self._log_file = open(self._log_path, "a", encoding="utf-8")
            except OSError as error:
                raise UsageError(
                    f"cannot be written: {error.strerror or error}",
                    where=str(self._log_path),
                    mend="choose another --log",
                ) from error
        if not self._quiet and self._terminal:
            from rich.console import Console
            from rich.status import Status

            self._status = Status("…", console=Console(stderr=True))
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()
        if self._log_file is not None:
            self._log_file.close()

    def log(self, event: str, **facts: Any) -> None:
        """One JSON line with the time of day (UTC)."""
        if self._log_file is not None:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = json.dumps({"time": now, "event": event, **facts}, ensure_ascii=False)
            self._log_file.write(line + "\n")
            self._log_file.flush()

    def total(self, records: int | None) -> None:
        """How many records there are, once it is known."""
        self._total = records
        self.log("total", records=records)

    def started(self, number: int, records: int) -> None:
        """A shard was read."""
        self._sizes[number] = records
        self.log("shard-read", shard=number, records=records)

    def was_there(self, about: dict[str, Any]) -> None:
        """A shard of an earlier start is whole."""
        self._count(about)
        self.skipped += about["counts"]["records"]
        self.log("shard-kept", shard=about["number"], records=about["counts"]["records"])

    def step(self, number: int, share: float, sentences: int) -> None:
        """The models have answered ``share`` of what shard ``number`` asks, now ``sentences``."""
        _, known = self._parts.get(number, (0.0, 0))
        self._parts[number] = share, known + sentences
        self._mark()

    def finished(self, about: dict[str, Any]) -> None:
        """A shard is written."""
        number, counts = about["number"], about["counts"]
        self._parts.pop(number, None)
        self._sizes.pop(number, None)
        self._count(about)
        self.sentences += counts["sentences"]
        self._mark()
        self.log(
            "shard-written", shard=number, records=counts["records"], errors=counts["errors"],
            sentences=counts["sentences"], flagged=counts["flagged"],
            seconds=round(self._clock() - self._began, 3),
        )  # fmt: skip

    def _count(self, about: dict[str, Any]) -> None:
        self.records += about["counts"]["records"]
        self.flagged += about["counts"]["flagged"]
        self.errors += about["counts"]["errors"]

    def _mark(self) -> None:
        now = self._clock()
        self._trail.append((now, self._worked(), self._sentences()))
        while len(self._trail) > 2 and self._trail[1][0] < now - WINDOW:
            self._trail.popleft()

    def _worked(self) -> float:
        """Records since this start, those in the models' hands by the share that is answered."""
        partly = sum(share * self._sizes.get(n, 0) for n, (share, _) in self._parts.items())
        return self.records - self.skipped + partly

    def _sentences(self) -> int:
        return self.sentences + sum(known for _, known in self._parts.values())

    def speed(self) -> float | None:
        """Sentences a second over the last while; ``None`` before the first have come."""
        (then, _, few), (_, _, many) = self._trail[0], self._trail[-1]
        passed = self._clock() - then
        return (many - few) / passed if many > few and passed > 0 else None

    def seconds_left(self) -> float | None:
        """``None`` while the number of records, or the speed, is not known."""
        done = self._worked()
        if self._total is None or done <= 0:
            return None
        passed = float(self._clock() - self._began)
        return max(0.0, self._total - self.skipped - done) / done * passed

    def line(self) -> str:
        """Where the run stands, in one line."""
        speed, left = self.speed(), self.seconds_left()
        return _WORDS[self._lang].format(
            done=f"{self.records:,}",
            of="" if self._total is None else f"/{self._total:,}",
            speed="–" if speed is None else f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}",
            left=_UNKNOWN[self._lang] if left is None else _duration(left),
            flagged=f"{self.flagged:,}",
            errors=f"{self.errors:,}",
        )

    def tick(self) -> None:
        """Draw the line again, where there is somebody to see it."""
        if self._status is not None:
            self._status.update(self.line())
        elif not self._quiet and self._clock() - self._said >= _PLAIN_EVERY:
            self._said = self._clock()
            print(f"mtaudit: {self.line()}", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
