"""The editor's desk: fingerprints, verdicts, baseline, agreement, other formats, comparison."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from report_samples import HOSTILE, document_report, run_report, seed_run

from mtaudit import fingerprint
from mtaudit.cli import main
from mtaudit.console import exit_code
from mtaudit.desk import agreement
from mtaudit.desk.baseline import Baseline, Entry, ordered, read_baseline, text_of
from mtaudit.errors import ExitCode, UsageError
from mtaudit.report import read_run, stored_run, write_run
from mtaudit.types import SEVERITIES, Issue, Suppressed

LONG = (
    "قال الوزير إن الحكومة ستوقع في الأسبوع المقبل اتفاق HOA BINH مع الدول المجاورة بعد أشهر "
    "طويلة من المفاوضات التي جرت في العاصمة وشارك فيها ممثلون عن عشر دول."
)


def issue(text: str, sentence: str = LONG, code: str = "residue.vietnamese", **more: Any) -> Issue:
    at = sentence.index(text)
    given = {"category": "accuracy", "severity": "major", "message_en": "m", "message_ar": "م",
             "witness": "residue", "confidence": 0.9, **more}  # fmt: skip
    return Issue(code=code, start=at, end=at + len(text), text=text, **given)


# ------------------------------------------------------------------ fingerprints


def test_fingerprints_see_words_and_not_their_dress() -> None:
    plain = fingerprint.of_sentence("أعلن الوزير، أمس، أن 12 دولة ستشارك.")
    for same in (
        "أعلَنَ الوزيرُ أمس أن ١٢ دولة ستشارك",
        "اعلن  الوزير أمس: أن 12 دولة\u200f ستشارك…",
    ):
        assert fingerprint.of_sentence(same) == plain
    assert fingerprint.of_sentence("أعلن الوزير أمس أن 13 دولة ستشارك") != plain
    assert len(plain) == 16
    # Without a word the signs themselves count.
    assert fingerprint.of_sentence("***") != fingerprint.of_sentence("—")


def test_a_finding_is_known_by_code_marked_text_and_sentence() -> None:
    first = fingerprint.of_finding("a.b", " ،", LONG)
    assert first == fingerprint.of_finding("a.b", "،", LONG + " ")
    others = {
        fingerprint.of_finding("a.c", " ،", LONG),
        fingerprint.of_finding("a.b", " ؛", LONG),
        fingerprint.of_finding("a.b", " ،", LONG + " نعم"),
        fingerprint.of_sentence(LONG),
    }
    assert len(others | {first}) == 5


def test_fingerprints_do_not_change_from_version_to_version() -> None:
    """Baselines live for years: a change here breaks every one that is kept."""
    assert fingerprint.of_sentence("قال الوزير إن KYIV تنتظر الرد.") == SENTENCE_PRINT
    assert (
        fingerprint.of_finding("residue.latin-word", "KYIV", "قال إن KYIV تنتظر.") == FINDING_PRINT
    )
    # As a record holds it.
    assert fingerprint.of_sentence("\ud800 -") == fingerprint.of_sentence("\ufffd -")


SENTENCE_PRINT = "d83dd8035b3676fc"
FINDING_PRINT = "d52b2c239d5c539e"


def test_similarity_is_symmetric_and_falls_with_every_change() -> None:
    words = LONG.split()
    alike = [
        fingerprint.similarity(LONG, " ".join(["كلمة"] * n + words[n:])) for n in range(len(words))
    ]
    assert alike[0] == 1.0
    assert alike == sorted(alike, reverse=True)
    assert alike[-1] < 0.5
    assert fingerprint.similarity("ب", LONG) == fingerprint.similarity(LONG, "ب") < 0.1
    # The shares of the formula, by hand: "  ab  " and "  ac  " share one of four trigrams.
    assert fingerprint.similarity("ab", "ac") == pytest.approx(1 / 4)


def test_the_records_carry_the_fingerprints() -> None:
    for segment in stored_run(seed_run()).segments:
        assert segment["fingerprint"] == fingerprint.of_sentence(segment["text"])
        for found in segment["issues"]:
            assert found["fingerprint"] == fingerprint.of_finding(
                found["code"], found["text"], segment["text"]
            )


# ------------------------------------------------------------------ the baseline


def dismissed(sentence: str = LONG, **more: Any) -> Entry:
    given = {"code": "residue.vietnamese", "text": "HOA BINH", "editors": ("سلمى",), **more}
    return Entry("finding", sentence, **given)


def test_a_dismissal_holds_in_a_lightly_edited_sentence_only() -> None:
    baseline = ordered([dismissed()])
    found = issue("HOA BINH")
    edited = LONG.replace("طويلة ", "")
    for sentence in (LONG, LONG.replace("قال", "قالَ"), edited):
        standing, suppressed = baseline.split([issue("HOA BINH", sentence)], sentence)
        assert standing == ()
        assert suppressed[0].issue is not None
        assert suppressed[0].editors == ("سلمى",)
    assert 0.9 <= suppressed[0].similarity < 1
    other = "وقعت الدول اتفاق HOA BINH."
    for stands, sentence in (
        (issue("HOA BINH", other), other),
        (replace(found, code="residue.latin-word"), LONG),
        (issue("HOA"), LONG),
    ):
        assert baseline.split([stands], sentence) == ((stands,), ())


def test_of_two_dismissals_the_nearest_sentence_speaks() -> None:
    near, far = dismissed(comment="near"), dismissed(LONG.replace("طويلة ", ""), comment="far")
    for entries in ([near, far], [far, near]):
        match = ordered(entries).match(issue("HOA BINH"), LONG)
        assert match is not None
        assert (match.comment, match.similarity) == ("near", 1.0)


def test_a_baseline_reads_back_and_its_text_does_not_depend_on_order(tmp_path: Path) -> None:
    entries = [dismissed(comment="مقبول"), Entry("sentence", LONG), dismissed("جملة HOA BINH")]
    text = text_of(ordered(entries))
    assert text == text_of(ordered(reversed(entries)))
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    again = read_baseline(tmp_path / "b.json")
    assert again == ordered(entries)
    assert again.signature == ordered(entries).signature != Baseline().signature == "none"


@pytest.mark.parametrize(("text", "told"), [
    ("", "not JSON"),
    ("[]", "not a file of kind"),
    ('{"kind": "mtaudit-verdicts", "schema": "1.0"}', "not a file of kind"),
    ('{"kind": "mtaudit-baseline", "schema": "2.0"}', "schema 2.0"),
    ('{"kind": "mtaudit-baseline", "schema": "1.0"}', 'no list "entries"'),
    ('{"kind": "mtaudit-baseline", "schema": "1.0", "entries": [3]}', "entry 1"),
    ('{"kind": "mtaudit-baseline", "schema": "1.0", "entries": [{"target": "x"}]}', "'x'"),
    ('{"kind": "mtaudit-baseline", "schema": "1.0", "entries": [{"target": "sentence"}]}',
     '"sentence" is missing'),
    ('{"kind": "mtaudit-baseline", "schema": "1.0", "entries": [{"target": "finding",'
     ' "sentence": "a", "code": 3, "text": "b"}]}', '"code" is not a text'),
])  # fmt: skip
def test_a_damaged_baseline_stops_the_audit_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    file = tmp_path / "b.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"b\.json"):
        read_baseline(file)
    (tmp_path / "a.txt").write_text(LONG, encoding="utf-8")
    arguments = ["audit", str(tmp_path / "a.txt"), "--baseline", str(file), "--no-roundtrip"]
    code = main([*arguments, "--out", str(tmp_path / "out"), "--quiet"])
    assert code == ExitCode.USAGE
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


# ------------------------------------------------------------------ agreement


def test_cohens_kappa_of_the_textbook_table() -> None:
    """20 5 / 10 15: observed 0.7, expected 0.5, kappa 0.4."""
    table = {("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}
    pairs = [pair for pair, n in table.items() for _ in range(n)]
    assert agreement.cohen(pairs) == pytest.approx(0.4)
    assert agreement.cohen([("a", "a")] * 5) is None
    assert agreement.cohen([]) is None
    assert agreement.cohen([("a", "b"), ("b", "a")]) == pytest.approx(-1)


def test_fleiss_kappa_of_the_textbook_table() -> None:
    """Ten subjects, fourteen raters, five categories: kappa 0.210 (Wikipedia after Fleiss)."""
    table = (
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    )  # fmt: skip
    rows = [[c for c, n in zip("abcde", row, strict=True) for _ in range(n)] for row in table]
    assert agreement.fleiss(rows) == pytest.approx(0.210, abs=0.0005)
    assert agreement.fleiss([["a", "a"], ["a", "a"]]) is None


def test_wilsons_interval_at_its_known_points() -> None:
    low, high = agreement.wilson(0, 10) or (0, 0)
    assert (low, high) == (0, pytest.approx(0.2775, abs=0.0005))
    assert agreement.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=0.0005)
    assert agreement.wilson(0, 0) is None


# ------------------------------------------------------------------ review


def rows_of(run: Path) -> list[dict[str, Any]]:
    """Findings of a run as the page would save them, each once."""
    found = {}
    for segment in read_run(run).segments:
        for item in segment["issues"]:
            found[item["fingerprint"]] = {
                "fingerprint": item["fingerprint"], "target": "finding", "code": item["code"],
                "text": item["text"], "doc_id": segment["doc_id"], "sentence": segment["text"],
                "comment": "", "at": "2026-01-02T03:04:05.000Z",
            }  # fmt: skip
    return list(found.values())


def save(
    path: Path, editor: str, rows: Sequence[dict[str, Any]], rulings: Sequence[str], **more: Any
) -> str:
    given = [{**row, "verdict": r, **more} for row, r in zip(rows, rulings, strict=True)]
    if path.suffix == ".json":
        data = {"kind": "mtaudit-verdicts", "schema": "1.0", "editor": editor, "verdicts": given}
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    else:
        names = ["editor", "target", "fingerprint", "verdict", "comment", "at", "doc_id", "code",
                 "text", "sentence"]  # fmt: skip
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows({**row, "editor": editor} for row in given)
        path.write_text("\ufeff" + stream.getvalue(), encoding="utf-8", newline="")
    return str(path)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_run(seed_run(), tmp_path / "run", ["jsonl"])
    return tmp_path / "run"


def test_review_writes_what_more_editors_dismiss_than_confirm(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(run)[:4]
    words = ["confirmed", "dismissed", "unsure"]
    first = save(tmp_path / "a.json", "سلمى", rows, [words[1], words[1], words[1], words[0]],
                 comment="=تعليق")  # fmt: skip
    second = save(tmp_path / "b.csv", "عمر", rows, [words[1], words[0], words[2], words[0]])
    assert main(["review", str(run), first, second]) == ExitCode.OK
    baseline = read_baseline(run / "baseline.json")
    kept = {entry.fingerprint: entry for entry in baseline.entries}
    assert kept.keys() == {rows[0]["fingerprint"], rows[2]["fingerprint"]}
    entry = kept[rows[0]["fingerprint"]]
    assert (entry.editors, entry.comment) == (("سلمى", "عمر"), "=تعليق")
    assert entry.reason == "dismissed by 2 of 2 editors"
    told = capsys.readouterr().out
    # Expected agreement .75·.25 + .25·.5 = .3125, observed .5.
    assert "سلمى / عمر: Cohen's kappa 0.27, the same word on 2 of 4" in told
    assert str(run / "baseline.json") in told


def test_review_counts_precision_by_code(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [r for r in rows_of(run) if r["code"] == "punctuation.space-before-comma"]
    rulings = ["confirmed"] * 3 + ["dismissed"] + ["unsure"] * (len(rows) - 4)
    file = save(tmp_path / "a.json", "", rows, rulings)
    out = tmp_path / "elsewhere.json"
    assert main(["review", str(run), file, "--write-baseline", str(out)]) == ExitCode.OK
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("punctuation."))
    assert line.split()[1:6] == ["3", "1", str(len(rows) - 4), "0", "0.75"]
    # Without a name the editor is known by the file's.
    assert read_baseline(out).entries[0].editors == ("a",)
    assert not (run / "baseline.json").exists()


def test_three_editors_get_fleiss_kappa_on_what_all_judged(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(run)[:3]
    files = [
        save(tmp_path / f"{name}.json", name, rows[:n], ["confirmed", "dismissed", "unsure"][:n])
        for name, n in (("a", 3), ("b", 2), ("c", 2))
    ]
    assert main(["review", str(run), *files]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "all: Fleiss' kappa 1.00, the same word on 2 of 2" in told
    assert told.count("Cohen's kappa 1.00") == 3


def test_an_editor_who_saved_twice_is_heard_once(run: Path, tmp_path: Path) -> None:
    rows = rows_of(run)[:1]
    early = save(tmp_path / "a.json", "سلمى", rows, ["confirmed"])
    late = save(tmp_path / "b.csv", "سلمى", rows, ["dismissed"], at="2026-02-02T00:00:00.000Z")
    for files in ((early, late), (late, early)):
        assert main(["review", str(run), *files]) == ExitCode.OK
        (entry,) = read_baseline(run / "baseline.json").entries
        assert entry.editors == ("سلمى",)


def damaged(run: Path, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Name → file to hand in, words of the error."""
    rows = rows_of(run)[:2]
    words = ["confirmed", "confirmed"]

    def text(name: str, content: str) -> str:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return str(tmp_path / name)

    good = Path(save(tmp_path / "good.csv", "ع", rows, words)).read_text("utf-8")
    return {
        "missing": (str(tmp_path / "no.json"), "no.json: cannot be read"),
        "ending": (text("a.xlsx", "PK"), "neither .json nor .csv"),
        "json": (text("a.json", '{"kind":\n ?'), "a.json, line 2: not JSON"),
        "kind": (text("b.json", '{"kind": "mtaudit-baseline", "schema": "1.0"}'), "not a file of"),
        "ruling": (save(tmp_path / "c.json", "", rows, ["confirmed", "maybe"]), "verdict 2: "),
        "print": (save(tmp_path / "d.json", "", rows, words, fingerprint="xyz"), "hexadecimal"),
        "foreign": (save(tmp_path / "e.csv", "", rows, words, fingerprint="0" * 16), "none of its"),
        "target": (save(tmp_path / "f.json", "", rows, words, target="sentence"), "as a finding"),
        "columns": (text("g.csv", good.replace("target", "goal", 1)), "line 1: no column target"),
        "cells": (text("h.csv", good.rstrip() + ",x,y\n"), "line 3: more cells than columns"),
        "quotes": (text("i.csv", good + '"x'), "not CSV"),
        "latin": (text("j.csv", ""), "no column"),
    }


DAMAGED = ("missing", "ending", "json", "kind", "ruling", "print", "foreign", "target", "columns",
           "cells", "quotes", "latin")  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_nonsense_is_refused_with_its_place(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, told = damaged(run, tmp_path)[name]
    assert main(["review", str(run), file]) == ExitCode.INPUT
    error = capsys.readouterr().err
    assert told in error
    assert " — " in error  # the mend
    assert not (run / "baseline.json").exists()


def test_two_words_of_one_editor_at_one_time_are_refused(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(run)[:1]
    files = [
        save(tmp_path / f"{ruling}.json", "سلمى", rows, [ruling])
        for ruling in ("confirmed", "dismissed")
    ]
    assert main(["review", str(run), *files]) == ExitCode.INPUT
    assert "says dismissed here, confirmed in" in capsys.readouterr().err


def test_review_of_no_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(tmp_path), "x.json"]) == ExitCode.INPUT
    assert "run.json" in capsys.readouterr().err


# ------------------------------------------------------------------ an audit with a baseline

ARTICLE = (
    "وقال الوزير إن دول الاتحاد الأوروبي ستوقع في الأسبوع المقبل اتفاق HOA BINH في العاصمة بعد "
    "مفاوضات طويلة شارك فيها ممثلون عن عشر دول. "
    "وأضاف أن المستشفى الجديد سيخدم سكان الجنوب، وأن العمل فيه يبدأ الشهر المقبل.\n"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def audit(out: str, *arguments: str) -> int:
    return main(["audit", "a.txt", "--out", out, "--no-roundtrip", "--quiet", *arguments])


def only(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    stored = read_run(folder)
    return stored.documents[0], stored.segments


def dismiss_everything(desk: Path, out: str) -> str:
    rows = rows_of(desk / out)
    file = save(desk / "v.json", "سلمى", rows, ["dismissed"] * len(rows), comment="اسم الاتفاق")
    assert main(["review", out, file]) == ExitCode.OK
    return f"{out}/baseline.json"


def test_what_was_dismissed_counts_nowhere_and_is_told(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit("one", "--fail-on", "minor") == ExitCode.FINDINGS
    before, sentences = only(desk / "one")
    assert before["counts"]["issues"] >= 1
    assert sentences[0]["flagged"]
    baseline = dismiss_everything(desk, "one")
    assert audit("two", "--fail-on", "minor", "--baseline", baseline) == ExitCode.OK
    after, again = only(desk / "two")
    assert after["counts"]["issues"] == 0
    assert after["counts"]["suppressed"] == before["counts"]["issues"]
    assert after["quality"] == 100 > before["quality"]
    assert [s["issues"] for s in again] == [[], []]
    told = [item for s in again for item in s["suppressed"]]
    assert {item["comment"] for item in told} == {"اسم الاتفاق"}
    assert {item["editors"][0] for item in told} == {"سلمى"}
    # What the witnesses measured is not touched.
    assert [s["evidence"] for s in again] == [s["evidence"] for s in sentences]
    assert [s["mt_probability"] for s in again] == [s["mt_probability"] for s in sentences]
    assert after["signature"] != before["signature"]
    main(["audit", "a.txt", "--out", "two", "--no-roundtrip", "--baseline", baseline])
    assert f"Dismissed by the baseline: {len(told)}" in capsys.readouterr().out


def test_an_edited_article_keeps_its_dismissals_and_shows_new_findings(desk: Path) -> None:
    audit("one")
    baseline = dismiss_everything(desk, "one")
    old = {(i["code"], i["text"]) for s in only(desk / "one")[1] for i in s["issues"]}
    edited = ARTICLE.replace("طويلة ", "").replace("الشهر المقبل", "الشهر المقبل في KYIV")
    (desk / "a.txt").write_text("جملة جديدة في أول الخبر لا عيب فيها.\n" + edited, "utf-8")
    audit("two", "--baseline", baseline)
    _, sentences = only(desk / "two")
    found = {(i["code"], i["text"]) for s in sentences for i in s["issues"]}
    assert found
    assert not found & old
    assert {text for _, text in found} == {"KYIV"}
    assert 0.9 <= min(i["similarity"] for s in sentences for i in s["suppressed"]) < 1


def test_a_dismissed_sentence_is_not_flagged_again_but_its_findings_stand(desk: Path) -> None:
    audit("one")
    _, sentences = only(desk / "one")
    row = {
        "fingerprint": sentences[0]["fingerprint"],
        "target": "sentence",
        "comment": "",
        "at": "",
    }
    assert main(["review", "one", save(desk / "v.json", "ع", [row], ["dismissed"])]) == 0
    audit("two", "--baseline", "one/baseline.json")
    document, again = only(desk / "two")
    assert (sentences[0]["flagged"], again[0]["flagged"]) == (True, False)
    assert again[0]["issues"] == sentences[0]["issues"]
    assert again[0]["suppressed"][0]["issue"] is None
    assert document["quality"] == only(desk / "one")[0]["quality"]


def test_the_next_review_does_not_forget_the_first(desk: Path) -> None:
    """Suppressed findings are on no page; the new baseline holds them all the same, until an
    editor confirms one."""
    audit("one")
    baseline = dismiss_everything(desk, "one")
    first = read_baseline(desk / baseline)
    rows = rows_of(desk / "one")
    (desk / "a.txt").write_text(ARTICLE + "ورحبت KYIV بالقرار في بيان صدر أمس.\n", "utf-8")
    audit("two", "--baseline", baseline)
    new = rows_of(desk / "two")
    assert main(["review", "two", save(desk / "w.json", "ع", new, ["dismissed"] * len(new))]) == 0
    second = read_baseline(desk / "two" / "baseline.json")
    assert len(second.entries) == len(first.entries) + len(new)
    back = save(desk / "x.json", "ع", rows[:1], ["confirmed"])
    assert main(["review", "two", back, "--write-baseline", "third.json"]) == 0
    third = read_baseline(desk / "third.json")
    assert len(third.entries) == len(first.entries) - 1


def test_a_run_with_suppressed_findings_satisfies_the_schema(desk: Path) -> None:
    import jsonschema
    from test_report import schema

    audit("one")
    audit("two", "--baseline", dismiss_everything(desk, "one"))
    validator = jsonschema.Draft202012Validator(schema("segment"))
    for line in (desk / "two" / "segments.jsonl").read_text("utf-8").splitlines():
        validator.validate(json.loads(line))
    assert not validator.is_valid({**json.loads(line), "suppressed": [{"issue": None}]})


def test_without_a_baseline_nothing_is_suppressed(tmp_path: Path) -> None:
    report = run_report([document_report("a.txt", LONG)])
    assert all(s["suppressed"] == [] for s in stored_run(report).segments)


# ------------------------------------------------------------------ other formats


def export(run: Path, to: str, out: Path) -> str:
    assert main(["export", str(run), "--to", to, "--out", str(out)]) == ExitCode.OK
    return out.read_text(encoding="utf-8")


def with_suppressed(tmp_path: Path) -> Path:
    """The seeds, the first finding dismissed, one document read out of HTML."""
    run = seed_run()
    first = run.documents[0]
    rows = list(first.segments)
    found = rows[1].issues
    word = Suppressed(found[0], "dismissed by 1 of 1 editors", "مقبول", ("سلمى",))
    rows[1] = replace(rows[1], issues=found[1:], suppressed=(word,))
    page = replace(run.documents[2].document, offsets_into="extracted")
    documents = [replace(first, segments=tuple(rows)), *run.documents[1:]]
    documents[2] = replace(documents[2], document=page)
    write_run(replace(run, documents=tuple(documents)), tmp_path / "s", ["jsonl"])
    return tmp_path / "s"


def test_the_table_has_a_row_for_each_sentence_with_something_to_say(
    run: Path, tmp_path: Path
) -> None:
    text = export(run, "csv", tmp_path / "x.csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    segments = [s for s in read_run(run).segments if s["flagged"] or s["issues"]]
    assert [(r["doc_id"], int(r["start"])) for r in rows] == [
        (s["doc_id"], s["start"]) for s in segments
    ]
    row, segment = rows[1], segments[1]
    assert row["text"] == segment["text"]
    assert row["reasons_ar"].split("\n") == [i["message_ar"] for i in segment["issues"]]
    assert row["reasons_en"].split("\n") == [i["message_en"] for i in segment["issues"]]
    assert row["offsets"].split("\n") == [f"{i['start']}-{i['end']}" for i in segment["issues"]]
    assert row["fingerprints"].count("\n") == len(segment["issues"]) - 1


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    hostile = document_report("=cmd|x.txt", '=HYPERLINK("http://x") قال KYIV\n+1 KYIV\n- @ KYIV\n')
    write_run(run_report([hostile]), tmp_path / "run", ["jsonl"])
    text = export(tmp_path / "run", "csv", tmp_path / "x.csv")
    for row in csv.reader(io.StringIO(text[1:], newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_sarif_results_lead_to_their_words(tmp_path: Path) -> None:
    folder = with_suppressed(tmp_path)
    log = json.loads(export(folder, "sarif", tmp_path / "x.sarif"))
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    texts = {d.document.doc_id: d.document.text for d in seed_run().documents}
    regions = 0
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (place,) = [location["physicalLocation"] for location in result["locations"]]
        uri = place["artifactLocation"]["uri"]
        assert uri.startswith("seeds/")
        assert uri.isascii()
        if "region" in place:
            regions += 1
            start = place["region"]["charOffset"]
            text = texts[uri.removeprefix("seeds/")]
            marked = text[start : start + place["region"]["charLength"]]
            assert marked == place["region"]["snippet"]["text"]
    stored = read_run(folder)
    suppressed = [r for r in run["results"] if r["suppressions"]]
    assert len(suppressed) == 1
    assert "سلمى" in suppressed[0]["suppressions"][0]["justification"]
    assert len(run["results"]) == sum(len(s["issues"]) for s in stored.segments) + 1
    # Offsets into what a reader extracted are no offsets into the file.
    assert 0 < regions < len(run["results"])


@pytest.mark.parametrize("fail_on", ["minor", "major", "critical", "never"])
def test_junit_fails_where_the_audit_would(tmp_path: Path, fail_on: str) -> None:
    given = replace(seed_run(), options={"fail_on": fail_on})
    write_run(given, tmp_path / "run", ["jsonl"])
    root = Xml.fromstring(export(tmp_path / "run", "junit", tmp_path / "x.xml"))
    grave = SEVERITIES[SEVERITIES.index(fail_on) :] if fail_on != "never" else ()
    wanted = [s for s in read_run(tmp_path / "run").segments
              if any(i["severity"] in grave for i in s["issues"])]  # fmt: skip
    failures = root.findall(".//failure")
    assert len(failures) == len(wanted) == int(root.get("failures", "-1"))
    assert (len(failures) > 0) is (exit_code(replace(given, failures=()), fail_on) == 1)
    assert len(root.findall(".//testcase")) == int(root.get("tests", "-1"))
    assert len(root.findall(".//error")) == len(given.failures) == int(root.get("errors", "-1"))
    for element in failures:
        assert element.get("message")
        assert element.text


def test_control_characters_do_not_break_the_xml(tmp_path: Path) -> None:
    write_run(
        run_report([document_report("\x00\ud800<b>.txt", HOSTILE)]), tmp_path / "r", ["jsonl"]
    )
    root = Xml.fromstring(export(tmp_path / "r", "junit", tmp_path / "x.xml"))
    assert len(root.findall(".//testcase")) == 3
    for name in ("csv", "sarif"):
        export(tmp_path / "r", name, tmp_path / name)


# ------------------------------------------------------------------ two runs


def test_diff_tells_better_worse_new_and_gone(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "b.txt").write_text("رحبت الحكومة بالقرار في بيان صدر أمس في العاصمة.\n", "utf-8")
    main(["audit", "a.txt", "b.txt", "--out", "one", "--no-roundtrip", "--quiet"])
    baseline = dismiss_everything(desk, "one")
    edited = ARTICLE.replace("طويلة ", "").replace("الجنوب،", "الجنوب في KYIV،")
    (desk / "a.txt").write_text(edited, "utf-8")
    (desk / "c.txt").write_text("وصل الوفد إلى المدينة مساء أمس في زيارة رسمية.\n", "utf-8")
    main(["audit", "a.txt", "c.txt", "--out", "two", "--no-roundtrip", "--quiet"])
    capsys.readouterr()
    assert main(["diff", "one", "two", "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    found = {d["doc_id"]: d for d in told["documents"]}
    assert [(d["doc_id"], d["status"]) for d in told["documents"]] == [
        ("a.txt", "both"), ("c.txt", "new"), ("b.txt", "gone"),
    ]  # fmt: skip
    assert {f["text"] for f in found["a.txt"]["new"]} == {"KYIV"}
    # The first sentence was lightly edited: what was found in it is neither new nor gone.
    assert found["a.txt"]["gone"] == []
    assert found["a.txt"]["kept"] == len(rows_of(desk / "one"))
    assert main(["diff", "two", "one"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("- a.txt:") and line.endswith("KYIV") for line in lines)

    (desk / "a.txt").write_text(ARTICLE, "utf-8")
    audit("three", "--baseline", baseline)
    capsys.readouterr()
    main(["diff", "one", "three", "--json"])
    document = json.loads(capsys.readouterr().out)["documents"][0]
    assert [c["after"] for c in document["better"]] == [100]
    assert (document["worse"], document["new"]) == ([], [])
    assert len(document["gone"]) == len(rows_of(desk / "one"))
    main(["diff", "three", "one", "--json"])
    document = json.loads(capsys.readouterr().out)["documents"][0]
    assert [c["after"] < 100 for c in document["worse"]] == [True]
    main(["diff", "one", "three"])
    assert "judged differently" in capsys.readouterr().out


def test_a_run_does_not_differ_from_itself(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(run), str(run), "--json"]) == ExitCode.OK
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert len(documents) == 5
    for document in documents:
        assert [document[k] for k in ("better", "worse", "new", "gone")] == [[], [], [], []]
        assert document["quality"][0] == document["quality"][1]
