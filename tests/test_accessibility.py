"""axe-core (Deque, MPL-2.0) over both pages: no violation in either theme, language and width."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from report_samples import run_report, seed_run

from mtaudit.report import write_run
from mtaudit.report.index import IndexRow, write_index

pytest.importorskip("selenium", reason="selenium is not installed")
from report_browser import Page

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
DESKTOP = {"width": 1440, "height": 1200, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sentence of the seeds that has every kind of evidence, furniture, a clean report; an
    index with every kind of row.  Short, because axe looks at every word's colours."""
    place = tmp_path_factory.mktemp("axe")
    documents = seed_run().documents
    suspect, clean = documents[:2]
    rows = [row for document in documents for row in document.segments]
    label = next(row for row in rows if row.segment.role == "furniture")
    label = replace(label, doc_id=suspect.document.doc_id)
    short = replace(suspect, segments=(suspect.segments[1], label))
    write_run(run_report([short, replace(clean, segments=clean.segments[:1])]), place, ["html"])
    lines = [
        IndexRow(f"d{i}", f"عنوان {i}", f"in/{i}.txt", verdict, 0.4, 60.0, 9, 3, 1, 2, 4, "a.html")
        for i, verdict in enumerate(("machine", "unclear", "human", "abstained"))
    ]
    write_index(
        [*lines, IndexRow("x", "عنوان", "in/x.txt", error="not text")], place / "index.html"
    )
    return place


def violations(page: Page, axe: str, inside: str = "html") -> list[str]:
    """Rule, weight and place of everything that axe finds wrong; what it cannot decide is left."""
    page.driver.execute_script(axe)
    found = page.driver.execute_async_script(
        "const [inside, done] = arguments; axe.run(inside, {resultTypes: ['violations']})"
        ".then(r => done(r.violations), e => done([{id: String(e), nodes: []}]))",
        inside,
    )
    return [
        f"{v['id']} ({v.get('impact')}): {[n['target'] for n in v['nodes']][:3]}" for v in found
    ]


def prepared(browser: Any, path: Path, lang: str, theme: str, screen: dict[str, Any]) -> Page:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    page = Page(browser, path)
    page.driver.execute_script(
        "localStorage.clear(); localStorage['mtaudit.lang'] = arguments[0];"
        "localStorage['mtaudit.theme'] = arguments[1]", lang, theme,
    )  # fmt: skip
    return Page(browser, path)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("name", ["index.html", "report.html"])
def test_axe_finds_nothing(
    browser: Any, folder: Path, axe: str, name: str, lang: str, theme: str, screen: dict[str, Any]
) -> None:
    page = prepared(browser, folder / name, lang, theme, screen)
    try:
        if name == "report.html":
            # As an editor leaves it: verdicts given, notes and evidence open, witnesses unfolded.
            page.js("document.querySelector('#d0s0 .note .ruling.dismissed').click()")
            page.js("document.querySelector('#d0s0 .below .ruling.confirmed').click()")
            page.js("[...document.querySelectorAll('details')].forEach(d => { d.open = true; })")
        assert page.js("document.documentElement.lang") == lang
        assert page.js("document.documentElement.dataset.theme") == theme
        assert violations(page, axe) == []
    finally:
        page.js("localStorage.clear()")
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_axe_finds_nothing_in_the_help(browser: Any, folder: Path, axe: str) -> None:
    page = prepared(browser, folder / "report.html", "ar", "dark", DESKTOP)
    page.press("?")
    assert page.js("document.getElementById('keys').open") is True
    assert violations(page, axe, "#keys") == []
    page.js("localStorage.clear()")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_axe_finds_what_is_wrong(browser: Any, folder: Path, axe: str) -> None:
    """A button without a name and grey on grey, put in by the test."""
    page = prepared(browser, folder / "index.html", "en", "light", DESKTOP)
    page.driver.execute_script(
        "const b = document.createElement('button'); document.querySelector('main').append(b);"
        "const p = document.createElement('p'); p.textContent = 'grey on grey';"
        "p.style.color = '#777'; p.style.background = '#888';"
        "document.querySelector('main').append(p)"
    )
    found = " ".join(violations(page, axe))
    assert "button-name" in found
    assert "color-contrast" in found
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
