"""Documents examined together say what each says alone, and the collector is left as it was."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from mtaudit import examining, pipeline
from mtaudit.examining import SentenceWitness
from mtaudit.memory import collector_paused
from mtaudit.read import read_paths
from mtaudit.types import Block, Document

ROOT = Path(__file__).parent.parent
ODD = (
    "", "   ", "نعم", "GPS", "قال ذلك.\n\nقال ذلك. قال ذلك.", "١٢٣ 45",
    "أعلنَ الوزيرُ تصعيدًا إيجابيًا.",
    "<!-- mtaudit: allow collocation.*: a quotation -->\nنرى فقط تصعيدًا إيجابيًا للوضع.",
)  # fmt: skip


def documents() -> list[Document]:
    seeds = [d for d in read_paths([ROOT / "seeds"]) if isinstance(d, Document)]
    odd = [Document(f"odd{i}", text) for i, text in enumerate(ODD)]
    page = "اقرأ أيضا في موقعنا اليوم\nقال الوزير إن كييف لن يتمكن من ذلك."
    blocks = (Block(0, 25, "furniture", "menu"), Block(26, len(page), "article"))
    return [*odd[:3], *seeds, *odd[3:], Document("page", page, blocks=blocks)]


def test_examining_together_changes_nothing() -> None:
    texts = documents()
    alone = [pipeline.examine(document) for document in texts]
    assert pipeline.examine_together(texts) == alone
    assert pipeline.examine_together(texts[::-1]) == alone[::-1]
    assert pipeline.examine_all(texts) == alone
    assert any(
        issue for e in alone for row in e.evidence for found in row for issue in found.issues
    )


def test_groups_hold_every_document_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_TOGETHER", 10)
    texts = [Document(str(i), "ن" * size) for i, size in enumerate((3, 3, 9, 25, 0, 1))]
    groups = [[d.doc_id for d in group] for group in pipeline.together(texts)]
    assert groups == [["0", "1", "2"], ["3"], ["4", "5"]]


def test_the_witnesses_of_sentences_are_named() -> None:
    named = {w.name for w in examining._witnesses() if isinstance(w, SentenceWitness)}
    assert named == {"agreement", "collocation", "detector"}


def test_the_collector_is_left_as_it_was() -> None:
    def stumble() -> None:
        assert not gc.isenabled()
        raise ZeroDivisionError

    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        collector_paused()(stumble)()
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
