"""Residue: words in other scripts, or of other languages, inside Arabic sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import regex

from ..normalize import arabic_share
from ..rules import evidence_of, issues_of, load_family, make_issue
from ..types import Document, Evidence, Issue, Segment
from ._latin import Finding, judge_run, other_script

# Addresses, handles and file names are what they are in any language.
_ADDRESS = regex.compile(
    r"https?:?//?\S*|\S*%[0-9A-Fa-f]{2}\S*|www\.\S+|\S+@\S+\.\S+"
    r"|[#@] ?[\p{L}\p{N}_]+|[\p{Latin}\p{N}]+_[\p{L}\p{N}_]+"
    r"|(?<![\p{L}\p{N}])[\p{Latin}\p{N}_-]+(?:\.[\p{Latin}\p{N}_-]+)*"
    r"\.(?:com|net|org|info|gov|edu|int|io|me|tv|co|uk|il|fr|de|ru|ir|tr|eg|sa|ae|qa|lb|ly)"
    r"(?:/\S*)?(?![\p{L}\p{N}])"
)
_WORD = (
    r"(?:(?:\p{Latin}\.){2,}"
    r"|[\p{Latin}\p{N}]*\p{Latin}[\p{Latin}\p{M}\p{N}]*(?:['’&+.-][\p{Latin}\p{N}]+)*\+?)"
)
_RUN = regex.compile(rf"{_WORD}(?:[ \u00a0](?:& |of |{_WORD})|[ ,/]+{_WORD})*")
_OTHER = r"[^\p{Latin}\p{Arabic}\p{Common}\p{Inherited}]"
_FOREIGN = regex.compile(rf"{_OTHER}(?:[\p{{M}}'’״׳]*{_OTHER})*\p{{M}}*")
_NEEDED = regex.compile(r"[^\p{Arabic}\p{Common}\p{Inherited}]|[پچژگڤیکہےںٹڈڑۓ]")
# What most sentences are made of and _NEEDED never matches: it is slow, this is not.
_USUAL = re.compile(
    r"[ -@\[-`{-~\u060c\u061b\u061f\u0621-\u063a\u0640-\u0655\u0660-\u066c«»“”‘’–—…]*\Z"
)
_LATIN = regex.compile(r"\p{Latin}")
# A sentence with less Arabic than this is not an Arabic sentence; a document with less is not one.
ARABIC_SENTENCE, ARABIC_DOCUMENT, SENTENCE_WORDS = 0.15, 0.3, 5
# At most so many findings of one code in a segment: a list of brand names is one habit.
CAP = 3


class Residue:
    """What is not Arabic in an Arabic page, told apart by kind and language."""

    name = "residue"

    def __init__(self) -> None:
        rules = load_family(self.name)
        self._patterns = tuple(rule for rule in rules if rule.pattern is not None)
        self._rules = {rule.code.split(".")[1]: rule for rule in rules}
        # One for all sentences without a foreign letter: most of them.
        self._clean = Evidence(self.name, 0.0, features={"latin_share": 0.0})

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; furniture is an abstention, and so is every segment of
        a document that is not in Arabic script."""
        usual = [_USUAL.match(segment.text) is not None for segment in segments]
        # A page of usual text is in Arabic, or has no letters: no need to count them.
        arabic = all(usual) or _in_arabic([s.text for s in segments if s.role == "article"])
        found = []
        for segment, as_usual in zip(segments, usual, strict=True):
            if segment.role == "furniture":
                found.append(Evidence(self.name, None, "furniture"))
            elif not arabic:
                found.append(Evidence(self.name, None, "not-arabic"))
            elif as_usual or not _NEEDED.search(segment.text):
                found.append(self._clean)
            else:
                issues = list(self._segment(segment))
                found.append(evidence_of(self.name, segment, issues, _features(segment.text)))
        return found

    def _segment(self, segment: Segment) -> Iterator[Issue]:
        text = _ADDRESS.sub(lambda m: " " * len(m.group()), segment.text)
        share = arabic_share(text)
        if share is not None and share < ARABIC_SENTENCE and not segment.heading:
            if len(regex.findall(r"\p{L}{2,}", text)) >= SENTENCE_WORDS:
                yield make_issue(
                    self._rules["untranslated-sentence"],
                    segment.text,
                    0,
                    len(segment.text),
                    base=segment.start,
                )
            return
        mixed = issues_of(self._patterns, text, segment.start, self.name)
        counts: dict[str, int] = {}
        for issue in mixed:
            counts[issue.code] = counts.get(issue.code, 0) + 1
            # A keyboard's yeh runs through the page: once a sentence is enough.
            if counts[issue.code] <= (1 if issue.code.endswith("keyboard") else CAP):
                yield issue
        taken = [(i.start - segment.start, i.end - segment.start) for i in mixed]
        for start, end, finding in self._findings(text):
            if any(a < end and start < b for a, b in taken):
                continue
            counts[finding.code] = counts.get(finding.code, 0) + 1
            if counts[finding.code] > CAP:
                continue
            yield make_issue(
                self._rules[finding.code],
                segment.text,
                start,
                end,
                base=segment.start,
                severity=finding.severity,
                confidence=finding.confidence,
                suggestion=finding.suggestion,
                more=finding.more,
                **finding.fields,
            )

    @staticmethod
    def _findings(text: str) -> Iterator[tuple[int, int, Finding]]:
        for match in _RUN.finditer(text):
            enclosed = _enclosed(text, *match.span())
            for a, b, finding in judge_run(match.group(), enclosed):
                yield match.start() + a, match.start() + b, finding
        for match in _FOREIGN.finditer(text):
            other = other_script(match.group(), _enclosed(text, *match.span()))
            if other is not None:
                yield *match.span(), other


def _in_arabic(texts: Sequence[str]) -> bool:
    share = arabic_share("\n".join(texts))
    return share is None or share >= ARABIC_DOCUMENT


def _enclosed(text: str, start: int, end: int) -> bool:
    """Inside brackets or quotation marks: a name given in its own spelling, a title."""
    before, after = text[:start].rstrip(), text[end:].lstrip(" .!?…،,")
    if before[-1:] in "([" and before and after[:1] in ")]":
        return True
    if before[-1:] in "\"“”«'‘" and before:
        return True
    # Somewhere inside a bracket or a quotation that holds more words than this run.
    opened = max(before.rfind("("), before.rfind("«"), before.rfind("“"))
    closed = max(before.rfind(")"), before.rfind("»"), before.rfind("”"))
    return opened > closed and not regex.search(r"\p{Arabic}", before[opened:])


def _features(text: str) -> dict[str, float]:
    letters = sum(1 for c in text if c.isalpha())
    latin = len(_LATIN.findall(_ADDRESS.sub(" ", text)))
    return {"latin_share": latin / letters if letters else 0.0}
