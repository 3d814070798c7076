"""Translators and encoders that remember, keyed by content: the model, its options, the text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from ..types import SentenceEncoder, Translation, Translator
from .languages import Direction
from .store import Store

Answer = TypeVar("Answer")


class SignedTranslator(Translator, Protocol):
    """A translator whose ``signature`` names everything that changes its results."""

    signature: str


def _key(*parts: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        # Lengths first, so that no two lists of parts look alike.
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _remembered(
    store: Store,
    keys: Sequence[bytes],
    read: Callable[[bytes], Answer | None],
    write: Callable[[Answer], bytes],
    compute: Callable[[list[int]], Sequence[Answer]],
) -> list[Answer]:
    """Answers by ``keys``: from the store, else computed (once a key) and kept.

    ``compute`` gets the positions that are missing.  An entry that cannot be read counts as
    missing.
    """
    known: dict[bytes, Answer] = {}
    for key, value in store.get(list(dict.fromkeys(keys))).items():
        answer = read(value)
        if answer is not None:
            known[key] = answer
    missing: dict[bytes, int] = {}
    for i, key in enumerate(keys):
        if key not in known:
            missing.setdefault(key, i)
    if missing:
        fresh = dict(zip(missing, compute(list(missing.values())), strict=True))
        store.put({key: write(answer) for key, answer in fresh.items()})
        known.update(fresh)
    return [known[key] for key in keys]


class CachedTranslator:
    """The same answers as the translator inside, computed once."""

    def __init__(self, inner: SignedTranslator, store: Store) -> None:
        self._inner = inner
        self.store = store
        self.name = inner.name
        self.revision = inner.revision
        self.signature = inner.signature

    def directions(self) -> frozenset[Direction]:
        return self._inner.directions()

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        keys = [_key("translate", self.signature, source, target, text) for text in texts]
        return _remembered(
            self.store,
            keys,
            _read_translation,
            _write_translation,
            lambda at: self._inner.translate([texts[i] for i in at], source, target),
        )

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        pairs = list(zip(sources, targets, strict=True))
        keys = [_key("score", self.signature, source, target, a, b) for a, b in pairs]

        def compute(at: list[int]) -> list[tuple[float | None]]:
            found = self._inner.score(
                [sources[i] for i in at], [targets[i] for i in at], source, target
            )
            return [(value,) for value in found]

        answers = _remembered(self.store, keys, _read_score, _write_json, compute)
        return [value for (value,) in answers]


class CachedEncoder:
    """The same embeddings as the encoder inside, computed once."""

    def __init__(self, inner: SentenceEncoder, store: Store) -> None:
        self._inner = inner
        self.store = store
        self.name = inner.name
        self.revision = inner.revision
        self.dimension = inner.dimension
        self.signature = getattr(inner, "signature", inner.revision)

    def encode(self, texts: Sequence[str]) -> Any:
        """``numpy`` array of shape (len(texts), dimension), float32, rows of norm 1."""
        import numpy as np

        keys = [_key("encode", self.signature, text) for text in texts]
        size = self.dimension * 4

        def read(value: bytes) -> Any:
            return np.frombuffer(value, dtype="<f4") if len(value) == size else None

        rows = _remembered(
            self.store,
            keys,
            read,
            lambda row: row.astype("<f4").tobytes(),
            lambda at: list(self._inner.encode([texts[i] for i in at])),
        )
        if not rows:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack(rows).astype(np.float32, copy=False)

    def __getattr__(self, name: str) -> Any:
        # What is not remembered (``token_states``) goes to the encoder inside.
        return getattr(self._inner, name)


def _write_json(value: Any) -> bytes:
    # repr of a float round-trips, so a remembered score is the computed one to the last bit.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _write_translation(answer: Translation) -> bytes:
    return _write_json([answer.text, answer.score, answer.truncated])


def _read_json(value: bytes) -> Any:
    try:
        return json.loads(value.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None


def _read_translation(value: bytes) -> Translation | None:
    data = _read_json(value)
    if isinstance(data, list) and [type(x) for x in data] == [str, float, bool]:
        return Translation(*data)
    return None


def _read_score(value: bytes) -> tuple[float | None] | None:
    data = _read_json(value)
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], float | None):
        return (data[0],)
    return None
