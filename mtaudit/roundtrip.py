"""Stage 4: Arabic → English → Arabic, and what became of the sentence on the way.

The model is small, so a name or a number that is missing after the round trip says more of the
model than of the text: such findings are shown (``RoundTrip.lost`` and ``added``) and raise no
issue.  What is evidence is how surely the model rebuilds the sentence: text that a machine wrote
is easier to predict for a machine (Aharoni et al. 2014; Rabinovich & Wintner 2015).

Metrics are sacreBLEU's, between the back-translation (hypothesis) and the original (reference),
both folded: vowel marks, tatweel and invisible controls dropped, alef, yeh and digits unified.
BLEU and TER see words only: Arabic and Latin punctuation alternate freely in the news, and
sacreBLEU's tokenisers split no clitics.  :func:`signatures` holds every setting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Literal

from .entities import arabic_numbers_lost, entities, names_lost
from .errors import ModelError
from .normalize import WORD, arabic_share, fold
from .types import Evidence, RoundTrip, Segment, SentenceEncoder, Translator

WITNESS = "roundtrip"
AR_EN, EN_AR = ("ar", "en"), ("en", "ar")
MIN_WORDS = 3
MIN_ARABIC = 0.5
# Words a side that the word diff and TER look at: TER's shifts cost more than the square.
MAX_WORDS = 250
# Sentences a step: bounds memory and lets progress be told; results do not depend on it.
STEP = 256

NO_MODEL = Evidence(WITNESS, None, "no translation model")
_FURNITURE = Evidence(WITNESS, None, "page furniture is not translated")
_TOO_SHORT = Evidence(WITNESS, None, f"fewer than {MIN_WORDS} words")
_NOT_ARABIC = Evidence(WITNESS, None, "mostly not Arabic")
_ONE_WAY = Evidence(WITNESS, None, "the translation model does not offer both directions")
_TRUNCATED = "the translation was cut at a length limit"

Operation = Literal["equal", "replace", "delete", "insert"]
Progress = Callable[[str, int, int], None]


@cache
def _metrics() -> dict[str, Any]:
    from sacrebleu.metrics import BLEU, CHRF, TER

    return {
        "chrf": CHRF(),
        "bleu": BLEU(effective_order=True, tokenize="none"),
        "ter": TER(),
    }


def signatures() -> dict[str, str]:
    """sacreBLEU's signature of each metric, and how the text is prepared for it."""
    text = {"chrf": "folded", "bleu": "folded-words", "ter": "folded-words"}
    # A signature is complete only after a first score.
    for metric in _metrics().values():
        metric.sentence_score("ا", ["ا"])
    return {
        name: f"{metric.get_signature().format()}|text:{text[name]}"
        for name, metric in _metrics().items()
    }


def examine_round_trips(
    segments: Sequence[Segment],
    translator: Translator,
    encoder: SentenceEncoder | None = None,
    progress: Progress | None = None,
) -> list[tuple[RoundTrip | None, Evidence]]:
    """The round trip of every segment with its evidence, or ``None`` and why the witness abstains.

    One result a segment, in order.  Equal sentences are translated once.
    """
    if not {AR_EN, EN_AR} <= translator.directions():
        return [(None, _ONE_WAY)] * len(segments)
    silent = [abstention(segment) for segment in segments]
    wanted = list(
        dict.fromkeys(s.text for s, reason in zip(segments, silent, strict=True) if not reason)
    )
    found: dict[str, tuple[RoundTrip, Evidence]] = {}
    for i in range(0, len(wanted), STEP):
        part = wanted[i : i + STEP]
        for text, trip, more in zip(part, *_run(part, translator, encoder), strict=True):
            found[text] = trip, _evidence(trip, more)
        if progress is not None:
            progress("roundtrip", len(found), len(wanted))
    return [
        (None, reason) if reason else found[segment.text]
        for segment, reason in zip(segments, silent, strict=True)
    ]


def round_trip(
    texts: Sequence[str], translator: Translator, encoder: SentenceEncoder | None = None
) -> list[RoundTrip]:
    """Gloss, back-translation and metrics of each text, in order; whoever calls it decides which
    texts are worth it.  ``semantic`` needs the encoder."""
    return _run(texts, translator, encoder)[0]


def abstention(segment: Segment) -> Evidence | None:
    """Why the witness has nothing to say of a segment, or ``None``."""
    if segment.role == "furniture":
        return _FURNITURE
    if (arabic_share(segment.text) or 0.0) < MIN_ARABIC:
        return _NOT_ARABIC
    if len(WORD.findall(segment.text)) < MIN_WORDS:
        return _TOO_SHORT
    return None


def _run(
    texts: Sequence[str], translator: Translator, encoder: SentenceEncoder | None
) -> tuple[list[RoundTrip], list[dict[str, float]]]:
    forth = translator.translate(texts, *AR_EN)
    glosses = [t.text for t in forth]
    back = translator.translate(glosses, *EN_AR)
    forced = translator.score(glosses, texts, *EN_AR)
    arabic = [t.text for t in back]
    alike = _cosines(texts, arabic, encoder)
    trips, more = [], []
    for i, text in enumerate(texts):
        cut = forth[i].truncated or back[i].truncated
        trips.append(_trip(text, glosses[i], arabic[i], forced[i], alike[i], cut))
        more.append({"gloss_logprob": forth[i].score, "back_logprob": back[i].score})
    return trips, more


def _trip(
    text: str,
    english: str,
    arabic: str,
    forced: float | None,
    semantic: float | None,
    cut: bool,
) -> RoundTrip:
    lost, added = _facts(text, english, arabic)
    if cut or not arabic:
        # Half a translation has no metrics: they would measure the limit.
        note = _TRUNCATED if cut else "the translation is empty"
        return RoundTrip(english, arabic, lost=lost, added=added, notes=(note,))
    scores = measure(text, arabic)
    return RoundTrip(
        english=english,
        arabic=arabic,
        chrf=scores["chrf"],
        bleu=scores["bleu"],
        ter=scores["ter"],
        length_ratio=len(arabic) / len(text) if text else None,
        semantic=semantic,
        forced_logprob=forced,
        lost=lost,
        added=added,
        diff=word_diff(text, arabic),
    )


def measure(original: str, back: str) -> dict[str, float | None]:
    """chrF, BLEU and TER of ``back`` against ``original``, in points; TER is ``None`` for texts of
    more than :data:`MAX_WORDS` words."""
    metrics = _metrics()
    left, right = fold(original).text, fold(back).text
    words, others = WORD.findall(left), WORD.findall(right)
    short = max(len(words), len(others)) <= MAX_WORDS
    reference, hypothesis = " ".join(words), " ".join(others)

    def score(name: str, hyp: str, ref: str) -> float:
        return float(metrics[name].sentence_score(hyp, [ref]).score)

    return {
        "chrf": score("chrf", right, left),
        "bleu": score("bleu", hypothesis, reference),
        "ter": score("ter", hypothesis, reference) if short else None,
    }


def word_diff(original: str, back: str) -> tuple[tuple[Operation, str, str], ...]:
    """(operation, original words, back-translated words), compared on folded words; of texts
    longer than :data:`MAX_WORDS` words, the beginning."""
    left, right = WORD.findall(original)[:MAX_WORDS], WORD.findall(back)[:MAX_WORDS]
    folded = [[fold(word).text for word in side] for side in (left, right)]
    matcher = SequenceMatcher(None, folded[0], folded[1], autojunk=False)
    return tuple(
        (tag, " ".join(left[a:b]), " ".join(right[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
    )


def _facts(text: str, english: str, arabic: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and numbers that were lost on the way, and those that came in."""
    try:
        known = {e.key for e in entities(text)}
        kept = {e.key for e in entities(arabic)}
        # A name that comes back was not lost, whatever letters the gloss writes it with.
        names = [e for e in names_lost(text, english) if e.key not in kept]
        lost = [*names, *arabic_numbers_lost(text, arabic)]
        named = [
            e
            for e in entities(arabic)
            if e.key not in known and (e.kind in ("place", "organisation") or e.known)
        ]
        added = [*named, *arabic_numbers_lost(arabic, text)]
    except ModelError:  # no list of names: nothing is said rather than half of it
        return (), ()
    return tuple(dict.fromkeys(e.text for e in lost)), tuple(dict.fromkeys(e.text for e in added))


def _cosines(
    texts: Sequence[str], others: Sequence[str], encoder: SentenceEncoder | None
) -> list[float | None]:
    if encoder is None:
        return [None] * len(texts)
    rows = encoder.encode([*texts, *others])
    # math.fsum over a row: the same sum whatever library adds up the products.
    return [
        math.fsum((left * right).tolist())
        for left, right in zip(rows[: len(texts)], rows[len(texts) :], strict=True)
    ]


def _evidence(trip: RoundTrip, more: dict[str, float]) -> Evidence:
    """``value`` is the mean probability a piece (0–1, geometric) with which the model rebuilds the
    original from its gloss: higher = more like raw machine translation."""
    if trip.notes:
        return Evidence(WITNESS, None, trip.notes[0])
    if trip.forced_logprob is None:
        return Evidence(WITNESS, None, "longer than the translation model can score")
    features = dict(more)
    for name in ("chrf", "bleu", "ter", "length_ratio", "semantic", "forced_logprob"):
        value = getattr(trip, name)
        if value is not None:
            features[name] = float(value)
    return Evidence(WITNESS, math.exp(trip.forced_logprob), features=features)
