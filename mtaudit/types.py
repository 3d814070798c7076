"""The dataclasses and protocols that the rooms hand to one another.  Standard library only.

Every offset is a half-open range of *code points* into ``Document.text``.  Scores are ``None``
where a witness abstained: unknown is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

SCHEMA_VERSION = "1.2"

Severity = Literal["minor", "major", "critical"]
SEVERITIES: tuple[Severity, ...] = ("minor", "major", "critical")

# MQM-Core's seven dimensions, and one for provenance.
Category = Literal[
    "accuracy",
    "terminology",
    "linguistic-conventions",
    "style",
    "locale-conventions",
    "design-and-markup",
    "audience-appropriateness",
    "machine-translation",
]
CATEGORIES: tuple[Category, ...] = (
    "accuracy",
    "terminology",
    "linguistic-conventions",
    "style",
    "locale-conventions",
    "design-and-markup",
    "audience-appropriateness",
    "machine-translation",
)

Role = Literal["article", "furniture"]
Verdict = Literal["machine", "unclear", "human", "abstained"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of a report should know about a document, in both languages."""

    code: str
    message_en: str
    message_ar: str


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines with one role.  Blocks are in order and do not overlap; gaps are blank.

    ``reason_code`` (and its two messages) says why a block is furniture; empty for the article.
    """

    start: int
    end: int
    role: Role
    reason_code: str = ""
    reason_en: str = ""
    reason_ar: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One article as read.  ``text`` is never changed after reading: offsets point into it.

    ``doc_id`` is unique in the run and holds the file's name.  ``offsets_into`` is ``"file"``
    when ``text`` is the decoded file itself and ``"extracted"`` when a reader took it out of
    HTML or a record.
    """

    doc_id: str
    text: str
    path: str = ""
    encoding: str = "utf-8"
    media: str = "text"
    offsets_into: Literal["file", "extracted"] = "file"
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence (or heading, or furniture line): ``document.text[start:end] == text``."""

    index: int
    start: int
    end: int
    text: str
    role: Role = "article"
    heading: bool = False
    reason_code: str = ""
    reason_en: str = ""
    reason_ar: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A potential error found by the tool.  Offsets are into the document, on whole words."""

    code: str
    category: Category
    severity: Severity
    start: int
    end: int
    text: str
    message_en: str
    message_ar: str
    witness: str
    confidence: float
    suggestion: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one witness says of one segment.

    ``value`` is on the witness's own scale, in its declared direction (higher = more like raw
    machine translation); ``None`` means that it abstained and ``reason`` says why.
    """

    witness: str
    value: float | None
    reason: str = ""
    issues: tuple[Issue, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Arabic → English → Arabic of one segment.  Metrics compare ``arabic`` with the original.

    ``chrf``, ``bleu``, ``ter`` are sacreBLEU's, in points; ``length_ratio`` is characters of the
    back-translation over the original; ``semantic`` is the cosine of the two sentence
    embeddings; ``forced_logprob`` is the mean natural-log probability per target piece of the
    original given its gloss.  ``diff`` holds (operation, original words, back-translated words).
    """

    english: str
    arabic: str
    chrf: float | None = None
    bleu: float | None = None
    ter: float | None = None
    length_ratio: float | None = None
    semantic: float | None = None
    forced_logprob: float | None = None
    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    diff: tuple[tuple[Literal["equal", "replace", "delete", "insert"], str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the suspect sentence held against the clean one.

    ``kind``: person, title, place, organisation, number, percent, money, date, negation …;
    ``status``: agrees, differs, absent (in the clean sentence) or extra (only there).
    """

    kind: str
    status: Literal["agrees", "differs", "absent", "extra"]
    suspect: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceMatch:
    """The clean sentence that says the same thing; offsets are into the reference document.

    ``also_in``: other reports that hold the identical sentence: one source copied, not several
    that agree.  ``doubtful``: the report is itself likely machine translation; it is shown, and
    nothing is concluded from it.
    """

    doc_id: str
    start: int
    end: int
    text: str
    similarity: float
    facts: tuple[Fact, ...] = ()
    wording: tuple[tuple[str, str], ...] = ()
    also_in: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class ReportUse:
    """A clean report that a suspect article was compared with, and why.

    ``similarity`` (0–1) is that of names, dates and rare words; ``shared`` some of the names, dates
    and amounts in both; ``matched`` how many of the article's sentences it covers, ``identical``
    how many of those it says word for word.  ``verdict`` and ``mt_probability`` are those of the
    report's own audit (text alone): one that is likely machine translation is no authority.
    """

    doc_id: str
    path: str
    similarity: float
    shared: tuple[str, ...] = ()
    verdict: Verdict = "abstained"
    mt_probability: float | None = None
    matched: int = 0
    identical: int = 0


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What editors dismissed in an earlier run: it stands in the record and counts nowhere.

    ``issue`` is ``None`` where the sentence as a whole was dismissed.  ``similarity`` (0–1) is
    that of the sentence now and then; ``reason`` says in English whose word it rests on.
    """

    issue: Issue | None
    reason: str
    comment: str = ""
    editors: tuple[str, ...] = ()
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """Everything known of one segment: one line of ``segments.jsonl``.

    ``surprisal`` holds (start, end, bits) of every written word, offsets into the segment's text:
    how unexpected native news finds it after the words before it; empty where nothing is known.
    """

    doc_id: str
    segment: Segment
    mt_probability: float | None
    quality: float | None
    flagged: bool
    issues: tuple[Issue, ...]
    evidence: tuple[Evidence, ...]
    roundtrip: RoundTrip | None = None
    references: tuple[ReferenceMatch, ...] = ()
    contributions: tuple[tuple[str, float], ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    surprisal: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Some neighbouring paragraphs judged by themselves.  ``machine``: they reach the threshold
    that few native articles reach in any of their parts."""

    start: int
    end: int
    mt_probability: float
    machine: bool


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document with its segments: one line of ``documents.jsonl``.

    ``parts`` is the map of an article that has at least two of them, in text order; the article is
    *mixed* when some look like machine translation and others do not.

    ``source_languages`` is what :mod:`mtaudit.source_language` makes of the issues: ISO code,
    share of the evidence (0–1) and the texts that point there, most first; empty = not known.
    ``reports``: the clean reports that it was compared with, nearest first.
    """

    document: Document
    segments: tuple[SegmentReport, ...]
    mt_probability: float | None
    quality: float | None
    interval: tuple[float, float] | None = None
    verdict: Verdict = "abstained"
    threshold: float | None = None
    false_alarm_rate: float | None = None
    abstained: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    reference_coverage: float | None = None
    reports: tuple[ReportUse, ...] = ()
    is_reference: bool = False
    source_languages: tuple[tuple[str, float, tuple[str, ...]], ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be judged: which, what is wrong, how to mend it."""

    path: str
    kind: str
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """A whole run.  ``signature`` holds everything that changes a number."""

    documents: tuple[DocumentReport, ...]
    failures: tuple[Failure, ...]
    signature: str
    options: Mapping[str, Any]
    models: Mapping[str, Any]
    notes: tuple[Note, ...] = ()


@runtime_checkable
class Witness(Protocol):
    """A text-alone witness.  ``examine`` sees a whole document, so that it can compare sentences.

    It returns exactly one :class:`Evidence` a segment, in order.  It must be deterministic and
    must not look at any other document.  Furniture segments are passed too: a witness that finds
    damage in them (a translated tag) may say so, every other answers with an abstention.
    """

    name: str

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]: ...


@dataclass(frozen=True, slots=True)
class Translation:
    """One translated text.  ``score`` is the mean natural-log probability per target piece.

    ``truncated`` is true when a length limit bit and part of the source was not translated.
    """

    text: str
    score: float
    truncated: bool = False


class Translator(Protocol):
    """A translation model between ``ar`` and ``en`` (other pairs where the model has them)."""

    name: str
    revision: str

    def directions(self) -> frozenset[tuple[str, str]]:
        """The (source, target) pairs that the model offers."""
        ...

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """Translate each text; as many results as texts, in order; empty text → empty text."""
        ...

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        """Forced decoding: mean natural-log probability per target piece of each target given its
        source; ``None`` where either side is empty."""
        ...


class SentenceEncoder(Protocol):
    """Sentence embeddings: L2-normalised float32 rows."""

    name: str
    revision: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Any:
        """``numpy`` array of shape (len(texts), dimension), float32, rows of norm 1."""
        ...
