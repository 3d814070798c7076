"""The page: what can be promised without a browser (see test_html_browser.py for the rest)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from report_samples import HOSTILE, document_report, run_report, seed_run

from mtaudit.errors import UsageError
from mtaudit.report import stored_run, write_run
from mtaudit.report.html import embedded_json, page
from mtaudit.report.strings import texts
from mtaudit.types import CATEGORIES, SEVERITIES, Evidence, RunReport


@pytest.fixture(scope="module")
def run() -> RunReport:
    return seed_run()


@pytest.fixture
def hostile() -> RunReport:
    return run_report([document_report("<b onclick=1>\u202e.txt", HOSTILE)])


# ------------------------------------------------------------------ interface texts


def test_every_text_exists_in_both_languages_with_the_same_fields() -> None:
    english, arabic = texts("en"), texts("ar")
    assert english.keys() == arabic.keys()
    for key in english:
        fields = [set(re.findall(r"\{(\w+)\}", t[key])) for t in (english, arabic)]
        assert fields[0] == fields[1], key
    with pytest.raises(UsageError, match="fr"):
        texts("fr")


def test_every_category_severity_and_verdict_has_words() -> None:
    keys = texts("ar").keys()
    assert {f"category.{c}" for c in CATEGORIES} <= keys
    assert {f"severity.{s}" for s in SEVERITIES} <= keys
    assert {f"verdict.{v}" for v in ("machine", "unclear", "human", "abstained")} <= keys


def test_every_text_that_the_scripts_ask_for_exists_and_none_is_left_over() -> None:
    folder = resources.files("mtaudit.report")
    sources = "".join(
        p.read_text("utf-8")
        for place in (folder, folder.joinpath("page"))
        for p in place.iterdir()
        if p.name.endswith((".js", ".py"))
    )
    keys = set(texts("en"))
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_]+)["']\s*[,)]""", sources))
    assert asked <= keys
    # Families that are asked for by a computed key.
    computed = ("verdict", "severity", "category", "witness", "kind", "fact", "keys", "reason",
                "sheet")  # fmt: skip
    quoted = set(re.findall(r"""["'\[]([a-z_]+\.[a-z_]+)["'\]]""", sources))
    left = {k for k in keys - asked - quoted if k.split(".")[0] not in computed}
    facets = {"severity", "category", "witness", "order_article", "order_worst"}
    assert left == {f"filter.{name}" for name in facets}


# ------------------------------------------------------------------ the page


class Elements(HTMLParser):
    """Tags with their attributes, and the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open = tag
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.open in self.raw:
            self.raw[self.open][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.open = ""


def parsed(run: RunReport, lang: str = "ar") -> Elements:
    elements = Elements()
    elements.feed(page(stored_run(run), lang))
    return elements


def test_outside_text_cannot_leave_its_script_element(hostile: RunReport) -> None:
    html = page(stored_run(hostile))
    data = html.split('id="data">', 1)[1].split("</script>", 1)[0]
    assert not set(data) & set("<>&\u2028\u2029")
    shown = json.loads(data)["documents"][0]
    assert shown["segments"][0]["text"] == hostile.documents[0].segments[0].segment.text
    elements = parsed(hostile)
    assert [tag for tag, _ in elements.tags].count("script") == 2
    assert not {"img", "b"} & {tag for tag, _ in elements.tags}
    assert not any(name.startswith("on") for _, attrs in elements.tags for name in attrs)


def test_embedded_json_keeps_its_value() -> None:
    value = {"a": "<!--</script>&\u2028\u2029\x00", "b": [1.5, None, "نص"]}
    assert json.loads(embedded_json(value)) == value


def test_marks_of_the_skeleton_in_outside_text_are_not_filled_in() -> None:
    odd = run_report([document_report("a.txt", "نص فيه {script} و{style} و{policy} هنا.")])
    html = page(stored_run(odd))
    assert "{script} و{style} و{policy}" in html
    assert html.count("default-src") == 1


def test_the_policy_names_exactly_the_style_and_the_script(run: RunReport) -> None:
    elements = parsed(run)
    policy = next(
        attrs["content"]
        for tag, attrs in elements.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for kind, text in (("style", elements.raw["style"][0]), ("script", elements.raw["script"][-1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_page_asks_for_nothing_outside(run: RunReport) -> None:
    elements = parsed(run)
    for tag, attrs in elements.tags:
        for name in ("src", "href"):
            assert (attrs.get(name) or "data:").startswith("data:"), tag
    assert not re.search(r"@import|@font-face|url\(", elements.raw["style"][0])
    code = elements.raw["script"][-1]
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                 "fetch(", "XMLHttpRequest", "Function("):  # fmt: skip
        assert word not in code


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_the_page_opens_in_the_language_of_the_run(
    run: RunReport, tmp_path: Path, lang: str, direction: str
) -> None:
    write_run(replace(run, options={"lang": lang}), tmp_path, ["html"])
    start = (tmp_path / "report.html").read_text("utf-8")[:80]
    assert f'<html lang="{lang}" dir="{direction}">' in start


def test_silent_witnesses_reach_the_page_as_reasons(run: RunReport) -> None:
    report = run.documents[0]
    silent = replace(report.segments[0], evidence=(Evidence("x", None, "why"), Evidence("y", 0.0)))
    html = page(stored_run(run_report([replace(report, segments=(silent,))])))
    assert '"evidence":{"x":"why","y":null}' in html


def test_what_many_records_share_stands_once(run: RunReport) -> None:
    first = run.documents[0]
    twin = replace(first, document=replace(first.document, doc_id="twin"))
    html = page(stored_run(run_report([first, twin])))
    for issue in (issue for segment in first.segments for issue in segment.issues):
        assert html.count(embedded_json(issue.message_ar)) == 1
        # The words that it marks are those of the sentence.
        assert f',"{issue.text}"]' not in html


# ------------------------------------------------------------------ colours


def palettes() -> dict[str, dict[str, str]]:
    css = resources.files("mtaudit.report").joinpath("page", "report.css").read_text("utf-8")
    light_block, dark_block = re.findall(r":root(?:\[data-theme=\"dark\"\])? \{(.*?)\}", css, re.S)
    found = {}
    for name, block in (("light", light_block), ("dark", dark_block)):
        found[name] = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    return found


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two sRGB colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_formula_knows_its_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_reaches_wcag_aa_on_every_ground_it_stands_on(theme: str) -> None:
    colours = palettes()[theme]
    inks = ("ink", "muted", "link", "critical", "major", "minor", "good")
    pairs = [(ink, ground) for ink in inks for ground in ("paper", "sheet", "active")]
    pairs += [("critical", "critical-tint"), ("minor", "minor-tint"), ("paper", "ink")]
    pairs += [("ink", f"{s}-tint") for s in SEVERITIES]
    low = {p: round(contrast(colours[p[0]], colours[p[1]]), 2) for p in pairs}
    assert {p: ratio for p, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_outlines_and_underlines_reach_three_to_one(theme: str) -> None:
    colours = palettes()[theme]
    for line in ("strong-rule", "critical", "major", "minor", "link", "heat-4"):
        assert contrast(colours[line], colours["paper"]) >= 3, line
