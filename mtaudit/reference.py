"""Stage 5: a suspect article held against cleaner reports of the same events.

For each suspect sentence: the clean sentences that say the same thing (:mod:`mtaudit.alignment`
decides, or abstains), the facts on which both agree or differ (:mod:`mtaudit.facts`) and the
wording that the clean report uses.  A report's "related news" blocks are other clean reports and
are used as well; its tags and labels are not.  A report that is itself likely machine translation
(``doubtful``) is shown behind the others, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from .alignment import Aligner, Fit, Pair, default_fit
from .entities import Entity, read_people
from .entities.compare import names_against
from .errors import ModelError
from .facts import compare_facts, fact_keys, read_entities
from .normalize import WORD, arabic_share, fold
from .pieces import PieceReader, StateEncoder, coverage, wording
from .rules import Rule, load_family, make_issue
from .statements import read_statement, refers_back
from .suggestions import report_words
from .types import Document, Evidence, Issue, ReferenceMatch, Segment, SentenceEncoder

Matches = tuple[tuple[ReferenceMatch, ...], Evidence]
WITNESS = "reference"
MIN_WORDS = 4
MIN_ARABIC = 0.5
# Clean sentences shown for one suspect sentence.
MOST = 3
RELATED_NEWS = "related-news"

NO_REFERENCE = Evidence(WITNESS, None, "no clean reports were given")
NO_ENCODER = Evidence(WITNESS, None, "no sentence encoder")
_DOUBTFUL = "covered only by a report that is itself likely machine translation"
_STATEMENT = "says only who said it and where; the report has the same occasion"
_NOT_FITTED = "no thresholds were fitted for this sentence encoder"
_UNCOVERED = "no report covers this sentence"
_FURNITURE = "page furniture is not compared"
_TOO_SHORT = f"fewer than {MIN_WORDS} words"
_NOT_ARABIC = "mostly not Arabic"


@dataclass(frozen=True, slots=True)
class _Row:
    """One clean sentence."""

    document: int
    segment: Segment


def piece_reader(encoder: SentenceEncoder, fit: Fit | None = None) -> PieceReader | None:
    """The reader that an encoder's sentences are compared with; ``None`` where it gives no piece
    states or no thresholds were fitted for it."""
    fit = fit or default_fit()
    if not hasattr(encoder, "token_states") or encoder.revision != fit.encoder:
        return None
    return PieceReader(cast(StateEncoder, encoder), fit.piece_mean)


class ReferenceIndex:
    """The sentences of some clean reports, ready to be compared with.

    ``doubtful[n]``: report n is itself likely machine translation.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        rows: Sequence[_Row],
        reader: PieceReader | None,
        fit: Fit,
        doubtful: Sequence[bool],
    ) -> None:
        self._documents = documents
        self._rows = rows
        self._fit = fit
        self._doubtful = doubtful
        texts = [row.segment.text for row in rows]
        self._people = [_people(text) for text in texts]
        self._owner = np.array([row.document for row in rows], dtype=np.int64)
        self._clean = ~np.array(doubtful, dtype=bool)[self._owner]
        self._places: dict[str, list[int]] = {}
        for n, text in enumerate(texts):
            self._places.setdefault(_words(text), []).append(n)
        self._reader = reader
        if reader is not None and texts:
            self._aligner = Aligner(
                texts,
                reader.vectors(texts),
                [fact_keys(text) for text in texts],
                reader,
                fit,
            )

    @classmethod
    def build(
        cls,
        reports: Sequence[tuple[Document, Sequence[Segment]]],
        encoder: SentenceEncoder,
        fit: Fit | None = None,
        *,
        doubtful: Sequence[bool] = (),
        reader: PieceReader | None = None,
    ) -> ReferenceIndex:
        """An index over clean reports and their segments.

        With an encoder that gives no piece states, or for which no thresholds were fitted,
        names are still compared and every sentence match abstains.  ``reader`` (from
        :func:`piece_reader`) keeps sentences that were read for another index.
        """
        fit = fit or default_fit()
        rows = [
            _Row(n, segment)
            for n, (_, segments) in enumerate(reports)
            for segment in segments
            if usable(segment)
        ]
        documents = [document for document, _ in reports]
        doubts = list(doubtful) or [False] * len(documents)
        return cls(documents, rows, reader or piece_reader(encoder, fit), fit, doubts)

    def compare(
        self,
        document: Document,
        segments: Sequence[Segment],
        issues: Sequence[Sequence[Issue]] | None = None,
    ) -> list[Matches]:
        """Matches and evidence of every segment, in order.

        A report is never compared with itself (same file and name, or same text).  ``value`` is
        the share of content, weighted by rarity, that the best match says in other words (0 for a
        copy).  ``issues``: what the other witnesses found in each segment; the reports' own words
        for it are offered.
        """
        own = [
            n
            for n, report in enumerate(self._documents)
            if (report.path, report.doc_id) == (document.path, document.doc_id)
            or report.text == document.text
        ]
        allowed = ~np.isin(self._owner, own)
        silent = [_abstention(segment) for segment in segments]
        told = self._spellings(segments, silent, allowed & self._clean)
        asked = [i for i, reason in enumerate(silent) if not reason]
        if issues is not None:
            for i in asked:
                told.setdefault(i, []).extend(self._phrases(segments[i], issues[i], allowed))
        found: dict[int, list[Pair]] = {}
        if self._reader is None:
            silent = [reason or _NOT_FITTED for reason in silent]
        elif not allowed.any():
            silent = [reason or NO_REFERENCE.reason for reason in silent]
        elif asked:
            texts = [segments[i].text for i in asked]
            keys = [fact_keys(text) for text in texts]
            vectors = self._reader.vectors(texts)
            # Apart, so that a doubtful sentence takes no match from a clean one.
            for group in (allowed & self._clean, allowed & ~self._clean):
                pairs = self._aligner.pairs(texts, vectors, keys, group)
                for i, row in zip(asked, pairs, strict=True):
                    found.setdefault(i, []).extend(row)
        answers = [
            self._answer(segment, silent[i], found.get(i, []), told.get(i, []))
            for i, segment in enumerate(segments)
        ]
        known = {match.doc_id for matches, _ in answers for match in matches if not match.doubtful}
        for i in asked:
            if not answers[i][0] and refers_back(segments[i].text):
                answers[i] = self._occasion(segments[i], answers[i], known)
        return answers

    def _occasion(self, segment: Segment, answer: Matches, known: set[str]) -> Matches:
        """The clean sentences in which the speaker of a sentence without content of its own speaks
        on the same occasion; only in reports that are ``known`` to be on the same event, because
        the same person speaks to the press on other days as well."""
        stated = read_statement(segment.text)
        if stated is None or self._reader is None:
            return answer
        same = []
        for n, row in enumerate(self._rows):
            if self._documents[row.document].doc_id in known and self._clean[n]:
                other = read_statement(row.segment.text)
                if other is not None and stated.same(other):
                    same.append(n)
        if not same:
            return answer
        texts = [segment.text, *(self._rows[n].segment.text for n in same)]
        vectors = self._reader.vectors(texts)
        cosines = (vectors[1:] @ vectors[0]).tolist()
        best = sorted(zip(same, cosines, strict=True), key=lambda pair: (-pair[1], pair[0]))
        matches = tuple(self._match(segment, row, cosine) for row, cosine in best[:MOST])
        return matches, Evidence(WITNESS, None, _STATEMENT, answer[1].issues)

    def _answer(
        self, segment: Segment, reason: str, pairs: Sequence[Pair], issues: list[Issue]
    ) -> Matches:
        chosen: dict[str, Pair] = {}
        for pair in pairs:
            if pair.probability >= self._fit.accept:
                # The same agency sentence in two reports is one match.
                key = _words(self._rows[pair.candidate].segment.text)
                if key not in chosen or self._worse(chosen[key]) > self._worse(pair):
                    chosen[key] = pair
        best = sorted(chosen.values(), key=lambda p: (self._worse(p), -p.probability, p.candidate))
        if not best or self._reader is None:
            return (), Evidence(WITNESS, None, reason or _UNCOVERED, tuple(issues))
        matches = tuple(self._match(segment, pair.candidate, pair.cosine) for pair in best[:MOST])
        left, right = self._reader.read([segment.text, matches[0].text])
        recall, precision = coverage(left, right)
        copy = _words(segment.text) == _words(matches[0].text)
        features = {
            "match": best[0].probability,
            "cosine": best[0].cosine,
            "recall": recall,
            "precision": precision,
            "copy": float(copy),
        }
        if matches[0].doubtful:
            return matches, Evidence(WITNESS, None, _DOUBTFUL, tuple(issues), features)
        if best[0].probability >= self._fit.sure and not copy:
            issues = issues + self._differences(segment, matches[0])
        value = 0.0 if copy else min(1.0, max(0.0, 1.0 - recall))
        return matches, Evidence(WITNESS, value, issues=tuple(issues), features=features)

    def _worse(self, pair: Pair) -> bool:
        """Whether the candidate stands in a report that is no authority."""
        return self._doubtful[self._rows[pair.candidate].document]

    def _match(self, segment: Segment, candidate: int, cosine: float) -> ReferenceMatch:
        row = self._rows[candidate]
        assert self._reader is not None  # no pairs without it
        left, right = self._reader.read([segment.text, row.segment.text])
        others = {self._rows[n].document for n in self._places[_words(row.segment.text)]}
        doubtful = self._doubtful[row.document]
        return ReferenceMatch(
            doc_id=self._documents[row.document].doc_id,
            start=row.segment.start,
            end=row.segment.end,
            text=row.segment.text,
            similarity=min(1.0, max(-1.0, cosine)),
            facts=compare_facts(segment.text, row.segment.text),
            wording=() if doubtful else wording(left, right),
            also_in=tuple(self._documents[n].doc_id for n in sorted(others - {row.document})),
            doubtful=doubtful,
        )

    def _differences(self, segment: Segment, match: ReferenceMatch) -> list[Issue]:
        found = []
        for fact in match.facts:
            if fact.status != "differs" or fact.kind not in DIFFERENCES:
                continue
            rule = _rule(DIFFERENCES[fact.kind])
            start = segment.text.find(fact.suspect)
            found.append(
                make_issue(
                    rule, segment.text, start, start + len(fact.suspect), base=segment.start,
                    usual=fact.reference, report=match.doc_id,
                    more={"report": match.doc_id, "start": match.start, "end": match.end},
                )
            )  # fmt: skip
        return found

    def _phrases(
        self, segment: Segment, issues: Sequence[Issue], allowed: np.ndarray
    ) -> list[Issue]:
        """The reports' words for what other witnesses found wrong."""
        rows = [
            (n, self._rows[n].segment.text) for n in np.flatnonzero(allowed & self._clean).tolist()
        ]
        rule = _rule("wording")
        found = []
        for phrase in report_words(segment, issues, rows):
            row = self._rows[phrase.row]
            report = self._documents[row.document].doc_id
            found.append(
                make_issue(
                    rule, segment.text, phrase.start, phrase.end, base=segment.start,
                    usual=phrase.text, report=report, times=phrase.times, own=phrase.own_times,
                    more={"report": report, "start": row.segment.start, "end": row.segment.end},
                )
            )  # fmt: skip
        return found

    def _spellings(
        self, segments: Sequence[Segment], silent: Sequence[str], allowed: np.ndarray
    ) -> dict[int, list[Issue]]:
        """Names that every clean report spells otherwise, by segment."""
        rule = _rule("name-spelling")
        clean = [(row, e) for row in np.flatnonzero(allowed).tolist() for e in self._people[row]]
        people = [entity for _, entity in clean]
        found: dict[int, list[Issue]] = {}
        for i, segment in enumerate(segments):
            if silent[i] in (_FURNITURE, _NOT_ARABIC):
                continue
            accepted = _accepted_spellings(segment.text)
            for entity, usual in names_against(_people(segment.text), people):
                # سيرغي and سيرجي are both good Arabic: only a house style would choose.
                if entity.start in accepted:
                    continue
                row = next(row for row, e in clean if e.text == usual)
                report = self._documents[self._rows[row].document].doc_id
                place = self._rows[row].segment
                found.setdefault(i, []).append(
                    make_issue(
                        rule, segment.text, entity.start, entity.end, base=segment.start,
                        usual=usual, report=report,
                        more={"report": report, "start": place.start, "end": place.end},
                    )
                )  # fmt: skip
        return found


# Which rule speaks of a fact that differs, by its kind; titles and speakers are
# shown, but not judged: two reports may quote two people who say the same.
DIFFERENCES = {
    **dict.fromkeys(("number", "percent", "money", "ordinal"), "number-differs"),
    **dict.fromkeys(("person", "place", "organisation"), "name-differs"),
    "date": "date-differs",
    "negation": "negation-differs",
}


def _rule(name: str) -> Rule:
    return next(rule for rule in load_family(WITNESS) if rule.code == f"{WITNESS}.{name}")


def _words(text: str) -> str:
    """A sentence by its words alone: what makes two sentences identical."""
    return " ".join(WORD.findall(fold(text).text))


def _people(text: str) -> list[Entity]:
    return [entity for entity in read_entities(text) if entity.kind == "person"]


def _accepted_spellings(text: str) -> set[int]:
    """Where well-known people are named in a spelling that Arabic news uses."""
    try:
        _, people = read_people(text)
    except ModelError:
        return set()
    return {person.start for person in people if person.known is not None and person.exact}


def usable(segment: Segment) -> bool:
    """Whether a report's sentence is compared with."""
    if segment.role == "furniture" and segment.reason_code != RELATED_NEWS:
        return False
    return (
        len(WORD.findall(segment.text)) >= MIN_WORDS
        and (arabic_share(segment.text) or 0.0) >= MIN_ARABIC
    )


def _abstention(segment: Segment) -> str:
    if segment.role == "furniture":
        return _FURNITURE
    if (arabic_share(segment.text) or 0.0) < MIN_ARABIC:
        return _NOT_ARABIC
    return _TOO_SHORT if len(WORD.findall(segment.text)) < MIN_WORDS else ""
