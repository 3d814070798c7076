"""docs/RULES.md is what the rule files say."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from mtaudit.rules import catalogue

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "write_rules_doc.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("write_rules_doc", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_page_is_the_generated_one(script: ModuleType) -> None:
    committed = (ROOT / "docs" / "RULES.md").read_text(encoding="utf-8")
    # Not compared with ==: a difference of thousands of lines helps nobody.
    same = committed == script.page()
    assert same, f"the rules have changed: run `{script.COMMAND}` and commit docs/RULES.md"


def test_every_code_has_a_section_and_every_link_leads_to_one(script: ModuleType) -> None:
    text = script.page()
    headings = re.findall(r"(?m)^#{2,3} (.+)$", text)
    targets = {script.anchor(heading) for heading in headings}
    assert set(catalogue()) <= set(headings)
    assert len(targets) == len(headings)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= targets


def test_examples_are_shown_and_never_become_markup(script: ModuleType) -> None:
    assert script.escaped("<strong>*a*</strong>|b\nc") == (
        "&lt;strong&gt;\\*a\\*&lt;/strong&gt;\\|b ⏎ c"
    )
    text = script.page()
    assert not re.search(r"<(?!/?(?:bdi|p)[ >])", text)


def test_check_says_whether_the_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (done.stdout.strip() == "up to date"), done.stderr
