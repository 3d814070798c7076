"""What happens to a shard, the same for every engine.

    prepare   text → segments and text-alone evidence        any process
    answer    sentences → what the models say of them        where a model lives
    finish    evidence + answers → scores, records, files    any process

``prepare`` and ``finish`` call the audit's own pipeline: the models' answers are handed to it as a
translator and an encoder that already know them, so that a document's record is the one that
``mtaudit audit`` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..comparison import Compared
from ..config import Options
from ..judging import Examined
from ..loading import Models, named, stated
from ..memory import collector_paused
from ..read import Item, document_from
from ..reference import NO_REFERENCE
from ..report.record import Record, StoredRun, stored_run
from ..roundtrip import AR_EN, EN_AR, abstention
from ..types import SCHEMA_VERSION, Document, Failure, RunReport
from .answers import Answers, Cards, KnownEncoder, KnownTranslator
from .shards import Shard


@dataclass(frozen=True, slots=True)
class Prepared:
    """A shard after the text-alone stages.  ``failures`` stand with their places in the source."""

    number: int
    first: int
    records: int
    digest: str
    examined: tuple[Examined, ...]
    failures: tuple[tuple[int, Failure], ...]

    def sentences(self) -> list[str]:
        """The distinct sentences that are worth translating, shortest first: neighbours in this
        order have about the same length and fill batches together."""
        found = {s.text for e in self.examined for s in e.segments if abstention(s) is None}
        return sorted(found, key=lambda text: (len(text), text))


@dataclass(frozen=True, slots=True)
class Finished:
    """The records of a shard, in source order: what an audit of its documents would store, and
    the errors."""

    number: int
    first: int
    records: int
    digest: str
    run: StoredRun
    errors: list[Record]


@dataclass(frozen=True, slots=True)
class Terms:
    """What all shards of a run are judged by; the same in every process."""

    options: Options
    grounds: pipeline.Grounds
    cards: Cards
    signature: str
    named: Mapping[str, Any]

    @property
    def compared(self) -> bool:
        """Whether documents are held against clean reports."""
        return self.grounds.reports.present

    @property
    def translated(self) -> bool:
        """Whether sentences make the round trip."""
        translator = self.cards.translator
        return translator is not None and {AR_EN, EN_AR} <= translator.directions


def terms_of(options: Options, grounds: pipeline.Grounds, cards: Cards) -> Terms:
    """The terms of a run whose models have these cards."""
    encoder = KnownEncoder(cards.encoder, ()) if cards.encoder else None
    translator = KnownTranslator(cards.translator, ()) if cards.translator else None
    models = Models(translator, encoder, cards.notes)
    return Terms(
        options,
        grounds,
        cards,
        pipeline.run_signature(options, models, grounds),
        named(models, grounds.calibration),
    )


def prepare(shard: Shard) -> Prepared:
    """Read, segment and examine; what cannot be judged becomes a failure with its reason."""
    documents: list[tuple[int, Document]] = []
    failures: list[tuple[int, Failure]] = []
    for number, entry in enumerate(shard.entries, shard.first):
        read = entry if isinstance(entry, Failure) else _read(entry)
        if isinstance(read, Failure):
            failures.append((number, read))
        else:
            documents.append((number, read))
    examined: list[Examined] = []
    numbers = iter([number for number, _ in documents])
    for group in pipeline.together([document for _, document in documents]):
        for found, number in zip(_examine(group), numbers, strict=False):
            if isinstance(found, Failure):
                failures.append((number, found))
            else:
                examined.append(found)
    return Prepared(
        shard.number, shard.first, len(shard.entries), shard.digest,
        tuple(examined), tuple(sorted(failures, key=lambda found: found[0])),
    )  # fmt: skip


def _read(item: Item) -> Document | Failure:
    try:
        return document_from(item)
    except Exception as error:
        return _stumbled(item.path, item.doc_id, error)


def _examine(documents: Sequence[Document]) -> list[Examined | Failure]:
    """What is found in each.  A witness that stumbles over one text in a million must not cost the
    other ones: then they are examined one by one."""
    try:
        return [*pipeline.examine_together(documents)]
    except Exception as error:
        if len(documents) == 1:
            (one,) = documents
            return [_stumbled(one.path, one.doc_id, error)]
    return [found for document in documents for found in _examine([document])]


def _stumbled(path: str, doc_id: str, error: Exception) -> Failure:
    return Failure(
        path or doc_id,
        "internal",
        f"{doc_id}: {type(error).__name__}: {error}",
        "report this text to the makers of mtaudit; it was left out",
    )


@collector_paused()
def finish(
    prepared: Prepared,
    answers: Sequence[Answers],
    compared: Sequence[Compared] | None,
    terms: Terms,
) -> Finished:
    """Scores and records of a prepared shard.

    ``answers`` cover :meth:`Prepared.sentences`; ``compared`` (one a document) is ``None`` where
    there are no clean reports.
    """
    cards, grounds = terms.cards, terms.grounds
    encoder = KnownEncoder(cards.encoder, answers) if cards.encoder else None
    translator = KnownTranslator(cards.translator, answers) if cards.translator else None
    models = Models(translator, encoder)
    trips = pipeline.round_trips(prepared.examined, models, lambda *_: None)
    if compared is None:
        compared = pipeline.compare(prepared.examined, NO_REFERENCE, lambda *_: None)
    reports = pipeline.judge_all(prepared.examined, trips, compared, grounds)
    run = RunReport(
        documents=tuple(reports),
        failures=tuple(failure for _, failure in prepared.failures),
        signature=terms.signature,
        options=stated(terms.options),
        models=terms.named,
        notes=(*cards.notes, *grounds.reports.notes),
    )
    return Finished(
        prepared.number,
        prepared.first,
        prepared.records,
        prepared.digest,
        stored_run(run),
        [_error(number, failure, terms.signature) for number, failure in prepared.failures],
    )


def _error(number: int, failure: Failure, signature: str) -> Record:
    return {
        "schema": SCHEMA_VERSION,
        "record": number,
        "path": failure.path,
        "kind": failure.kind,
        "message": failure.message,
        "mend": failure.mend,
        "signature": signature,
    }
