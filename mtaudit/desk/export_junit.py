"""A run as JUnit XML, for build servers: a document is a suite, a sentence a test.

A sentence fails when it holds a finding at or above the run's own ``fail_on``, so that the tests
fail exactly when the audit ended with exit code 1; inputs that could not be judged are errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ..report import StoredRun
from ..report.record import Record
from ..report.strings import shortened
from ..types import SEVERITIES
from .xml_text import allowed, file_text


def _finding(issue: Record) -> str:
    fix = f" → {issue['suggestion']}" if issue["suggestion"] else ""
    place = f"{issue['start']}-{issue['end']}"
    return f"{place}: {issue['severity']}: {issue['code']}: {issue['message_en']}{fix}\n" + (
        f"    {issue['message_ar']}"
    )


def _case(suite: Xml.Element, document: Record, segment: Record, grave: Iterable[str]) -> bool:
    name = f"{segment['index'] + 1}: {shortened(segment['text'], 80)}"
    case = Xml.SubElement(
        suite, "testcase", {"classname": allowed(document["doc_id"]), "name": allowed(name)}
    )
    failing = [issue for issue in segment["issues"] if issue["severity"] in grave]
    if failing:
        codes = ", ".join(dict.fromkeys(issue["code"] for issue in failing))
        failure = Xml.SubElement(case, "failure", {"message": allowed(codes), "type": "finding"})
        failure.text = allowed("\n".join([segment["text"], *map(_finding, failing)]))
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
        suite = Xml.SubElement(root, "testsuite", {"name": allowed(document["doc_id"])})
        failed = sum([_case(suite, document, segment, grave) for segment in segments])
        _count(suite, len(segments), failed, 0)
        tests, failures = tests + len(segments), failures + failed
    errors = run.run["failures"]
    if errors:
        suite = Xml.SubElement(root, "testsuite", {"name": "inputs that could not be judged"})
        for item in errors:
            case = Xml.SubElement(
                suite, "testcase", {"classname": "input", "name": allowed(item["path"])}
            )
            words = " — ".join(filter(None, (item["message"], item["mend"])))
            Xml.SubElement(
                case, "error", {"message": allowed(words), "type": allowed(item["kind"])}
            )
        _count(suite, len(errors), 0, len(errors))
    _count(root, tests + len(errors), failures, len(errors))
    return file_text(root)
