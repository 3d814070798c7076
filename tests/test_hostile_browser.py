"""Two hundred strings that try to run or to fetch something, in every field of the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_samples import document_report, run_report

from mtaudit.report import write_run
from mtaudit.types import (
    Evidence,
    Fact,
    Failure,
    Issue,
    Note,
    ReferenceMatch,
    RoundTrip,
    SegmentReport,
    Suppressed,
)

pytest.importorskip("selenium", reason="selenium is not installed")
from report_browser import Page

# "{go}" is a statement that leaves a trace, "{n}" the string's number.
BODIES = json.loads((Path(__file__).parent / "cases" / "hostile.json").read_text("utf-8"))


def hostile_strings(count: int = 200) -> list[str]:
    """Ways to break out of an element, an attribute, a script, a style, JSON or a line; each with
    its own mark, so that one that runs can be named."""
    marks = ("", '" ', "' ", "> ", "]]> ")
    found = []
    for n in range(count):
        go = f"window.__ran=(window.__ran||[]).concat({n})"
        body = BODIES[n % len(BODIES)].replace("{go}", go).replace("{n}", str(n))
        found.append(marks[n // len(BODIES) % len(marks)] + body)
    return found


def poisoned(text: str, n: int, segment: SegmentReport) -> SegmentReport:
    """``segment`` with the text in every field that the page shows."""
    start = segment.segment.start
    issue = Issue(f"x.y{n} {text}", "style", "critical", start, start + 4, text, text, text,
                  text, 0.5, text, {"no_suggestion": text, "source_language": text})  # fmt: skip
    fact = Fact("person", "differs", text, text)
    return replace(
        segment,
        issues=(issue, replace(issue, suggestion=None, severity="minor")),
        evidence=(Evidence("residue", None, text), Evidence(text, 1.0)),
        roundtrip=RoundTrip(text, text, lost=(text,), added=(text,), notes=(text,),
                            diff=(("replace", text, text), ("equal", text, text))),
        references=(ReferenceMatch(text, 0, 4, text, 0.5, (fact,), ((text, text),)),) * 2,
        suppressed=(Suppressed(issue, text, text, (text,)),),
        contributions=((text, 1.0),),
        flagged=True,
    )  # fmt: skip


def test_two_hundred_hostile_strings_run_nothing(browser: Any, tmp_path: Path) -> None:
    """In every field, opened and read in both languages, with verdicts given and taken."""
    texts = hostile_strings()
    assert len(set(texts)) == 200
    article = document_report(
        "x.txt", "\n".join("قال الوزير " + t.replace("\n", " ") for t in texts)
    )
    rows = [replace(row, doc_id=texts[0]) for row in article.segments]
    for n, text in enumerate(texts):
        rows[n % len(rows)] = poisoned(text, n, rows[n % len(rows)])
    report = replace(article, segments=tuple(rows))
    document = replace(article.document, doc_id=texts[0], path=texts[1])
    failure = [Failure(t, "input", t, t) for t in texts[:40]]
    note = [Note("x", t, t) for t in texts[:40]]
    run = run_report([replace(report, document=document)], failures=failure, notes=note)
    write_run(run, tmp_path, ["html"])
    page = Page(browser, tmp_path / "report.html")
    for _ in range(2):
        while page.js("!document.querySelector('.sentences .tail:last-child').hidden"):
            page.js("document.querySelector('.sentences .tail:last-child button').click()")
        page.js("""[...document.querySelectorAll('details')].forEach(d => {
            d.open = true; if (d.fill) d.fill(); })""")
        page.js(
            "[...document.querySelectorAll('.ruling.dismissed')].slice(0, 50).map(b => b.click())"
        )
        assert page.js("document.querySelectorAll('article.sentence').length") == 200
        page.press("l")
    assert page.js("window.__ran ?? null") is None
    inside = (
        "script, img, svg, iframe, style, link, meta, base, form, object, video, math, template"
    )
    assert page.js(f"[...document.querySelectorAll('#app :is({inside})')].length") == 0
    bad = """[...document.querySelectorAll('#app *')].filter(x => [...x.attributes].some(a =>
        a.name.startsWith('on') || a.name === 'style' && /url|import/.test(a.value)
        || ['href', 'src', 'action'].includes(a.name) && !a.value.startsWith('#'))).length"""
    assert page.js(bad) == 0
    asked = [url for url in page.requests() if not url.startswith("data:")]
    assert asked == [page.js("location.href.split('#')[0]")]
    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []
    page.js("localStorage.clear()")
