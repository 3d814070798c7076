"""Stage 5 for a whole run: which clean reports an article is held against, and how far to trust
them.

For each article the reports on its event are found in the library; each of them is itself audited
(text alone), and one that is likely machine translation is used with that said: its sentences are
shown, and nothing is concluded from them.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .entities import Entity
from .facts import fact_keys, read_entities
from .library import Found, Library, Shelf
from .library.terms import sentences
from .pieces import PieceReader
from .reference import Matches, ReferenceIndex, piece_reader
from .types import Document, Evidence, ReportUse, Segment, SentenceEncoder, Verdict

# Verdict and probability of a report's own audit.
Judge = Callable[[Document], tuple[Verdict, float | None]]
# Names, dates and amounts named as what an article and a report share.
SHARED = 6
# Report sets kept ready: articles of one event come one after another.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """Matches and evidence of each segment of an article, and the reports that it was held
    against; whether it is itself one of the run's reports."""

    matches: list[Matches]
    reports: tuple[ReportUse, ...] = ()
    is_reference: bool = False


class Comparison:
    """Articles against the library's reports.  ``judge`` audits a report; ``judge_signature``
    names everything that changes what it says."""

    def __init__(
        self, library: Library, encoder: SentenceEncoder, judge: Judge, judge_signature: str
    ) -> None:
        self._library = library
        self._shelf = Shelf(library)
        self.signature = self._shelf.signature
        self._encoder = encoder
        self._judge = judge
        self._judge_signature = judge_signature
        self._reader: PieceReader | None = piece_reader(encoder)
        self._ready: OrderedDict[tuple[str, ...], ReferenceIndex] = OrderedDict()

    def __len__(self) -> int:
        return len(self._shelf)

    def compare(
        self,
        document: Document,
        segments: Sequence[Segment],
        evidence: Sequence[Sequence[Evidence]],
    ) -> Compared:
        """One article; ``evidence[i]`` is what the text-alone witnesses say of ``segments[i]``."""
        found = self._shelf.find(document, segments, self._encoder)
        standings = [self._standing(item.document) for item in found]
        doubtful = [verdict == "machine" for verdict, _ in standings]
        index = self._index(found, doubtful)
        issues = [[issue for item in row for issue in item.issues] for row in evidence]
        matches = index.compare(document, segments, issues)
        uses = _uses(found, standings, segments, matches)
        return Compared(matches, uses, self._library.holds(document.path))

    def _index(self, found: Sequence[Found], doubtful: Sequence[bool]) -> ReferenceIndex:
        key = tuple(item.document.doc_id for item in found)
        if key not in self._ready:
            reports = [(item.document, item.segments) for item in found]
            self._ready[key] = ReferenceIndex.build(
                reports, self._encoder, doubtful=doubtful, reader=self._reader
            )
        self._ready.move_to_end(key)
        while len(self._ready) > _KEPT:
            self._ready.popitem(last=False)
        return self._ready[key]

    def _standing(self, report: Document) -> tuple[Verdict, float | None]:
        known = self._library.standing(report.text, self._judge_signature)
        if known is None:
            known = self._judge(report)
            self._library.keep_standing(report.text, self._judge_signature, *known)
        return known


def _uses(
    found: Sequence[Found],
    standings: Sequence[tuple[Verdict, float | None]],
    segments: Sequence[Segment],
    matches: Sequence[Matches],
) -> tuple[ReportUse, ...]:
    matched: Counter[str] = Counter()
    identical: Counter[str] = Counter()
    for rows, evidence in matches:
        names = {match.doc_id for match in rows} | {d for match in rows for d in match.also_in}
        matched.update(names)
        if evidence.features.get("copy"):
            identical.update({rows[0].doc_id, *rows[0].also_in})
    mine = [key for text in sentences(segments) for key in sorted(fact_keys(text))]
    rank = {key: n for n, (key, _) in enumerate(Counter(mine).most_common())}
    return tuple(
        ReportUse(
            item.document.doc_id,
            item.document.path,
            min(1.0, max(0.0, item.similarity)),
            _shared(item, rank),
            verdict,
            probability,
            matched[item.document.doc_id],
            identical[item.document.doc_id],
        )
        for item, (verdict, probability) in zip(found, standings, strict=True)
    )


def _shared(item: Found, rank: Mapping[str, int]) -> tuple[str, ...]:
    """What the report names of the article's names, places and dates, as the report writes it;
    people before dates before places, and what the article says most first."""
    best: dict[str, Entity] = {}
    for text in sentences(item.segments):
        for entity in read_entities(text):
            if entity.kind in _TOLD and entity.key in rank:
                best.setdefault(entity.key, entity)
    order = sorted(best, key=lambda key: (_TOLD.index(best[key].kind), rank[key]))
    return tuple(best[key].text for key in order[:SHARED])


_TOLD = ("person", "organisation", "date", "place")
