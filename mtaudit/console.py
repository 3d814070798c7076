"""What the commands show while they work, and how a run becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .config import Options
from .errors import ExitCode, InputError, UsageError
from .types import SEVERITIES, RunReport, Translator

if TYPE_CHECKING:
    from .report import StoredRun

_STAGES = {
    "evidence": ("reading the text", "قراءة النص"),
    "translate": ("translating", "الترجمة"),
    "roundtrip": ("round trip", "الترجمة ذهابًا وإيابًا"),
    "index": ("reading clean reports", "قراءة التقارير المرجعية"),
    "references": ("cleaner reports", "التقارير النظيفة"),
}
# Lines of a file translated at a time: enough to fill batches, little enough to stream.
_LINES = 512


class ProgressBars:
    """Progress on standard error, one bar a stage; silent when it is no terminal or ``quiet``."""

    def __init__(self, *, quiet: bool, lang: str) -> None:
        self._on = not quiet and sys.stderr.isatty()
        self._column = 1 if lang == "ar" else 0
        self._tasks: dict[str, Any] = {}
        self._bars: Any = None

    def __enter__(self) -> Self:
        if self._on:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeRemainingColumn as Remaining

            self._bars = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._bars is None:
            return
        if stage not in self._tasks:
            name = _STAGES.get(stage, (stage, stage))[self._column]
            self._tasks[stage] = self._bars.add_task(name, total=total or None)
        self._bars.update(self._tasks[stage], completed=done, total=total or None)


def exit_code(run: RunReport, fail_on: str) -> int:
    """0, 1 or 3 for a finished run; furniture's issues count too: they stand on the page."""
    rows = (row for document in run.documents for row in document.segments)
    severities = (issue.severity for row in rows for issue in row.issues)
    return _exit_code(bool(run.failures or not run.documents), severities, fail_on)


def exit_code_of(run: StoredRun, fail_on: str) -> int:
    """The same for a run out of its records."""
    severities = (issue["severity"] for row in run.segments for issue in row["issues"])
    return _exit_code(bool(run.run["failures"] or not run.documents), severities, fail_on)


def _exit_code(failed: bool, severities: Iterable[str], fail_on: str) -> int:
    if failed:
        return ExitCode.INPUT
    if fail_on == "never":
        return ExitCode.OK
    grave = SEVERITIES[SEVERITIES.index(fail_on) :]
    return ExitCode.FINDINGS if any(s in grave for s in severities) else ExitCode.OK


def index_reports(options: Options, progress: Any, *, quiet: bool) -> int:
    """Bring the index of clean reports up to date and tell what was done."""
    from .library import Library
    from .loading import index_folder

    folder = index_folder(options)
    library = Library(folder)
    try:
        done = library.update(options.reference, options.text_column, progress)
    finally:
        library.close()
    for failure in done.failures:
        print(f"mtaudit: {failure.path}: {failure.message} — {failure.mend}", file=sys.stderr)
    if not quiet:
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(
            f"{done.reports} reports in {done.files} files"
            f" ({done.read} files read now, {done.dropped} dropped): {folder} ({size:.1f} MB)"
        )
    return ExitCode.INPUT if done.failures or not done.reports else ExitCode.OK


def translate_lines(
    translator: Translator, file: str | None, source: str, target: str, progress: Any
) -> int:
    """Translate a text file (or standard input) line by line to standard output."""
    if (source, target) not in translator.directions():
        known = ", ".join(f"{a}→{b}" for a, b in sorted(translator.directions()))
        raise UsageError(f"the model does not translate {source}→{target}", mend=f"it has {known}")
    try:
        raw = Path(file).read_bytes() if file else sys.stdin.buffer.read()
        lines = raw.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(str(error.strerror), where=str(file), mend="check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8 (byte {error.start})", where=file or "standard input", mend="convert it"
        ) from error
    for at in range(0, len(lines), _LINES):
        chunk = lines[at : at + _LINES]
        for result in translator.translate(chunk, source, target):
            # One line in, one line out, whatever the model wrote.
            print(" ".join(result.text.split()), flush=False)
        sys.stdout.flush()
        progress("translate", min(at + _LINES, len(lines)), len(lines))
    return ExitCode.OK
