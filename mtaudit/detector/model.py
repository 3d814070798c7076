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
            weights, rarity = (_mapped(folder / f"{name}.npy") for name in ("weights", "rarity"))
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

    def logits(self, reading: Reading) -> list[float]:
        """Log-odds of machine translation of each text; the bias alone where nothing is known.

        A text's sums run over its own n-grams in ascending order, so that it does not matter
        which texts are read together.
        """
        texts = len(reading.words)
        parts = [[self.bias] for _ in range(texts)]
        for row, family in enumerate(FAMILIES):
            bags = reading.bags[family]
            values = bags.weights * self.rarity[row][bags.places]
            agreed = values * self.weights[row][bags.places]
            squares = np.bincount(bags.texts, values * values, texts).tolist()
            sums = np.bincount(bags.texts, agreed, texts).tolist()
            for own, square, total in zip(parts, squares, sums, strict=True):
                if square:
                    own.append(total / math.sqrt(square))
        return [math.fsum(own) for own in parts]


def _mapped(file: Path) -> NDArray[np.float16]:
    # A plain view of the mapped file: numpy's memmap class is slow to index.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
