"""Calques: constructions, prepositions and idioms of another language in Arabic words.

The rules are data (``rules/calques.toml``).  Each is a pattern over folded text; what native news
uses too is minor and carries little confidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..normalize import fold
from ..rules import evidence_of, find, load_family, make_issue
from ..types import Document, Evidence, Issue, Segment
from ._keys import KeyIndex


class Calques:
    """Findings of the calque rules, sentence by sentence; furniture is an abstention."""

    name = "calques"

    def __init__(self) -> None:
        self._rules = load_family(self.name)
        self._index = KeyIndex(rule.keys for rule in self._rules)
        # One for all sentences without a finding: most of them.
        nothing = {"calques_minor": 0.0, "calques_major": 0.0}
        self._clean = Evidence(self.name, 0.0, features=nothing)

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment.  Features: findings by severity."""
        found = []
        for segment in segments:
            if segment.role == "furniture":
                found.append(Evidence(self.name, None, "furniture"))
                continue
            issues = self._issues(segment)
            if not issues:
                found.append(self._clean)
                continue
            counts = Counter(issue.severity for issue in issues)
            features = {
                "calques_minor": float(counts["minor"]),
                "calques_major": float(counts["major"] + counts["critical"]),
            }
            found.append(evidence_of(self.name, segment, issues, features))
        return found

    def _issues(self, segment: Segment) -> list[Issue]:
        folded = fold(segment.text)
        found = []
        for position in self._index.candidates(folded):
            rule = self._rules[position]
            for start, end, match in find(rule, segment.text, folded):
                # The words as the article writes them: the pattern saw them folded.
                words: dict[str, Any] = {
                    name: segment.text[slice(*folded.original(*match.span(name)))].strip()
                    for name, value in match.groupdict().items()
                    if value and name != "span"
                }
                found.append(
                    make_issue(
                        rule,
                        segment.text,
                        start,
                        end,
                        base=segment.start,
                        witness=self.name,
                        **words,
                    )
                )
        return found
