"""The trained witness: do the words and their order look chosen by a machine?

A linear model on hashed n-grams (:mod:`mtaudit.detector.grams`), fitted by
``scripts/fit_detector.py`` on machine and human translation of the same sentences, so that no
subject can give it away; the weights lie in ``models/detector``.  It names no issues: a style is no
error.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..errors import ModelError
from ..language import LanguageStats
from ..modelstore import model_path
from ..types import Document, Evidence, Segment
from .grams import Grams
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
        """One evidence a segment; each depends on its own text alone."""
        return [self._examine(segment) for segment in segments]

    def _examine(self, segment: Segment) -> Evidence:
        if self._model is None or self._stats is None or self.reason:
            return Evidence(NAME, None, self.reason)
        if segment.role != "article":
            return Evidence(NAME, None, "not part of the article")
        read = self._grams.bags(self._stats.analyse(segment.text))
        if read.words < SHORTEST:
            return Evidence(NAME, None, f"too short: {read.words} words in Arabic letters")
        return Evidence(NAME, self._model.logit(read))


@cache
def load_detector() -> Detector:
    """The witness with the installed model; it abstains where there is none."""
    return Detector()
