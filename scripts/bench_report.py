"""How long a browser takes with a report of 5,000 sentences and a batch index of 10,000 articles.

    python scripts/bench_report.py --data ../shared/data --work WORK

Whole articles of native news (DATA/detect/native_news_dev) in turn with articles put together from
single sentences of five engines (flores_dev) are audited with the round trip, as an editor's run
would be, and written twice: as they are, and with everything in one article. Where --distinct is
less than --sentences, the audited articles stand in the report several times. WORK keeps the run,
so that a second call only measures. The index holds the native articles' first lines with measured
numbers.

Every round starts a new Chromium (chromium and chromedriver on the PATH, selenium installed), opens
the page from disk and reads the page's own clock: from the start of the navigation until the first
sentences are painted, until a key has been answered, and what a filter, a search and another order
take; up to the key the page's processor seconds are read as well. Times are by the wall; on a busy
machine they are upper bounds, so the load is printed, and what an empty page takes between the same
rounds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mtaudit.config import Options
from mtaudit.errors import InputError
from mtaudit.pipeline import audit
from mtaudit.report import StoredRun, read_run, write_run
from mtaudit.report.index import IndexRow, write_index
from mtaudit.report.record import Record
from mtaudit.segment import segment
from mtaudit.types import Document

TRANSLATED = 40  # sentences of one engine that make an article

# Runs before the page's own script and waits for it. A frame that was painted ends each stage.
WATCH = """
addEventListener('DOMContentLoaded', async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = []; // pairs: the driver would sort the names of an object
  const timed = async (name, act) => {
    const from = performance.now();
    await act();
    await painted();
    times.push([name, performance.now() - from]);
  };
  const key = (name) =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true}));
  const press = (selector) => document.querySelector(selector).click();
  const type = (text) => {
    const field = document.getElementById('search');
    field.value = text;
    field.dispatchEvent(new Event('input'));
  };
  await painted();
  times.push(['painted', performance.now()]);
  const report = document.querySelector('.sentences') !== null;
  const empty = document.getElementById('app') === null;
  let answered = empty;
  if (!empty) {
    key('j');
    await painted();
    times.push(['a key answered', performance.now()]);
    answered = document.querySelector(report ? '.sentence.current' : '[aria-current]') !== null;
  }
  await new Promise((done) => { window.__goOn = done; }); // the processor's time is read here
  if (empty) {
    // Nothing but the browser's own time.
  } else if (report) {
    await timed('filter', () => press('.chip.critical'));
    await timed('filter off', () => press('.chip.critical'));
    await timed('search', () => type('وزير'));
    await timed('search off', () => type(''));
    await timed('worst first', () => press('[data-order=worst]'));
    await timed('jump to the end', () => press('.strip .cell:last-child'));
  } else {
    await timed('search', () => type('وزير'));
    await timed('search off', () => type(''));
    for (let c = 0; c < document.querySelectorAll('[data-column]').length; c++) {
      await timed('sort ' + c, () => press(`[data-column="${c}"]`));
    }
    await timed('last page', () => press('[data-page=last]'));
  }
  window.__measured = {times, answered};
});
"""


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def native(data: Path) -> list[Document]:
    texts: dict[str, list[str]] = {}
    for row in lines(data / "detect" / "native_news_dev.jsonl.xz"):
        texts.setdefault(row["doc_id"], []).append(row["text"])
    return [Document(name, "\n".join(parts)) for name, parts in texts.items()]


def translated(data: Path) -> list[Document]:
    engines: dict[str, list[str]] = {}
    for row in lines(data / "detect" / "flores_dev.jsonl.xz"):
        if row["label"] == "mt":
            engines.setdefault(row["system"], []).append(row["text"].replace("\n", " "))
    return [
        Document(f"{name} {n}", "\n".join(texts[n : n + TRANSLATED]))
        for name, texts in engines.items()
        for n in range(0, len(texts), TRANSLATED)
    ]


def chosen(data: Path, sentences: int) -> list[Document]:
    """Articles of both kinds in turn until there are ``sentences``."""
    found: list[Document] = []
    held = 0
    for pair in zip(translated(data), native(data), strict=False):
        for document in pair:
            found.append(document)
            held += sum(s.role == "article" for s in segment(document))
        if held >= sentences:
            return found
    raise ValueError(f"{data}: only {held} sentences")


def audited(folder: Path, documents: Sequence[Document]) -> StoredRun:
    """The run in ``folder``, made when it is missing."""
    try:
        return read_run(folder)
    except InputError:
        print(f"auditing {len(documents)} articles into {folder} …", flush=True)
        write_run(audit([], Options(lang="ar"), documents=documents), folder, ["jsonl"])
        return read_run(folder)


def repeated(stored: StoredRun, sentences: int) -> StoredRun:
    """The run's articles again and again, as other articles, until there are ``sentences``."""
    documents: list[Record] = []
    segments: list[Record] = []
    held = 0
    for turn in itertools.count():
        for document, own in stored.by_document():
            if held >= sentences:
                return StoredRun(stored.run, documents, segments)
            name = f"{document['doc_id']} {turn}"
            documents.append({**document, "doc_id": name})
            segments += [{**segment, "doc_id": name} for segment in own]
            held += sum(segment["role"] == "article" for segment in own)
    raise AssertionError("unreachable")


def joined(stored: StoredRun) -> StoredRun:
    """Everything in one article: sentences numbered through, places one behind the other."""
    document = {**stored.documents[0], "doc_id": "one article"}
    segments, start = [], 0
    for index, old in enumerate(stored.segments):
        shift = start - old["start"]
        issues = [
            {**i, "start": i["start"] + shift, "end": i["end"] + shift} for i in old["issues"]
        ]
        segments.append(
            {**old, "doc_id": "one article", "index": index, "issues": issues,
             "start": start, "end": old["end"] + shift}
        )  # fmt: skip
        start += len(old["text"]) + 1
    return StoredRun(stored.run, [document], segments)


def index_of(stored: StoredRun, data: Path, path: Path, articles: int) -> Path:
    """An index of ``articles`` rows: first lines of native articles with the run's numbers."""
    titles = [document.text.split("\n", 1)[0] for document in native(data)]
    numbers = stored.documents
    rows = (
        IndexRow(
            f"{n}", f"{titles[n % len(titles)]} ({n})", f"in/{n}.txt", record["verdict"],
            record["mt_probability"], record["quality"], record["counts"]["sentences"],
            record["counts"]["flagged"], record["counts"]["critical"], record["counts"]["major"],
            record["counts"]["minor"], f"shards/{n // 100}/report.html", f"d{n % 100}",
        )
        for n in range(articles)
        for record in [numbers[n * 7 % len(numbers)]]
    )  # fmt: skip
    return write_index(rows, path)


def opened(path: Path) -> tuple[dict[str, float], float]:
    """Milliseconds of each stage in a new browser, and the processor seconds of the page's process
    until a key was answered: other programs do not count in them."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.wait import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update",
                     "--window-size=1440,1200", f"--user-data-dir={profile}"):  # fmt: skip
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            driver.get(path.resolve().as_uri())
            WebDriverWait(driver, 300).until(
                lambda d: d.execute_script("return Boolean(window.__goOn)")
            )
            driver.execute_cdp_cmd("Performance.enable", {})
            metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            busy = next(m["value"] for m in metrics if m["name"] == "ProcessTime")
            driver.execute_script("window.__goOn()")
            found = WebDriverWait(driver, 300).until(
                lambda d: d.execute_script("return window.__measured")
            )
        finally:
            driver.quit()
    if not found["answered"]:
        raise RuntimeError(f"{path}: the key was not answered")
    return dict(found["times"]), busy


def measure(name: str, path: Path, rounds: int) -> None:
    """Print a table: a line a stage, median and most of the rounds."""
    blank = path.with_name("blank.html")
    blank.write_text("<!doctype html><title>blank</title><p>blank", encoding="utf-8")
    pairs = [(opened(path), opened(blank)) for _ in range(rounds)]
    found = [{"an empty page painted": other["painted"], **own} for (own, _), (other, _) in pairs]
    busy, idle = (statistics.median(pair[i][1] for pair in pairs) for i in (0, 1))
    print(f"\n{name}: {path.stat().st_size / 1e6:.2f} MB, {rounds} rounds; processor seconds until"
          f" a key was answered {busy:.2f} (an empty page {idle:.2f})")  # fmt: skip
    print("\n| stage | median ms | most ms |\n|---|---:|---:|")
    for stage in found[0]:
        times = [times[stage] for times in found]
        print(f"| {stage} | {statistics.median(times):.0f} | {max(times):.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--distinct", type=int, help="audit so many of them (default: all)")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    distinct = min(args.distinct or args.sentences, args.sentences)
    stored = audited(args.work / f"run-{distinct}", chosen(args.data, distinct))
    several = repeated(stored, args.sentences)
    one = joined(several)
    index = index_of(several, args.data, args.work / "index.html", args.articles)
    print(f"load at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, stored in (("several", several), ("one", one)):
        judged = sum(s["role"] == "article" for s in stored.segments)
        findings = sum(len(s["issues"]) for s in stored.segments)
        title = f"{judged:,} sentences, {findings:,} findings, {len(stored.documents)} article(s)"
        (page,) = write_run(stored, args.work / name, ["html"])
        measure(title, page, args.rounds)
    measure(f"index of {args.articles:,} articles", index, args.rounds)


if __name__ == "__main__":
    main()
