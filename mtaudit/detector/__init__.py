"""The trained witness: do the words and their order look chosen by a machine?

A linear model on hashed n-grams (:mod:`mtaudit.detector.grams`), fitted by
``scripts/fit_detector.py`` on machine and human translation of the same sentences, so that no
subject can give it away; the weights lie in ``models/detector``.  It names no issues: a style is no
error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from ..errors import ModelError
from ..language import LanguageStats, Units
from ..modelstore import model_path
from ..types import Document, Evidence, Segment
from .grams import TOGETHER, Grams
from .model import StyleModel

__all__ = ["NAME", "Detector", "StyleModel", "load_detector"]

NAME = "detector"
# Fewer words than this have no style: the document's other sentences speak for them.
SHORTEST = 4


class Detector:
    """The witness.  ``value``: log-odds of machine against human translation, at even odds and
    moved so that human text of all kinds stands at 0; higher = more like machine translation."""

    name = NAME

    def __init__(self, model: StyleModel | None = None, stats: LanguageStats | None = None) -> None:
        self.reason = ""
        self._model, self._stats = model, stats
        try:
            self._model = model or StyleModel.load(model_path("detector"))
            self._stats = stats or LanguageStats.load()
        except ModelError as error:
            self.reason = f"no style model: {error}"
            return
        self._grams = Grams(self._model.common)

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One evidence a segment."""
        return self.judge(segments)

    def judge(self, segments: Sequence[Segment]) -> list[Evidence]:
        """The same; each rests on its own text alone."""
        if self._model is None or self._stats is None or self.reason:
            return [Evidence(NAME, None, self.reason) for _ in segments]
        texts = self._stats.read(tuple([s.text for s in segments if s.role == "article"])).units
        found = chain.from_iterable(
            self._judge(self._model, texts[i : i + TOGETHER])
            for i in range(0, len(texts), TOGETHER)
        )
        return [
            next(found)
            if segment.role == "article"
            else Evidence(NAME, None, "not part of the article")
            for segment in segments
        ]

    def _judge(self, model: StyleModel, texts: Sequence[Units]) -> Iterator[Evidence]:
        reading = self._grams.read(texts)
        for words, logit in zip(reading.words, model.logits(reading), strict=True):
            if words < SHORTEST:
                yield Evidence(NAME, None, f"too short: {words} words in Arabic letters")
            else:
                yield Evidence(NAME, logit)


@cache
def load_detector() -> Detector:
    """The witness with the installed model; it abstains where there is none."""
    return Detector()
