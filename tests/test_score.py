"""Scores are monotone, abstain instead of answering 0, and see no text."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.calibrate import Calibration, Feature, LogisticModel, Threshold
from mtaudit.score import (
    PART_WORDS,
    PENALTY_CAP,
    damage,
    document_values,
    feature_values,
    part_spans,
    penalty,
    quality,
    score_document,
    score_parts,
    score_sentence,
)
from mtaudit.types import SEVERITIES, Evidence, Issue, RoundTrip, Severity


def issue(severity: Severity = "major", confidence: float = 0.8) -> Issue:
    return Issue("x.y", "accuracy", severity, 0, 1, "x", "en", "ar", "x", confidence)


def calibration() -> Calibration:
    sentence = LogisticModel(
        (Feature("residue", 0.0, 1.0, 1.5), Feature("calques", 0.0, 1.0, 1.0)), -1.0, 4.0, ()
    )
    tripped = LogisticModel((*sentence.features, Feature("roundtrip.chrf", 40, 10, 0.5)), -1, 4, ())
    document = LogisticModel((Feature("mean_logit", -1.0, 0.5, 1.0),), 0.0, 4.0, ())
    threshold = Threshold(0.8, 0.01, "a test")
    doubt = Threshold(0.5, 0.1, "a test")
    return Calibration(
        {"text": sentence, "roundtrip": tripped},
        {"text": document, "roundtrip": document},
        {"text": threshold, "roundtrip": threshold},
        {"text": threshold, "roundtrip": threshold},
        {"text": doubt, "roundtrip": doubt},
        {"forced_logprob_slope": 0.1, "forced_logprob_native_mean": -3, "forced_logprob_limit": 2},
        "test",
    )


ISSUES = st.lists(st.builds(issue, st.sampled_from(SEVERITIES), st.floats(0.05, 1.0)), max_size=8)


@given(ISSUES, st.sampled_from(SEVERITIES), st.integers(1, 60))
def test_one_more_issue_never_raises_quality(
    issues: list[Issue], severity: Severity, words: int
) -> None:
    """Adding a finding can only lower the grade, whatever stood there before."""
    more = [*issues, issue(severity)]
    assert quality(penalty(more), words) <= quality(penalty(issues), words)


def test_severity_orders_quality() -> None:
    grades = [quality(penalty([issue(severity)]), 20) for severity in SEVERITIES]
    assert grades == sorted(grades, reverse=True)
    assert len(set(grades)) == 3


def test_the_cap_bounds_one_sentence() -> None:
    assert penalty([issue("critical", 1.0)] * 50) == PENALTY_CAP
    assert quality(0.0, 1) == 100.0


def test_minor_punctuation_weighs_a_tenth_and_nothing_else_does() -> None:
    """A habit of spacing is no mistranslation; an order of words that is not Arabic is one."""
    minor = issue("minor", 1.0)
    spacing = dataclasses.replace(
        minor, code="punctuation.space-before-comma", category="locale-conventions"
    )
    order = dataclasses.replace(minor, code="punctuation.quote-attribution", category="style")
    assert penalty([minor]) == penalty([order]) == 1.0
    assert penalty([spacing]) == pytest.approx(0.1)
    assert penalty([dataclasses.replace(spacing, severity="major")]) == 5.0
    assert damage([minor, spacing, order]) == 3.0


def test_spacing_speaks_of_where_a_text_comes_from_more_than_of_its_quality() -> None:
    """The probability's input counts it like any minor finding."""
    spacing = dataclasses.replace(
        issue("minor", 1.0), code="punctuation.space-before-comma", category="locale-conventions"
    )
    (one, other) = (
        score_sentence([i], {}, 20, calibration()) for i in (spacing, issue("minor", 1.0))
    )
    assert one.quality > other.quality
    assert one.damage == other.damage
    model = calibration().document["text"]
    assert document_values([one], model) == document_values([other], model)


def test_abstentions_leave_no_zero_behind() -> None:
    """Unknown is not 0: an abstaining witness is simply not among the values."""
    heard = [Evidence("residue", None, "not Arabic"), Evidence("calques", 0.5, features={"n": 2})]
    assert feature_values(heard) == {"calques": 0.5, "calques.n": 2.0}
    trip = RoundTrip("gloss", "نص", chrf=50.0)
    assert feature_values([], trip) == {"roundtrip.chrf": 50.0}


@given(st.floats(0, 3), st.floats(0, 3))
def test_stronger_evidence_never_lowers_the_probability(a: float, b: float) -> None:
    low, high = sorted((a, b))
    scores = [score_sentence([], {"residue": x}, 20, calibration()) for x in (low, high)]
    assert scores[0].mt_probability is not None
    assert scores[1].mt_probability is not None
    assert scores[0].mt_probability <= scores[1].mt_probability


def test_contributions_add_up_to_the_logit() -> None:
    """What the report draws as "why" is the whole of the score, not a selection."""
    result = score_sentence([], {"residue": 2.0, "calques": 1.0}, 20, calibration())
    assert result.logit == pytest.approx(-1.0 + sum(x for _, x in result.contributions))


def test_a_short_sentence_gets_no_probability() -> None:
    result = score_sentence([issue()], {"residue": 3.0}, 2, calibration())
    assert result.mt_probability is None
    assert result.quality < 100


def test_a_confident_major_issue_flags_and_a_doubtful_one_does_not() -> None:
    assert score_sentence([issue("major", 0.8)], {}, 20, calibration()).flagged
    assert not score_sentence([issue("major", 0.3)], {}, 20, calibration()).flagged
    assert not score_sentence([issue("minor", 1.0)], {}, 20, calibration()).flagged


def test_a_sentence_that_is_hard_to_rebuild_loses_quality() -> None:
    easy = {"roundtrip.chrf": 40.0, "roundtrip.forced_logprob": -2.0}
    hard = {"roundtrip.chrf": 40.0, "roundtrip.forced_logprob": -4.0}
    grades = [score_sentence([], v, 20, calibration()).quality for v in (easy, hard)]
    assert grades[0] == 100.0
    assert grades[1] < 100.0


def test_documents_follow_their_sentences() -> None:
    """More suspicious sentences give a higher document probability, and a verdict with it."""
    results = []
    for strength in (0.0, 1.0, 3.0):
        rows = [score_sentence([], {"residue": strength}, 20, calibration()) for _ in range(6)]
        results.append(score_document(rows, calibration()))
    chances = [r.mt_probability for r in results]
    assert all(a < b for a, b in itertools.pairwise(chances) if a is not None and b is not None)
    assert [r.verdict for r in results] == ["unclear", "machine", "machine"]
    low, high = results[1].interval or (0, 0)
    assert low <= (results[1].mt_probability or 0) <= high


def test_how_long_a_long_document_is_says_nothing_of_it() -> None:
    """Our sets differ in length; translations and originals do not."""
    model = calibration().document["text"]
    row = score_sentence([issue()], {"residue": 1.0}, 25, calibration())
    ten, twenty, forty = (document_values([row] * n, model) for n in (10, 20, 40))
    assert twenty == pytest.approx(forty)
    assert ten["logit_by_length"] < twenty["logit_by_length"]
    assert ten["damage_by_length"] < twenty["damage_by_length"]


def test_the_first_findings_of_damage_say_most() -> None:
    model = calibration().document["text"]
    clean, hurt = (score_sentence(i, {"residue": 0.0}, 25, calibration()) for i in ([], [issue()]))
    found = [
        document_values([hurt] * n + [clean] * (20 - n), model)["damage_by_length"]
        for n in (0, 1, 4, 16)
    ]
    assert found == pytest.approx([0, found[1], 2 * found[1], 4 * found[1]])


def test_too_little_text_abstains_with_a_reason() -> None:
    row = score_sentence([], {"residue": 3.0}, 5, calibration())
    result = score_document([row], calibration())
    assert result.verdict == "abstained"
    assert result.mt_probability is None
    assert "too short" in result.abstained
    assert score_document([], calibration()).abstained == "no article text"


def test_knots_are_a_monotone_table() -> None:
    model = LogisticModel((), 0.0, 4.0, ((-2.0, 0.1), (0.0, 0.4), (2.0, 0.9)))
    points = [model.probability(x / 10) for x in range(-40, 41)]
    assert points == sorted(points)
    assert points[0] == 0.1
    assert points[-1] == 0.9
    assert model.probability(1.0) == pytest.approx(0.65)


@given(
    st.lists(st.tuples(st.integers(0, 80), st.booleans()), min_size=1, max_size=30).map(
        lambda rows: ([w for w, _ in rows], list(itertools.accumulate(int(b) for _, b in rows)))
    )
)
def test_parts_cover_every_sentence_once_and_end_with_paragraphs(
    text: tuple[list[int], list[int]],
) -> None:
    words, paragraphs = text
    spans = part_spans(words, paragraphs)
    assert [i for first, last in spans for i in range(first, last + 1)] == list(range(len(words)))
    for _, last in spans[:-1]:
        assert paragraphs[last] != paragraphs[last + 1]
    if len(spans) > 1:
        assert all(sum(words[a : b + 1]) >= PART_WORDS for a, b in spans)


def test_a_translated_paragraph_stands_out() -> None:
    """Two clean paragraphs and a bad one: the map says which."""
    fitted = dataclasses.replace(
        calibration(), document_part={"text": Threshold(0.7, 0.01, "a test")}
    )
    strengths = (0.0, 0.0, 3.0, 3.0, 0.0, 0.0)
    rows = [score_sentence([], {"residue": x}, 40, fitted) for x in strengths]
    parts = score_parts(rows, [0, 0, 1, 1, 2, 2], fitted)
    assert [(p.first, p.last, p.machine) for p in parts] == [
        (0, 1, False), (2, 3, True), (4, 5, False),
    ]  # fmt: skip
    assert score_parts(rows, [0] * 6, fitted) == []
    assert score_parts(rows, [0, 0, 1, 1, 2, 2], calibration()) == []
