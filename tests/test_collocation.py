"""The collocation witness: only pairs that native news had ample occasion for and never wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mtaudit.evidence.collocation import MAJOR_EXPECTED, Collocation
from mtaudit.rules import Rule, load_family
from mtaudit.types import Document, Evidence, Segment

RULES = load_family("collocation")
SEEDS = Path(__file__).parent.parent / "seeds"


@cache
def witness() -> Collocation:
    return Collocation()


def examine(*texts: str) -> list[Evidence]:
    document = Document("d", "\n".join(texts))
    segments, at = [], 0
    for i, text in enumerate(texts):
        segments.append(Segment(i, at, at + len(text), text))
        at += len(text) + 1
    return witness().examine(document, segments)


def codes(text: str) -> set[str]:
    return {issue.code for issue in examine(text)[0].issues}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rules_keep_their_examples(rule: Rule) -> None:
    for text in rule.wrong:
        assert rule.code in codes(text), text
    for text in (*rule.right, *rule.counter):
        assert not codes(text), text


def test_alternatives_occur_and_fit() -> None:
    """Gender, article and tanwin of what is offered match what stood there."""
    (issue,) = examine("نرى فقط تصعيدًا إيجابيًا للوضع")[0].issues
    assert issue.text == "تصعيدًا إيجابيًا"
    assert issue.suggestion is not None
    assert "تصعيدًا خطيرا" in issue.suggestion
    (issue,) = examine("نشرت الدول الغربية الجيش العسكري هناك")[0].issues
    assert issue.suggestion is not None
    assert all(part.startswith("الجيش ال") for part in issue.suggestion.split(" / "))
    assert issue.more["expected"] >= MAJOR_EXPECTED["adj"]


def test_clitics_and_place_stay_with_the_words() -> None:
    text = "وهذا شرط مهم للأوكرانيين لتحقيق العالم."
    evidence = examine("قال الوزير ذلك أمس.", text)
    assert evidence[0].issues == ()
    (issue,) = evidence[1].issues
    assert issue.text == "لتحقيق العالم"
    assert issue.suggestion is not None
    assert "لتحقيق السلام" in issue.suggestion
    assert issue.start == len("قال الوزير ذلك أمس.") + 1 + text.index("لتحقيق")


def test_punctuation_and_quotation_part_words() -> None:
    assert codes("تحدثوا عن تحقيق، العالم يراه مهما") == set()
    assert codes("تحدثوا عن تحقيق «العالم» أمس") == set()


def test_segments_do_not_touch_one_another() -> None:
    """The last word of one segment and the first of the next are no pair."""
    joined = examine("شرط مهم جدا لتحقيق", "العالم يراقب ذلك أمس")
    assert all(e.issues == () for e in joined)
    alone = examine("العالم يراقب ذلك أمس")[0]
    assert joined[1].features == alone.features


def test_features_are_measured_not_guessed() -> None:
    usual, odd = examine(
        "أعلن وزير الخارجية الروسي سيرغي لافروف في مؤتمر صحفي",
        "يلتهم المسمار الأزرق معطف القمر في بطن الزجاج",
    )
    for name in ("mean_surprisal", "max_surprisal", "unseen_pair_rate", "oov_rate"):
        assert usual.features[name] >= 0
    assert usual.features["mean_surprisal"] < odd.features["mean_surprisal"] - 3
    assert usual.features["unseen_pair_rate"] < odd.features["unseen_pair_rate"]


def test_too_short_and_furniture_abstain() -> None:
    text = "هاشتاغز الجيش العسكري"
    furniture = Segment(0, 0, len(text), text, role="furniture")
    (first,) = witness().examine(Document("d", text), [furniture])
    (second,) = examine("كلمة")
    assert first.value is None
    assert second.value is None
    assert first.reason
    assert second.reason


def test_garbled_seed_against_the_clean_ones() -> None:
    found: dict[str, list[str]] = {}
    for file in sorted(SEEDS.glob("*.txt")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        found[file.name[:3]] = [i.text for e in examine(*lines) for i in e.issues]
    assert {"تصعيدًا إيجابيًا", "لتحقيق العالم", "الجيش العسكري", "جيشها العسكري"} <= set(
        found["000"]
    )
    assert sum(len(found[name]) for name in ("001", "003", "004")) <= 2
