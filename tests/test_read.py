"""What read/ promises: every input becomes a document or a failure that says how to mend it."""

from __future__ import annotations

import gzip
import json
import os
import time
import tomllib
from pathlib import Path

import pytest

from mtaudit.errors import UsageError
from mtaudit.normalize import fold
from mtaudit.read import FORMATS, Limits, document_of, read_paths
from mtaudit.read.decode import decode
from mtaudit.read.furniture import FurnitureRule, find_blocks, match_line, parse, rules
from mtaudit.types import Document, Failure

HERE = Path(__file__).parent
SEEDS = HERE.parent / "seeds"
LANGUAGES = tomllib.loads((HERE / "cases/read/languages.toml").read_text("utf-8"))
NEWS = "قال الوزير في مؤتمر صحفي إن المحادثات ستستأنف الأسبوع المقبل في العاصمة."
PARAGRAPH = NEWS + " " + NEWS


def read(*paths: Path, **options: object) -> list[Document | Failure]:
    return list(read_paths(paths, **options))  # type: ignore[arg-type]


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def document(path: Path, **options: object) -> Document:
    (item,) = read(path, **options)
    assert isinstance(item, Document), item
    return item


def failure(path: Path, **options: object) -> Failure:
    (item,) = read(path, **options)
    assert isinstance(item, Failure), item
    assert str(path) in item.path
    assert item.message
    assert item.mend
    return item


def codes(item: Document) -> list[str]:
    return [note.code for note in item.notes]


# ------------------------------------------------------------------ files and names


def test_a_text_file_is_its_own_text(tmp_path: Path) -> None:
    item = document(write(tmp_path, "a.txt", f"عنوان\r\n{NEWS}\r\n"))
    assert item.text == f"عنوان\r\n{NEWS}\r\n"
    assert (item.doc_id, item.encoding, item.offsets_into) == ("a.txt", "utf-8", "file")


def test_a_folder_is_read_in_order_without_hidden_and_unknown_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.txt", "picture.png"):
        write(tmp_path, name, NEWS)
    for folder in ("sub", ".git"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "c.txt", NEWS)
    found = read(tmp_path)
    assert [item.doc_id for item in found if isinstance(item, Document)] == [
        "a.md", "b.txt", "c.txt",
    ]  # fmt: skip
    assert len(found) == 3


def test_a_folder_without_readable_files_says_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, "a.docx", b"PK")
    found = failure(tmp_path)
    assert found.kind == "nothing-to-read"
    assert ".docx" in found.message


def test_files_of_one_name_get_their_folder_and_stay_unique(tmp_path: Path) -> None:
    paths = []
    for folder in ("one/x", "two/x", "y"):
        (tmp_path / folder).mkdir(parents=True)
        paths.append(write(tmp_path / folder, "a.txt", NEWS))
    ids = [item.doc_id for item in read(*paths) if isinstance(item, Document)]
    assert ids == ["x/a.txt", "x/a.txt~2", "y/a.txt"]


def test_a_file_given_twice_is_read_once_with_a_note(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", NEWS)
    (tmp_path / "link.txt").symlink_to(path)
    (item,) = read(path, tmp_path, path)
    assert isinstance(item, Document)
    assert "given-twice" in codes(item)


def test_reading_is_lazy(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.txt", NEWS), write(tmp_path, "b.txt", NEWS)
    items = read_paths([first, second])
    assert isinstance(next(items), Document)
    second.unlink()
    last = next(items)
    assert isinstance(last, Failure)
    assert last.kind == "unreadable"


def test_an_unknown_suffix_named_outright_is_read_as_text(tmp_path: Path) -> None:
    assert document(write(tmp_path, "article", NEWS)).media == "text"


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t\r\n\xc2\xa0", "empty"),
        ("mark.txt", b"\xef\xbb\xbf", "empty"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(64), "binary"),
        ("paper.txt", b"%PDF-1.7\n%\xe2\xe3", "binary"),
        ("office.txt", b"PK\x03\x04" + bytes(64), "binary"),
        ("nul.txt", NEWS.encode() + b"\x00\x01\x02", "binary"),
        ("noise.txt", bytes(range(128, 256)) * 20, "encoding"),
        ("english.txt", b"The minister said that talks would resume next week.", "not-arabic"),
        ("french.txt", "Le ministre a déclaré que l'été serait très chaud.".encode("cp1252"),
         "not-arabic|encoding"),
        ("russian.txt", ("Министр заявил, что переговоры возобновятся. " * 4).encode("cp1251"),
         "not-arabic|encoding"),
        ("numbers.txt", b"12 34 56", "not-arabic"),
        ("damaged.txt", NEWS.encode()[:60] + b"\xff" + NEWS.encode()[60:] * 3, "encoding"),
        ("truncated.txt", NEWS.encode()[:61], "encoding"),
        ("mojibake.txt", NEWS.encode().decode("cp1256", "replace"), "encoding"),
        ("lost.txt", "?" * 5 + " ?????? ?? ????", "encoding"),
        ("a.parquet", b"PAR1", "parquet"),
        ("a.xliff", b"<xliff/>", "unsupported-format"),
        ("a.jsonl.gz", b"\x1f\x8b\x08broken", "encoding|unreadable"),
        ("empty.csv", b"", "empty"),
        ("nothing.html", "<html><body><script>x</script></body></html>", "no-main-text"),
    ],
)  # fmt: skip
def test_bad_files_become_failures(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    assert failure(write(tmp_path, name, data)).kind in kind.split("|")


def test_a_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = write(tmp_path, "a.txt", NEWS)
    missing, item = read(tmp_path / "none.txt", good)
    assert isinstance(missing, Failure)
    assert missing.kind == "missing"
    assert isinstance(item, Document)


def test_an_impossible_name_is_a_failure() -> None:
    (item,) = read_paths(["a\0b.txt"])
    assert isinstance(item, Failure)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all files")
def test_permission_denied(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", NEWS)
    path.chmod(0)
    assert failure(path).kind == "permission"


def test_permission_denied_while_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a.txt", NEWS)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert failure(path).kind == "permission"


def test_a_huge_line_is_refused_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", ("ا" * 10_000_000).encode())
    lines = write(tmp_path, "a.jsonl", b'{"text": "' + b"x" * 6_000_000 + b'"}\n')
    table = write(tmp_path, "a.csv", b"text\n" + b"x" * 6_000_000)
    begin = time.perf_counter()
    assert [failure(item).kind for item in (path, lines, table)] == ["too-large"] * 3
    assert time.perf_counter() - begin < 2.0


def test_the_size_limit_is_the_callers(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", NEWS)
    assert failure(path, limits=Limits(max_bytes=20)).kind == "too-large"
    assert isinstance(document_of(NEWS, limits=Limits(max_bytes=20)), Failure)
    assert isinstance(document_of(NEWS), Document)


# ------------------------------------------------------------------ encodings


@pytest.mark.parametrize(
    "text", [NEWS, "قال الوزير", "نعم", PARAGRAPH * 10, "قال Smith إن شركة Apple وافقت."]
)
@pytest.mark.parametrize("codec", ["cp1256", "iso8859_6"])
def test_old_arabic_encodings_are_found_and_noted(text: str, codec: str) -> None:
    if text == "نعم" and codec == "iso8859_6":
        pytest.skip("three letters: the same bytes are letters in both encodings")
    found, encoding, notes = decode(text.encode(codec))
    assert found == text
    assert encoding == {"cp1256": "windows-1256", "iso8859_6": "iso-8859-6"}[codec]
    (note,) = notes
    assert encoding in note.message_en
    assert encoding in note.message_ar


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_dropped_and_noted(codec: str) -> None:
    found, _, notes = decode(NEWS.encode(codec))
    assert found == NEWS
    assert [note.code for note in notes] == ["byte-order-mark"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found(codec: str) -> None:
    found, encoding, _ = decode(NEWS.encode(codec))
    assert (found, encoding) == (NEWS, codec)


# ------------------------------------------------------------------ language and script


@pytest.mark.parametrize("text", LANGUAGES["arabic"].values(), ids=list(LANGUAGES["arabic"]))
def test_arabic_is_read(text: str) -> None:
    assert isinstance(document_of(text), Document)


@pytest.mark.parametrize(("name", "text"), LANGUAGES["other"].items())
def test_other_languages_in_arabic_script_are_named(name: str, text: str) -> None:
    item = document_of(text)
    assert isinstance(item, Failure)
    assert item.kind == "not-arabic"
    assert name in item.message


def test_bidi_controls_and_presentation_forms_are_noted() -> None:
    item = document_of(f"\u202b{NEWS}\u202c ﻣﺮﺣﺒﺎ ﷺ")
    assert isinstance(item, Document)
    assert codes(item) == ["bidi-controls", "presentation-forms"]
    assert "2" in item.notes[0].message_en
    assert "5" in item.notes[1].message_ar
    assert item.text.startswith("\u202b")


def test_a_text_in_two_languages_passes() -> None:
    assert isinstance(document_of(NEWS + " The minister said that talks go on."), Document)


# ------------------------------------------------------------------ HTML


def test_html_gives_the_main_text_and_runs_nothing() -> None:
    item = document(HERE / "cases/read/page.html")
    assert (item.media, item.offsets_into) == ("html", "extracted")
    assert 'بلاده "مستعدة" لكل' in item.text
    for stray in ("سكربت", "alert", "color", "الرئيسية", "<"):
        assert stray not in item.text
    assert "title-dropped" in codes(item)
    assert item.metadata["title"] == "الوزير يعلن استئناف المحادثات"


def test_html_in_its_declared_encoding(tmp_path: Path) -> None:
    page = (HERE / "cases/read/page.html").read_text("utf-8").replace("utf-8", "windows-1256")
    item = document(write(tmp_path, "a.htm", page.encode("cp1256")))
    assert item.encoding == "windows-1256"
    assert "المحادثات" in item.text


def test_hostile_html_is_survived(tmp_path: Path) -> None:
    deep = write(tmp_path, "deep.html", "<div>" * 20_000 + f"<p>{PARAGRAPH}</p>")
    wild = write(tmp_path, "wild.html", f"<p><<>{PARAGRAPH}</p>&#0;&#x110000;<![CDATA[")
    assert len(read(deep, wild)) == 2


# ------------------------------------------------------------------ JSON Lines


def test_jsonl_rows_are_documents_and_bad_lines_failures(tmp_path: Path) -> None:
    rows = [
        json.dumps({"text": NEWS, "id": "x7", "url": "u", "deep": {"a": 1}}),
        "{broken",
        "",
        json.dumps({"body": NEWS, "n": 1}),
        json.dumps([NEWS]),
        json.dumps({"text": None}),
        json.dumps({"text": NEWS}),
        json.dumps({"text": NEWS, "id": "x7"}),
        json.dumps({"text": "English only here"}),
    ]
    path = write(tmp_path, "a.jsonl", "\ufeff" + "\r\n".join(rows))
    found = read(path)
    documents = [item for item in found if isinstance(item, Document)]
    failures = [item for item in found if isinstance(item, Failure)]
    assert [item.doc_id for item in documents] == ["a.jsonl#x7", "a.jsonl#7", "a.jsonl#x7~2"]
    assert documents[0].metadata == {"id": "x7", "url": "u", "line": 1, "rows": 1}
    assert [(item.path.rsplit("a.jsonl")[-1], item.kind) for item in failures] == [
        (":2", "json"), (":4", "no-text"), (":5", "json"), (":6", "no-text"), ("#9", "not-arabic"),
    ]  # fmt: skip
    assert "body, n" in failures[1].message
    assert "--text-column" in failures[1].mend


def test_jsonl_text_column_and_gzip(tmp_path: Path) -> None:
    data = gzip.compress((json.dumps({"body": NEWS}) + "\n").encode())
    item = document(write(tmp_path, "a.jsonl.gz", data), text_column="body")
    assert (item.text, item.doc_id) == (NEWS, "a.jsonl.gz#1")
    assert "body" not in item.metadata


def test_sentence_rows_of_one_document_are_joined(tmp_path: Path) -> None:
    def row(doc_id: str, text: str, **more: object) -> str:
        return json.dumps({"doc_id": doc_id, "text": text, **more})

    rows = [
        row("a", NEWS, index=0), row("a", PARAGRAPH, index=1), row("b", NEWS, index=0),
        row("c", NEWS), row("c", NEWS),
    ]  # fmt: skip
    found = read(write(tmp_path, "s.jsonl", "\n".join(rows)))
    assert [item.doc_id for item in found if isinstance(item, Document)] == [
        "s.jsonl#a", "s.jsonl#b", "s.jsonl#c", "s.jsonl#c~2",
    ]  # fmt: skip
    assert isinstance(found[0], Document)
    assert found[0].text == f"{NEWS}\n{PARAGRAPH}"


def test_lone_surrogates_do_not_reach_the_text(tmp_path: Path) -> None:
    item = document(write(tmp_path, "a.jsonl", '{"text": "' + NEWS + '\\ud800"}'))
    item.text.encode("utf-8")


# ------------------------------------------------------------------ tables


def test_csv_rows_with_quotes_newlines_and_missing_cells(tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.csv", f'id,text\nr1,"{NEWS}\nسطر ""ثان"""\n\nr2\n,{NEWS}\nr3,{"ا" * 200_000}\n'
    )
    found = read(path)
    documents = [item for item in found if isinstance(item, Document)]
    assert [item.doc_id for item in documents] == ["a.csv#r1", "a.csv#5", "a.csv#r3"]
    assert documents[0].text == f'{NEWS}\nسطر "ثان"'
    assert len(documents[2].text) == 200_000
    (bad,) = [item for item in found if isinstance(item, Failure)]
    assert bad.path.endswith("a.csv:4")


@pytest.mark.parametrize(
    ("name", "separator", "codec"),
    [("a.csv", ";", "cp1256"), ("a.tsv", "\t", "utf-16"), ("a.csv", ",", "utf-8-sig")],
)
def test_spreadsheet_exports(tmp_path: Path, name: str, separator: str, codec: str) -> None:
    lines = [separator.join(("number", "text")), separator.join(("1", NEWS)), ""]
    item = document(write(tmp_path, name, "\r\n".join(lines).encode(codec)))
    assert item.text == NEWS


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    bad = failure(write(tmp_path, "a.csv", f"title,body\nx,{NEWS}\n"))
    assert bad.kind == "no-text"
    assert "title, body" in bad.message
    assert document(tmp_path / "a.csv", text_column="body").text == NEWS


def test_an_unclosed_field_is_refused_and_named(tmp_path: Path) -> None:
    bad = failure(
        write(tmp_path, "a.csv", 'text\n"' + (NEWS + "\n") * 100_000), limits=Limits(1_000_000)
    )
    assert bad.kind in ("table", "too-large")


# ------------------------------------------------------------------ furniture


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_furniture_rules_find_their_examples_and_spare_others(rule: FurnitureRule) -> None:
    assert rule.examples
    for example in rule.examples:
        found = match_line(example)
        assert found is not None, example
        assert found[0] is rule, example
    assert rule.counter
    for sentence in rule.counter:
        assert match_line(sentence) is None, sentence


def test_furniture_rules_are_named_once_and_in_both_languages() -> None:
    names = [rule.id for rule in rules()]
    assert len(set(names)) == len(names) >= 50
    assert all(rule.reason_en and fold(rule.reason_ar).text for rule in rules())


def test_a_bad_rule_file_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="rule r"):
        parse({"rule": [{"id": "r", "scope": "line", "pattern": "("}]})
    with pytest.raises(UsageError, match="rule r"):
        parse({"rule": [{"id": "r", "scope": "somewhere", "pattern": "a"}]})


def furniture_of(text: str) -> list[tuple[str, str]]:
    """(reason code, text) of every furniture block."""
    blocks, _ = find_blocks(text)
    return [
        (block.reason_code, text[block.start : block.end])
        for block in blocks
        if block.role == "furniture"
    ]


def article_of(text: str) -> str:
    blocks, _ = find_blocks(text)
    return "\n".join(text[b.start : b.end] for b in blocks if b.role == "article")


def test_read_also_behind_the_keywords_ends_the_article() -> None:
    article = "\n".join(["عنوان الخبر", PARAGRAPH, PARAGRAPH])
    text = f"{article}\nكلمات دلالية: روسيا\nإقرأ أيضاً:\nعنوان خبر آخر\n" + f"{PARAGRAPH}\n" * 9
    assert article_of(text) == article
    assert [code for code, _ in furniture_of(text)] == ["keywords", "read-also", "related-news"]
    assert [note.code for note in find_blocks(text)[1]] == ["related-news"]


def test_read_also_in_the_middle_takes_only_the_titles_below_it() -> None:
    lines = ["عنوان", PARAGRAPH, PARAGRAPH, "اقرأ أيضا", "رابط أول", "رابط ثان", *[PARAGRAPH] * 6]
    text = "\n".join(lines)
    assert furniture_of(text) == [("read-also", "اقرأ أيضا\nرابط أول\nرابط ثان")]


def test_related_news_at_the_top_is_not_the_end() -> None:
    text = "\n".join(["عنوان", "أخبار ذات صلة", *[PARAGRAPH] * 5])
    assert article_of(text).count(NEWS) == 10


def test_the_glued_label_leaves_the_sentence_to_the_article() -> None:
    text = f"عنوان\nأخبار ذات صلةأكد {NEWS}"
    assert furniture_of(text) == [("related-glued", "أخبار ذات صلة")]
    assert article_of(text).endswith(f"\nأكد {NEWS}")


def test_news_cards_take_the_outlets_name_with_them() -> None:
    text = "\n".join(["عنوان", PARAGRAPH, PARAGRAPH, "أرقام", "منذ 39 دقائق", "- أرقام"])
    assert furniture_of(text) == [("ago", "أرقام\nمنذ 39 دقائق\n- أرقام")]


def test_a_text_is_never_furniture_altogether() -> None:
    text = "المصدر: رويترز\nالتعليقات\nاقرأ المزيد"
    blocks, notes = find_blocks(text)
    assert [(block.role, block.start, block.end) for block in blocks] == [("article", 0, len(text))]
    assert [note.code for note in notes] == ["furniture-uncertain"]


def test_the_headline_stays_article_where_it_reads_like_a_link() -> None:
    assert furniture_of(f"شاهد.. الجيش يعرض صواريخ جديدة\n{PARAGRAPH}") == []


EXPECTED = {
    "000": [],
    "001": ["keywords", "app-promotion", "comments", "related-heading", "source-agency", "ago",
            "source-agency", "related-news", "ago", "related-news", "ago", "related-news"],
    "002": ["recommended", "translated-list-counter", "translated-tag"],
    "003": ["published", "source", "keywords", "read-also", "related-news"],
    "004": ["published", "dateline-agency", "related-glued", "source", "keywords", "read-also",
            "related-news"],
}  # fmt: skip


@pytest.mark.parametrize("number", EXPECTED)
def test_furniture_of_the_seeds(number: str) -> None:
    (seed,) = SEEDS.glob(f"{number}_*.txt")
    assert [code for code, _ in furniture_of(document(seed).text)] == EXPECTED[number]


def test_every_format_has_a_reader() -> None:
    from importlib import import_module

    for module in set(FORMATS.values()):
        assert callable(import_module(f"mtaudit.read.{module}").read)
