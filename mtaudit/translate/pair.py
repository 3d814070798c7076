"""Two models of one direction each, used as one translator."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ModelError
from ..types import Translation
from .base import ModelTranslator
from .languages import AR_EN, EN_AR, Direction


class PairTranslator:
    """``forward`` translates ar→en, ``backward`` en→ar."""

    def __init__(self, forward: ModelTranslator, backward: ModelTranslator) -> None:
        for model, direction in ((forward, AR_EN), (backward, EN_AR)):
            if direction not in model.directions():
                raise ModelError(
                    f"does not translate {direction[0]}→{direction[1]}",
                    where=model.name,
                    mend="give FIRST+SECOND: the first ar→en, the second en→ar",
                )
        self._models = {AR_EN: forward, EN_AR: backward}
        self.name = f"{forward.name}+{backward.name}"
        self.revision = f"{forward.revision}+{backward.revision}"
        self.signature = f"{forward.signature}+{backward.signature}"

    def directions(self) -> frozenset[Direction]:
        return frozenset(self._models)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        return self._model(source, target).translate(texts, source, target)

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        return self._model(source, target).score(sources, targets, source, target)

    def _model(self, source: str, target: str) -> ModelTranslator:
        # A direction that neither offers: the first says so.
        return self._models.get((source, target), self._models[AR_EN])
