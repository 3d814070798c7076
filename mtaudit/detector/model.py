"""The weights of the style model: loading and applying them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..modelstore import verify
from .grams import FAMILIES, SIZE, Reading

_MEND = "install the model again, or run scripts/fit_detector.py"


@dataclass(frozen=True, slots=True)
class StyleModel:
    """A linear model on three families of n-grams.

    ``weights`` and ``rarity`` have shape (families, SIZE), float16: the coefficient of a place and
    its inverse document frequency (0 where the place was not seen often enough).  Each family's
    vector of ``rarity × count weight`` is scaled to length 1, so that long sentences do not weigh
    more; an empty family contributes nothing.
    """

    weights: NDArray[np.float16]
    rarity: NDArray[np.float16]
    bias: float
    common: frozenset[str]
    revision: str

    @classmethod
    def load(cls, folder: Path) -> StyleModel:
        """The model in ``folder``.  Raises :class:`ModelError` where it is missing or damaged."""
        manifest = verify(folder)
        try:
            about = json.loads((folder / "style.json").read_text(encoding="utf-8"))
            weights = np.load(folder / "weights.npy", mmap_mode="r", allow_pickle=False)
            rarity = np.load(folder / "rarity.npy", mmap_mode="r", allow_pickle=False)
            model = cls(
                weights, rarity, float(about["bias"]), frozenset(about["common"]),
                str(manifest.get("revision", "none")),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"cannot be read: {error}", where=str(folder), mend=_MEND) from error
        shape = (len(FAMILIES), SIZE)
        if weights.shape != shape or rarity.shape != shape:
            raise ModelError(
                f"arrays of shape {weights.shape} and {rarity.shape}, not {shape}",
                where=str(folder),
                mend=_MEND,
            )
        return model

    def logit(self, reading: Reading) -> float:
        """Log-odds of machine translation; the bias alone where nothing is known."""
        parts = [self.bias]
        for row, family in enumerate(FAMILIES):
            bag = reading.bags[family]
            values = bag.weights * self.rarity[row, bag.places]
            length = math.sqrt(float(values @ values))
            if length:
                parts.append(float(values @ self.weights[row, bag.places].astype(float)) / length)
        return math.fsum(parts)
