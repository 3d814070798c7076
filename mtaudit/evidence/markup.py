"""Markup that was translated or leaked: tags, list counters, entities, placeholders, code.

This witness speaks of page furniture too, because damage there is its business: a translated list
counter shows where the page comes from even when nobody would call it part of the article.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..rules import evidence_of, issues_of, load_family
from ..types import Document, Evidence, Segment


class Markup:
    """Pattern rules of ``rules/markup.toml``; every finding counts by severity and confidence."""

    name = "markup"

    def __init__(self) -> None:
        self._rules = load_family(self.name)
        self._everywhere = tuple(rule for rule in self._rules if rule.furniture)

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; furniture without damage is an abstention."""
        found = []
        for segment in segments:
            furniture = segment.role == "furniture"
            rules = self._everywhere if furniture else self._rules
            issues = issues_of(rules, segment.text, segment.start, self.name)
            if furniture and not issues:
                found.append(Evidence(self.name, None, "furniture"))
            else:
                found.append(evidence_of(self.name, segment, issues))
        return found
