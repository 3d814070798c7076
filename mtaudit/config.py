"""Options of a run: defaults < ``.mtaudit.toml`` or ``[tool.mtaudit]`` < flags.

Unknown keys are refused by name, so that a misspelt option never passes in silence.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UsageError
from .types import SEVERITIES

FORMATS = ("jsonl", "html")


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that an audit can be told.

    ``batch_size`` is a bound on sentences per model batch and ``jobs`` the number of processes
    for text evidence: both change speed only, never a result.
    """

    reference: tuple[str, ...] = ()
    reference_index: str = ""
    baseline: str = ""
    calibration: str = ""
    out: str = "reports/latest"
    format: tuple[str, ...] = FORMATS
    roundtrip: bool = True
    translator: str = "embedded"
    encoder: str = "embedded"
    device: str = "auto"
    fail_on: str = "major"
    lang: str = "en"
    jobs: int = 1
    batch_size: int = 64
    beam: int = 1
    threads: int = 0
    text_column: str = "text"
    cache: bool = True

    def __post_init__(self) -> None:
        _one_of("device", self.device, ("auto", "cpu", "cuda"))
        _one_of("fail-on", self.fail_on, (*SEVERITIES, "never"))
        _one_of("lang", self.lang, ("en", "ar"))
        for name in self.format:
            _one_of("format", name, FORMATS)
        for name, low in (("jobs", 1), ("batch_size", 1), ("beam", 1), ("threads", 0)):
            if getattr(self, name) < low:
                raise UsageError(f"{name} must be at least {low}", mend=f"give {name} = {low}")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{name}: {value!r} is not known", mend="one of: " + ", ".join(allowed))


def _table(path: Path) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"configuration cannot be read: {error}", where=str(path), mend="mend the TOML"
        ) from error
    own = path.name != "pyproject.toml"
    table = data if own else data.get("tool", {}).get("mtaudit", {})
    return table if isinstance(table, dict) else {}


def find_file(folder: Path) -> Path | None:
    """The configuration file that holds for ``folder``: its own, or the nearest parent's."""
    for place in (folder, *folder.parents):
        own = place / ".mtaudit.toml"
        if own.is_file():
            return own
        project = place / "pyproject.toml"
        if project.is_file() and _table(project):
            return project
    return None


def load_options(flags: Mapping[str, Any], folder: Path | None = None) -> Options:
    """Options from the configuration file found from ``folder`` and then from ``flags``.

    Raises :class:`UsageError` for an unknown key or a value of the wrong type.
    """
    path = find_file((folder or Path.cwd()).resolve())
    table = dict(_table(path)) if path else {}
    fields = {f.name: f for f in dataclasses.fields(Options)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(fields)
            raise UsageError(f"unknown option {key!r}", where=str(path), mend=hint)
        values[name] = _typed(key, value, getattr(Options(), name), str(path))
    values.update({k: v for k, v in flags.items() if v is not None})
    return Options(**values)


def _typed(key: str, value: Any, example: Any, where: str) -> Any:
    if isinstance(example, tuple):
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
    elif type(value) is type(example):
        return value
    wanted = "a list of texts" if isinstance(example, tuple) else type(example).__name__
    raise UsageError(f"option {key!r} has the wrong type", where=where, mend=f"give {wanted}")
