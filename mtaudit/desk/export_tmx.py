"""A run as TMX 1.4b (LISA OSCAR, 26 April 2005): each sentence with its gloss and the way back.

A translation unit holds the sentence as it stands in the article (``ar``), the English that the
translation model made of it (``en``) and its back-translation.  The last is Arabic of another hand:
the private tag ``ar-x-back`` (RFC 5646, 2.2.7) keeps a memory from taking it for the article's.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from .. import __version__
from ..errors import UsageError
from ..report import StoredRun
from ..report.record import Record
from .xml_text import allowed, file_text

BACK = "ar-x-back"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _pairs(run: StoredRun) -> Iterator[tuple[Record, Record]]:
    for document, segments in run.by_document():
        for segment in segments:
            if segment["roundtrip"] and segment["roundtrip"]["english"]:
                yield document, segment


def _unit(body: Xml.Element, document: Record, segment: Record) -> None:
    # The fingerprint alone is not unique: a sentence may stand twice.
    tuid = f"{segment['fingerprint']}-{segment['start']}"
    unit = Xml.SubElement(body, "tu", {"tuid": tuid, "datatype": "plaintext"})
    facts = {
        "x-document": document["path"] or document["doc_id"],
        "x-sentence": segment["index"] + 1,
        "x-mt-probability": segment["mt_probability"],
        "x-quality": segment["quality"],
    }
    for name, value in facts.items():
        if value is not None:
            Xml.SubElement(unit, "prop", {"type": name}).text = allowed(str(value))
    trip = segment["roundtrip"]
    for lang, text in (("ar", segment["text"]), ("en", trip["english"]), (BACK, trip["arabic"])):
        if text:
            variant = Xml.SubElement(unit, "tuv", {_LANG: lang})
            Xml.SubElement(variant, "seg").text = allowed(text)


def text_of(run: StoredRun) -> str:
    """The file's text.  Raises :class:`UsageError` where the run made no round trip."""
    pairs = list(_pairs(run))
    if not pairs:
        raise UsageError(
            "no sentence of this run was translated",
            where="tmx",
            mend="audit again with the round trip",
        )
    root = Xml.Element("tmx", {"version": "1.4"})
    header = {
        "creationtool": "mtaudit",
        "creationtoolversion": run.run["versions"].get("mtaudit", __version__),
        "segtype": "sentence",
        "o-tmf": "mtaudit",
        "adminlang": "en",
        "srclang": "ar",
        "datatype": "plaintext",
    }
    Xml.SubElement(root, "header", header)
    body = Xml.SubElement(root, "body")
    for document, segment in pairs:
        _unit(body, document, segment)
    # Not indented inside a segment: there blanks are text.  ElementTree leaves mixed text alone.
    return file_text(root)
