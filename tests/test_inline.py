"""Comments in an article that allow findings, always with a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtaudit import calibrate
from mtaudit.config import Options
from mtaudit.desk.inline import take
from mtaudit.pipeline import audit
from mtaudit.rejudge import rejudge
from mtaudit.report import read_run, write_run
from mtaudit.types import Document, DocumentReport

LINES = (
    "وقال الوزير إن بلاده ترفض هذه الضمان من الاتحاد الأوروبي من الاتحاد الأوروبي.",
    "ومن المقرر أن يجتمع مجلس الأمن غدا لبحث الوضع الإنساني في القطاع المنكوب.",
    "وأضاف أن هذه الاتفاق سيوقع في القاهرة بعد أسبوعين من الآن كما كان مقررا.",
)


def judged(tmp_path: Path, text: str, name: str = "a.txt") -> DocumentReport:
    (tmp_path / name).write_text(text, encoding="utf-8")
    run = audit([tmp_path / name], Options(roundtrip=False, cache=False))
    assert not run.failures
    return run.documents[0]


def codes(report: DocumentReport) -> list[list[str]]:
    return [[i.code for i in row.issues] for row in report.segments]


def allowed(report: DocumentReport) -> list[tuple[str, str, str]]:
    return [
        (s.issue.code if s.issue else "", s.reason, s.comment)
        for row in report.segments
        for s in row.suppressed
    ]


def test_a_comment_speaks_of_the_next_line_and_of_no_other(tmp_path: Path) -> None:
    plain = judged(tmp_path, "\n".join(LINES))
    comment = "<!-- mtaudit: allow agreement.demonstrative: نقل حرفي -->"
    report = judged(tmp_path, "\n".join([comment, "", *LINES]))
    assert codes(plain)[0].count("agreement.demonstrative") == 1
    assert [x for x in codes(plain)[0] if x != "agreement.demonstrative"] == codes(report)[0]
    assert codes(report)[1:] == codes(plain)[1:]
    assert "agreement.demonstrative" in codes(report)[2]
    assert allowed(report) == [("agreement.demonstrative", "allowed in the text", "نقل حرفي")]
    assert (report.segments[0].quality or 0) > (plain.segments[0].quality or 0)
    # Offsets go on pointing into the file.
    text = (tmp_path / "a.txt").read_text(encoding="utf-8")
    for row in report.segments:
        assert text[row.segment.start : row.segment.end] == row.segment.text
    assert "mtaudit" not in " ".join(row.segment.text for row in report.segments)


def test_behind_a_line_it_speaks_of_that_line_and_a_family_is_allowed(tmp_path: Path) -> None:
    text = "\n".join([LINES[0], LINES[2] + " <!-- mtaudit: allow agreement.*: اقتباس -->"])
    report = judged(tmp_path, text, "a.md")
    assert [s[0] for s in allowed(report)] == ["agreement.demonstrative"]
    assert "agreement.demonstrative" in codes(report)[0]
    assert not any(c.startswith("agreement.") for c in codes(report)[1])


def test_the_flag_alone_can_be_allowed(tmp_path: Path) -> None:
    report = judged(tmp_path, f"<!-- mtaudit: allow flagged: لقب رسمي -->\n{LINES[0]}\n{LINES[2]}")
    assert [row.flagged for row in report.segments] == [False, True]
    assert codes(report)[0]
    assert allowed(report) == [("", "allowed in the text", "لقب رسمي")]


@pytest.mark.parametrize(("comment", "told"), [
    ("allow agreement.demonstrative", "no reason"),
    ("allow agreement.demonstrative:", "no reason"),
    ("allow : reason", "no code"),
    ("allow agreement.demonstrativ: r", r"unknown code agreement\.demonstrativ \(agreement"),
    ("forbid x: y", "no code"),
])  # fmt: skip
def test_without_reason_or_code_it_is_not_heeded(tmp_path: Path, comment: str, told: str) -> None:
    report = judged(tmp_path, f"<!-- mtaudit: {comment} -->\n{LINES[0]}")
    assert not allowed(report)
    assert "agreement.demonstrative" in codes(report)[0]
    (note,) = [n for n in report.document.notes if n.code == "inline-refused"]
    assert re.search(told, note.message_en)
    assert "<!--" not in report.segments[0].segment.text


def test_an_idle_comment_is_told(tmp_path: Path) -> None:
    report = judged(tmp_path, f"<!-- mtaudit: allow markup.html: r -->\n{LINES[1]}")
    assert [n.code for n in report.document.notes if n.code.startswith("inline")] == [
        "inline-unused"
    ]


@pytest.mark.parametrize("text", [
    "<!-- mtaudit: allow x: y", "<!-- mtaudit:" * 3000, "<!-- mtaudit: allow a.b:\nc -->",
    "<!--mtaudit: allow " + "a," * 5000 + ": r -->",
])  # fmt: skip
def test_what_is_no_comment_stays_text(text: str) -> None:
    document, found = take(Document("a", text))
    assert (document.text, found) == (text, ())


def test_in_extracted_text_nothing_is_a_comment() -> None:
    """Offsets of a record or an HTML page lead into no file: who wrote it there is not known."""
    text = "<!-- mtaudit: allow style.*: r -->\nنص"
    document = Document("a", text, offsets_into="extracted")
    assert take(document) == (document, ())


def test_review_and_rejudge_leave_comments_where_they_are(tmp_path: Path) -> None:
    from mtaudit.desk.baseline import EMPTY, carried_over

    comment = "<!-- mtaudit: allow agreement.demonstrative: نقل حرفي -->"
    (tmp_path / "a.txt").write_text(f"{comment}\n{LINES[0]}", encoding="utf-8")
    run = audit([tmp_path / "a.txt"], Options(roundtrip=False, cache=False))
    write_run(run, tmp_path / "run", ["jsonl"])
    stored = read_run(tmp_path / "run")
    assert list(carried_over(stored.segments)) == []
    for baseline in (None, EMPTY):
        again = rejudge(stored, calibrate.default(), baseline=baseline)
        assert [s["issues"] for s in again.segments] == [s["issues"] for s in stored.segments]
