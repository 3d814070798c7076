"""Options: defaults < file < flags; nothing misspelt passes in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtaudit.config import Options, load_options
from mtaudit.errors import ExitCode, UsageError


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / ".mtaudit.toml").write_text('fail-on = "critical"\njobs = 2\n')
    options = load_options({"jobs": 1, "lang": None}, tmp_path)
    assert (options.fail_on, options.jobs, options.lang) == ("critical", 1, "en")


def test_the_nearest_parent_holds_and_pyproject_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mtaudit]\nreference = ["clean"]\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert load_options({}, inner).reference == ("clean",)


def test_an_unknown_option_is_refused_by_name_and_place(tmp_path: Path) -> None:
    file = tmp_path / ".mtaudit.toml"
    file.write_text("thread = 2\n")
    with pytest.raises(UsageError) as caught:
        load_options({}, tmp_path)
    said = str(caught.value)
    assert "'thread'" in said
    assert str(file) in said
    assert "threads" in said
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    "body", ['jobs = "two"', "roundtrip = 1", 'device = "tpu"', "batch_size = 0", "= broken"]
)
def test_wrong_values_are_usage_errors(tmp_path: Path, body: str) -> None:
    (tmp_path / ".mtaudit.toml").write_text(body + "\n")
    with pytest.raises(UsageError):
        load_options({}, tmp_path)


def test_formats_are_checked() -> None:
    with pytest.raises(UsageError, match="pdf"):
        Options(format=("pdf",))
