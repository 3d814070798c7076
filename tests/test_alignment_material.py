"""The marked pairs of reports that the alignment is fitted on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "alignment", raising=False)


def test_every_mark_names_a_sentence_of_the_event() -> None:
    from alignment.material import invented

    cases = invented()
    assert len({case.name for case in cases}) == len(cases) >= 40
    for case in cases:
        assert len(case.texts) == len(case.right) == len(case.partly)
        marked = frozenset[int]().union(*case.right, *case.partly)
        assert max(marked) < len(case.pool)
        assert all(not right & part for right, part in zip(case.right, case.partly, strict=True))
        assert any(not right for right in case.right), "some sentence has no counterpart"


def test_no_invented_sentence_is_one_of_the_seeds() -> None:
    from alignment.material import invented

    seeds = " ".join(p.read_text("utf-8") for p in (SCRIPTS.parent / "seeds").glob("*.txt"))
    for case in invented():
        for text in (*case.texts, *case.pool):
            assert text not in seeds


def test_judged_pairs_are_numbers_only() -> None:
    """The articles themselves are not ours to keep."""
    for line in (SCRIPTS / "alignment" / "comparable.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[\w/-]+\t[\w/-]+\t(\d+=(~?\d+,?)+ ?)*", line, re.ASCII), line
