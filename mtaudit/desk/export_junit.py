"""A run as JUnit XML, for build servers: a document is a suite, a sentence a test.

A sentence fails when it holds a finding at or above the run's own ``fail_on``, so that the tests
fail exactly when the audit ended with exit code 1; inputs that could not be judged are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ..report import StoredRun
from ..report.record import Record
from ..report.strings import shortened
from ..types import SEVERITIES

# What XML 1.0 (fifth edition, production 2) cannot hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    return _FORBIDDEN.sub("\ufffd", value)


def _finding(issue: Record) -> str:
    fix = f" → {issue['suggestion']}" if issue["suggestion"] else ""
    place = f"{issue['start']}-{issue['end']}"
    return f"{place}: {issue['severity']}: {issue['code']}: {issue['message_en']}{fix}\n" + (
        f"    {issue['message_ar']}"
    )


def _case(suite: Xml.Element, document: Record, segment: Record, grave: Iterable[str]) -> bool:
    name = f"{segment['index'] + 1}: {shortened(segment['text'], 80)}"
    case = Xml.SubElement(
        suite, "testcase", {"classname": _text(document["doc_id"]), "name": _text(name)}
    )
    failing = [issue for issue in segment["issues"] if issue["severity"] in grave]
    if failing:
        codes = ", ".join(dict.fromkeys(issue["code"] for issue in failing))
        failure = Xml.SubElement(case, "failure", {"message": _text(codes), "type": "finding"})
        failure.text = _text("\n".join([segment["text"], *map(_finding, failing)]))
    return bool(failing)


def _count(element: Xml.Element, tests: int, failures: int, errors: int) -> None:
    for name, value in (("tests", tests), ("failures", failures), ("errors", errors)):
        element.set(name, str(value))


def text_of(run: StoredRun) -> str:
    """The file's text."""
    fail_on = run.run["options"].get("fail_on", "major")
    grave = () if fail_on == "never" else SEVERITIES[SEVERITIES.index(fail_on) :]
    root = Xml.Element("testsuites", {"name": "mtaudit"})
    tests = failures = 0
    for document, segments in run.by_document():
        suite = Xml.SubElement(root, "testsuite", {"name": _text(document["doc_id"])})
        failed = sum([_case(suite, document, segment, grave) for segment in segments])
        _count(suite, len(segments), failed, 0)
        tests, failures = tests + len(segments), failures + failed
    errors = run.run["failures"]
    if errors:
        suite = Xml.SubElement(root, "testsuite", {"name": "inputs that could not be judged"})
        for item in errors:
            case = Xml.SubElement(
                suite, "testcase", {"classname": "input", "name": _text(item["path"])}
            )
            words = " — ".join(filter(None, (item["message"], item["mend"])))
            Xml.SubElement(case, "error", {"message": _text(words), "type": _text(item["kind"])})
        _count(suite, len(errors), 0, len(errors))
    _count(root, tests + len(errors), failures, len(errors))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"
