"""Which language an article was translated from: what counts, what is too little, how it shows."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from itertools import permutations
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_samples import document_report, run_report

from mtaudit.evidence import load_witness
from mtaudit.judging import issues_of_evidence
from mtaudit.report.html import page
from mtaudit.report.record import document_record, stored_run
from mtaudit.report.terminal import plain_lines
from mtaudit.segment import segment
from mtaudit.source_language import CAP, MAX_LENGTH, MAX_TEXTS, MINIMUM, guess
from mtaudit.types import Document, Issue, RunReport

SEEDS = Path(__file__).parent.parent / "seeds"


def issue(
    text: str, language: Any = "ru", code: str = "senses.wrong-sense", **fields: Any
) -> Issue:
    given: dict[str, Any] = {"severity": "critical", "confidence": 0.6, "more": {}, **fields}
    more = {"source_language": language, **given.pop("more")}
    severity, confidence = given["severity"], given["confidence"]
    return Issue(
        code,
        "accuracy",
        severity,
        0,
        len(text),
        text,
        "why",
        "لماذا",
        "test",
        confidence,
        more=more,
    )


def sense(text: str, language: str = "ru", entry: str = "") -> Issue:
    return issue(text, language, more={"entry": entry or text})


WORD = issue("HOA BINH", "vi", "residue.foreign-word", confidence=0.9)


def test_a_word_of_the_language_itself_is_enough() -> None:
    assert guess([WORD]) == (("vi", 1.0, ("HOA BINH",)),)


def test_too_little_evidence_names_no_language() -> None:
    dash = issue("كل هذا – لتجنب", "ru", "punctuation.copula-dash", severity="minor")
    assert guess([]) == ()
    assert guess([dash]) == ()
    assert guess([sense("لتحقيق العالم")]) == ()
    assert guess([sense("لتحقيق العالم"), sense("منصب الرئيس")]) != ()


def test_one_english_word_is_no_sign_of_an_english_source() -> None:
    """Native pages have them too; a whole English clause is another matter."""
    word = issue("security", "en", "residue.english-word", severity="major", confidence=0.75)
    clause = issue("they needed to balance", "en", "residue.english-clause", confidence=0.85)
    assert guess([word]) == ()
    assert guess([clause])[0][0] == "en"


def test_findings_that_point_nowhere_are_ignored() -> None:
    silent = [
        replace(WORD, more=more) for more in ({}, {"source_language": ""}, {"source_language": 3})
    ]
    assert guess(silent) == ()
    assert guess([WORD, *silent]) == guess([WORD])


def test_shares_add_up_and_stand_in_order_whatever_the_order_of_the_issues() -> None:
    mine = [WORD, sense("لتحقيق العالم"), sense("منصب الرئيس"), sense("العالم السياسي", "en")]
    results = {guess(order) for order in permutations(mine)}
    assert len(results) == 1
    (found,) = results
    shares = [share for _, share, _ in found]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert [language for language, _, _ in found] == ["vi", "ru", "en"]


def test_a_graver_or_surer_finding_never_weighs_less() -> None:
    other = sense("لتحقيق العالم"), sense("منصب الرئيس")

    def share(severity: str, confidence: float) -> float:
        word = issue(
            "HOA BINH", "vi", "residue.foreign-word", severity=severity, confidence=confidence
        )
        return {name: part for name, part, _ in guess([*other, word])}["vi"]

    assert share("major", 0.9) < share("critical", 0.9)
    assert share("critical", 0.5) < share("critical", 0.9)


def test_a_habit_counts_only_so_often() -> None:
    def habits(n: int) -> list[Issue]:
        return [issue(f"نص {i}", "en", "punctuation.quote-attribution", severity="minor",
                      confidence=0.7) for i in range(n)]  # fmt: skip

    assert guess(habits(40)) == ()
    assert guess([WORD, *habits(40)])[1][1] == guess([WORD, *habits(CAP)])[1][1]
    # The same words twice are one trace.
    assert guess([WORD, WORD]) == guess([WORD])


def test_texts_are_few_short_and_on_one_line() -> None:
    long = [
        issue(f"نص\n{i} " + "طويل " * 40, "vi", f"residue.c{i}", confidence=0.9) for i in range(9)
    ]
    ((_, _, texts),) = guess(long)
    assert len(texts) == MAX_TEXTS
    assert all(len(text) <= MAX_LENGTH and "\n" not in text for text in texts)


def test_the_raw_page_went_through_several_languages() -> None:
    text = next(SEEDS.glob("000_*")).read_text(encoding="utf-8")
    document = Document("000", text)
    segments = segment(document)
    found = guess(
        i
        for name in ("residue", "punctuation", "senses")
        for i in issues_of_evidence(load_witness(name).examine(document, segments))
    )
    traces = {language: texts for language, _, texts in found}
    assert "HOA BINH" in traces["vi"]
    assert any("العالم" in text for text in traces["ru"])


@pytest.mark.parametrize("number", ["001", "003", "004"])
def test_clean_reports_name_no_language(number: str) -> None:
    text = next(SEEDS.glob(f"{number}_*")).read_text(encoding="utf-8")
    document = Document(number, text)
    segments = segment(document)
    names = ("residue", "punctuation", "senses", "markup")
    heard = [e for name in names for e in load_witness(name).examine(document, segments)]
    assert guess(issues_of_evidence(heard)) == ()


# ------------------------------------------------------------------ how it shows


@pytest.fixture
def run() -> RunReport:
    report = document_report("a.txt", "قال الوزير إن الاتفاق قريب.\n")
    found = (("ru", 0.625, ("لتحقيق العالم",)), ("vi", 0.375, ("HOA BINH",)))
    return run_report([replace(report, source_languages=found)])


def test_the_record_holds_it_and_the_schema_allows_records_without_it(run: RunReport) -> None:
    source = resources.files("mtaudit.report").joinpath("schema", "document.schema.json")
    validator = jsonschema.Draft202012Validator(json.loads(source.read_text(encoding="utf-8")))
    record = document_record(run.documents[0], run.signature)
    assert record["source_languages"][1] == {
        "language": "vi",
        "share": 0.375,
        "texts": ["HOA BINH"],
    }
    validator.validate(record)
    del record["source_languages"]
    validator.validate(record)


def test_the_terminal_says_it_on_one_line(run: RunReport) -> None:
    (line,) = [x for x in plain_lines(run, "en") if "translated from" in x]
    assert "Russian 62% (لتحقيق العالم); Vietnamese 38% (HOA BINH)" in line
    (line,) = [x for x in plain_lines(run, "ar") if "يُرجَّح أنه مترجم عن" in x]
    assert "الروسية" in line
    assert "الفيتنامية" in line
    silent = run_report([replace(run.documents[0], source_languages=())])
    assert not [x for x in plain_lines(silent, "en") if "translated from" in x]


def test_the_page_holds_it(run: RunReport) -> None:
    html = page(stored_run(run))
    assert '"source_languages":[{"language":"ru"' in html.replace(": ", ":").replace(", ", ",")
    assert "sourceLanguages(doc)" in html


def test_the_minimum_is_more_than_any_single_resemblance() -> None:
    """One wrong sense or construction, however grave and sure, names no language."""
    assert MINIMUM > 3 * 0.6
