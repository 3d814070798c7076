"""What segment.py promises: exact offsets for any text, and the sentence ends of Arabic news."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.read.furniture import find_blocks
from mtaudit.segment import LONGEST, blank, segment
from mtaudit.types import Block, Document, Segment

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "cases/read/sentences.toml").read_text("utf-8"))["case"]
SEEDS = sorted((HERE.parent / "seeds").glob("*.txt"))


def segments(text: str, blocks: tuple[Block, ...] = ()) -> tuple[Segment, ...]:
    return segment(Document("t", text, blocks=blocks))


def check_offsets(text: str, found: tuple[Segment, ...]) -> None:
    """In order, disjoint, never blank; segments and blank gaps rejoin to exactly the text."""
    at = 0
    for index, part in enumerate(found):
        assert part.index == index
        assert at <= part.start < part.end <= len(text)
        assert part.text == text[part.start : part.end]
        assert part.text.strip()
        assert all(blank(char) for char in text[at : part.start])
        assert not any(newline in part.text for newline in "\n\r\u2028\u2029")
        at = part.end
    assert all(blank(char) for char in text[at:])


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_sentence_ends(case: dict[str, str]) -> None:
    text = case["text"].replace("‖", "")
    wanted = case.get("pieces") or [piece.strip() for piece in case["text"].split("‖")]
    found = segments(text)
    check_offsets(text, found)
    assert [part.text for part in found] == wanted


NEWS_LIKE = st.text(
    alphabet=st.sampled_from(list("اأبتدملو قال في 12.،؛؟!…«»\"“”()[]-–\n\r\t\u200f\u2028aZ<>:'"))
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), NEWS_LIKE))
def test_any_text_is_covered_exactly(text: str) -> None:
    check_offsets(text, segments(text))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(NEWS_LIKE, st.sampled_from(
    ["أخبار ذات صلة", "إقرأ أيضاً:", "المصدر: رويترز", "منذ 3 أيام", "<الشكل>",
     "أخبار ذات صلةأكد الوزير أن الاتفاق قريب.", "قال الوزير إن الاتفاق قريب جدا. " * 5]
)), max_size=12))  # fmt: skip
def test_blocks_of_any_text_cover_it_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    blocks, _ = find_blocks(text)
    at = 0
    for block in blocks:
        assert at <= block.start < block.end
        assert all(blank(char) for char in text[at : block.start])
        assert bool(block.reason_code) == (block.role == "furniture") == bool(block.reason_ar)
        at = block.end
    assert all(blank(char) for char in text[at:])
    assert not blocks or any(block.role == "article" for block in blocks)
    check_offsets(text, segments(text, blocks))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name[:3])
def test_seeds_rejoin_exactly(seed: Path) -> None:
    text = seed.read_bytes().decode("utf-8")
    blocks, _ = find_blocks(text)
    check_offsets(text, segments(text, blocks))


def test_dangling_fragments_of_a_seed_are_segments_of_their_own() -> None:
    text = next(path for path in SEEDS if path.name.startswith("002")).read_text("utf-8")
    found = [part.text for part in segments(text, find_blocks(text)[0]) if part.role == "article"]
    assert {"في.", "روسيا.", "الاتفاق."} <= set(found)


def test_segments_carry_the_role_and_reason_of_their_block() -> None:
    text = "قال الوزير كلاما كثيرا.\nالمصدر: رويترز"
    second = text.index("المصدر")
    blocks = (
        Block(0, second - 1, "article"),
        Block(second, len(text), "furniture", "source", "source line", "سطر المصدر"),
    )
    article, furniture = segments(text, blocks)
    assert (article.role, article.reason_code) == ("article", "")
    assert (furniture.role, furniture.reason_code, furniture.reason_ar) == (
        "furniture", "source", "سطر المصدر",
    )  # fmt: skip


def test_text_between_blocks_is_not_lost() -> None:
    text = "قبل.\nداخل.\nبعد."
    found = segments(text, (Block(5, 10, "furniture", "x", "x", "x"),))
    assert [(part.text, part.role) for part in found] == [
        ("قبل.", "article"), ("داخل.", "furniture"), ("بعد.", "article"),
    ]  # fmt: skip


def test_headline_and_section_headings_are_marked() -> None:
    text = "لافروف: لا ضمانات بلا روسيا\nقال الوزير إن بلاده ترفض.\nلا مواقف بناءة\nوأضاف كلاما."
    assert [part.heading for part in segments(text)] == [True, False, True, False]


def test_rows_without_punctuation_are_not_headings() -> None:
    assert not any(part.heading for part in segments("قال الوزير شيئا\nوقال غيره شيئا آخر"))
    assert not any(part.heading for part in segments("عنوان وحيد"))


def test_very_long_sentences_are_cut_at_clause_marks() -> None:
    text = "قال الوزير إن المحادثات مستمرة بين الجانبين، " * 100
    found = segments(text)
    check_offsets(text, found)
    assert len(found) > 2
    assert all(len(part.text) <= LONGEST and part.text.endswith("،") for part in found)
    solid = "ا" * (3 * LONGEST + 1)
    assert [len(part.text) for part in segments(solid)] == [LONGEST] * 3 + [1]


@pytest.mark.parametrize("unit", [". ", '"ا. ', "د. ", "كلمة... ", "(", "روسيا.وقال", ".» ", "[1]"])
def test_hostile_runs_take_linear_time(unit: str) -> None:
    def seconds(times: int) -> float:
        text = unit * times
        begin = time.process_time()
        segments(text)
        return time.process_time() - begin

    small = min(seconds(2_000) for _ in range(3))
    large = min(seconds(16_000) for _ in range(2))
    assert large < 8 * 4 * small + 0.05  # quadratic would be 64 times


def test_speed_is_far_above_what_the_models_can_take() -> None:
    text = 'قال الوزير في "مؤتمر صحفي" إن نسبة 3.5 بالمئة كافية.\n' * 3_000
    begin = time.process_time()
    assert len(segments(text)) == 3_000
    # 16,000 a second were measured on one core; the bound only catches a change of order.
    assert time.process_time() - begin < 3.0
