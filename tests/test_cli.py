"""The commands from outside: exit codes, files written, bad input told apart from findings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtaudit.cli import main
from mtaudit.errors import ExitCode

CLEAN = (
    "أعلنت وزارة الصحة في تونس، اليوم الثلاثاء، افتتاح مستشفى جديد في مدينة صفاقس يضم مئتي سرير. "
    "وقال الوزير إن المستشفى سيخدم سكان الجنوب، وإن العمل فيه يبدأ الشهر المقبل.\n"
)
GARBLED = "وقال الوزير إن دول الاتحاد الأوروبي (الاتحاد الأوروبي) ستوقع اتفاق HOA BINH في KYIV.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTAUDIT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def audit(*arguments: str) -> int:
    return main(["audit", *arguments, "--out", "out", "--no-roundtrip", "--quiet"])


def documents(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_clean_text_ends_with_0(folder: Path) -> None:
    (folder / "clean.txt").write_text(CLEAN, encoding="utf-8")
    assert audit("clean.txt") == ExitCode.OK


@pytest.mark.parametrize(("fail_on", "code"), [("minor", 1), ("critical", 1), ("never", 0)])
def test_findings_end_with_1_unless_told_otherwise(folder: Path, fail_on: str, code: int) -> None:
    (folder / "bad.txt").write_text(GARBLED, encoding="utf-8")
    assert audit("bad.txt", "--fail-on", fail_on) == code


def test_input_that_cannot_be_judged_wins_and_the_rest_is_audited(folder: Path) -> None:
    """Exit 3 over 1; every judgeable file stands in the output, every failure is named."""
    (folder / "bad.txt").write_text(GARBLED, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (folder / "english.txt").write_text("Nothing but English stands here.\n" * 5, encoding="utf-8")
    assert audit("bad.txt", "empty.txt", "picture.txt", "english.txt", "missing.txt") == 3
    assert [d["doc_id"] for d in documents(folder)] == ["bad.txt"]
    run = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    failed = {Path(f["path"]).name: f for f in run["failures"]}
    assert set(failed) == {"empty.txt", "picture.txt", "english.txt", "missing.txt"}
    assert all(f["message"] and f["mend"] for f in failed.values())


def bad_inputs() -> dict[str, bytes]:
    return {
        "space.txt": b" \n\t\n ",
        "latin1.txt": "Voilà des accents, rien d'arabe".encode("latin-1"),
        "line.txt": ("كلمة " * 2_000_000).encode(),
        "persian.txt": "این گزارش درباره‌ی وضعیت پناهجویان است و چند نفر گفته‌اند. ".encode() * 8,
        "broken.jsonl": b'{"text": \n{"text": 3}\n[1]\n',
        "broken.html": b"<html><script>alert(1)</script><body></body>",
        "nul.txt": CLEAN.encode() + b"\0\0\0",
    }


@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_is_a_failure_with_a_mend_never_a_trace(folder: Path, name: str) -> None:
    (folder / name).write_bytes(bad_inputs()[name])
    (folder / "good.txt").write_text(CLEAN, encoding="utf-8")
    assert audit(name, "good.txt") == ExitCode.INPUT
    assert [d["doc_id"] for d in documents(folder)] == ["good.txt"]


def good_inputs() -> dict[str, bytes]:
    return {
        "bom.txt": CLEAN.encode("utf-8-sig"),
        "utf16.txt": CLEAN.encode("utf-16"),
        "cp1256.txt": (CLEAN * 3).encode("cp1256"),
        "bidi.txt": ("\u202b" + CLEAN.strip() + "\u202c\u200f\n").encode(),
        "marks.txt": "قَالَ الوَزِيرُ إنَّ العَمَلَ يَبدَأُ الشَّهرَ المُقبِلَ في المَدِينَةِ الجَدِيدَة.\n".encode(),
        "forms.txt": "ﻗﺎﻝ ﺍﻟﻮﺯﻳﺮ ﺇﻥ ﺍﻟﻤﺴﺘﺸﻔﻰ ﺳﻴﺨﺪﻡ ﺳﻜﺎﻥ ﺍﻟﺠﻨﻮﺏ ﻓﻲ ﺍﻟﺒﻼﺩ.\n".encode(),
        "page.html": (
            f"<html><body><script>alert(1)</script><article><p>{CLEAN}</p></article></body></html>"
        ).encode(),
        "rows.jsonl": (json.dumps({"text": CLEAN}) + "\n").encode(),
        "rows.csv": f'id,text\n1,"{CLEAN.strip()}"\n'.encode(),
    }


@pytest.mark.parametrize("name", good_inputs())
def test_odd_but_good_input_is_judged(folder: Path, name: str) -> None:
    (folder / name).write_bytes(good_inputs()[name])
    assert audit(name, "--fail-on", "never") == ExitCode.OK
    (document,) = documents(folder)
    assert str(document["doc_id"]).startswith(name)
    for line in (folder / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines():
        assert "alert(1)" not in json.loads(line)["text"]


def test_a_directory_and_the_same_file_twice(folder: Path) -> None:
    inner = folder / "news"
    inner.mkdir()
    (inner / "a.txt").write_text(CLEAN, encoding="utf-8")
    (inner / "b.txt").write_text(GARBLED, encoding="utf-8")
    assert audit("news", "news/a.txt", "--fail-on", "never") == ExitCode.OK
    assert [d["doc_id"] for d in documents(folder)] == ["a.txt", "b.txt"]


def test_an_unknown_option_in_the_file_is_a_usage_error(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".mtaudit.toml").write_text("fail_onn = 'minor'\n", encoding="utf-8")
    (folder / "clean.txt").write_text(CLEAN, encoding="utf-8")
    assert audit("clean.txt") == ExitCode.USAGE
    assert "fail_on" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_damaged_model_silences_the_round_trip_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded translator damaged: the audit goes on, the run's notes say what was left out."""
    from mtaudit.modelstore import model_path

    models = folder / "models"
    for name in ("calibration", "language", "names", "encoder"):
        (models / name).parent.mkdir(exist_ok=True)
        (models / name).symlink_to(model_path(name))
    source = model_path("translator")
    (models / "translator").mkdir()
    for file in source.iterdir():
        (models / "translator" / file.name).symlink_to(file)
    (models / "translator" / "model.bin").unlink()
    (models / "translator" / "model.bin").write_bytes(b"\0" * 1000)
    monkeypatch.setenv("MTAUDIT_MODELS", str(models))
    (folder / "clean.txt").write_text(CLEAN, encoding="utf-8")
    assert main(["audit", "clean.txt", "--out", "out", "--quiet", "--fail-on", "never"]) == 0
    run = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert any(note["code"] == "no-translator" for note in run["notes"])
    for line in (folder / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines():
        said = json.loads(line)["evidence"]["roundtrip"]
        assert said["value"] is None
        assert said["reason"]


def test_a_damaged_model_that_was_asked_for_is_an_error(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "model.bin").write_bytes(b"\0" * 100)
    (folder / "clean.txt").write_text(CLEAN, encoding="utf-8")
    code = main(["audit", "clean.txt", "--out", "out", "--translator", "model", "--quiet"])
    assert code == ExitCode.INPUT
    error = capsys.readouterr().err
    assert "model" in error
    assert "Traceback" not in error


def test_explain_knows_every_code_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    from mtaudit.rules import catalogue

    for code in catalogue():
        for lang in ("en", "ar"):
            assert main(["explain", code, "--lang", lang]) == 0
            assert code in capsys.readouterr().out
    assert main(["explain", "residue.no-such-code"]) == ExitCode.USAGE


def test_doctor_finds_everything_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == ExitCode.OK
    assert "✗" not in capsys.readouterr().out


def test_translate_writes_one_line_for_each_line(folder: Path) -> None:
    """Lines in, lines out; the empty line stays where it was."""
    (folder / "in.txt").write_text("أعلن الوزير استقالته.\n\nزار الرئيس فرنسا.\n", encoding="utf-8")
    environment = {**os.environ, "MTAUDIT_CACHE": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "mtaudit", "translate", "--from", "ar", "--to", "en", "in.txt"],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    lines = done.stdout.split("\n")
    assert len(lines) == 4
    assert lines[1] == ""
    assert all(any(c.isascii() and c.isalpha() for c in lines[i]) for i in (0, 2))
    refused = main(["translate", "--from", "ar", "--to", "fr", "in.txt"])
    assert refused == ExitCode.USAGE
