"""The index of a batch: what is in the file, and ten thousand rows in a real browser."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from report_samples import HOSTILE

from mtaudit.errors import UsageError
from mtaudit.report.index import IndexRow, page, write_index

VERDICTS = ("machine", "unclear", "human", "abstained")
WORDS = ("أعلن", "وزير", "الخارجية", "الرئيس", "مجلس", "الأمن", "القاهرة", "بغداد", "اتفاق")


def many(count: int) -> list[IndexRow]:
    """Rows in which every value differs from its neighbours; each hundredth could not be read."""
    chance = random.Random(7)
    rows = []
    for i in range(count):
        title = " ".join(chance.choices(WORDS, k=7)) + f" {i}"
        if i % 100 == 99:
            rows.append(IndexRow(f"bad{i}", title, f"in/{i}.txt", error="not UTF-8 (byte 4)"))
            continue
        rows.append(
            IndexRow(
                f"doc{i}", title, f"in/{i}.txt", VERDICTS[i % 4],
                None if i % 4 == 3 else chance.random(), 100 * chance.random(),
                chance.randint(5, 60), chance.randint(0, 9), chance.randint(0, 4),
                chance.randint(0, 9), chance.randint(0, 20), f"pages/{i // 50}.html", f"d{i % 50}",
            )
        )  # fmt: skip
    return rows


def embedded(html: str) -> Any:
    return json.loads(html.split('id="data">', 1)[1].split("</script>", 1)[0])


@pytest.mark.parametrize(("report", "link"), [
    ("a.html", "./a.html#d2"), ("x/y z/100%.html", "./x/y%20z/100%25.html#d2"),
    ("javascript:alert(1)", "./javascript%3Aalert%281%29#d2"), ("//host/a", "./host/a#d2"),
    ("/etc/passwd", "./etc/passwd#d2"), ("../a.html", None), ("م.html", "./%D9%85.html#d2"),
    (None, None),
])  # fmt: skip
def test_links_stay_below_the_folder(report: str | None, link: str | None) -> None:
    html = page([IndexRow("a", report=report, place="d2")])
    assert embedded(html)["rows"][0][10] == link


def test_outside_text_is_bounded_and_cannot_leave_its_element() -> None:
    row = IndexRow(HOSTILE, HOSTILE * 9000, "p" * 9000, error=HOSTILE * 900)
    html = page([row])
    data = html.split('id="data">', 1)[1].split("</script>", 1)[0]
    assert not set(data) & set("<>&\u2028\u2029")
    assert max(len(c) for c in embedded(html)["rows"][0] if isinstance(c, str)) <= 400


def test_a_number_that_is_none_is_not_written() -> None:
    html = page([IndexRow("a", mt_probability=float("nan"), quality=float("inf"))])
    assert embedded(html)["rows"][0][3:5] == [None, None]


def test_an_unwritable_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="choose an output folder"):
        write_index([], tmp_path / "file" / "index.html")


# ------------------------------------------------------------------ in the browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("batch")
    write_index(many(10_000), place / "many.html", signature="mtaudit|version:x")
    write_index(many(230), place / "few.html", lang="en")
    odd = IndexRow("x", HOSTILE, '"><img src=x onerror=window.__pwned=2>', error=HOSTILE)
    write_index(
        [odd, IndexRow("y", HOSTILE, report="javascript:window.__pwned=1")], place / "odd.html"
    )
    return place


@pytest.fixture
def opened(browser: Any, folder: Path) -> Any:
    from report_browser import Page

    def open_page(name: str) -> Any:
        Page(browser, folder / name).js("localStorage.clear()")
        return Page(browser, folder / name)

    return open_page


ROWS = "[...document.querySelectorAll('tbody tr')].map(r => Number(r.id.slice(1)))"


def test_ten_thousand_rows_sort_in_less_than_a_second(opened: Any, folder: Path) -> None:
    """Each column, first press and second; CPU time of the page until the rows are laid out."""
    rows = many(10_000)
    page = opened("many.html")
    assert (folder / "many.html").stat().st_size < 5_000_000
    assert page.js(ROWS) == list(range(100))
    for column in range(9):
        for press in ("first", "second"):
            before = page.busy()
            page.js(f"document.querySelector('[data-column=\"{column}\"]').click()")
            page.js("document.body.offsetHeight")
            assert page.busy() - before < 1, (column, press)
    page.click("[data-column='3']")  # quality, downwards first
    judged = [i for i, r in enumerate(rows) if not r.error]
    wanted = sorted(judged, key=lambda i: (-round(rows[i].quality or 0, 4), i))
    assert page.js(ROWS) == wanted[:100]
    page.click("[data-page=last]")
    # What could not be read stands last, either way.
    assert page.js(ROWS) == [i for i, r in enumerate(rows) if r.error]
    assert page.js("document.querySelectorAll('.dot.failed').length") > 90


def test_search_filter_and_pages(opened: Any) -> None:
    page = opened("few.html")
    page.press("/")
    page.press("in/21")
    assert page.js(ROWS) == [21, *range(210, 220)]
    page.press(*["\ue003"] * 5)  # backspace
    page.click("[data-kind=failed]")
    assert page.js(ROWS) == [99, 199]
    page.click("[data-kind=failed]")
    page.click("[data-page=next]")
    assert page.js(ROWS)[0] == 100
    page.press("p")
    assert page.js(ROWS)[0] == 0
    page.click("[data-page=last]")
    assert page.js(ROWS) == list(range(200, 230))
    assert page.js("document.querySelector('[data-page=next]').disabled") is True
    assert "201–230" in page.js("document.getElementById('shown').textContent").translate(
        {0x2066: None, 0x2069: None}
    )


def test_keys_walk_over_pages_and_the_language_turns(opened: Any) -> None:
    page = opened("few.html")
    for _ in range(101):
        page.press("j")
    assert page.js("document.querySelector('[aria-current]').id") == "r100"
    assert page.js("document.activeElement.getAttribute('href')") == "./pages/2.html#d0"
    page.press("k")
    assert page.js("document.querySelector('[aria-current]').id") == "r99"
    page.press("l")
    assert page.js("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]


def test_the_index_asks_for_nothing_and_runs_nothing(opened: Any) -> None:
    page = opened("odd.html")
    page.press("j", "l")
    assert page.js("typeof window.__pwned") == "undefined"
    assert page.js("document.querySelectorAll('#app script, #app img').length") == 0
    assert [u for u in page.requests() if not u.startswith("data:")] == [page.driver.current_url]
    assert page.driver.get_log("browser") == []


def test_the_index_fits_a_phone(opened: Any) -> None:
    page = opened("few.html")
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert page.js("document.documentElement.scrollWidth") <= 390
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
