"""A run as XLIFF 2.1 (OASIS standard, 13 February 2018) with its ITS module.

Where the run made a round trip, the source is the gloss and the target the article's sentence: the
text that somebody has to mend is the target, as in any revision.  Without glosses the article is
the source and there is no target.  Findings are ITS localization-quality issues on the words they
mark; several on the same words stand together in a standoff block.  ``mtConfidence`` on a target is
the mean probability a piece, from the forced-decoding score, that the translation model gives the
sentence for its gloss.  What XML cannot hold is written as ``<cp>``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from .. import __version__
from ..report import StoredRun
from ..report.record import Record
from .xml_text import FORBIDDEN, allowed, file_text

XLIFF, ITS = "urn:oasis:names:tc:xliff:document:2.0", "http://www.w3.org/2005/11/its"
_XML = "{http://www.w3.org/XML/1998/namespace}"

# ITS 2.0, 8.10: severity from 0 to 100.  The weights of the quality score, stretched to it.
SEVERITY: Mapping[str, str] = {"minor": "4", "major": "20", "critical": "100"}
# Issue types of ITS 2.0, appendix C: by code, by family, by category.
_BY_CODE = {
    "reference.number-differs": "numbers",
    "reference.name-differs": "inconsistent-entities",
    "reference.name-spelling": "inconsistent-entities",
}
_BY_FAMILY = {
    "agreement": "grammar",
    "fragments": "grammar",
    "markup": "markup",
    "names": "inconsistent-entities",
    "punctuation": "typographical",
    "repetition": "duplication",
    "residue": "untranslated",
}
_BY_CATEGORY = {
    "accuracy": "mistranslation",
    "terminology": "terminology",
    "linguistic-conventions": "grammar",
    "style": "style",
    "locale-conventions": "locale-violation",
    "design-and-markup": "markup",
    "audience-appropriateness": "register",
}


def issue_type(issue: Record) -> str:
    """The ITS type of a finding."""
    family = issue["code"].split(".", 1)[0]
    return (
        _BY_CODE.get(issue["code"])
        or _BY_FAMILY.get(family)
        or _BY_CATEGORY.get(issue["category"], "other")
    )


def _tag(name: str) -> str:
    return f"{{{XLIFF}}}{name}"


def _its(name: str) -> str:
    return f"{{{ITS}}}{name}"


def _append(parent: Xml.Element, text: str) -> None:
    """Add ``text`` at the end of ``parent``'s content."""

    def add(piece: str) -> None:
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + piece
        else:
            parent.text = (parent.text or "") + piece

    at = 0
    for match in FORBIDDEN.finditer(text):
        add(text[at : match.start()])
        point = ord(match.group())
        if 0xD800 <= point <= 0xDFFF:
            add("\ufffd")  # a lone surrogate is no character at all
        else:
            Xml.SubElement(parent, _tag("cp"), {"hex": f"{point:04X}"})
        at = match.end()
    add(text[at:])


def clusters(segment: Record) -> Iterator[tuple[int, int, list[Record]]]:
    """Findings that overlap, together with the words they cover, as offsets into the sentence."""
    start = end = 0
    found: list[Record] = []
    for issue in sorted(segment["issues"], key=lambda i: (i["start"], i["end"])):
        a, b = issue["start"] - segment["start"], issue["end"] - segment["start"]
        if found and a < end:
            found.append(issue)
            end = max(end, b)
            continue
        if found:
            yield start, end, found
        start, end, found = a, b, [issue]
    if found:
        yield start, end, found


def _facts(issue: Record) -> dict[str, str]:
    fix = f" → {issue['suggestion']}" if issue["suggestion"] else ""
    words = f"{issue['code']}: {issue['message_en']}{fix}"
    return {
        "locQualityIssueType": issue_type(issue),
        "locQualityIssueComment": allowed(words),
        "locQualityIssueSeverity": SEVERITY[issue["severity"]],
    }


def _marked(parent: Xml.Element, unit: Xml.Element, segment: Record) -> None:
    """The sentence with its findings into ``parent``; standoff blocks into ``unit``."""
    text, at = segment["text"], 0
    for n, (start, end, issues) in enumerate(clusters(segment), 1):
        _append(parent, text[at:start])
        mark = Xml.SubElement(parent, _tag("mrk"), {"id": f"m{n}", "type": "its:generic"})
        if len(issues) == 1:
            for name, value in _facts(issues[0]).items():
                mark.set(_its(name), value)
        else:
            mark.set(_its("locQualityIssuesRef"), f"#its=lqi{n}")
            block = Xml.Element(_its("locQualityIssues"), {f"{_XML}id": f"lqi{n}"})
            for issue in issues:
                Xml.SubElement(block, _its("locQualityIssue"), _facts(issue))
            # Elements of modules stand before notes and segments.
            unit.insert(n - 1, block)
        _append(mark, text[start:end])
        at = end
    _append(parent, text[at:])


def _confidence(segment: Record) -> float | None:
    trip = segment["roundtrip"]
    if not trip or trip["forced_logprob"] is None:
        return None
    return min(1.0, math.exp(trip["forced_logprob"]))


def _notes(segment: Record) -> Xml.Element:
    notes = Xml.Element(_tag("notes"))
    values = {name: segment[name] for name in ("mt_probability", "quality")}
    told = [f"{name} {value}" for name, value in values.items() if value is not None]
    told.append("flagged" if segment["flagged"] else "not flagged")
    note = Xml.SubElement(notes, _tag("note"), {"category": "mtaudit", "priority": "2"})
    note.text = "; ".join(told)
    return notes


def _unit(parent: Xml.Element, segment: Record, glossed: bool) -> None:
    unit = Xml.SubElement(parent, _tag("unit"), {"id": f"u{segment['index'] + 1}"})
    unit.set("name", segment["fingerprint"])
    if segment["role"] != "article":
        unit.set("translate", "no")
    notes = _notes(segment)
    unit.append(notes)
    piece = Xml.SubElement(unit, _tag("segment"), {"state": "initial"})
    if segment["flagged"]:
        piece.set("subState", "mtaudit:flagged")
    source = Xml.SubElement(piece, _tag("source"))
    if not glossed:
        _marked(source, unit, segment)
        return
    _append(source, segment["roundtrip"]["english"] if segment["roundtrip"] else "")
    target = Xml.SubElement(piece, _tag("target"))
    confidence = _confidence(segment)
    if confidence is not None:
        # ITS puts the confidence on a mark: the elements of the structure do not take it.
        mark = {"id": "mt", "type": "its:generic", _its("mtConfidence"): f"{confidence:.4f}"}
        target = Xml.SubElement(target, _tag("mrk"), mark)
    _marked(target, unit, segment)


def _file(root: Xml.Element, n: int, document: Record, segments: Sequence[Record]) -> None:
    glossed = "trgLang" in root.attrib
    file = Xml.SubElement(root, _tag("file"), {"id": f"f{n}", f"{_XML}space": "preserve"})
    file.set("original", allowed(document["path"] or document["doc_id"]))
    file.set("srcDir", "ltr" if glossed else "rtl")
    if glossed:
        file.set("trgDir", "rtl")
    for segment in segments:
        _unit(file, segment, glossed)
    for element in (root, file, *file):
        element.text = element.tail = "\n"


def text_of(run: StoredRun) -> str:
    """The file's text.  Lines between units are for readers; sentences are kept blank by blank."""
    Xml.register_namespace("", XLIFF)
    Xml.register_namespace("its", ITS)
    glossed = any(s["roundtrip"] for s in run.segments)
    version = run.run["versions"].get("mtaudit", __version__)
    tools = [f"localization-quality-issue|urn:mtaudit:{quote(version)}"]
    if glossed:
        name = quote(allowed(str(run.run["models"].get("translator"))), safe="")
        # Not "translator": the standard's its.sch counts "translate" as a category named here.
        tools.insert(0, f"mt-confidence|urn:mtaudit:mt:{name}")
    root = Xml.Element(_tag("xliff"), {"version": "2.1", "srcLang": "en" if glossed else "ar"})
    if glossed:
        root.set("trgLang", "ar")
    root.set(_its("version"), "2.0")
    root.set(_its("annotatorsRef"), " ".join(sorted(tools)))
    held = ((d, s) for d, s in run.by_document() if s)  # a file without units is none
    for n, (document, segments) in enumerate(held, 1):
        _file(root, n, document, segments)
    return file_text(root, indent=False)
