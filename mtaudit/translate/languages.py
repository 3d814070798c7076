"""Language codes: one table for every family of translation models that the backends know."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

Direction = tuple[str, str]

AR_EN: Direction = ("ar", "en")
EN_AR: Direction = ("en", "ar")


@dataclass(frozen=True, slots=True)
class Codes:
    """One language as the families of checkpoints write it."""

    flores: str  # NLLB-200: FLORES-200 codes
    m2m: str  # M2M-100 (the vocabulary holds ``__ar__``)
    mbart: str  # mBART-50
    embedded: str  # the translator that comes with the package
    marian: tuple[str, ...]  # OPUS-MT's multilingual models: ``>>ara<<`` before the source
    names: tuple[str, ...]  # in model names such as ``opus-mt-ar-en``


LANGUAGES: dict[str, Codes] = {
    "ar": Codes("arb_Arab", "ar", "ar_AR", "<2ar>", ("ara", "arb", "ar"), ("ar", "ara", "arb")),
    "en": Codes("eng_Latn", "en", "en_XX", "<2en>", ("eng", "en"), ("en", "eng")),
}


def direction_of_name(name: str) -> Direction | None:
    """The direction that a model's name states (``opus-mt-tc-big-ar-en``), or ``None``."""
    parts = re.split(r"[-_./]+", name.lower().rstrip("/"))
    known = [
        next((code for code, row in LANGUAGES.items() if part in row.names), "") for part in parts
    ]
    # The last pair: folders above the model may be named after languages too.
    for source, target in reversed(list(pairwise(known))):
        if source and target and source != target:
            return source, target
    return None


def marian_tag(target: str, vocabulary: Collection[str]) -> str:
    """The ``>>xxx<<`` tag that a multilingual Marian model wants before its source; ``""`` for a
    model of one pair."""
    for code in LANGUAGES[target].marian:
        if f">>{code}<<" in vocabulary:
            return f">>{code}<<"
    return ""


def multilingual_code(target: str, vocabulary: Collection[str]) -> str:
    """The target's own token in a many-languages vocabulary (NLLB, M2M-100, mBART-50), or ``""``.

    NLLB's codes come first: they are the only ones that cannot be ordinary pieces.
    """
    row = LANGUAGES[target]
    for token in (row.flores, f"__{row.m2m}__", row.mbart):
        if token in vocabulary:
            return token
    return ""
