"""The written reports: records, files and the terminal."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from report_samples import HOSTILE, document_report, run_report, seed_run
from rich.console import Console

from mtaudit.errors import InputError, UsageError
from mtaudit.report import jsonl as jsonl_module
from mtaudit.report import read_run, render, stored_run, write_run
from mtaudit.report.record import plain
from mtaudit.report.strings import one_line, reason_text, shortened, texts
from mtaudit.report.terminal import plain_lines, worst
from mtaudit.types import CATEGORIES, SCHEMA_VERSION, SEVERITIES, RunReport


def schema(name: str) -> dict[str, Any]:
    folder = resources.files("mtaudit.report").joinpath("schema")
    return json.loads(folder.joinpath(f"{name}.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def run() -> RunReport:
    return seed_run()


@pytest.fixture
def hostile() -> RunReport:
    return run_report([document_report("<b onclick=1>\u202e.txt", HOSTILE)])


# ------------------------------------------------------------------ records and schemas


@pytest.mark.parametrize("name", ["segment", "document", "run"])
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("sample", ["run", "hostile"])
def test_every_record_satisfies_its_schema(
    sample: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    write_run(request.getfixturevalue(sample), tmp_path, ["jsonl"])
    for file, name in (("segments.jsonl", "segment"), ("documents.jsonl", "document")):
        validator = jsonschema.Draft202012Validator(schema(name))
        lines = (tmp_path / file).read_text("utf-8").split("\n")
        assert lines.pop() == ""
        assert lines
        for line in lines:
            validator.validate(json.loads(line))
    run_json = json.loads((tmp_path / "run.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema("run")).validate(run_json)


def test_the_schema_refuses_what_the_record_promises_not_to_hold(run: RunReport) -> None:
    validator = jsonschema.Draft202012Validator(schema("segment"))
    record = stored_run(run).segments[1]
    assert validator.is_valid(record)
    assert not validator.is_valid({**record, "mt_probability": 1.2})
    assert not validator.is_valid({**record, "extra": 1})
    silent = {"value": None, "reason": "", "features": {}}
    assert not validator.is_valid({**record, "evidence": {"residue": silent}})


def test_schema_enumerations_follow_the_types() -> None:
    issue = schema("segment")["$defs"]["issue"]["properties"]
    assert tuple(issue["category"]["enum"]) == CATEGORIES
    assert tuple(issue["severity"]["enum"]) == SEVERITIES


def test_offsets_lead_back_to_the_text(run: RunReport) -> None:
    for report in run.documents:
        doc_id = report.document.doc_id
        for segment in (s for s in stored_run(run).segments if s["doc_id"] == doc_id):
            assert report.document.text[segment["start"] : segment["end"]] == segment["text"]
            for issue in segment["issues"]:
                assert report.document.text[issue["start"] : issue["end"]] == issue["text"]


def test_numbers_are_rounded_and_unknown_is_null() -> None:
    assert plain(0.123456) == 0.1235
    assert plain(np.float32(0.5)) == 0.5
    assert plain(np.int64(3)) == 3
    assert [plain(math.nan), plain(math.inf)] == [None, None]
    assert str(plain(-0.00001)) == "0.0"
    assert plain(0.123456, None) == 0.123456
    assert plain({"b": (1, {"x"})}) == {"b": [1, ["x"]]}


def test_abstention_is_written_as_null_with_its_reason(run: RunReport) -> None:
    heard = stored_run(run).segments[2]["evidence"]["roundtrip"]
    assert heard == {"value": None, "reason": "no translator", "features": {}}


# ------------------------------------------------------------------ files


def test_bytes_do_not_depend_on_anything_but_the_run(run: RunReport, tmp_path: Path) -> None:
    first = write_run(run, tmp_path / "a")
    second = write_run(seed_run(), tmp_path / "b")
    names = ["report.html", "segments.jsonl", "documents.jsonl", "run.json"]
    assert [p.name for p in first] == names
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes()


def test_reading_back_gives_the_same_records_and_the_same_page(
    run: RunReport, tmp_path: Path
) -> None:
    write_run(run, tmp_path / "a")
    again = read_run(tmp_path / "a")
    assert again == stored_run(run)
    write_run(again, tmp_path / "b")
    for name in ("report.html", "segments.jsonl", "run.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_line_is_a_line_for_every_reader(hostile: RunReport, tmp_path: Path) -> None:
    """U+2028 in a text must not break the line for str.splitlines."""
    write_run(hostile, tmp_path, ["jsonl"])
    text = (tmp_path / "segments.jsonl").read_text("utf-8")
    assert len(text.splitlines()) == len(hostile.documents[0].segments)
    assert "\u2028" in read_run(tmp_path).segments[1]["text"]


def test_lone_surrogates_do_not_stop_the_writing(tmp_path: Path) -> None:
    broken = run_report([document_report("a.txt", "نص فيه \ud800 محرف مكسور في الوسط.")])
    write_run(broken, tmp_path)
    assert "\ufffd" in read_run(tmp_path).segments[0]["text"]


def test_created_only_stands_in_run_json_when_handed_in(run: RunReport, tmp_path: Path) -> None:
    write_run(run, tmp_path / "a", ["jsonl"], created="2026-01-02T03:04:05Z")
    assert read_run(tmp_path / "a").run["created"] == "2026-01-02T03:04:05Z"
    assert "2026-01-02" not in (tmp_path / "a" / "segments.jsonl").read_text("utf-8")
    assert stored_run(run).run["created"] is None


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    run: RunReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(run, tmp_path, ["jsonl"])
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jsonl_module.os, "replace", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_run(replace(run, signature="other"), tmp_path, ["jsonl"])
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_broken_stream_of_parts_leaves_nothing(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        yield "half"
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        jsonl_module.write_atomically(tmp_path / "x.txt", parts())
    assert list(tmp_path.iterdir()) == []


def test_unwritable_places_and_unknown_formats_are_named(run: RunReport, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="file"):
        write_run(run, tmp_path / "file" / "out", ["jsonl"])
    with pytest.raises(UsageError, match="docx"):
        write_run(run, tmp_path / "out", ["jsonl", "docx"])
    assert not (tmp_path / "out").exists()


def test_damaged_runs_are_refused_with_file_and_line(run: RunReport, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        read_run(tmp_path)
    write_run(run, tmp_path, ["jsonl"])
    segments = tmp_path / "segments.jsonl"
    good = segments.read_text("utf-8")
    segments.write_text(good + '{"half": ', "utf-8")
    with pytest.raises(InputError, match=rf"segments.jsonl, line {good.count(chr(10)) + 1}"):
        read_run(tmp_path)
    segments.write_text(good.replace("rules:ab12", "rules:cd34", 1), "utf-8")
    with pytest.raises(InputError, match="another run"):
        read_run(tmp_path)
    segments.write_text(good.replace(f'"schema":"{SCHEMA_VERSION}"', '"schema":"7.0"', 1), "utf-8")
    with pytest.raises(InputError, match=r"schema 7\.0"):
        read_run(tmp_path)


# ------------------------------------------------------------------ terminal


def test_plain_lines_are_greppable(run: RunReport) -> None:
    lines = list(plain_lines(run, "en"))
    names = [d.document.path for d in run.documents] + [f.path for f in run.failures]
    notes = [n.code for n in run.notes]
    assert all("\n" not in line for line in lines)
    assert all(line.startswith((*names, *notes)) for line in lines)
    critical = [line for line in lines if ": critical: residue.vietnamese: " in line]
    assert len(critical) == 1
    start, end = map(int, re.search(r":(\d+)-(\d+): critical", critical[0]).groups())  # type: ignore[union-attr]
    assert run.documents[0].document.text[start:end] == "HOA BINH"


def test_the_false_alarm_rate_always_stands_beside_the_probability(run: RunReport) -> None:
    for lang, words in (("en", "false-alarm rate 2.1%"), ("ar", "معدل الإنذار الكاذب 2.1%")):
        stated = [x for x in plain_lines(run, lang) if "0.96" in x and "0.89–0.99" in x]
        assert len(stated) == 2
        assert all(words in line for line in stated)
    unknown = replace(run.documents[0], false_alarm_rate=None)
    text = "\n".join(plain_lines(run_report([unknown])))
    assert texts("en")["document.false_alarm_unknown"] in text


def test_worst_sentences_are_the_worst(run: RunReport) -> None:
    segments = [s for s in stored_run(run).segments if s["doc_id"].startswith("000")]
    chosen = worst(segments)
    rest = [s for s in segments if s["issues"] and s not in chosen]
    assert len(chosen) == 3
    assert max(s["quality"] for s in chosen) <= min(s["quality"] for s in rest)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_nothing_from_outside_steers_the_terminal(hostile: RunReport, lang: str) -> None:
    plain_text = "\n".join(plain_lines(hostile, lang))
    assert "\x1b" not in plain_text
    assert "\u202e" not in plain_text
    stream = io.StringIO()
    render(hostile, lang, Console(file=stream, force_terminal=True, color_system=None, width=120))
    assert "\x1b[31m" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_markup_of_the_terminal_library_is_text(run: RunReport) -> None:
    odd = run_report([document_report("[bold red]x[/].txt", "[red]قال الوزير KYIV[/red] هنا.")])
    stream = io.StringIO()
    render(odd, "en", Console(file=stream, force_terminal=True, width=120))
    assert "[bold red]x[/].txt" in stream.getvalue()
    assert "[red]" in stream.getvalue()


def test_a_pipe_gets_plain_lines_and_a_terminal_does_not_get_boxes(run: RunReport) -> None:
    pipe, screen = io.StringIO(), io.StringIO()
    render(run, "ar", Console(file=pipe, force_terminal=False))
    render(run, "ar", Console(file=screen, force_terminal=True, width=100))
    assert pipe.getvalue() == "".join(line + "\n" for line in plain_lines(run, "ar"))
    assert not re.search("[\u2500-\u257f]", screen.getvalue())
    assert texts("ar")["failure.title"] in screen.getvalue()


def test_reasons_are_told_in_the_language_of_the_interface() -> None:
    assert reason_text("fewer than 3 words", "ar") == "كلماتها أقل من 3"
    caused = reason_text("no language statistics: x.json: missing", "ar")
    assert caused == "لا إحصاءات لغوية: x.json: missing"
    assert reason_text("something new", "ar") == "something new"
    short = replace(
        document_report("a.txt", "جملة."), abstained="too short to judge: 12 words of article text"
    )
    assert any("كلمات المقال: 12" in line for line in plain_lines(run_report([short]), "ar"))


def test_shortening_cuts_between_words() -> None:
    assert shortened("كلمة " * 50, 23) == "كلمة كلمة كلمة كلمة…"
    assert shortened("قصير", 23) == "قصير"
    assert len(shortened("ك" * 50, 23)) == 23
    assert one_line("a\n\tb\x00\u202ec\u200f") == "a b‹U+0000›‹U+202E›c"
