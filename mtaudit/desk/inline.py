"""Suppression inside an article of plain text or Markdown, always with a reason::

    <!-- mtaudit: allow calques.give-speech, style.*: a literal quotation -->

Alone on its line the comment speaks of the next line that holds text, behind text of its own line.
``family.*`` stands for every code of a family, ``flagged`` for the flag of the sentences
themselves.  Before anything judges the text the comment is blanked, character by character, so that
offsets go on pointing into the file and no witness takes it for Arabic.  A comment without a
reason, with an unknown code, or that nothing answers to, is told in a note and suppresses nothing.
HTML readers keep no comments: there a baseline is the way.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..rules import catalogue
from ..types import Document, Issue, Note, Segment, Suppressed
from .baseline import INLINE

# On one line and bounded, or a stray "<!--" would be looked for to the end of the file.
_COMMENT = re.compile(r"<!--[ \t]*mtaudit:[ \t]*([^\n]{0,1000}?)-->")
_ALLOW = re.compile(r"allow[ \t]+([\w.*, \t-]+?)[ \t]*:[ \t]*(\S.*)")
FLAG = "flagged"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one comment allows in the range ``start`` … ``end`` of the document's text."""

    codes: tuple[str, ...]
    reason: str
    start: int
    end: int

    def covers(self, code: str) -> bool:
        """Whether ``code`` is one of these or of these families."""
        return code in self.codes or f"{code.split('.', 1)[0]}.*" in self.codes

    def suppress(self, issue: Issue | None) -> Suppressed:
        """What the report says instead of the finding."""
        return Suppressed(issue, INLINE, self.reason)


def _line_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The line that a comment speaks of.  ``text`` has its comments blanked already."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if text[first:last].strip():
        return first, last
    rest = re.compile(r"[^\n]*\S[^\n]*").search(text, last)
    return rest.span() if rest else (last, last)


def _unknown(codes: Iterable[str]) -> str:
    """The first code that no rule has; with the nearest one that there is."""
    known = catalogue()
    families = {code.split(".", 1)[0] + ".*" for code in known}
    for code in codes:
        if code != FLAG and code not in known and code not in families:
            close = difflib.get_close_matches(code, [*known, *families], n=1)
            return f"{code} ({close[0]}?)" if close else code
    return ""


def _bad(why_en: str, why_ar: str) -> Note:
    return Note(
        "inline-refused",
        f"A comment that should allow findings is not heeded: {why_en}. Write <!-- mtaudit: allow"
        " CODE: reason -->.",
        f"تعليق أُريد به السماح بملاحظات لم يُعمل به: {why_ar}."
        " الصيغة: <!-- mtaudit: allow CODE: reason -->.",
    )


def take(document: Document) -> tuple[Document, tuple[Allowance, ...]]:
    """``document`` with its comments blanked and noted where they are not heeded, and what they
    allow.  Only a text that is the file itself has comments."""
    if document.offsets_into != "file" or "mtaudit:" not in document.text:
        return document, ()
    text, found, notes = document.text, [], []
    matches = list(_COMMENT.finditer(text))
    for match in matches:
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    for match in matches:
        given = _ALLOW.fullmatch(match[1].strip())
        if not given:
            notes.append(_bad("no code, or no reason", "بلا رمز أو بلا سبب"))
            continue
        codes = tuple(filter(None, (code.strip() for code in given[1].split(","))))
        unknown = _unknown(codes)
        if unknown:
            notes.append(_bad(f"unknown code {unknown}", f"رمز غير معروف {unknown}"))
            continue
        found.append(Allowance(codes, given[2].strip(), *_line_of(text, *match.span())))
    told = (*document.notes, *dict.fromkeys(notes))
    return replace(document, text=text, notes=told), tuple(found)


def split(
    allowances: Sequence[Allowance], segment: Segment, issues: Sequence[Issue]
) -> tuple[tuple[Issue, ...], tuple[Suppressed, ...]]:
    """``issues`` of one sentence apart: those that stand, those that are allowed; an allowed flag
    is suppressed without an issue."""
    here = [a for a in allowances if segment.start < a.end and a.start < segment.end]
    standing, suppressed = [], []
    for issue in issues:
        allowed = next((a for a in here if a.covers(issue.code)), None)
        if allowed is None:
            standing.append(issue)
        else:
            suppressed.append(allowed.suppress(issue))
    flag = next((a for a in here if FLAG in a.codes), None)
    return tuple(standing), (*suppressed, *([flag.suppress(None)] if flag else ()))


def unused(
    allowances: Sequence[Allowance], suppressed: Iterable[tuple[Segment, Suppressed]]
) -> tuple[Note, ...]:
    """A note for every allowance that nothing answered to: it can be taken out of the text."""
    pairs = list(suppressed)
    idle = [
        allowance
        for allowance in allowances
        if not any(
            segment.start < allowance.end
            and allowance.start < segment.end
            and (
                FLAG in allowance.codes if item.issue is None else allowance.covers(item.issue.code)
            )
            for segment, item in pairs
        )
    ]
    return tuple(
        Note(
            "inline-unused",
            f"Nothing is found any more that a comment allows: {', '.join(allowance.codes)}.",
            f"لم يعد يُرصد ما يسمح به تعليق في النص: {'، '.join(allowance.codes)}.",
        )
        for allowance in idle
    )
