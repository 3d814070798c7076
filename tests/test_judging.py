"""One document's evidence drawn together: the map of its parts, and what it does to the verdict."""

from __future__ import annotations

from mtaudit.calibrate import Calibration, Feature, LogisticModel, Threshold
from mtaudit.judging import Examined, judge
from mtaudit.types import Document, DocumentReport, Evidence, Segment

SENTENCE = "وأعلنت الوزارة في بيان لها أن الشاحنات الأولى وصلت إلى الميناء مساء أمس."
SILENT = Evidence("reference", None, "no references")


def calibration(machine: float) -> Calibration:
    sentence = LogisticModel((Feature("residue", 0.0, 1.0, 2.0),), -1.0, 8.0, ())
    document = LogisticModel((Feature("mean_logit", 0.0, 1.0, 1.0),), 0.0, 8.0, ())

    def at(value: float) -> dict[str, Threshold]:
        return {"text": Threshold(value, 0.01, "a test")}

    return Calibration(
        {"text": sentence}, {"text": document}, at(0.9), at(machine), at(0.8), {}, "test", at(0.7)
    )


def report(strengths: list[list[float]], machine: float = 0.95) -> DocumentReport:
    """An article of paragraphs; each number is the evidence on one sentence."""
    text, segments, evidence = "", [], []
    for paragraph in strengths:
        for strength in paragraph:
            start = len(text)
            text += SENTENCE
            segments.append(Segment(len(segments), start, len(text), SENTENCE))
            evidence.append((Evidence("residue", strength),))
            text += " "
        text += "\n\n"
    silent = (None, Evidence("roundtrip", None, "no model"))
    return judge(
        Examined(Document("d", text), tuple(segments), tuple(evidence)),
        [silent] * len(segments),
        [((), SILENT)] * len(segments),
        calibration(machine),
    )


def test_a_mixed_article_says_which_part() -> None:
    found = report([[0.0] * 6, [2.0] * 6, [0.0] * 6])
    assert [p.machine for p in found.parts] == [False, True, False]
    assert found.parts[0].end < found.parts[1].start
    assert found.document.text[found.parts[1].start : found.parts[1].end].count(SENTENCE) == 6
    (note,) = found.document.notes
    assert note.code == "mixed"
    assert "1 of 3 parts" in note.message_en
    assert "«وأعلنت الوزارة في بيان لها أن …»" in note.message_ar


def test_a_machine_part_leaves_no_room_for_human() -> None:
    """By the whole article's probability it would have been called human."""
    mixed = report([[0.0] * 6, [2.0] * 6, [0.0] * 6])
    assert mixed.mt_probability is not None
    assert mixed.mt_probability < 0.8
    assert mixed.verdict == "unclear"


def test_an_article_of_one_kind_is_not_mixed() -> None:
    for strength, verdict in ((0.0, "human"), (3.0, "machine")):
        found = report([[strength] * 6] * 3)
        assert len({p.machine for p in found.parts}) == 1
        assert found.verdict == verdict
        assert found.document.notes == ()


def test_a_short_article_has_no_map() -> None:
    assert report([[2.0, 2.0], [0.0]]).parts == ()
