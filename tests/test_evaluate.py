"""``mtaudit evaluate``: figures against hand counts, bad rows, stripping, files and exit codes."""

from __future__ import annotations

import gzip
import json
import lzma
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit import calibrate, pipeline
from mtaudit.cli import main
from mtaudit.config import Options
from mtaudit.errors import ExitCode, InputError, UsageError
from mtaudit.evaluate import evaluate, run
from mtaudit.evaluate import metrics as m
from mtaudit.evaluate.data import Row, read_rows, without_copies
from mtaudit.evaluate.page import page
from mtaudit.evaluate.strip import PLACEHOLDER, strip_shortcuts
from mtaudit.evaluate.table import lines
from mtaudit.evaluate.units import PRIOR, documents, groups
from mtaudit.read import document_of
from mtaudit.types import Document

TEXT = Options(roundtrip=False)
CLEAN = [
    "أعلنت وزارة الصحة في تونس، اليوم الثلاثاء، افتتاح مستشفى جديد في مدينة صفاقس.",
    "وقال الوزير إن المستشفى سيخدم سكان الجنوب، وإن العمل فيه يبدأ الشهر المقبل.",
    "وتوقع خبراء الأرصاد أن تنخفض درجات الحرارة في شمال البلاد ابتداء من مساء الخميس.",
    "وصل وفد من رجال الأعمال إلى العاصمة لبحث فرص الاستثمار في قطاع الزراعة.",
]
GARBLED = [
    "وقال الوزير إن دول الاتحاد الأوروبي (الاتحاد الأوروبي) ستوقع اتفاق HOA BINH في KYIV.",
    "الرئيس الرئيس قال أن ال government سوف يكون have been في في المدينة اليوم.",
    "قامت الشركة بعمل the update من أجل من أجل المستخدمين المستخدمين المستخدمين اليوم.",
    "وأكدت وزارة MINISTRY OF DEFENSE أن القوات forces قد قد تقدمت نحو KHARKIV أمس.",
]


def row(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "label": label, **more}


def labelled() -> list[dict[str, Any]]:
    """Twelve rows: two human documents, two of an engine, two rows of each other label."""
    found = [row(t, "human", system="desk", doc_id=f"h{i // 2}", domain="news")
             for i, t in enumerate(CLEAN)]  # fmt: skip
    found += [row(t, "mt", system="engine", doc_id=f"m{i // 2}", domain="news")
              for i, t in enumerate(GARBLED)]  # fmt: skip
    found += [row(t, "postedited", system="editor") for t in CLEAN[:2]]
    found += [row(t, "ai_generated", system="writer", domain="essays") for t in CLEAN[2:]]
    return found


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text(
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8"
    )
    return path


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intervals have tests of their own; a thousand draws a table would only take time."""
    monkeypatch.setattr(run, "RESAMPLES", 40)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = write(tmp_path_factory.mktemp("data") / "set.jsonl", labelled())
    found, failures = evaluate([path], TEXT, group=2, resamples=40)
    assert not failures
    return found


def sample(scores: list[float], positive: list[int], **more: Any) -> m.Sample:
    n = len(scores)
    yes = np.array(positive, dtype=bool)
    return m.Sample(
        np.array(scores, dtype=float),
        yes,
        more.get("called", np.array(scores) >= 0.5),
        np.array(more.get("judged", [True] * n)),
        np.array(more.get("clusters", range(n)), dtype=np.int64),
        np.array(more.get("own", [True] * n)),
    )


# --- figures -------------------------------------------------------------------------------


def test_figures_of_a_case_counted_by_hand() -> None:
    """Three of four pairs of (mt, human) are in order, one is tied: AUC (3 + ½) / 4."""
    found = m.Tally(sample([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0])).figures()
    assert found["auc"] == pytest.approx(3.5 / 4)
    assert found["accuracy"] == pytest.approx(3 / 4)  # 0.4 of mt is missed at 0.5
    assert found["recall"] == pytest.approx(0.5)
    assert found["false_alarms"] == 0
    assert found["balanced_accuracy"] == pytest.approx(0.75)
    assert found["best_balanced_accuracy"] == pytest.approx(0.75)
    assert found["recall_at_1"] == found["recall_at_5"] == pytest.approx(0.5)


def test_auc_and_recall_agree_with_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    positive = (random.random(400) < 0.3).astype(int)
    scores = (random.random(400) + 0.4 * positive).round(1)  # many ties
    found = m.Tally(sample(list(scores), list(positive))).figures()
    assert found["auc"] == pytest.approx(sklearn.roc_auc_score(positive, scores))
    fpr, tpr, _ = sklearn.roc_curve(positive, scores)
    assert found["recall_at_5"] == pytest.approx(tpr[fpr <= 0.05].max())
    assert found["best_balanced_accuracy"] == pytest.approx(((tpr + 1 - fpr) / 2).max())


def test_a_resample_is_the_rows_counted_as_often_as_they_are_drawn() -> None:
    """Weights must do what repeating the rows does, or the intervals are of something else."""
    random = np.random.default_rng(5)
    positive = random.random(60) < 0.5
    scores = random.random(60).round(1)
    counts = random.integers(0, 3, 60)
    weighted = m.Tally(sample(list(scores), list(positive))).figures(counts.astype(float))
    again = sample(list(np.repeat(scores, counts)), list(np.repeat(positive, counts)))
    assert weighted == pytest.approx(m.Tally(again).figures())


def test_calibration_error_of_a_case_counted_by_hand() -> None:
    """Half the mass stated 0.2 and held nothing, half stated 0.6 and held all: (.2 + .4) / 2."""
    found = m.Tally(sample([0.2, 0.2, 0.6, 0.6], [0, 0, 1, 1])).figures()
    assert found["ece"] == pytest.approx(0.3)


def test_calibration_does_not_depend_on_the_mix_of_the_set() -> None:
    few = m.Tally(sample([0.3, 0.7, 0.7], [0, 1, 0])).figures()
    many = m.Tally(sample([0.3, *[0.7] * 9, 0.7], [0, *[1] * 9, 0])).figures()
    assert few["ece"] == pytest.approx(many["ece"])


def test_equal_scores_share_a_bin_and_the_order_of_rows_is_nothing() -> None:
    scores, positive = [0.4] * 20 + [0.8] * 4, [0] * 12 + [1] * 8 + [1] * 4
    one = m.Tally(sample(scores, positive))
    other = m.Tally(sample(scores[::-1], positive[::-1]))
    assert len(m.reliability(one.values, *one.sides())) == 2
    assert one.figures() == other.figures()


def test_bins_have_equal_mass_where_scores_differ() -> None:
    scores = [(i + 0.5) / 100 for i in range(100)]
    tally = m.Tally(sample(scores, [i % 2 for i in range(100)]))
    assert [mass for *_, mass in m.reliability(tally.values, *tally.sides())] == pytest.approx(
        [0.1] * 10
    )


def test_one_label_alone_has_accuracy_and_nothing_to_rank() -> None:
    found = m.rounded(m.Tally(sample([0.1, 0.9], [0, 0])).figures())
    assert found["accuracy"] == 0.5
    assert found["auc"] is found["ece"] is found["recall_at_1"] is found["recall"] is None


def test_intervals_are_seeded_hold_the_figure_and_widen_with_clusters() -> None:
    random = np.random.default_rng(7)
    positive = [i % 2 for i in range(200)]
    scores = list(random.random(200) * 0.7 + 0.3 * np.array(positive))
    alone = m.Tally(sample(scores, positive))
    found = alone.intervals(200)
    assert found == alone.intervals(200)
    low, high = found["auc"]
    assert low < alone.figures()["auc"] < high
    # The same rows in ten documents whose rows are all alike: fewer independent witnesses.
    same = [float(s) for s in np.repeat(scores[:20], 10)]
    labels = [int(p) for p in np.repeat(positive[:20], 10)]
    tight = m.Tally(sample(same, labels)).intervals(200)["auc"]
    loose = m.Tally(sample(same, labels, clusters=np.repeat(range(20), 10))).intervals(200)["auc"]
    assert loose[1] - loose[0] > 1.5 * (tight[1] - tight[0])


def test_an_abstention_is_undecided() -> None:
    """Ranked at the prior, never called, counted in accuracy, left out of the calibration."""
    scores, positive, judged = [0.9, PRIOR, 0.2], [1, 1, 0], [True, False, True]
    called = np.array([True, False, False])
    found = m.Tally(sample(scores, positive, called=called, judged=judged)).figures()
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["auc"] == found["auc_judged"] == 1
    assert found["ece"] == pytest.approx((0.1 + 0.2) / 2)


# --- data ----------------------------------------------------------------------------------

GOOD = json.dumps(row(CLEAN[0], "human"), ensure_ascii=False)
BAD_ROWS = {
    "not json": ("{", "json"),
    "a list": ("[1]", "json"),
    "no text": ('{"label": "mt"}', "no-text"),
    "empty text": ('{"text": " ", "label": "mt"}', "no-text"),
    "a number": ('{"text": 3, "label": "mt"}', "no-text"),
    "no label": ('{"text": "نص"}', "label"),
    "a wrong label": ('{"text": "نص", "label": "MT"}', "label"),
    "a list as label": ('{"text": "نص", "label": ["mt"]}', "label"),
    "a wrong system": ('{"text": "نص", "label": "mt", "system": {}}', "field"),
    "nesting": ("[" * 100_000, "json"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_named_with_its_line_and_the_others_are_read(
    tmp_path: Path, name: str
) -> None:
    bad, kind = BAD_ROWS[name]
    path = tmp_path / "set.jsonl"
    path.write_text(f"{GOOD}\n\n{bad}\n{GOOD}\n", encoding="utf-8")
    rows, failures = read_rows([path])
    assert [r.line for r in rows] == [1, 4]
    assert [(f.path, f.kind) for f in failures] == [(f"{path}:3", kind)]
    assert failures[0].message
    assert failures[0].mend


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("empty.jsonl", b"", "empty"),
        ("latin.jsonl", b'{"text": "caf\xe9", "label": "mt"}', "encoding"),
        ("cut.jsonl.gz", gzip.compress(GOOD.encode() * 50)[:-9], "encoding"),
        ("no.jsonl.gz", b"not an archive", "encoding"),
        ("no.jsonl.xz", b"not an archive", "encoding"),
        ("cut.jsonl.xz", lzma.compress(GOOD.encode() * 50)[:-20], "encoding"),
        ("long.jsonl", b'{"text": "' + b"x" * 6_000_000 + b'"}', "too-large"),
    ],
)
def test_a_damaged_file_is_a_failure(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    rows, failures = read_rows([tmp_path / name])
    assert not rows
    assert [f.kind for f in failures] == [kind]


def test_missing_files_folders_and_files_named_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", labelled())
    rows, failures = read_rows([path, tmp_path / "none.jsonl", tmp_path, path])
    assert len(rows) == 12
    assert [f.kind for f in failures] == ["missing", "unreadable", "given-twice"]


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress),
                                              (".xz", lzma.compress)])  # fmt: skip
def test_packed_files_read_alike(tmp_path: Path, suffix: str, pack: Any) -> None:
    path = tmp_path / f"set.jsonl{suffix}"
    path.write_bytes(pack(b"\xef\xbb\xbf" + GOOD.encode() + b"\n"))
    rows, failures = read_rows([path])
    assert [r.text for r in rows] == [CLEAN[0]]
    assert not failures


def test_a_limit_is_shared_out_over_the_systems(tmp_path: Path) -> None:
    """A file sorted by system, cut at its head, would show one system only."""
    path = write(tmp_path / "set.jsonl", [row("نص", "human", system=s, doc_id=i)
                                          for s in "abc" for i in range(9)])  # fmt: skip
    rows, _ = read_rows([path], 6)
    assert [(r.system, r.doc_id) for r in rows] == [(s, i) for s in "abc" for i in "01"]


def test_names_from_outside_carry_no_controls(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", [row("نص", "mt", system="a\x1b[31m\nb" + "c" * 500)])
    system = read_rows([path])[0][0].system
    assert system.isprintable()
    assert len(system) <= 120


def a_row(number: int, label: str, system: str, doc_id: str = "") -> Row:
    return Row(f"نص {number}", label, system, doc_id, "news", "f", number)


def test_groups_are_runs_of_one_system_and_label() -> None:
    rows = [a_row(i, "mt" if i % 2 else "human", "x") for i in range(10)]
    found = groups(rows, 2)
    assert [(u.label, u.text) for u in found] == [
        ("human", "نص 0\nنص 2"), ("human", "نص 4\nنص 6"), ("mt", "نص 1\nنص 3"), ("mt", "نص 5\nنص 7")
    ]  # fmt: skip


def test_documents_are_rows_that_share_system_and_doc_id() -> None:
    rows = [a_row(1, "mt", "a", "d"), a_row(2, "mt", "b", "d"), a_row(3, "mt", "a", "d"),
            a_row(4, "mt", "a"), a_row(5, "mt", "a")]  # fmt: skip
    assert [u.text for u in documents(rows)] == ["نص 1\nنص 3"]


def test_copies_of_a_row_are_left_out_and_counted() -> None:
    """One engine's output listed once an editor would make documents that repeat themselves."""
    rows = [a_row(1, "mt", "a", "d"), a_row(2, "mt", "a", "d")]
    again = [*rows, rows[0], a_row(1, "mt", "b", "d"), a_row(3, "mt", "a"), a_row(3, "mt", "a")]
    kept, copies = without_copies(again)
    assert [again.index(r) for r in kept] == [0, 1, 3, 4, 4]
    assert copies == {"f": 1}


# --- stripping -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("قالَ الوزيرُ ، أمسِ", "قال الوزير، أمس"),
        ("شكرًا جزيلاً", "شكرا جزيلا"),
        ("قال: «نعم» و “لا”", "قال: نعم و لا"),
        ("٢٥٪ من ١٫٥ مليون", "25% من 1.5 مليون"),
        ("الساعة 10:30 و 2,500 شخص", "الساعة 10:30 و 2,500 شخص"),
        ("منظمة أوبك (OPEC) اجتمعت", "منظمة أوبك اجتمعت"),
        ("أعلنت Microsoft Corp عن Windows", f"أعلنت {PLACEHOLDER} عن {PLACEHOLDER}"),
        ("زر https://a.org/x?y=1&z=2 الآن", f"زر {PLACEHOLDER} الآن"),
        ("نعم,لا;هل?", "نعم، لا؛ هل؟"),
        ("قال &quot;نعم&quot; &amp; ذهب", "قال نعم & ذهب"),
        ("وكالة أ.ف.ب", "وكالة أ.ف.ب"),
        ("سطر ـ أول  \n ثان", "سطر أول\nثان"),
    ],
)
def test_stripping(written: str, alike: str) -> None:
    assert strip_shortcuts(written) == alike


@settings(max_examples=400, deadline=None)
@given(st.text("ابتكذا ،,;؟?.!:\"'«»()[]{}-–…&#;lgtamp0123٣٤٫%ABcd_/@\n\u064b\u200f\u0640٠+ "))
def test_stripping_twice_is_stripping_once_and_leaves_no_shortcut(text: str) -> None:
    once = strip_shortcuts(text)
    assert strip_shortcuts(once) == once
    assert not re.search('[A-Za-z\u064b-\u0652\u0640«»"٠-٩]', once)
    assert not re.search(" [،؛؟.!:]", once)


def test_the_placeholder_is_no_finding() -> None:
    """What stands for Latin words must not be held against the text in their stead."""
    written = document_of(strip_shortcuts(" ".join(CLEAN[:2]).replace("المستشفى", "Hospital")))
    assert isinstance(written, Document)
    found = [i.code for rows in pipeline.examine(written).evidence for e in rows for i in e.issues]
    assert found == []


# --- the whole -----------------------------------------------------------------------------


def test_the_record_holds_its_keys_for_both_variants(record: dict[str, Any]) -> None:
    for side in (record, record["stripped"]):
        for level in ("sentence", "group2", "document"):
            assert 0 <= side[level]["accuracy"] <= 1
            assert 0 <= side[level]["auc"] <= 1
            assert side[level]["roc"][0] == [0, 0]
            assert side[level]["roc"][-1] == [1, 1]
        assert set(side["per_system"]) == {"desk", "engine", "editor", "writer"}
        assert side["per_domain"]["news"]["sentence"]["auc"] is not None
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_garbled_text_is_told_from_clean_text(record: dict[str, Any]) -> None:
    assert record["sentence"]["auc"] == 1
    assert record["sentence"]["classes"]["human"]["flagged"] == 0
    assert record["sentence"]["classes"]["mt"]["flagged"] >= 0.75


def test_only_machine_and_human_text_is_ranked(record: dict[str, Any]) -> None:
    assert set(record["sentence"]["classes"]) == {"human", "mt", "postedited", "ai_generated"}
    assert record["sentence"]["classes"]["postedited"]["n"] == 2
    writer = record["per_system"]["writer"]["sentence"]
    assert writer["auc"] is writer["accuracy"] is None
    assert writer["classes"]["ai_generated"]["called_mt"] == 0
    # 4 human and 4 mt rows: the others would change the share.
    assert (8 * record["sentence"]["accuracy"]) % 1 == 0


def test_scores_are_those_of_an_audit(record: dict[str, Any], tmp_path: Path) -> None:
    """The same rows through the audit itself: same verdicts at the same thresholds."""
    for label in ("human", "mt"):
        texts = [r["text"] for r in labelled() if r["label"] == label]
        path = tmp_path / f"{label}.txt"
        called = 0
        for i in range(0, 4, 2):
            path.write_text("\n".join(texts[i : i + 2]), encoding="utf-8")
            called += pipeline.audit([path], TEXT).documents[0].verdict == "machine"
        assert record["group2"]["classes"][label]["called_mt"] == called / 2
    threshold = calibrate.default().document_threshold["text"].value
    assert record["thresholds"]["document"]["text"]["value"] == threshold


def test_results_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", labelled()[2:6])
    one, _ = evaluate([path], TEXT, group=2)
    two, _ = evaluate([path], Options(roundtrip=False, jobs=2), group=2)
    assert one == two


def test_a_set_of_one_label_has_no_auc_but_a_page(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", [row(t, "human") for t in CLEAN])
    found, _ = evaluate([path], TEXT, group=2)
    assert found["sentence"]["auc"] is None
    assert found["sentence"]["accuracy"] == 1
    assert "No curves" in page(found)
    assert any("sentences, as written" in line for line in lines(found))


def test_text_that_is_not_arabic_is_an_abstention(tmp_path: Path) -> None:
    rows = [row("Nothing but English stands in this line.", "mt"), *labelled()[:5]]
    found, failures = evaluate([write(tmp_path / "set.jsonl", rows)], TEXT)
    assert not failures
    assert found["sentence"]["classes"]["mt"]["abstained"] == 1
    assert found["sentence"]["abstentions"] == {"not-arabic": 1}
    assert found["group10"] is None


def test_the_page_lets_nothing_in_or_out(record: dict[str, Any]) -> None:
    evil = "<script>alert(1)</script>\"'&"
    poisoned = json.loads(json.dumps(record).replace('"engine"', json.dumps(evil)))
    poisoned["data"][0]["file"] = evil
    shown = page(poisoned)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "default-src 'none'" in shown
    assert not re.search(r'https?:|\bstyle="|\bon\w+="|\bsrc=|url\(', shown)
    assert shown.count("<svg") >= 2 * 3 + 2
    for words in ("false alarms (share of human texts)", "probability stated"):
        assert words in shown


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> int:
    return main(["evaluate", *arguments, "--no-roundtrip"])


def test_the_command_prints_a_table_and_writes_both_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / "set.jsonl", labelled())
    assert command("set.jsonl", "--json", "a/x.json", "--html", "a/x.html", "--group", "2") == 0
    found = json.loads((folder / "a/x.json").read_text(encoding="utf-8"))
    assert found["settings"]["group"] == 2
    assert found["group2"]["auc"] is not None
    assert (folder / "a/x.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    out = capsys.readouterr().out
    assert "sentences, as written" in out
    assert "groups of 2, stripped" in out


def test_bad_rows_end_with_3_and_the_rest_is_measured(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(folder / "set.jsonl", labelled())
    with path.open("a", encoding="utf-8") as stream:
        stream.write("{}\n" * 30)
    assert command("set.jsonl", "--json", "x.json", "--quiet") == ExitCode.INPUT
    said = capsys.readouterr()
    assert "set.jsonl:13" in said.err
    assert "20 more" in said.err
    assert not said.out
    found = json.loads((folder / "x.json").read_text(encoding="utf-8"))
    assert len(found["failures"]) == 30
    assert found["sentence"]["classes"]["human"]["n"] == 4


def test_nothing_usable_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "set.jsonl").write_text("{}\n", encoding="utf-8")
    assert command("set.jsonl") == ExitCode.INPUT
    assert command("none.jsonl") == ExitCode.INPUT
    assert "set.jsonl:1" in capsys.readouterr().err
    with pytest.raises(InputError):
        evaluate(["none.jsonl"], TEXT)


@pytest.mark.parametrize("wrong", [["--limit", "0"], ["--group", "1"], ["--jobs", "0"]])
def test_wrong_options_end_with_2(folder: Path, wrong: list[str]) -> None:
    write(folder / "set.jsonl", labelled())
    assert command("set.jsonl", *wrong) == ExitCode.USAGE


def test_unknown_flags_and_places_that_cannot_be_written_end_with_2(folder: Path) -> None:
    write(folder / "set.jsonl", labelled()[:2])
    with pytest.raises(SystemExit) as ended:
        command("set.jsonl", "--nonsense")
    assert ended.value.code == ExitCode.USAGE
    (folder / "file").write_text("", encoding="utf-8")
    assert command("set.jsonl", "--quiet", "--json", "file/x.json") == ExitCode.USAGE
    with pytest.raises(UsageError):
        evaluate(["set.jsonl"], TEXT, limit=0)
