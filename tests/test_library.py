"""Clean reports on disk: read once, brought up to date, found by what they are about."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from mtaudit.errors import HostError
from mtaudit.library import Library, Shelf, expand
from mtaudit.library.store import FILE
from mtaudit.library.terms import TERMS, terms_of
from mtaudit.segment import segment
from mtaudit.types import Document

WHEAT = "ارتفعت أسعار القمح في الأسواق العالمية هذا الأسبوع. وقال تجار إن المحصول ضعيف."
TALKS = "التقى وزير الخارجية الروسي سيرغي لافروف نظيره الأردني في عمان. وبحثا وقف القتال."
MATCH = "فاز المنتخب المغربي على نظيره الإسباني بركلات الترجيح. وتأهل إلى ربع النهائي."


def write(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def documents(library: Library) -> list[Document]:
    found = [library.document(number) for number in library.rows()[0]]
    return [document for document in found if document is not None]


def names(library: Library) -> list[str]:
    return [document.doc_id for document in documents(library)]


def find(library: Library, text: str, doc_id: str = "suspect", most: int = 8) -> list[str]:
    document = Document(doc_id, text)
    found = Shelf(library).find(document, segment(document), None, most)
    return [item.document.doc_id for item in found]


def test_a_report_is_read_once_and_again_when_it_changes(tmp_path: Path) -> None:
    paths = write(tmp_path, a=WHEAT, b=TALKS)
    library = Library(tmp_path / "index")
    first = library.update(paths)
    assert (first.reports, first.read, first.failures) == (2, 2, ())
    assert library.update(paths).read == 0
    os.utime(paths[0], (1, 1))
    assert library.update(paths).read == 0, "the time changed, the bytes did not"
    paths[0].write_text(MATCH, encoding="utf-8")
    assert library.update(paths).read == 1
    assert {document.text for document in documents(library)} == {MATCH, TALKS}


def test_the_index_outlives_the_process_and_keeps_documents_whole(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=WHEAT + "\n\nكلمات دلالية: القمح")
    library = Library(tmp_path / "index")
    library.update([path])
    (before,) = documents(library)
    library.close()
    again = Library(tmp_path / "index")
    assert again.update([path]).read == 0
    (after,) = documents(again)
    assert after == before
    assert [s.role for s in segment(after)] == [s.role for s in segment(before)]


def test_only_the_reports_named_take_part_and_lost_files_are_dropped(tmp_path: Path) -> None:
    a, b = write(tmp_path, a=WHEAT, b=TALKS)
    library = Library(tmp_path / "index")
    library.update([a, b])
    assert library.update([a]).reports == 1
    assert names(library) == ["a.txt"]
    assert library.holds(str(a))
    assert not library.holds(str(b))
    assert library.update([a, b]).read == 0, "b was still in the index"
    b.unlink()
    assert library.update([a]).dropped == 1


def test_records_are_reports_of_their_own_and_bad_ones_are_told_every_time(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    rows = [{"id": "x", "text": WHEAT}, {"id": "y", "text": TALKS}, {"id": "z", "words": 3}]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    library = Library(tmp_path / "index")
    first, second = library.update([path]), library.update([path])
    assert (first.reports, first.read, second.read) == (2, 1, 0)
    assert names(library) == ["r.jsonl#x", "r.jsonl#y"]
    assert len(first.failures) == 1
    assert first.failures == second.failures


def test_an_unreadable_report_does_not_stop_the_others(tmp_path: Path) -> None:
    paths = [*write(tmp_path, a=WHEAT), tmp_path / "missing.txt"]
    done = Library(None).update(paths)
    assert done.reports == 1
    assert [failure.kind for failure in done.failures] == ["missing"]


def test_patterns_are_filled_in(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    write(tmp_path / "day", a=WHEAT, b=TALKS)
    assert [p.name for p in expand([str(tmp_path / "**" / "*.txt")])] == ["a.txt", "b.txt"]
    assert expand(["no-such-*.txt"]) == [Path("no-such-*.txt")]
    assert Library(None).update([str(tmp_path / "*" / "a*")]).reports == 1


def test_a_run_that_ends_early_leaves_the_old_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(tmp_path, a=WHEAT)
    library = Library(tmp_path / "index")
    library.update([path])
    path.write_text(TALKS, encoding="utf-8")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "_add", fail)
    with pytest.raises(KeyboardInterrupt):
        library.update([path])
    library._db.commit()  # what had been written stands: the worst case
    library.close()
    monkeypatch.undo()
    again = Library(tmp_path / "index")
    (number,) = again._db.execute("SELECT id FROM file WHERE whole").fetchone()
    assert again._db.execute("SELECT COUNT(*) FROM report WHERE file = ?", (number,)).fetchone()[0]
    again.update([path])
    assert [document.text for document in documents(again)] == [TALKS]


def _update(folder: str, paths: list[str], answers: multiprocessing.Queue) -> None:
    library = Library(Path(folder))
    done = library.update(paths)
    answers.put((done.reports, done.read))


def test_two_processes_share_one_index(tmp_path: Path) -> None:
    texts = {f"r{n}": f"{WHEAT} العدد {n}." for n in range(30)}
    paths = [str(path) for path in write(tmp_path, **texts)]
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    both = [
        context.Process(target=_update, args=(str(tmp_path / "index"), paths, answers))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    found = [answers.get(timeout=120) for _ in both]
    for process in both:
        process.join(timeout=60)
    assert [reports for reports, _ in found] == [30, 30]
    assert sorted(read for _, read in found) == [0, 30], "the second finds the work done"


def test_a_file_that_is_no_index_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database " * 100)
    with pytest.raises(HostError, match="delete"):
        Library(tmp_path)


def test_an_index_of_another_format_is_begun_anew(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=WHEAT)
    library = Library(tmp_path / "index")
    library.update([path])
    library.close()
    with sqlite3.connect(tmp_path / "index" / FILE) as database:
        database.execute("UPDATE meta SET value = 'older'")
    assert Library(tmp_path / "index").update([path]).read == 1


def test_the_report_on_the_same_event_comes_first(tmp_path: Path) -> None:
    library = Library(None)
    library.update(write(tmp_path, a=WHEAT, b=TALKS, c=MATCH))
    assert find(library, "قال لافروف بعد لقاء في عمان إن القتال يجب أن يتوقف")[0] == "b.txt"
    assert find(library, "أسعار القمح ترتفع في الأسواق")[0] == "a.txt"
    assert sorted(find(library, "خبر عن شيء آخر")) == ["a.txt", "b.txt", "c.txt"], "few: all"
    assert find(library, "أسعار القمح ترتفع في الأسواق", most=2) == ["a.txt"], "many: related ones"


def test_an_article_is_not_its_own_report(tmp_path: Path) -> None:
    library = Library(None)
    library.update(write(tmp_path, a=WHEAT, b=TALKS))
    assert find(library, WHEAT) == ["b.txt"]


def test_a_report_that_another_process_replaced_is_passed_over(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=WHEAT)
    first, second = Library(tmp_path / "index"), Library(tmp_path / "index")
    first.update([path])
    shelf = Shelf(first)
    path.write_text(TALKS, encoding="utf-8")
    second.update([path])
    suspect = Document("suspect", "أسعار القمح ترتفع")
    assert shelf.find(suspect, segment(suspect), None) == []


def test_no_report_is_no_error(tmp_path: Path) -> None:
    assert find(Library(None), WHEAT) == []


def test_terms_are_few_and_of_the_text_alone() -> None:
    long = [f"{TALKS} {WHEAT} {MATCH}"] * 3
    assert len(terms_of(long)) <= TERMS
    assert np.array_equal(terms_of([TALKS, WHEAT]), terms_of([TALKS, WHEAT]))
    both = np.intersect1d(terms_of([TALKS]), terms_of([TALKS + " " + MATCH], most=None))
    assert np.array_equal(both, terms_of([TALKS]))


def test_the_name_of_a_collection_depends_on_its_texts_alone(tmp_path: Path) -> None:
    one, other = Library(None), Library(None)
    one.update(write(tmp_path, a=WHEAT, b=TALKS))
    other.update(write(tmp_path, y=TALKS, z=WHEAT))
    assert one.rows()[2] == other.rows()[2]
    other.update(write(tmp_path, y=TALKS, z=MATCH))
    assert one.rows()[2] != other.rows()[2]


def test_what_an_audit_said_of_a_report_is_kept_by_its_judge(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.keep_standing(WHEAT, "judge 1", "machine", 0.9)
    assert library.standing(WHEAT, "judge 1") == ("machine", 0.9)
    assert library.standing(WHEAT, "judge 2") is None
    assert library.standing(TALKS, "judge 1") is None
