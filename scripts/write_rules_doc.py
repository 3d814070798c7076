"""Write docs/RULES.md from the catalogue of issue codes.

    python scripts/write_rules_doc.py [--check]

Everything in the page comes from ``mtaudit/evidence/rules/*.toml`` (a family's introduction is the
comment at the head of its file) and from ``data/senses.tsv``.  The same rules give the same bytes.
``--check`` writes nothing and exits with 1 where the page is not the one that would be written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path

from mtaudit.rules import Rule, catalogue, word_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "RULES.md"
COMMAND = "python scripts/write_rules_doc.py"
SENSES = "senses.tsv"
# Columns of the table of senses that tell a reader something; patterns and anchors do not.
SENSE_COLUMNS = ("id", "language", "source_word", "severity", "meant", "example_wrong",
                 "example_counter")  # fmt: skip

HEAD = """# Issue codes

Every code that the tool can raise, with what is wrong, examples and the fix. Written by
`{command}` from the rule files in `mtaudit/evidence/rules/`; change those, not this page.

- **severity** is the usual one; a finding may be raised with another where the place calls for it.
- **confidence** is the share of its findings that a reader confirms, as far as that is known.
- **native** is the number of findings per 1,000 sentences of native Arabic news; “–” has not been
  measured.
- A *potential* error is what the tool reports: an editor decides whether it is one.
- ✗ the rule fires here · ✓ the same said well · ○ good Arabic that looks alike and is let go.

{total} codes in {families} families: {links}.
"""


def _folder(name: str) -> Path:
    return Path(str(resources.files("mtaudit.evidence").joinpath(name)))


def introduction(family: str) -> str:
    """The comment at the head of a family's rule file, as one paragraph."""
    lines = []
    for line in (_folder("rules") / f"{family}.toml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").strip())
    return " ".join(lines)


def escaped(text: str) -> str:
    """``text`` as Markdown shows it: nothing in it is markup, and it stays on one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", text)
    return " ⏎ ".join(part.strip() for part in text.splitlines() if part.strip())


def anchor(heading: str) -> str:
    """The link target that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def rule_lines(rule: Rule) -> Iterator[str]:
    """One rule's own section."""
    yield f"### {rule.code}"
    yield ""
    yield escaped(rule.reason_en)
    yield ""
    yield f'<p dir="rtl" lang="ar">{escaped(rule.reason_ar)}</p>'
    yield ""
    for sign, examples in (("✗", rule.wrong), ("✓", rule.right), ("○", rule.counter)):
        for example in examples:
            yield f'- {sign} <bdi lang="ar">{escaped(example)}</bdi>'
    if rule.suggestion:
        yield f"- Suggestion: <bdi>{escaped(rule.suggestion)}</bdi>"
    else:
        also = f' · <bdi lang="ar">{escaped(rule.no_suggestion_ar)}</bdi>'
        yield f"- What to do: {escaped(rule.no_suggestion)}{also if rule.no_suggestion_ar else ''}"
    if rule.source_language:
        yield f"- Points to a translation from `{rule.source_language}`"
    if rule.furniture:
        yield "- Also looked for outside the article's text"
    yield ""


def senses_lines() -> Iterator[str]:
    """The entries of the table of senses; nothing where there is none."""
    path = _folder("data") / SENSES
    if not path.is_file():
        return
    rows = path.read_text(encoding="utf-8").splitlines()
    head = next(row for row in rows if row.strip() and not row.startswith("#")).split("\t")
    columns = [name for name in SENSE_COLUMNS if name in head]
    yield "### Entries of the table of senses"
    yield ""
    yield "| " + " | ".join(name.replace("_", " ") for name in columns) + " |"
    yield "|---" * len(columns) + "|"
    for row in word_table(SENSES):
        cells = dict(zip(head, row, strict=False))
        yield "| " + " | ".join(escaped(cells[name]) for name in columns) + " |"
    yield ""


def page() -> str:
    """The whole page."""
    rules = list(catalogue().values())
    families = {name: list(group) for name, group in groupby(rules, lambda rule: rule.family)}
    links = ", ".join(f"[{name}](#{anchor(name)})" for name in families)
    head = HEAD.format(command=COMMAND, total=len(rules), families=len(families), links=links)
    lines = head.splitlines()
    for family, members in families.items():
        lines += ["", f"## {family}", "", introduction(family), ""]
        lines += ["| code | severity | category | confidence | native |", "|---|---|---|---|---|"]
        lines += [
            f"| [{rule.code}](#{anchor(rule.code)}) | {rule.severity} | {rule.category}"
            f" | {rule.confidence:.2f} | {_number(rule.native_per_1000)} |"
            for rule in members
        ]
        lines.append("")
        for rule in members:
            lines += rule_lines(rule)
        if family == "senses":
            lines += senses_lines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/RULES.md from the rule files.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    options = parser.parse_args()
    text = page()
    if options.check:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("up to date" if same else f"docs/RULES.md is out of date: run {COMMAND}")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
