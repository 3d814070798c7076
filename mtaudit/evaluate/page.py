"""The figures as one HTML file: no script, no network, one style sheet named in the policy.

Names of files, systems and domains come from outside: :func:`html.escape` and ``<bdi>`` hold each.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from typing import Any

from . import charts
from .table import (
    COLUMNS,
    LABEL_NAMES,
    PART_HEADINGS,
    level_names,
    meanings,
    number,
    part_cells,
    parts,
    row_counts,
    share,
    span,
)

Record = dict[str, Any]

_KEY = (("plain", "as written"), ("stripped", "stripped of shortcuts"))


def page(record: Record) -> str:
    """The whole page for a record of :func:`mtaudit.evaluate.evaluate`."""
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>mtaudit: the detector measured</title><style>{style}</style></head><body>\n"
        + "\n".join(_body(record))
        + "\n</body></html>\n"
    )


def _body(record: Record) -> Iterator[str]:
    yield "<h1>The detector measured</h1>"
    for item in record["data"]:
        yield f'<p class="meta"><bdi>{escape(item["file"])}</bdi>: {row_counts(item)}</p>'
    if record["failures"]:
        yield f"<p>{len(record['failures']):,} rows or files could not be used.</p>"
    yield "<main>"
    yield "<h2>Figures</h2>"
    yield _figures(record)
    yield from _curves(record)
    for key, title in (("per_system", "System"), ("per_domain", "Domain")):
        if len(record[key]) > 1:
            yield f"<h2>By {title.lower()}</h2>"
            yield _parts(record, key, title)
    yield "<h2>Classes</h2>"
    yield _classes(record)
    yield "<h2>How to read this</h2>"
    yield "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in meanings(record)) + "</ul>"
    yield f'<p class="signature">{escape(record["signature"])}</p></main>'


def _table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """``rows`` are HTML already; their first cell names the row."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        "</table></div>"
    )


def _with_span(block: Record, key: str) -> str:
    return f"{number(block.get(key))}<small>{span(block, key)}</small>"


def _figures(record: Record) -> str:
    rows = []
    for level, name in level_names(record).items():
        for side, variant in ((record, "as written"), (record["stripped"], "stripped")):
            cells = (_with_span(side[level], key) for key, _ in COLUMNS)
            rows.append([f"{name}, {variant}", *cells])
    return _table("With 95 % intervals", ["", *(heading for _, heading in COLUMNS)], rows)


def _curves(record: Record) -> Iterator[str]:
    names = level_names(record)
    drawn = {level: name for level, name in names.items() if record[level].get("roc")}
    if not drawn:
        yield "<p>No curves: they need both human text and machine translation.</p>"
        return
    key = "".join(f"<span>{charts.sample(css)}{words}</span>" for css, words in _KEY)
    for kind, title, draw, remark in (
        ("roc", "ROC curves", charts.roc, "The dotted line is guessing."),
        ("reliability", "Reliability", charts.reliability,
         "On the dotted line the stated probability is right; a larger dot stands for more texts."),
    ):  # fmt: skip
        yield f'<h2>{title}</h2><p class="meta">{remark}</p><div class="key">{key}</div>'
        yield '<div class="charts">'
        for level, name in drawn.items():
            curves = [("plain", record[level][kind]), ("stripped", record["stripped"][level][kind])]
            yield f"<figure><figcaption>{name}</figcaption>{draw(curves, f'{title}: {name}')}"
            yield "</figure>"
        yield "</div>"


def _parts(record: Record, key: str, title: str) -> str:
    names = level_names(record)
    rows = []
    for name, label, level, *rest in parts(record, key):
        texts, called, twin_called, auc, limits, twin_auc = part_cells(label, *rest)
        about = f"{LABEL_NAMES[label]}, {names[level]}"
        first = f"<bdi>{escape(name)}</bdi><small>{about}</small>"
        rows.append([first, texts, called, twin_called, f"{auc}<small>{limits}</small>", twin_auc])
    headings = [title, *(h for h in PART_HEADINGS if h != "95 %")]
    return _table(f"{title}s: share called machine translation, and AUC", headings, rows)


def _classes(record: Record) -> str:
    rows = []
    for level, name in level_names(record).items():
        for side, variant in ((record, "as written"), (record["stripped"], "stripped")):
            for label, found in side[level]["classes"].items():
                rows.append(
                    [f"{LABEL_NAMES[label]}<small>{name}, {variant}</small>", f"{found['n']:,}",
                     f"{found['abstained']:,}", share(found["called_mt"]), share(found["flagged"])]
                )  # fmt: skip
    return _table("All labels", ["class", "n", "abstained", "called MT", "flagged"], rows)
