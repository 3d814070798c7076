"""Sentence embeddings: which sentences say the same thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .modelstore import model_path, revision_of, verify
from .translate import Store, open_store
from .translate.base import prepare
from .translate.batching import run_grouped
from .types import SentenceEncoder

Matrix = NDArray[np.float32]
# Pieces in one call; bounds memory.  Any value gives the same results.
_BUDGET = 4096


@dataclass(frozen=True, slots=True)
class PieceStates:
    """Contextual states of one text: ``states[i]`` (float32, not normalised) stands for
    ``prepared[start:end]`` of ``offsets[i]``; pieces of the prefix are left out.  ``logprobs[i]``
    is the piece's unigram log-probability in the tokeniser; ``vector`` the text's embedding, which
    the same pass over the model gives."""

    prepared: str
    states: Matrix
    offsets: tuple[tuple[int, int], ...]
    logprobs: tuple[float, ...]
    vector: Matrix


class EmbeddedEncoder:
    """The encoder that comes with the package: a CTranslate2 int8 model and its SentencePiece
    model.

    Input is ``<s>`` + pieces of prefix and text + ``</s>``; the embedding is the mean over all
    tokens, L2-normalised.  Texts longer than the model's positions are read up to there: an
    embedding of the first 500 pieces still says what a sentence is about.
    """

    def __init__(self, folder: Path, device: str, threads: int | None, batch_size: int) -> None:
        from .translate.codec import load_sentencepiece
        from .translate.ctranslate2_backend import open_model

        manifest = verify(folder)
        self.name = str(manifest.get("name", folder.name))
        self.revision = revision_of(folder, ("model.bin",))
        self._prefix = str(manifest.get("prefix", ""))
        self._limit = int(manifest.get("max_tokens", 512))
        self._tokenizer = load_sentencepiece(folder / "sentencepiece.model")
        self._model, engine = open_model("Encoder", folder, device, threads)
        self._batch_size = batch_size
        self._workers = int(self._model.num_encoders)
        self.signature = f"{self.revision}|{engine}"
        self.dimension = int(manifest.get("hidden", 0)) or self._states(["x"])[0].shape[1]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """``numpy`` array of shape (len(texts), dimension), float32, rows of norm 1.

        A row depends on its text alone, bit for bit: see :mod:`mtaudit.translate.batching`.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([_embedding(states) for states in self._states(texts)])

    def token_states(self, texts: Sequence[str]) -> list[PieceStates]:
        """The states of each text's own pieces, for aligning words."""
        found = []
        lead = len(self._tokenizer.encode(self._prefix.rstrip(), out_type=str))
        # The tokeniser works on NFKC text; on the same form its pieces are plain substrings.
        forms = [unicodedata.normalize("NFKC", prepare(text, "ar")) for text in texts]
        for prepared, states in zip(forms, self._states(forms), strict=True):
            pieces = self._tokens(prepared)[1 + lead : -1]
            offsets = _offsets(prepared, pieces)
            ids = [self._tokenizer.piece_to_id(piece) for piece in pieces]
            logprobs = tuple(float(self._tokenizer.get_score(i)) for i in ids)
            own, vector = states[1 + lead : -1], _embedding(states)
            found.append(PieceStates(prepared, own, offsets, logprobs, vector))
        return found

    def _states(self, texts: Sequence[str]) -> list[Matrix]:
        rows = [self._tokens(text) for text in texts]
        return run_grouped(rows, len, len, self._forward, _BUDGET, self._batch_size, self._workers)

    def _tokens(self, text: str) -> tuple[str, ...]:
        pieces = self._tokenizer.encode(self._prefix + prepare(text, "ar"), out_type=str)
        return ("<s>", *pieces[: self._limit - 2], "</s>")

    def _forward(self, batch: list[tuple[str, ...]]) -> list[Matrix]:
        output = self._model.forward_batch([list(row) for row in batch])
        return list(np.array(output.last_hidden_state, dtype=np.float32))


def _embedding(states: Matrix) -> Matrix:
    """The unit vector of the mean over all tokens."""
    mean = states.mean(axis=0, dtype=np.float64)
    unit: Matrix = (mean / np.linalg.norm(mean)).astype(np.float32)
    return unit


def _offsets(text: str, pieces: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where SentencePiece ``pieces`` stand in ``text``; the word mark covers no character."""
    spans, at = [], 0
    for piece in pieces:
        bare = piece.lstrip("\u2581")
        while at < len(text) and text[at] == " " and bare != piece:
            at += 1
        spans.append((at, min(len(text), at + len(bare))))
        at = spans[-1][1]
    return tuple(spans)


class SentenceTransformersEncoder:
    """Any model of the Sentence-Transformers library, where that is installed."""

    def __init__(self, spec: str, device: str, batch_size: int) -> None:
        try:
            module = import_module("sentence_transformers")
        except ImportError as error:
            raise ModelError(
                "needs the Sentence-Transformers library",
                where=spec,
                mend="pip install sentence-transformers, or leave the encoder at 'embedded'",
            ) from error
        try:
            self._model = module.SentenceTransformer(
                spec,
                device=None if device == "auto" else device,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # the library raises its own, the hub's and OS errors
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(
                f"cannot be loaded: {first}",
                where=spec,
                mend="give a local folder or a model that is in the hub cache",
            ) from error
        self.name = self.revision = self.signature = spec
        # On the processor one text at a time: float products of a batch depend on its make-up.
        self._batch_size = batch_size if str(self._model.device).startswith("cuda") else 1
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """``numpy`` array of shape (len(texts), dimension), float32, rows of norm 1."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(
            list(texts), batch_size=self._batch_size, normalize_embeddings=True
        )
        return np.asarray(rows, dtype=np.float32)


def load_encoder(
    device: str = "auto",
    spec: str = "embedded",
    *,
    cache: bool | Path | Store | None = None,
    threads: int | None = None,
    batch_size: int = 64,
) -> SentenceEncoder:
    """The sentence encoder that ``spec`` names: ``"embedded"``, a folder in its layout, or a
    Sentence-Transformers model.  ``cache`` as in :func:`mtaudit.translate.load_translator`.
    Raises :class:`ModelError` where it cannot be loaded."""
    inner = _load(device, spec, threads, batch_size)
    store = open_store(cache)
    if store is None:
        return inner
    from .translate.cache import CachedEncoder

    return CachedEncoder(inner, store)


def _load(device: str, spec: str, threads: int | None, batch_size: int) -> SentenceEncoder:
    if spec == "embedded":
        return EmbeddedEncoder(model_path("encoder"), device, threads, batch_size)
    folder = Path(spec).expanduser()
    if (folder / "model.bin").is_file():
        return EmbeddedEncoder(folder, device, threads, batch_size)
    return SentenceTransformersEncoder(spec, device, batch_size)
