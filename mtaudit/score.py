"""From evidence to ``mt_probability`` and ``quality``.  Sees numbers and issues, never text.

Quality
    An MQM penalty per word, mapped to 0–100::

        penalty(segment) = min(CAP, Σ weight(issue) · confidence)
        quality = 100 · exp(−(penalty + roundtrip) / max(words, MIN_WORDS))

    It never rises when an issue is added or made more severe.  The weights 1 / 5 / 25, and 0.1 for
    minor punctuation, are MQM's (Lommel et al. 2014; Freitag et al. 2021).
    ``roundtrip`` is a penalty in the same unit for a sentence that the translation model finds hard
    to rebuild; its slope is fitted.

    In the probability an issue weighs 1 / 5 / 25 whatever it is (:func:`damage`): how a text is
    set says little of how good it is, but something of where it comes from.

Probability
    A logistic model on the witnesses' values and features (:mod:`mtaudit.calibrate`), once a
    sentence and once for the document on length-weighted means of the sentences.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .calibrate import Calibration, LogisticModel, Threshold
from .types import DECIMALS, Evidence, Issue, RoundTrip, Severity, Verdict

SEVERITY_WEIGHT: Mapping[Severity, float] = {"minor": 1.0, "major": 5.0, "critical": 25.0}
# A space before every comma is one habit of one typesetter, and would else cost a translation more
# than a wrong word.
MINOR_PUNCTUATION_WEIGHT = 0.1
# One sentence cannot be worse than unusable: two critical errors already make it so.
PENALTY_CAP = 50.0
# Shorter sentences are judged as if they had this many words, or one slip would sink a headline.
MIN_WORDS = 8
# Fewer words than this say too little for a probability of their own.
MIN_WORDS_PROBABILITY = 4
# A document is judged from this many words of article text on.
MIN_WORDS_DOCUMENT = 20
# From this many words on a document is no surer for being longer.
LONG_DOCUMENT = 300
# A part of a document is at least this long: a paragraph of native news alone is too short a text.
PART_WORDS = 60
# A finding below this confidence does not flag a sentence by itself.
FLAG_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """Scores of one sentence; ``logit``, ``values`` and ``damage`` feed the document's probability,
    ``penalty`` its quality.

    ``grave`` counts its issues of severity major or critical that are more likely than not.
    """

    mt_probability: float | None
    quality: float
    flagged: bool
    penalty: float
    damage: float
    grave: int
    words: int
    logit: float | None
    values: Mapping[str, float]
    contributions: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """Scores of one document; ``mode`` names the fitted model that was used."""

    mt_probability: float | None
    interval: tuple[float, float] | None
    quality: float | None
    verdict: Verdict
    threshold: Threshold | None
    abstained: str
    mode: str


@dataclass(frozen=True, slots=True)
class PartScore:
    """Some neighbouring paragraphs: sentences ``first`` … ``last`` (both in it)."""

    first: int
    last: int
    mt_probability: float
    machine: bool


def feature_values(
    evidence: Iterable[Evidence], roundtrip: RoundTrip | None = None
) -> dict[str, float]:
    """Flatten evidence to named numbers: ``witness`` and ``witness.feature``, rounded as they are
    recorded.

    Abstentions leave their names out; they are not written as 0.
    """
    values: dict[str, float] = {}
    for item in evidence:
        if item.value is not None:
            values[item.witness] = item.value
            for name, x in item.features.items():
                values[f"{item.witness}.{name}"] = float(x)
    if roundtrip is not None:
        for name in ("chrf", "bleu", "ter", "length_ratio", "semantic", "forced_logprob"):
            x = getattr(roundtrip, name)
            if x is not None:
                values[f"roundtrip.{name}"] = float(x)
    return {name: round(x, DECIMALS) for name, x in values.items()}


def penalty(issues: Iterable[Issue]) -> float:
    """Capped MQM penalty of a set of issues; every issue adds, none subtracts."""
    return _points((_weight(i), i.confidence) for i in issues)


def damage(issues: Iterable[Issue]) -> float:
    """The same with every issue weighed by its severity alone: evidence, not quality."""
    return _points((SEVERITY_WEIGHT[i.severity], i.confidence) for i in issues)


def _points(weighed: Iterable[tuple[float, float]]) -> float:
    return min(PENALTY_CAP, math.fsum(weight * confidence for weight, confidence in weighed))


def _weight(issue: Issue) -> float:
    """MQM points of an issue that is certain."""
    typographical = issue.code.startswith("punctuation.") and issue.category != "style"
    if issue.severity == "minor" and typographical:
        return MINOR_PUNCTUATION_WEIGHT
    return SEVERITY_WEIGHT[issue.severity]


def grave_count(issues: Iterable[Issue]) -> int:
    """How many issues are major or critical and more likely than not."""
    return sum(i.severity != "minor" and i.confidence >= FLAG_CONFIDENCE for i in issues)


def quality(total_penalty: float, words: int) -> float:
    """Quality 0–100 of ``words`` words with that penalty."""
    return 100.0 * math.exp(-total_penalty / max(words, MIN_WORDS))


def mode_of(values: Mapping[str, float], calibration: Calibration) -> str:
    """Which fitted model applies: with the round trip where one was fitted, or without."""
    tripped = "roundtrip.chrf" in values and "roundtrip" in calibration.sentence
    return "roundtrip" if tripped else "text"


def _fluency_penalty(values: Mapping[str, float], calibration: Calibration) -> float:
    """Penalty for a sentence that the translation model rebuilds worse than native news.

    Unit: MQM points a word above the native mean, from ``forced_logprob`` (natural log a piece).
    """
    x = values.get("roundtrip.forced_logprob")
    slope = calibration.quality.get("forced_logprob_slope", 0.0)
    if x is None or slope <= 0.0:
        return 0.0
    below = calibration.quality["forced_logprob_native_mean"] - x
    return slope * max(0.0, min(below, calibration.quality["forced_logprob_limit"]))


def score_sentence(
    issues: Sequence[Issue],
    values: Mapping[str, float],
    words: int,
    calibration: Calibration,
) -> SentenceScore:
    """Score one sentence from its issues and flattened evidence values."""
    mode = mode_of(values, calibration)
    points = penalty(issues)
    fluency = _fluency_penalty(values, calibration) * max(words, MIN_WORDS)
    grade = quality(points + fluency, words)
    model = calibration.sentence[mode]
    parts = model.contributions(values)
    logit = model.bias + math.fsum(parts.values())
    judged = words >= MIN_WORDS_PROBABILITY
    probability = model.probability(logit) if judged else None
    grave = grave_count(issues)
    alarming = probability is not None and probability >= calibration.sentence_threshold[mode].value
    by_witness: dict[str, float] = {}
    for name, part in parts.items():
        witness = name.split(".", 1)[0]
        by_witness[witness] = by_witness.get(witness, 0.0) + part
    ordered = sorted(by_witness.items(), key=lambda item: (-abs(item[1]), item[0]))
    return SentenceScore(
        mt_probability=probability,
        quality=grade,
        flagged=grave > 0 or alarming,
        penalty=points + fluency,
        damage=damage(issues),
        grave=grave,
        words=words,
        logit=logit if judged else None,
        values=values,
        contributions=tuple(ordered),
    )


def document_values(sentences: Sequence[SentenceScore], model: LogisticModel) -> dict[str, float]:
    """Inputs of a document model: length-weighted means of the sentences' logits and values.

    How many sentences there are is none: it tells the sets of the fit apart, not their authors.
    """
    judged = [s for s in sentences if s.logit is not None]
    words = sum(s.words for s in judged)
    if not judged or not words:
        return {}
    logits = [s.logit or 0.0 for s in judged]
    mean = math.fsum(x * s.words for x, s in zip(logits, judged, strict=True)) / words
    rate = math.fsum(s.damage for s in judged) / words
    surer = math.sqrt(min(words, LONG_DOCUMENT) / LONG_DOCUMENT)
    values = {
        "mean_logit": mean,
        # The same mean says more when it is drawn from more words, up to a page of them.
        "logit_by_length": mean * surer,
        "high_share": sum(1 for x in logits if x > 0) / len(logits),
        # The first findings say most; and a rate says more when it is drawn from more words.
        "damage_by_length": math.sqrt(rate) * surer,
    }
    for feature in model.features:
        name = feature.name
        if name in values:
            continue
        pairs = [(s.values[name], s.words) for s in judged if name in s.values]
        if pairs:
            values[name] = math.fsum(x * w for x, w in pairs) / sum(w for _, w in pairs)
    return values


def score_document(
    sentences: Sequence[SentenceScore],
    calibration: Calibration,
    page_issues: Sequence[Issue] = (),
    unlike_news: str = "",
) -> DocumentScore:
    """Score a document from the scores of its article sentences.

    ``page_issues`` are those in the page furniture: an editor has to clear them away as well.
    ``unlike_news``: why there can be no verdict, see :mod:`mtaudit.manner`.
    """
    words = sum(s.words for s in sentences)
    if not sentences:
        return DocumentScore(None, None, None, "abstained", None, "no article text", "text")
    total = math.fsum((penalty(page_issues), *(s.penalty for s in sentences)))
    grade = quality(total, words)
    judged = [s for s in sentences if s.logit is not None]
    if words < MIN_WORDS_DOCUMENT or not judged:
        reason = f"too short to judge: {words} words of article text"
        return DocumentScore(None, None, grade, "abstained", None, reason, "text")
    if unlike_news:
        return DocumentScore(None, None, grade, "abstained", None, unlike_news, "text")
    tripped = any(mode_of(s.values, calibration) == "roundtrip" for s in judged)
    mode = "roundtrip" if tripped else "text"
    model = calibration.document[mode]
    threshold = calibration.document_threshold[mode]
    logit = model.logit(document_values(sentences, model))
    probability = model.probability(logit)
    verdict: Verdict
    if probability >= threshold.value:
        verdict = "machine"
    elif probability >= calibration.document_doubt[mode].value:
        verdict = "unclear"
    else:
        verdict = "human"
    interval = _interval(sentences, model)
    return DocumentScore(probability, interval, grade, verdict, threshold, "", mode)


def score_parts(
    sentences: Sequence[SentenceScore], paragraphs: Sequence[int], calibration: Calibration
) -> list[PartScore]:
    """The parts of a document by themselves; ``paragraphs[i]`` numbers the paragraph of sentence i.

    Paragraphs are joined until a part has :data:`PART_WORDS` words.  Empty where there is but one
    part, or nothing in one can be judged.
    """
    spans = part_spans([s.words for s in sentences], paragraphs)
    if len(spans) < 2:
        return []
    found = []
    for first, last in spans:
        own = sentences[first : last + 1]
        judged = [s for s in own if s.logit is not None]
        mode = "text"
        if any(mode_of(s.values, calibration) == "roundtrip" for s in judged):
            mode = "roundtrip"
        if not judged or mode not in calibration.document_part:
            return []
        model = calibration.document[mode]
        probability = model.probability(model.logit(document_values(own, model)))
        machine = probability >= calibration.document_part[mode].value
        found.append(PartScore(first, last, probability, machine))
    return found


def part_spans(words: Sequence[int], paragraphs: Sequence[int]) -> list[tuple[int, int]]:
    """First and last sentence of every part; what is left over at the end joins the last one."""
    spans: list[tuple[int, int]] = []
    first, many = 0, 0
    for i, count in enumerate(words):
        many += count
        ends = i + 1 == len(words) or paragraphs[i + 1] != paragraphs[i]
        if ends and many >= PART_WORDS:
            spans.append((first, i))
            first, many = i + 1, 0
    if first < len(words):
        start = spans.pop()[0] if spans else 0
        spans.append((start, len(words) - 1))
    return spans


def _interval(
    sentences: Sequence[SentenceScore], model: LogisticModel
) -> tuple[float, float] | None:
    """90 % interval by leaving out sentences (jackknife), on the probability scale.

    It says how much the verdict hangs on single sentences; with fewer than four there is none.
    """
    n = len(sentences)
    if n < 4:
        return None
    everything = model.logit(document_values(sentences, model))
    left_out = [
        model.logit(document_values([*sentences[:i], *sentences[i + 1 :]], model)) for i in range(n)
    ]
    mean = math.fsum(left_out) / n
    spread = math.sqrt((n - 1) / n * math.fsum((x - mean) ** 2 for x in left_out))
    low, high = everything - 1.645 * spread, everything + 1.645 * spread
    return model.probability(low), model.probability(high)
