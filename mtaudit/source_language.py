"""Which language an article was probably translated from, by what it left in the text.

Some findings point at a language: a Vietnamese word in Latin letters, a sense that only a Russian
word has, a dash in the place of a Russian copula.  Their weights are added up; a text that went
through several languages shows several.  Nothing is guessed from little evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from .types import Issue, Severity

SourceLanguages = tuple[tuple[str, float, tuple[str, ...]], ...]

# A finding's weight is severity × confidence × kind.  Estimates, not fitted: no collection of raw
# Arabic translations with several known source languages was at hand to fit them on.  Milder than
# the MQM weights, since a grave error need not be a telling one.
SEVERITY_WEIGHT: Mapping[Severity, float] = {"minor": 1.0, "major": 2.0, "critical": 3.0}
# A word of the language itself is a trace; a sense or a construction is a resemblance, and one
# that runs through a page (a dash, a place for the speaker) may be a habit of the newsroom.
KIND_WEIGHT: Mapping[str, float] = {"residue": 2.0, "senses": 1.0, "calques": 0.7}
OTHER_KINDS = 0.5
# English is the second language of newsrooms and the pivot of many engines: its traces stand in
# native pages too and say less about where an article comes from.
LANGUAGE_WEIGHT: Mapping[str, float] = {"en": 0.5}
# One code (or entry of a table) counts for so many different texts: a habit is one piece of news.
CAP = 2
# No language is named before one has this weight: a foreign word, or two wrong senses.
MINIMUM = 2.0
# A language with less of the whole than this is left out of the list.
LEAST_SHARE = 0.05
MAX_TEXTS, MAX_LENGTH = 5, 60


def guess(issues: Iterable[Issue]) -> SourceLanguages:
    """Ranked (language, share, texts that point there); empty where there is too little evidence.

    ``language`` is an ISO 639-1 code, ``share`` its part of the weight of all named languages
    (0–1, they add up to 1), ``texts`` the weightiest findings' words, each once, shortened.  The
    share says how the *evidence* is divided; it is no probability.  Issues without
    ``more["source_language"]`` are ignored; order does not matter.
    """
    best: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for issue in issues:
        language = issue.more.get("source_language")
        if not isinstance(language, str) or not language:
            continue
        source = f"{issue.code}:{issue.more.get('entry', '')}"
        text = _shortened(issue.text)
        texts = best[language, source]
        weight = _weight(issue) * LANGUAGE_WEIGHT.get(language, 1.0)
        texts[text] = max(texts.get(text, 0.0), weight)
    traces: dict[str, dict[str, float]] = defaultdict(dict)
    totals: dict[str, float] = defaultdict(float)
    for (language, _), texts in best.items():
        for text, weight in _ranked(texts)[:CAP]:
            totals[language] += weight
            traces[language][text] = max(traces[language].get(text, 0.0), weight)
    if not totals or max(totals.values()) < MINIMUM:
        return ()
    whole = sum(totals.values())
    kept = {name: weight for name, weight in totals.items() if weight >= LEAST_SHARE * whole}
    whole = sum(kept.values())
    return tuple(
        (name, weight / whole, tuple(text for text, _ in _ranked(traces[name])[:MAX_TEXTS]))
        for name, weight in _ranked(kept)
    )


def _weight(issue: Issue) -> float:
    kind = KIND_WEIGHT.get(issue.code.split(".")[0], OTHER_KINDS)
    return SEVERITY_WEIGHT[issue.severity] * issue.confidence * kind


def _ranked(weights: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"
