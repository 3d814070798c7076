"""Articles against a library of reports: which are used, how far they are trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_reference import FIT, WordEncoder

from mtaudit import comparison, reference
from mtaudit.comparison import Compared, Comparison
from mtaudit.library import Library
from mtaudit.segment import segment
from mtaudit.types import Document, Verdict

TALKS = "ونقلت الوكالة أن نحو 10 دول مستعدة لإرسال قوات إلى البلاد."
MORE = "وقال وزير الخارجية الروسي سيرغي لافروف إن بلاده مستعدة للحوار."
WHEAT = "ارتفعت أسعار القمح في الأسواق العالمية خلال هذا الأسبوع."
SUSPECT = "حاليا أعلنت حوالي عشر دول مستعدة لإرسال قوات.\nوتابع سيرج لافروف زيارته إلى عمان."


@pytest.fixture(autouse=True)
def fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "default_fit", lambda: FIT)


def compare(
    tmp_path: Path, machine: tuple[str, ...] = (), suspect: str = SUSPECT, **texts: str
) -> Compared:
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    library = Library(None)
    library.update([tmp_path])
    asked: list[str] = []

    def judge(report: Document) -> tuple[Verdict, float | None]:
        assert report.doc_id not in asked, "every report is audited once"
        asked.append(report.doc_id)
        doubtful = report.doc_id.removesuffix(".txt") in machine
        return ("machine", 0.9) if doubtful else ("human", 0.1)

    held = Comparison(library, WordEncoder(), judge, "judge")
    document = Document("suspect", suspect)
    segments = segment(document)
    first = held.compare(document, segments, [()] * len(segments))
    second = held.compare(document, segments, [()] * len(segments))
    assert first == second
    return first


def test_the_reports_used_are_named_with_what_they_share(tmp_path: Path) -> None:
    found = compare(tmp_path, a=f"{TALKS}\n{MORE}", b=WHEAT)
    use = {item.doc_id: item for item in found.reports}
    assert found.reports[0].doc_id == "a.txt"
    assert use["a.txt"].matched == 1
    assert use["b.txt"].matched == 0
    assert use["a.txt"].similarity > use["b.txt"].similarity
    assert use["a.txt"].verdict == "human"


def test_a_report_that_is_machine_translation_is_shown_and_decides_nothing(tmp_path: Path) -> None:
    trusted = compare(tmp_path, a=f"{TALKS}\n{MORE}")
    doubted = compare(tmp_path, machine=("a",), a=f"{TALKS}\n{MORE}")
    (matches, evidence), (_, names) = doubted.matches
    assert [match.doubtful for match in matches] == [True]
    assert matches[0].wording == ()
    assert evidence.value is None
    assert "machine translation" in evidence.reason
    assert doubted.reports[0].verdict == "machine"
    (_, before), (_, named) = trusted.matches
    assert before.value is not None
    assert [i.code for i in named.issues] == ["reference.name-spelling"]
    assert names.issues == ()


def test_a_clean_report_goes_before_a_doubtful_one(tmp_path: Path) -> None:
    near = "حاليا أعلنت حوالي عشر دول مستعدة لإرسال قوات إلى البلاد."
    found = compare(tmp_path, machine=("a",), a=near, b=TALKS)
    matches, evidence = found.matches[0]
    assert [match.doubtful for match in matches] == [False, True][: len(matches)]
    assert matches[0].doc_id == "b.txt"
    assert evidence.value is not None


def test_a_sentence_copied_by_several_outlets_is_one_source(tmp_path: Path) -> None:
    found = compare(tmp_path, a=f"{TALKS}\n{MORE}", b=f"{TALKS}\n{WHEAT}", suspect=TALKS)
    ((matches, evidence),) = found.matches
    assert len(matches) == 1
    assert {matches[0].doc_id, *matches[0].also_in} == {"a.txt", "b.txt"}
    assert evidence.features["copy"] == 1
    assert evidence.value == 0
    assert [use.identical for use in found.reports] == [1, 1]


def test_names_told_are_the_reports_own(tmp_path: Path) -> None:
    found = compare(tmp_path, a=f"{TALKS}\n{MORE}")
    for name in found.reports[0].shared:
        assert name in f"{TALKS}\n{MORE}"
    assert len(found.reports[0].shared) <= comparison.SHARED
