"""Shared fixtures: the seeds audited once, with everything on."""

from __future__ import annotations

from pathlib import Path

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
