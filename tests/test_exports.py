"""Every export read back: by a schema, or by a program that reads the format for its living."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from jsonschema import Draft4Validator
from lxml import etree
from openpyxl import load_workbook
from report_samples import HOSTILE, document_report, run_report, seed_run

from mtaudit.cli import main
from mtaudit.desk.commands import FORMATS
from mtaudit.errors import ExitCode
from mtaudit.report import StoredRun, read_run, write_run
from mtaudit.types import Issue, RoundTrip, Suppressed

SCHEMAS = Path(__file__).parent / "cases" / "schemas"
XLF, ITS = "{urn:oasis:names:tc:xliff:document:2.0}", "{http://www.w3.org/2005/11/its}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def export(run: Path, to: str, out: Path, *more: str) -> bytes:
    assert main(["export", str(run), "--to", to, "--out", str(out), *more]) == ExitCode.OK
    return out.read_bytes()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_run(seed_run(), tmp_path / "run", ["jsonl"])
    return tmp_path / "run"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Control characters, mark-up, formulas, workflow commands; two findings on the same words."""
    text = HOSTILE + "::error::قال الوزير KYIV\n=1+1 KYIV\n_x0041_ \ufffe 🜲 KYIV ,:%0A\n"
    report = document_report("=cmd|<b>,::x.txt", text)
    rows = []
    for row in report.segments:
        start = row.segment.start
        more = Issue("x.y", "style", "critical", start + 2, start + 9, row.segment.text[2:9],
                     "=1+1 <b>\x00\nsecond", "سبب ::error::\r\n%", "w", 0.5, "=2")  # fmt: skip
        trip = RoundTrip("\x1b <i>gloss</i> & ]]> ", " back\u2028 ", forced_logprob=-2.0)
        rows.append(replace(row, issues=(*row.issues, more), roundtrip=trip))
    write_run(run_report([replace(report, segments=tuple(rows))]), tmp_path / "h", ["jsonl"])
    return tmp_path / "h"


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_holds_hostile_text_and_is_the_same_twice(
    hostile: Path, tmp_path: Path, to: str
) -> None:
    first, second = (export(hostile, to, tmp_path / name) for name in ("a", "b"))
    assert len(first) > 100
    if to != "xlsx":  # a workbook's container holds the time of writing
        assert first == second


def test_the_records_know_lines_and_columns(tmp_path: Path) -> None:
    text = "سطر أول.\r\n\n  قال KYIV ثم\nKYIV ."
    write_run(run_report([document_report("a.txt", text)]), tmp_path, ["jsonl"])
    stored = read_run(tmp_path)
    lines = text.split("\n")
    for segment in stored.segments:
        rest = lines[segment["line"] - 1][segment["column"] - 1 :]
        assert rest.startswith(segment["text"].split("\n")[0])
    assert [s["line"] for s in stored.segments] == [1, 3, 4]


# ------------------------------------------------------------------ workbook


def test_the_workbook_has_a_row_a_sentence_and_filters_that_work(run: Path, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(export(run, "xlsx", tmp_path / "x.xlsx")))
    sheet, documents = book.worksheets
    stored = read_run(run)
    wanted = [s for s in stored.segments if s["flagged"] or s["issues"]]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == [s["text"] for s in wanted]
    assert sheet.sheet_view.rightToLeft
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.max_row == len(wanted) + 1
    assert all(8 <= d.width <= 80 for d in sheet.column_dimensions.values())
    heads = [cell.value for cell in sheet[1]]
    assert len(set(heads)) == len(heads) == sheet.max_column
    # Numbers are numbers, or a filter "less than 50" would not work.
    quality = [row[heads.index("الجودة")].value for row in sheet.iter_rows(min_row=2)]
    assert quality == [s["quality"] for s in wanted]
    assert documents.max_row == len(stored.documents) + 1
    assert documents.auto_filter.ref == documents.dimensions


def test_no_cell_of_the_workbook_is_a_formula(hostile: Path, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(export(hostile, "xlsx", tmp_path / "x.xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    guarded = [cell for cell in cells if str(cell.value).startswith("=")]
    assert guarded
    assert all(cell.quotePrefix for cell in guarded)
    assert not any(re.search("[\x00-\x08\x1b\ufffe]", str(cell.value)) for cell in cells)
    # What Excel would read as an escaped "A" has its underscore written out.
    assert any("_x005F_x0041_" in str(cell.value) for cell in cells)


def test_a_cell_never_outgrows_its_limit() -> None:
    from mtaudit.desk.export_xlsx import MOST_CHARACTERS, cell_text

    assert len(cell_text("س" * 40_000)) == MOST_CHARACTERS


# ------------------------------------------------------------------ XLIFF

# Core and ITS module of XLIFF 2.1: children in their order, attributes that must and that may
# stand, with the pattern of their values (xliff_core_2.0.xsd and its.xsd of the standard).  The
# core's schema itself stands in cases/schemas; it lets attributes of modules pass unseen.
NMTOKEN, LANG, YES = r"[\w.:-]+", r"[A-Za-z]{1,8}(-\w{1,8})*", "yes|no"
DIR, ANY, SCORE, URI = "ltr|rtl|auto", r"(?s).*", r"\d{1,2}(\.\d+)?|100(\.0+)?", r"\S+"
TYPES = (
    "terminology mistranslation omission untranslated addition duplication inconsistency grammar"
    " legal register locale-specific-content locale-violation style characters misspelling"
    " typographical formatting inconsistent-entities numbers markup pattern-problem whitespace"
    " internationalization length non-conformance uncategorized other"
).replace(" ", "|")
LQI = {
    "locQualityIssueType": TYPES, "locQualityIssueComment": ANY, "locQualityIssueSeverity": SCORE,
}  # fmt: skip
RULES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    f"{XLF}xliff": (
        "(file )+", {"version": r"2\.1", "srcLang": LANG},
        {"trgLang": LANG, f"{ITS}version": r"2\.0", f"{ITS}annotatorsRef": ANY},
    ),
    f"{XLF}file": (
        "(notes )?(unit )+", {"id": NMTOKEN},
        {"original": ANY, "srcDir": DIR, "trgDir": DIR, f"{XML}space": "preserve|default"},
    ),
    f"{XLF}unit": (
        "(locQualityIssues )*(notes )?(segment )+", {"id": NMTOKEN},
        {"name": ANY, "translate": YES},
    ),
    f"{XLF}notes": ("(note )+", {}, {}),
    f"{XLF}note": ("", {}, {"category": ANY, "priority": "[1-9]|10"}),
    f"{XLF}segment": (
        "source (target )?", {},
        {"state": "initial|translated|reviewed|final", "subState": r"[^\s:]+:[^\s:]+"},
    ),
    f"{XLF}source": ("((mrk|cp) )*", {}, {}),
    f"{XLF}target": ("((mrk|cp) )*", {}, {}),
    f"{XLF}mrk": (
        "((mrk|cp) )*", {"id": NMTOKEN},
        {"type": r"its:generic", f"{ITS}locQualityIssuesRef": r"#its=\S+",
         f"{ITS}mtConfidence": r"0(\.\d+)?|1(\.0+)?", **{ITS + k: v for k, v in LQI.items()}},
    ),
    f"{XLF}cp": ("", {"hex": "([0-9A-F]{2})+"}, {}),
    f"{ITS}locQualityIssues": ("(locQualityIssue )+", {f"{XML}id": NMTOKEN}, {}),
    f"{ITS}locQualityIssue": ("", {}, LQI),
}  # fmt: skip


def check_xliff(root: Xml.Element) -> None:
    """The structure, and the constraints that the standard's Schematron files state."""
    for element in root.iter():
        children, must, may = RULES[element.tag]
        names = "".join(child.tag.rpartition("}")[2] + " " for child in element)
        assert re.fullmatch(children, names), (element.tag, names)
        assert must.keys() <= element.attrib.keys() <= must.keys() | may.keys(), element.attrib
        for name, value in element.attrib.items():
            assert re.fullmatch({**must, **may}[name], value), (element.tag, name, value)
    files = [f.get("id") for f in root]
    assert len(set(files)) == len(files)
    for file in root:
        units = [u.get("id") for u in file.iter(f"{XLF}unit")]
        assert len(set(units)) == len(units)
    for unit in root.iter(f"{XLF}unit"):
        for side in ("source", "target"):
            ids = [m.get("id") for s in unit.iter(XLF + side) for m in s.iter(f"{XLF}mrk")]
            assert len(set(ids)) == len(ids)
        blocks = [b.get(f"{XML}id") for b in unit.iter(f"{ITS}locQualityIssues")]
        assert len(set(blocks)) == len(blocks)
        for mark in unit.iter(f"{XLF}mrk"):
            ref = mark.get(f"{ITS}locQualityIssuesRef")
            own = [name for name in LQI if ITS + name in mark.attrib]
            assert not (ref and own)
            assert ref is None or blocks.count(ref.removeprefix("#its=")) == 1
    for issue in root.iter(f"{ITS}locQualityIssue"):
        assert {"locQualityIssueType", "locQualityIssueComment"} & issue.attrib.keys()
    # Who measured must be named wherever a confidence stands (ITS 2.0, 8.16).
    tools = [pair.split("|")[0] for pair in root.get(f"{ITS}annotatorsRef", "").split()]
    assert len(set(tools)) == len(tools)
    if any(f"{ITS}mtConfidence" in e.attrib for e in root.iter()):
        assert "mt-confidence" in tools


def core_errors(text: bytes) -> list[str]:
    """What the official schema of the core says; its import of xml.xsd is read from beside it."""

    class Beside(etree.Resolver):
        def resolve(self, url: str, public_id: str, context: Any) -> Any:
            if Path(url).name == "xml.xsd":
                return self.resolve_filename(str(SCHEMAS / "xml.xsd"), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "xliff-core-2.0.xsd", parser))
    schema.validate(etree.fromstring(text))
    return [f"{e.line}: {e.message}" for e in schema.error_log]


def test_the_core_schema_refuses_what_is_no_xliff() -> None:
    start = f'<xliff xmlns="{XLF[1:-1]}" version="2.1" srcLang="ar"><file id="f"><unit id="u">'
    end = "</unit></file></xliff>"
    assert core_errors(f"{start}<segment><source>x</source></segment>{end}".encode()) == []
    assert core_errors(f"{start}<segment><target>x</target></segment>{end}".encode())
    assert core_errors(f'{start}<segment state="x"><source/></segment>{end}'.encode())


def words_of(element: Xml.Element) -> str:
    """The text of a source or target, ``<cp>`` put back."""
    out = element.text or ""
    for child in element:
        out += chr(int(child.get("hex", ""), 16)) if child.tag == f"{XLF}cp" else words_of(child)
        out += child.tail or ""
    return out


@pytest.mark.parametrize("name", ["run", "hostile"])
def test_xliff_keeps_to_the_standard(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    text = export(folder, "xliff", tmp_path / "x.xlf")
    assert core_errors(text) == []
    root = Xml.fromstring(text)
    check_xliff(root)
    stored = read_run(folder)
    targets = [words_of(t) for t in root.iter(f"{XLF}target")]
    assert targets == [s["text"].replace("\ud800", "\ufffd") for s in stored.segments]
    told = sum(f"{ITS}locQualityIssueType" in m.attrib for m in root.iter(f"{XLF}mrk"))
    told += len(list(root.iter(f"{ITS}locQualityIssue")))
    assert told == sum(len(s["issues"]) for s in stored.segments)
    if name == "hostile":
        assert list(root.iter(f"{ITS}locQualityIssue"))
        assert list(root.iter(f"{XLF}cp"))


def test_xliff_marks_exactly_the_words_of_a_finding(run: Path, tmp_path: Path) -> None:
    root = Xml.fromstring(export(run, "xliff", tmp_path / "x.xlf"))
    marks = [m for m in root.iter(f"{XLF}mrk") if f"{ITS}locQualityIssueType" in m.attrib]
    issues = [i for s in read_run(run).segments for i in s["issues"]]
    alone = {words_of(m): m for m in marks}
    found = next(i for i in issues if i["text"] == "هذه الضمان")
    mark = alone["هذه الضمان"]
    assert mark.get(f"{ITS}locQualityIssueType") == "grammar"
    assert mark.get(f"{ITS}locQualityIssueSeverity") == "20"
    assert found["message_en"] in mark.get(f"{ITS}locQualityIssueComment", "")
    (confidence,) = {float(m.get(f"{ITS}mtConfidence", "nan")) for m in root.iter(f"{XLF}mrk")
                     if m.get("id") == "mt"}  # fmt: skip
    assert confidence == pytest.approx(math.exp(-1.83), abs=1e-4)


def test_without_a_round_trip_the_article_is_the_source(tmp_path: Path) -> None:
    report = document_report("a.txt", "قال KYIV ثم صمت.", clean=True)
    write_run(run_report([report]), tmp_path / "r", ["jsonl"])
    text = export(tmp_path / "r", "xliff", tmp_path / "x.xlf")
    assert core_errors(text) == []
    root = Xml.fromstring(text)
    check_xliff(root)
    assert (root.get("srcLang"), root.get("trgLang")) == ("ar", None)
    assert [words_of(s) for s in root.iter(f"{XLF}source")] == ["قال KYIV ثم صمت."]
    assert main(["export", str(tmp_path / "r"), "--to", "tmx", "--out", str(tmp_path / "t")]) == 2


def test_translate_toolkit_reads_the_xliff(run: Path, tmp_path: Path) -> None:
    xliff2 = pytest.importorskip("translate.storage.xliff2", reason="no translate-toolkit")
    export(run, "xliff", tmp_path / "x.xlf")
    store = xliff2.Xliff2File.parsefile(str(tmp_path / "x.xlf"))
    stored = read_run(run)
    assert [unit.target for unit in store.units] == [s["text"] for s in stored.segments]
    glossed = [s["roundtrip"]["english"] for s in stored.segments if s["roundtrip"]]
    assert [unit.source for unit in store.units if unit.source] == glossed


# ------------------------------------------------------------------ TMX


def test_translate_toolkit_reads_the_memory(run: Path, tmp_path: Path) -> None:
    tmx = pytest.importorskip("translate.storage.tmx", reason="no translate-toolkit")
    export(run, "tmx", tmp_path / "x.tmx")
    pairs = [(s["text"], s["roundtrip"]) for s in read_run(run).segments if s["roundtrip"]]
    with open(tmp_path / "x.tmx", "rb") as stream:
        store = tmx.tmxfile(stream, sourcelanguage="ar", targetlanguage="en")
    assert [(u.source, u.target) for u in store.units] == [(a, t["english"]) for a, t in pairs]
    with open(tmp_path / "x.tmx", "rb") as stream:
        store = tmx.tmxfile(stream, sourcelanguage="ar", targetlanguage="ar-x-back")
    assert [u.target for u in store.units] == [t["arabic"] for _, t in pairs]


def test_the_memory_has_what_its_dtd_requires(hostile: Path, tmp_path: Path) -> None:
    root = Xml.fromstring(export(hostile, "tmx", tmp_path / "x.tmx"))
    assert (root.tag, root.get("version")) == ("tmx", "1.4")
    header, body = root
    required = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang"}
    assert required | {"datatype"} == header.attrib.keys()
    ids = [unit.get("tuid") for unit in body]
    assert len(set(ids)) == len(ids) > 0
    for unit in body:
        assert re.fullmatch("(prop )*(tuv )+", "".join(f"{child.tag} " for child in unit))
        for variant in unit.iter("tuv"):
            assert variant.get(f"{XML}lang")
            assert [child.tag for child in variant] == ["seg"]


# ------------------------------------------------------------------ SARIF


def sarif_errors(log: Any) -> list[str]:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    found = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    return [f"{list(e.path)}: {e.message}" for e in found.iter_errors(log)]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    assert sarif_errors({"version": "2.1.0", "runs": [{}]})


@pytest.mark.parametrize("name", ["run", "hostile"])
def test_sarif_satisfies_its_schema(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    log = json.loads(export(folder, "sarif", tmp_path / "x.sarif"))
    assert sarif_errors(log) == []
    results = log["runs"][0]["results"]
    assert len(results) == sum(len(s["issues"]) for s in read_run(folder).segments)
    assert all(r["partialFingerprints"]["mtaudit/v1"] for r in results)
    assert not any("baselineState" in r for r in results)


def test_sarif_tells_what_is_new_and_what_is_gone(run: Path, tmp_path: Path) -> None:
    """A sentence changed a little, one was put right, one is new; one finding was dismissed."""
    first = seed_run().documents[0]
    text = first.document.text
    changed = text.replace("هذه الضمان", "هذا الضمان").replace("أعلن ذلك", "أعلن ذلك أمس", 1)
    later = document_report(first.document.doc_id, f"قالت KYIV كلمتها.\n{changed}")
    rows = list(later.segments)
    place = next(i for i, row in enumerate(rows) if any(x.text == "HOA BINH" for x in row.issues))
    word = Suppressed(rows[place].issues[0], "dismissed by 1 of 1 editors", "", ("سلمى",))
    rows[place] = replace(rows[place], issues=rows[place].issues[1:], suppressed=(word,))
    write_run(run_report([replace(later, segments=tuple(rows))]), tmp_path / "later", ["jsonl"])
    more = ("--since", str(run))
    log = json.loads(export(tmp_path / "later", "sarif", tmp_path / "x.sarif", *more))
    assert sarif_errors(log) == []
    states: dict[str, list[str]] = {}
    for result in log["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"].get("region", {})
        text = region.get("snippet", {}).get("text", "")
        states.setdefault(result["baselineState"], []).append(text)
        if text == word.issue.text and result["suppressions"]:  # type: ignore[union-attr]
            assert result["baselineState"] == "unchanged"
    assert states["new"] == ["KYIV"]
    assert "أعلن ذلك من قبل" not in states["new"]
    assert "هذه الضمان" in states["absent"]
    # The other documents are not in the later run: all of theirs is gone.
    others = sum(len(row.issues) for d in seed_run().documents[1:] for row in d.segments)
    assert len(states["absent"]) > others > 0


def test_since_is_for_sarif_only(run: Path, tmp_path: Path) -> None:
    given = ["export", str(run), "--to", "csv", "--out", str(tmp_path / "x"), "--since", str(run)]
    assert main(given) == ExitCode.USAGE


def test_against_itself_nothing_is_new(run: Path, tmp_path: Path) -> None:
    log = json.loads(export(run, "sarif", tmp_path / "x", "--since", str(run)))
    assert {r["baselineState"] for r in log["runs"][0]["results"]} == {"unchanged"}


# ------------------------------------------------------------------ GitHub

# What the runner does with a line (src/Runner.Common/ActionCommand.cs of actions/runner).
COMMAND = re.compile(r"^::(?P<name>\w+) (?P<properties>.*?)::(?P<data>.*)$")
UNESCAPE = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    match = COMMAND.match(line)
    assert match, line

    def undo(text: str) -> str:
        for written, char in UNESCAPE.items():  # the percent sign last, as the runner does
            text = text.replace(written, char)
        return text

    pairs = (pair.split("=", 1) for pair in match["properties"].split(","))
    return match["name"], {k: undo(v) for k, v in pairs}, undo(match["data"])


@pytest.mark.parametrize("name", ["run", "hostile"])
def test_a_runner_reads_one_annotation_a_finding(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    lines = export(folder, "github", tmp_path / "x").decode().splitlines()
    stored: StoredRun = read_run(folder)
    found = [(s, i) for s in stored.segments for i in s["issues"]]
    assert len(lines) == len(found) + len(stored.run["failures"])
    paths = {d["doc_id"]: d["path"] for d in stored.documents}
    for line, (segment, issue) in zip(lines, found, strict=False):
        command, properties, message = parsed(line)
        assert (
            command
            == {"minor": "notice", "major": "warning", "critical": "error"}[issue["severity"]]
        )
        assert properties["file"] == paths[segment["doc_id"]]
        assert properties["title"] == f"mtaudit {issue['code']}"
        assert issue["message_ar"] in message


def test_annotations_stand_on_the_words(tmp_path: Path, run: Path) -> None:
    texts = {d.document.path: d.document.text.split("\n") for d in seed_run().documents}
    issues = [i for s in read_run(run).segments for i in s["issues"]]
    lines = export(run, "github", tmp_path / "x").decode().splitlines()
    for line, issue in zip(lines, issues, strict=False):
        _, at, _ = parsed(line)
        row = texts[at["file"]][int(at["line"]) - 1]
        assert row[int(at["col"]) - 1 : int(at["endColumn"]) - 1] == issue["text"]


# ------------------------------------------------------------------ Pearmut


def check_campaign(data: Any) -> None:
    """What ``pearmut add`` demands (``server/cli.py``, checks of a task-based campaign)."""
    assert {"campaign_id", "info", "data"} <= data.keys()
    assert data["info"]["assignment"] == "task-based"
    assert data["info"]["protocol"] in ("DA", "ESA", "MQM")
    assert isinstance(data["data"], list)
    assert data["data"]
    for task in data["data"]:
        for document in task:
            assert document
            for item in document:
                assert isinstance(item["tgt"], dict)
                assert all(isinstance(t, str) and not m.isdigit() for m, t in item["tgt"].items())
                assert all(isinstance(item.get(name, ""), str) for name in ("src", "ref"))
                assert not {"text", "form"} <= item.keys()
                for model, spans in item.get("error_spans", {}).items():
                    size = len(item["tgt"][model].encode("utf-16-le")) // 2
                    for span in spans:
                        assert 0 <= span["start_i"] <= span["end_i"] < size
                        assert span["severity"] in ("minor", "major", "neutral")


@pytest.mark.parametrize("name", ["run", "hostile"])
def test_the_campaign_is_what_pearmut_takes(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    data = json.loads(export(folder, "pearmut", tmp_path / "x.json"))
    check_campaign(data)
    stored = read_run(folder)
    suspects = [d for d in stored.documents if not d["is_reference"]]
    assert len(data["data"]) == len(suspects)
    items = [item for task in data["data"] for document in task for item in document]
    for item in items:
        raw = item["tgt"]["article"].encode("utf-16-le")
        segment = next(s for s in stored.segments if s["fingerprint"] == item["fingerprint"])
        marked = [raw[2 * s["start_i"] : 2 * s["end_i"] + 2].decode("utf-16-le")
                  for s in item["error_spans"]["article"]]  # fmt: skip
        start = segment["start"]
        wanted = [segment["text"][i["start"] - start : i["end"] - start] for i in segment["issues"]]
        assert marked == wanted


def test_a_run_of_references_alone_is_no_campaign(tmp_path: Path) -> None:
    clean = document_report("a.txt", "قال ثم صمت.", clean=True)
    write_run(run_report([clean]), tmp_path / "r", ["jsonl"])
    given = ["export", str(tmp_path / "r"), "--to", "pearmut", "--out", str(tmp_path / "x")]
    assert main(given) == ExitCode.USAGE
