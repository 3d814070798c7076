"""A stored run judged anew, and verdicts that refit the calibration."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mtaudit import calibrate
from mtaudit.cli import main
from mtaudit.config import Options, load_options
from mtaudit.desk import refit as refits
from mtaudit.desk.baseline import Baseline, Entry, text_of
from mtaudit.errors import ExitCode, UsageError
from mtaudit.pipeline import audit
from mtaudit.rejudge import Thresholds, rejudge
from mtaudit.report import StoredRun, read_run, write_run
from mtaudit.types import Document, RunReport

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
ARTICLE = (
    "وقال الوزير إن بلاده ترفض هذه الضمان من الاتحاد الأوروبي من الاتحاد الأوروبي.\n"
    "وأضاف أن KYIV تنتظر الرد ، وأن الاتفاق سيوقع في القاهرة بعد أسبوعين من الآن.\n"
    "ومن المقرر أن يجتمع مجلس الأمن غدا لبحث الوضع الإنساني في القطاع.\n"
    "وتعهدت الدول المانحة بتقديم مساعدات عاجلة إلى المتضررين من الفيضانات.\n"
    "وفقا لاتفاق HOA BINH قررت الأطراف وقف إطلاق النار لمدة شهر كامل.\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real audit of two small articles, without models."""
    place = tmp_path_factory.mktemp("rejudge")
    (place / "in").mkdir()
    (place / "in" / "a.txt").write_text("Headline\n\n" + ARTICLE, encoding="utf-8")
    (place / "in" / "b.txt").write_text(ARTICLE.replace("KYIV", "كييف"), encoding="utf-8")
    run = audit([place / "in"], Options(roundtrip=False, cache=False))
    write_run(run, place / "run", ["jsonl"])
    return place / "run"


@pytest.fixture
def run(folder: Path) -> StoredRun:
    return read_run(folder)


def same_judgement(run: StoredRun) -> None:
    """Judged again with nothing new, every record is the stored one, to the last digit."""
    again = rejudge(run, calibrate.default())
    for before, after in zip(run.segments, again.segments, strict=True):
        assert after == {**before, "signature": again.run["signature"]}
    for before, after in zip(run.documents, again.documents, strict=True):
        assert after == {**before, "signature": again.run["signature"]}
    assert again.run["counts"] == run.run["counts"]
    assert "|rejudged:" in again.run["signature"]


def written(run: RunReport, folder: Path) -> StoredRun:
    write_run(run, folder, ["jsonl"])
    return read_run(folder)


def test_the_same_calibration_gives_the_same_judgement(run: StoredRun) -> None:
    same_judgement(run)


def test_the_seeds_with_references_are_judged_the_same(
    seeds_run: RunReport, tmp_path: Path
) -> None:
    run = written(seeds_run, tmp_path)
    assert any(segment["references"] for segment in run.segments)
    assert any(segment["roundtrip"] for segment in run.segments)
    same_judgement(run)


def test_the_seeds_without_references_are_judged_the_same(tmp_path: Path) -> None:
    run = written(audit([SEEDS], Options(roundtrip=False, cache=False)), tmp_path)
    assert len(run.documents) == 5
    same_judgement(run)


@pytest.mark.parametrize("offsets_into", ["file", "extracted"])
def test_a_mixed_article_stays_mixed(offsets_into: str, tmp_path: Path) -> None:
    """Some paragraphs of a clean seed, then the damaged one's: the map of the parts needs to know
    where paragraphs end, and the note is written once."""
    texts = {path.name[:3]: path.read_text("utf-8").split("\n") for path in SEEDS.glob("*.txt")}
    clean = [line for line in texts["001"] if len(line.split()) > 15][:4]
    broken = [line for line in texts["000"] if len(line.split()) > 10][:3]
    text = "\n".join([*clean, *broken])
    document = Document("mixed", text, offsets_into=offsets_into)  # type: ignore[arg-type]
    found = audit([], Options(roundtrip=False, cache=False), documents=[document])
    run = written(found, tmp_path)
    assert {part["machine"] for part in run.documents[0]["parts"]} == {True, False}
    assert [note["code"] for note in run.documents[0]["notes"]] == ["mixed"]
    same_judgement(run)
    # At a threshold that no part reaches the article is mixed no more.
    calm = replace(calibrate.default(), document_part={})
    assert rejudge(run, calm).documents[0]["notes"] == []


def test_what_comments_and_a_baseline_suppress_stays_where_it_is(tmp_path: Path) -> None:
    """The same sentence stands twice, and only one of them was allowed."""
    line = "وقال الوزير إن بلاده ترفض هذه الضمان من الاتحاد الأوروبي من الاتحاد الأوروبي.\n"
    comment = "<!-- mtaudit: allow repetition.*, flagged: اقتباس -->\n"
    text = line + comment + line + "وأضاف أن KYIV تنتظر الرد ، وأن الاتفاق سيوقع في القاهرة.\n"
    options = Options(roundtrip=False, cache=False)
    first = written(audit([], options, documents=[Document("a", text)]), tmp_path / "one")
    assert [bool(s["suppressed"]) for s in first.segments] == [False, True, False]
    assert [s["flagged"] for s in first.segments[:2]] == [True, False]
    same_judgement(first)
    # A calibration that knows better how often a code is right says so of what is suppressed too.
    held = [s["issue"] for s in first.segments[1]["suppressed"] if s["issue"]]
    doubting = replace(calibrate.default(), confidence={held[0]["code"]: 0.05})
    again = [s["issue"] for s in rejudge(first, doubting).segments[1]["suppressed"] if s["issue"]]
    assert [i["confidence"] for i in again if i["code"] == held[0]["code"]] == [0.05]
    issue = next(i for i in first.segments[2]["issues"] if i["text"] == "KYIV")
    entry = Entry("finding", first.segments[2]["text"], issue["code"], "KYIV", editors=("سلمى",))
    (tmp_path / "b.json").write_text(text_of(Baseline((entry,))), encoding="utf-8")
    edited = text.replace("KYIV تنتظر", "KYIV اليوم تنتظر")
    given = replace(options, baseline=str(tmp_path / "b.json"))
    second = written(audit([], given, documents=[Document("a", edited)]), tmp_path / "two")
    (told,) = second.segments[2]["suppressed"]
    assert 0.9 < told["similarity"] < 1
    same_judgement(second)


def test_no_witness_and_no_model_is_asked(run: StoredRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **more: object) -> None:
        raise AssertionError("a stage of the audit was run")

    stages = (
        "pipeline.examine", "examining.examine_together", "pipeline.round_trips",
        "language.stats.LanguageStats.load", "read.read_paths",
    )  # fmt: skip
    for name in stages:
        monkeypatch.setattr(f"mtaudit.{name}", refuse)
    rejudge(run, calibrate.default(), Thresholds(sentence=0.5))


def test_thresholds_move_decisions_and_nothing_else(run: StoredRun) -> None:
    low = rejudge(run, calibrate.default(), Thresholds(document=0.001, sentence=0.001))
    high = rejudge(run, calibrate.default(), Thresholds(document=1.0, sentence=1.0))
    judged = [s["mt_probability"] is not None for s in run.segments]
    assert [s["flagged"] for s in low.segments if s["role"] == "article"].count(True) >= sum(judged)
    assert sum(s["flagged"] for s in high.segments) < sum(s["flagged"] for s in low.segments)
    for name in ("mt_probability", "quality", "issues"):
        assert [s[name] for s in low.segments] == [s[name] for s in high.segments]
    assert {d["verdict"] for d in low.documents} == {"machine"}
    assert "machine" not in {d["verdict"] for d in high.documents}
    # No rate was measured there; at the calibration's own threshold it was.
    assert {d["false_alarm_rate"] for d in low.documents} == {None}
    known = calibrate.default().document_threshold["text"]
    own = rejudge(run, calibrate.default(), Thresholds(document=known.value))
    assert {d["false_alarm_rate"] for d in own.documents} == {known.false_alarm_rate}


@pytest.mark.parametrize("value", [0.0, -0.1, 1.5, float("nan")])
def test_a_threshold_is_a_probability(value: float) -> None:
    with pytest.raises(UsageError, match="no probability"):
        Thresholds(document=value)


def test_a_baseline_takes_the_place_of_the_old_one(run: StoredRun) -> None:
    segment = next(s for s in run.segments if s["issues"])
    issue = segment["issues"][0]
    entry = Entry("finding", segment["text"], issue["code"], issue["text"], editors=("سلمى",))
    less = rejudge(run, calibrate.default(), baseline=Baseline((entry,)))
    twin = next(s for s in less.segments if s["start"] == segment["start"])
    assert [x["issue"]["code"] for x in twin["suppressed"]] == [issue["code"]]
    assert twin["quality"] >= segment["quality"]
    # Judged again without a word of baselines it stays suppressed, with an empty one it comes back.
    kept = rejudge(less, calibrate.default())
    assert [s["suppressed"] for s in kept.segments] == [s["suppressed"] for s in less.segments]
    back = rejudge(less, calibrate.default(), baseline=Baseline())
    assert [s["issues"] for s in back.segments] == [s["issues"] for s in run.segments]


def test_the_command_writes_a_run_that_reads_back(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    given = ["rejudge", str(folder), "--out", str(out), "--threshold", "0.001", "--quiet"]
    assert main([*given, "--fail-on", "never"]) == ExitCode.OK
    stored = read_run(out)
    assert stored.run["options"]["threshold"] == 0.001
    assert "document-threshold:0.001" in stored.run["signature"]
    assert (out / "report.html").is_file()
    assert main([*given, "--fail-on", "minor"]) == ExitCode.FINDINGS
    assert main(["rejudge", str(folder), "--threshold", "2"]) == ExitCode.USAGE
    assert main(["rejudge", str(tmp_path / "none")]) == ExitCode.INPUT


# ------------------------------------------------------------------ refit


def sample(chance: random.Random, n: int, slope: float, shift: float) -> list[tuple[float, bool]]:
    """Probabilities, and verdicts drawn as the curve says."""
    rows = []
    for _ in range(n):
        p = chance.uniform(0.02, 0.98)
        rows.append((p, chance.random() < refits.Curve(slope, shift)(p)))
    return rows


def test_the_fit_finds_the_curve_that_made_the_verdicts() -> None:
    curve = refits.fit(sample(random.Random(1), 20_000, 0.6, -0.8))
    assert curve.slope == pytest.approx(0.6, abs=0.05)
    assert curve.shift == pytest.approx(-0.8, abs=0.05)
    assert refits.fit([]) == refits.Curve()


def test_few_verdicts_hardly_move_the_curve() -> None:
    curve = refits.fit([(0.9, False)] * 2)
    assert 0.3 < curve.slope <= 1
    assert refits.Curve()(0.37) == pytest.approx(0.37)


def many(folder: Path, verdicts: Sequence[tuple[float, bool]], codes: Sequence[bool]) -> StoredRun:
    """The run's records multiplied: as many sentences as verdicts, spread over ten documents."""
    run = read_run(folder)
    model = next(s for s in run.segments if s["issues"])
    segments = []
    documents = [{**run.documents[0], "doc_id": f"d{d}"} for d in range(10)]
    for n, (p, _) in enumerate(verdicts):
        issues = [{**model["issues"][0], "fingerprint": f"{n:016x}"}] if n < len(codes) else []
        more = {"doc_id": f"d{n % 10}", "fingerprint": f"{n + 10**6:016x}", "issues": issues}
        segments.append({**model, **more, "mt_probability": round(p, 4), "suppressed": []})
    return StoredRun(run.run, documents, segments)


def verdict_file(path: Path, verdicts: Sequence[tuple[float, bool]], codes: Sequence[bool]) -> Path:
    rows: list[dict[str, Any]] = []
    for n, (_, yes) in enumerate(verdicts):
        rows.append({"target": "sentence", "fingerprint": f"{n + 10**6:016x}",
                     "verdict": "confirmed" if yes else "dismissed"})  # fmt: skip
    for n, yes in enumerate(codes):
        rows.append({"target": "finding", "fingerprint": f"{n:016x}",
                     "verdict": "confirmed" if yes else "dismissed"})  # fmt: skip
    data = {"kind": "mtaudit-verdicts", "schema": "1.0", "editor": "س", "verdicts": rows}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def refitted(
    folder: Path, tmp_path: Path, verdicts: Sequence[tuple[float, bool]], codes: Sequence[bool]
) -> tuple[StoredRun, refits.Refit]:
    from mtaudit.desk.review import review

    run = many(folder, verdicts, codes)
    found = review(run, [verdict_file(tmp_path / "v.json", verdicts, codes)])
    return run, refits.refit(run, found)


def test_with_too_few_verdicts_nothing_changes(folder: Path, tmp_path: Path) -> None:
    chance = random.Random(2)
    few = sample(chance, refits.MIN_SENTENCES, 0.2, 0)
    _, new = refitted(folder, tmp_path, few, [True] * (refits.MIN_FINDINGS - 1))
    assert not new.changes
    assert any("are needed" in line for line in new.told)
    assert any("left as they are: 1" in line for line in new.told)


def test_verdicts_that_agree_with_the_tool_change_nothing(folder: Path, tmp_path: Path) -> None:
    """Drawn from the probabilities themselves: a new curve could only be worse elsewhere."""
    _, new = refitted(folder, tmp_path, sample(random.Random(5), 300, 1, 0), [])
    assert new.curve is None
    assert "no better" in new.told[-1]


def test_enough_verdicts_refit_and_decisions_stay(folder: Path, tmp_path: Path) -> None:
    codes = [True] * 8 + [False] * 32
    run, new = refitted(folder, tmp_path, sample(random.Random(3), 400, 0.4, -1), codes)
    assert new.curve is not None
    code = next(s for s in run.segments if s["issues"])["issues"][0]["code"]
    first = run.segments[0]["issues"][0]["confidence"]
    assert new.confidence[code] == pytest.approx((20 * first + 8) / 60, abs=6e-4)
    path = tmp_path / "calibration.json"
    path.write_text(refits.text_of(calibrate.path_of(), new), encoding="utf-8")
    old, changed = calibrate.default(), calibrate.load(path)
    assert changed.signature.startswith(old.signature + "+verdicts.")
    for x in [n / 10 for n in range(-60, 60)]:
        before, after = (c.sentence["text"].probability(x) for c in (old, changed))
        limits = (c.sentence_threshold["text"].value for c in (old, changed))
        low, high = limits
        # Between knots both are straight lines, the curve is not: only there it may differ.
        if abs(before - low) > 0.03:
            assert (before >= low) is (after >= high)
    assert changed.document_threshold == old.document_threshold


def test_a_refitted_calibration_is_used_and_can_be_taken_back(
    folder: Path, run: StoredRun, tmp_path: Path
) -> None:
    issue = next(i for s in run.segments for i in s["issues"] if i["severity"] != "minor")
    new = refits.Refit({issue["code"]: 0.05}, None, ())
    path = tmp_path / "calibration.json"
    path.write_text(refits.text_of(calibrate.path_of(), new), encoding="utf-8")
    (tmp_path / ".mtaudit.toml").write_text(f'calibration = "{path}"\n', encoding="utf-8")
    options = load_options({"roundtrip": False, "cache": False}, tmp_path)
    again = audit([folder.parent / "in"], options)
    found = [i for d in again.documents for s in d.segments for i in s.issues]
    lowered = [i for i in found if i.code == issue["code"]]
    assert lowered
    assert {i.confidence for i in lowered} == {0.05}
    assert "+verdicts." in again.signature
    write_run(again, tmp_path / "again", ["jsonl"])
    back = rejudge(read_run(tmp_path / "again"), calibrate.default())
    assert [s["issues"] for s in back.segments] == [s["issues"] for s in run.segments]


def test_review_tells_what_it_refits_and_writes_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = sample(random.Random(4), 400, 0.4, -1)
    write_run(many(folder, verdicts, []), tmp_path / "run", ["jsonl"])
    file = verdict_file(tmp_path / "v.json", verdicts, [])
    assert main(["review", str(tmp_path / "run"), str(file)]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "log loss on documents left out" in told
    assert calibrate.load(tmp_path / "run" / "calibration.json").sentence
    assert str(tmp_path / "run" / "calibration.json") in told
