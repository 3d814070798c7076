"""An evaluation handed out: troubles to standard error, the table, the files."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..report.jsonl import write_atomically
from ..types import Failure
from . import page, table

# Bad rows told one by one; a file of the wrong kind has thousands.
_TOLD = 10


def write(
    record: dict[str, Any],
    failures: Sequence[Failure],
    json_file: str | None,
    html_file: str | None,
    *,
    quiet: bool,
) -> None:
    """Print and write what was asked for.  Raises :class:`UsageError` for a place that is none."""
    for failure in failures[:_TOLD]:
        print(f"mtaudit: {failure.path}: {failure.message} — {failure.mend}", file=sys.stderr)
    if len(failures) > _TOLD:
        print(f"mtaudit: and {len(failures) - _TOLD:,} more rows left out", file=sys.stderr)
    if json_file:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        write_atomically(Path(json_file), [text, "\n"])
    if html_file:
        write_atomically(Path(html_file), [page.page(record)])
    if not quiet:
        print("\n".join(table.lines(record)))
    for file in (json_file, html_file):
        if file and not quiet:
            print(file)
