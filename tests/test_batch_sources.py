"""Whatever a corpus comes in, the same documents come out, in order and in bounded memory."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from batch_corpus import article, lines, write_corpus

from mtaudit.batch import shards
from mtaudit.batch.shards import cut
from mtaudit.batch.source import Source
from mtaudit.batch.tables import require_arrow
from mtaudit.errors import HostError, InputError, UsageError
from mtaudit.read import Item, read_paths
from mtaudit.types import Document, Failure

TEXTS = [article(n) for n in range(7)]
RECORDS = [{"id": f"a{n}", "text": text, "year": 2020 + n} for n, text in enumerate(TEXTS)]
JSONL = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in RECORDS).encode()


def gz(path: Path) -> None:
    path.write_bytes(gzip.compress(JSONL))


def zst(path: Path) -> None:
    # Two frames, as parallel packers write them.
    half = JSONL.index(b"\n", len(JSONL) // 2) + 1
    codec = pyarrow.Codec("zstd")
    path.write_bytes(
        b"".join(codec.compress(p, asbytes=True) for p in (JSONL[:half], JSONL[half:]))
    )


def table(path: Path) -> None:
    path.write_text(
        "id,text\n" + "".join(f'{r["id"]},"{r["text"]}"\n' for r in RECORDS), encoding="utf-8"
    )


def parquet(path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(RECORDS), path, row_group_size=3)


WRITERS: dict[str, Callable[[Path], object]] = {
    "news.jsonl": lambda path: path.write_bytes(JSONL),
    "news.jsonl.gz": gz,
    "news.jsonl.zst": zst,
    "news.csv": table,
    "news.parquet": parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_texts(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    source = Source([str(tmp_path / name)])
    found = list(source.entries())
    assert [item.raw.text for item in found if isinstance(item, Item)] == TEXTS
    assert [item.doc_id for item in found] == [f"{name}#a{n}" for n in range(7)]  # type: ignore[union-attr]
    assert source.count() == 7
    # An audit names them the same.
    documents = read_paths([tmp_path / name])
    assert [d.doc_id for d in documents if isinstance(d, Document)] == [f.doc_id for f in found]  # type: ignore[union-attr]


def test_folders_patterns_and_several_places(tmp_path: Path) -> None:
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number % 2}").mkdir(exist_ok=True)
        (tmp_path / f"{number % 2}" / f"{number}.txt").write_text(text, encoding="utf-8")
    even, odd = TEXTS[::2], TEXTS[1::2]

    def texts(*places: str) -> list[str]:
        source = Source(places)
        items = [item.raw.text for item in source.entries() if isinstance(item, Item)]
        assert source.count() == len(items)
        return items

    assert texts(str(tmp_path)) == even + odd
    assert texts(str(tmp_path / "*" / "*.txt")) == even + odd
    assert texts(str(tmp_path / "**" / "1.txt"), str(tmp_path / "0")) == [TEXTS[1], *even]


def test_a_file_may_have_a_patterns_signs_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text(TEXTS[0], encoding="utf-8")
    (item,) = Source([str(tmp_path / "a[1].txt")]).entries()
    assert isinstance(item, Item)


def test_a_data_set_of_the_hub_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder stands in for the hub: the datasets library reads both in the same way."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "corpus"
    folder.mkdir()
    rows = [*RECORDS, {"id": "a7", "text": None, "year": 2027}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "train.parquet")
    found = list(Source(["hf:corpus"]).entries())
    assert [i.raw.text for i in found if isinstance(i, Item)] == TEXTS
    assert [i.doc_id for i in found if isinstance(i, Item)] == [f"corpus#a{n}" for n in range(7)]
    failure = found[-1]
    assert isinstance(failure, Failure)
    assert (failure.path, failure.kind) == ("corpus:8", "no-text")
    assert len(list(Source(["hf:corpus"], limit=3).entries())) == 3
    with pytest.raises(InputError, match="no-such-split"):
        list(Source(["hf:corpus"], split="no-such-split").entries())


@pytest.mark.parametrize("place", ["none.jsonl", "none*.txt", "/no/such/folder", "a/b.txt"])
def test_places_that_are_not_there_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        Source([place])


def test_bad_records_stand_where_they_were(tmp_path: Path) -> None:
    path = write_corpus(tmp_path / "news.jsonl", 10)
    kinds = ["failure" if isinstance(e, Failure) else "item" for e in Source([str(path)]).entries()]
    # The English record is only refused when its text is looked at.
    broken = [n for n, line in enumerate(lines(10)) if not line.startswith('{"id"')]
    assert [n for n, kind in enumerate(kinds) if kind == "failure"] == broken


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", b"PAR1 and nothing else PAR1"),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfd and then nonsense" * 5),
        ("a.jsonl.gz", gzip.compress(JSONL)[:-20]),
    ],
)
def test_a_damaged_file_is_a_failure_and_the_others_go_on(
    tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "z.txt").write_text(TEXTS[0], encoding="utf-8")
    *_, failure, last = Source([str(tmp_path)]).entries()
    assert isinstance(failure, Failure)
    assert failure.path.endswith(name)
    assert "damaged" in failure.message
    assert isinstance(last, Item)


def test_parquet_without_the_column_says_which_there_are(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet")
    (failure,) = Source([str(tmp_path)], text_column="body").entries()
    assert isinstance(failure, Failure)
    assert "id, text, year" in failure.message


def test_equal_names_stay_apart_without_searching(tmp_path: Path) -> None:
    """Thousands of records with one id: each gets its number at once."""
    record = json.dumps({"id": "same", "text": TEXTS[0]}, ensure_ascii=False) + "\n"
    (tmp_path / "a.jsonl").write_text(record * 3000, encoding="utf-8")
    names = [i.doc_id for i in Source([str(tmp_path)]).entries() if isinstance(i, Item)]
    assert names[:3] == ["a.jsonl#same", "a.jsonl#same~2", "a.jsonl#same~3"]
    assert len(set(names)) == 3000


def peak(path: Path) -> int:
    """Most bytes held while the source is read and cut into shards."""
    tracemalloc.start()
    for _ in cut(Source([str(path)]).entries(), 50):
        pass
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held


@pytest.mark.parametrize("name", ["news.jsonl", "news.parquet"])
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path, name: str) -> None:
    sizes = []
    for documents in (1_000, 10_000):
        records = [{"id": f"a{n}", "text": article(n)} for n in range(documents)]
        path = tmp_path / str(documents) / name
        path.parent.mkdir()
        if name.endswith("parquet"):
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), path)
        else:
            path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        sizes.append(peak(path))
    assert sizes[1] < 1.1 * sizes[0] + 50_000


def test_long_documents_make_shorter_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "MAX_CHARS", 2 * len(TEXTS[0]))
    path = tmp_path / "news.jsonl"
    path.write_bytes(JSONL)
    found = list(cut(Source([str(path)]).entries(), 100))
    assert len(found) > 2
    assert [s.first for s in found] == [
        sum(len(t.entries) for t in found[:n]) for n in range(len(found))
    ]
    assert sum(len(s.entries) for s in found) == 7


@pytest.mark.parametrize("name", ["news.parquet", "news.jsonl.zst"])
def test_without_arrow_the_file_is_a_failure_with_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    WRITERS[name](tmp_path / name)
    for module in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    (failure,) = Source([str(tmp_path / name)]).entries()
    assert isinstance(failure, Failure)
    assert failure.kind == "missing-library"
    assert "mtaudit[batch]" in failure.mend
    with pytest.raises(HostError, match="--format jsonl"):
        require_arrow()
