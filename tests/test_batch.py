"""A batch writes what an audit writes, whole or not at all, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pyarrow.parquet
import pytest
from batch_corpus import article, joined, rows, tree, write_corpus

from mtaudit.batch import stages
from mtaudit.batch.output import Output
from mtaudit.batch.shards import cut
from mtaudit.batch.source import Source
from mtaudit.batch.tables import json_schema
from mtaudit.cli import main
from mtaudit.errors import ExitCode
from mtaudit.types import Document

DOCUMENTS, BROKEN = 23, 4
SHARD = ("--shard-size", "4")


def batch(source: Path, out: Path, *more: str) -> int:
    # One process is started sooner than two; ``finished`` and the killed runs have two.
    arguments = ["--out", str(out), "--no-roundtrip", "--quiet", "--jobs", "1", *more]
    return main(["batch", str(source), *arguments])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "news.jsonl", DOCUMENTS)


@pytest.fixture(scope="module")
def finished(corpus: Path) -> Path:
    """A run that nothing disturbed."""
    out = corpus.parent / "undisturbed"
    more = ("--format", "jsonl,parquet,html", "--jobs", "2")
    assert batch(corpus, out, *SHARD, *more) == ExitCode.INPUT
    return out


@pytest.fixture
def stopped(finished: Path, tmp_path: Path) -> Path:
    """The same run as it stands when it was killed after five of its seven shards."""
    out = tmp_path / "stopped"
    shutil.copytree(finished, out)
    for name in ("summary.json", "index.html"):
        (out / name).unlink()
    for number in (2, 6):
        shutil.rmtree(out / "shards" / f"{number:08d}")
    return out


def resume(corpus: Path, out: Path) -> int:
    return batch(corpus, out, *SHARD, "--format", "jsonl,parquet,html", "--resume")


def test_the_shards_joined_are_the_audit(corpus: Path, finished: Path, tmp_path: Path) -> None:
    """Byte for byte, whatever the shards and the number of processes."""
    out = tmp_path / "audit"
    main(["audit", str(corpus), "--no-roundtrip", "--quiet", "--out", str(out)])
    for table in ("documents", "segments"):
        assert joined(finished, table) == (out / f"{table}.jsonl").read_bytes()
    failures = json.loads((out / "run.json").read_text(encoding="utf-8"))["failures"]
    kept = [
        {k: e[k] for k in ("path", "kind", "message", "mend")} for e in rows(finished, "errors")
    ]
    assert kept == failures


def test_with_models_and_references_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(article(number), encoding="utf-8")
    clean = ["--reference", "2.txt", "--no-cache"]
    main(["audit", "0.txt", "1.txt", "2.txt", "--quiet", "--out", "audit", *clean])
    more = ["--shard-size", "2", "--quiet", "--jobs", "1"]
    assert main(["batch", "?.txt", "--out", "batch", *more, *clean]) == ExitCode.OK
    for table in ("documents", "segments"):
        expected = (tmp_path / "audit" / f"{table}.jsonl").read_bytes()
        assert joined(tmp_path / "batch", table) == expected
    assert b'"english":' in joined(tmp_path / "batch", "segments")


def test_every_record_is_there_once(finished: Path) -> None:
    """As a document or as an error with its place in the source and its reason."""
    ids = [row["doc_id"] for row in rows(finished, "documents")]
    assert ids == [f"news.jsonl#a{n}" for n in range(DOCUMENTS)]
    errors = rows(finished, "errors")
    assert [row["record"] for row in errors] == [5, 11, 17, 23]
    assert [row["kind"] for row in errors] == ["no-text", "json", "not-arabic", "no-text"]
    assert all(row["message"] and row["mend"] for row in errors)
    for error in errors:
        jsonschema.validate(error, json_schema("errors"))
    counts = json.loads((finished / "summary.json").read_text(encoding="utf-8"))["counts"]
    assert counts["records"] == DOCUMENTS + BROKEN
    assert (counts["documents"], counts["errors"]) == (DOCUMENTS, BROKEN)


def test_parquet_holds_the_same_rows(finished: Path) -> None:
    def plain(value: object) -> object:
        """What Arrow gives back, as JSON: pairs of a map as an object."""
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            if value and all(isinstance(v, tuple) for v in value):
                return {k: plain(v) for k, v in value}
            return [plain(v) for v in value]
        return value

    for table in ("documents", "segments", "errors"):
        files = sorted(finished.glob(f"shards/*/{table}.parquet"))
        schemas = {str(pyarrow.parquet.read_schema(file)) for file in files}
        assert len(schemas) == 1
        found = [r for f in files for r in pyarrow.parquet.read_table(f).to_pylist()]
        expected = rows(finished, table)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert set(one) == set(other)
            simple = [k for k, v in other.items() if not isinstance(v, list | dict)]
            assert {k: one[k] for k in simple} == {k: other[k] for k in simple}
            if table == "segments":
                assert plain(one["evidence"]) == {
                    k: {**v, "features": v["features"] or []}
                    for k, v in other["evidence"].items()  # type: ignore[attr-defined]
                }
                texts = [(i["code"], i["start"], json.loads(i["more"])) for i in one["issues"]]
                assert texts == [(i["code"], i["start"], i["more"]) for i in other["issues"]]  # type: ignore[attr-defined]


def test_the_index_leads_to_the_reports(finished: Path) -> None:
    page = (finished / "index.html").read_text(encoding="utf-8")
    assert "./shards/00000000/report.html#d0" in page
    assert "news.jsonl:6" in page  # the first broken line
    assert (finished / "shards" / "00000000" / "report.html").is_file()


def test_a_stopped_run_goes_on(corpus: Path, finished: Path, stopped: Path) -> None:
    kept = (stopped / "shards" / "00000000" / "shard.json").stat().st_mtime_ns
    assert resume(corpus, stopped) == ExitCode.INPUT
    assert tree(stopped) == tree(finished)
    assert (stopped / "shards" / "00000000" / "shard.json").stat().st_mtime_ns == kept


def test_half_written_and_damaged_shards_are_made_again(
    corpus: Path, finished: Path, stopped: Path
) -> None:
    shards = stopped / "shards"
    (shards / "00000000" / "segments.jsonl").write_bytes(b"{")
    (shards / "00000001" / "shard.json").unlink()
    half = shards / ".00000002.77-0.tmp"
    half.mkdir()
    (half / "documents.jsonl").write_text("{}\n")
    (stopped / ".summary.json.77.tmp").write_text("{")
    assert resume(corpus, stopped) == ExitCode.INPUT
    assert tree(stopped) == tree(finished)


def command(corpus: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    arguments = ["batch", str(corpus), "--out", str(out), "--no-roundtrip", "--quiet", *SHARD]
    arguments += ["--format", "jsonl,parquet,html", "--resume", "--jobs", "2", *more]
    return subprocess.Popen(
        [sys.executable, "-m", "mtaudit", *arguments], stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def wait_for_shards(out: Path, number: int, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(list(out.glob("shards/0*"))) >= number:
            return
        time.sleep(0.01)
    raise AssertionError(f"no {number} shards after {seconds} seconds")


def workers_of(session: int) -> list[int]:
    """Processes of a session that are still alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_killed_at_any_moment_the_result_is_the_same(
    corpus: Path, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    chance = random.Random(7)
    for shards in (1, 3, 5):
        running = command(corpus, out)
        wait_for_shards(out, shards)
        time.sleep(chance.random() * 0.3)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert running.stderr is not None
        running.stderr.close()
        end = time.monotonic() + 20
        while workers_of(running.pid) and time.monotonic() < end:
            time.sleep(0.05)
        assert not workers_of(running.pid), "workers outlive the run that they work for"
        for folder in out.glob("shards/0*"):
            assert Output(out).shard(int(folder.name)), "a shard is whole or absent"
    assert resume(corpus, out) == ExitCode.INPUT
    assert tree(out) == tree(finished)


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_says_how_to_go_on(
    corpus: Path, finished: Path, tmp_path: Path, signal_sent: signal.Signals
) -> None:
    out = tmp_path / "stopped"
    running = command(corpus, out)
    wait_for_shards(out, 1)
    # As a terminal sends it: to the whole group.
    os.killpg(running.pid, signal_sent) if signal_sent == signal.SIGINT else running.terminate()
    _, said = running.communicate(timeout=60)
    assert running.returncode in (130, ExitCode.INPUT)
    if running.returncode == 130:
        assert said.decode().strip().endswith("the same command with --resume goes on")
        assert b"Traceback" not in said
    resume(corpus, out)
    assert tree(out) == tree(finished)


def test_a_folder_belongs_to_one_run(
    corpus: Path, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(corpus, stopped, *SHARD) == ExitCode.USAGE
    assert "--resume" in capsys.readouterr().err
    assert batch(corpus, stopped, "--shard-size", "5", "--resume") == ExitCode.USAGE
    assert "shard size: 4, now 5" in capsys.readouterr().err
    with Output(stopped).locked():
        assert resume(corpus, stopped) == ExitCode.USAGE
    assert "another run is writing here" in capsys.readouterr().err


def test_a_changed_source_is_refused(
    corpus: Path, stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = corpus.read_bytes()
    try:
        corpus.write_bytes(known.replace("رقم 1 ".encode(), "رقم 11 ".encode()))
        assert resume(corpus, stopped) == ExitCode.USAGE
        assert "the source is not what it was" in capsys.readouterr().err
        corpus.write_bytes(b"".join(known.splitlines(keepends=True)[:8]))
        assert resume(corpus, stopped) == ExitCode.USAGE
    finally:
        corpus.write_bytes(known)


def test_a_witness_that_stumbles_costs_one_document(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = next(cut(Source([str(corpus)]).entries(), 4))
    examine = stages.pipeline.examine_together
    whole = stages.prepare(shard)

    def stumble(documents: list[Document]) -> object:
        if any(document.doc_id.endswith("a2") for document in documents):
            raise ZeroDivisionError("once in a million")
        return examine(documents)

    monkeypatch.setattr(stages.pipeline, "examine_together", stumble)
    prepared = stages.prepare(shard)
    others = [e for e in whole.examined if not e.document.doc_id.endswith("a2")]
    assert list(prepared.examined) == others
    assert len(others) == 3
    ((number, failure),) = prepared.failures
    assert (number, failure.kind) == (2, "internal")
    assert "a2" in failure.message
    assert "once in a million" in failure.message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--shard-size", "0"], "--shard-size must be at least 1"),
        (["--limit", "0"], "--limit must be at least 1"),
        (["--format", "xlsx"], "'xlsx' is not known"),
        (["--format", "html"], "no format for the tables"),
    ],
)
def test_wrong_options_are_refused(
    corpus: Path, tmp_path: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(corpus, tmp_path / "out", *more) == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_the_log_is_json_lines_and_tells_the_truth(corpus: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    batch(corpus, tmp_path / "out", *SHARD, "--limit", "9", "--log", str(log))
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["begun", "ended"]
    written = [e for e in events if e["event"] == "shard-written"]
    assert sum(e["records"] for e in written) == 9
    assert {e["shard"] for e in written} == {0, 1, 2}
    assert next(e for e in events if e["event"] == "total")["records"] == 9
    assert all(e["time"].endswith("+00:00") for e in events)


def test_object_storage_holds_the_same(corpus: Path, finished: Path, tmp_path: Path) -> None:
    """``file://`` goes the way of ``s3://``: through fsspec, ``shard.json`` last, no renaming."""
    out = tmp_path / "storage"
    more = (*SHARD, "--format", "jsonl,parquet,html", "--resume")
    assert batch(f"file://{corpus.parent}/*.jsonl", f"file://{out}", *more) == ExitCode.INPUT  # type: ignore[arg-type]
    for table in ("segments", "errors", "documents"):
        expected = joined(finished, table).replace(
            str(corpus).encode(), f"file://{corpus}".encode()
        )
        assert joined(out, table) == expected
    before = tree(out)
    (out / "shards" / "00000001" / "segments.jsonl").write_bytes(b"{")
    (out / "shards" / "00000002" / "shard.json").unlink()
    assert batch(f"file://{corpus.parent}/*.jsonl", f"file://{out}", *more) == ExitCode.INPUT  # type: ignore[arg-type]
    assert tree(out) == before
