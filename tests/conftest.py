"""Shared fixtures: the seeds audited once, with everything on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtaudit.config import Options
from mtaudit.types import DocumentReport, RunReport

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
CLEAN = ("001_368a8c03f50cd1ac.txt", "003_43b9d99affe37245.txt", "004_360ed7afa11e3e4e.txt")


@pytest.fixture(scope="session")
def seeds_run() -> RunReport:
    """The five seeds with 001, 003 and 004 as references, embedded models, no cache."""
    from mtaudit.pipeline import audit

    reference = tuple(str(SEEDS / name) for name in CLEAN)
    return audit([SEEDS], Options(reference=reference, cache=False))


@pytest.fixture(scope="session")
def seeds(seeds_run: RunReport) -> dict[str, DocumentReport]:
    """The same by the first three digits of the file's name."""
    return {d.document.doc_id[:3]: d for d in seeds_run.documents}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Chromium for all tests of pages; skipped where there is none."""
    pytest.importorskip("selenium", reason="selenium is not installed")
    import report_browser

    if not (report_browser.BROWSER and report_browser.DRIVER):
        pytest.skip("no browser: chromium and chromedriver must be on the PATH")
    driver = report_browser.start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()
