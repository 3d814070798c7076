"""Text ↔ pieces, one class a family of tokenisers; both backends work on the pieces.

A codec knows what stands around the pieces (begin, end, language tags) and how long a sentence
the model can read; it never loads weights.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..errors import ModelError
from .languages import (
    AR_EN,
    EN_AR,
    LANGUAGES,
    Direction,
    direction_of_name,
    marian_tag,
    multilingual_code,
)

# Where neither manifest nor configuration states a limit: Marian's and most others' positions.
DEFAULT_LIMIT = 512
# The embedded translator's longest training sentence, where its manifest does not say.
TRAINED_PIECES = 160
_SPECIAL = 2  # begin and end


class Codec(Protocol):
    """``soft_limit``: source pieces that the model translates well (longer text is split);
    ``hard_limit``: pieces that it can read at all."""

    soft_limit: int
    hard_limit: int
    signature: str

    def directions(self) -> frozenset[Direction]: ...

    def source(self, text: str, direction: Direction) -> list[str]:
        """Everything that the encoder reads: pieces with begin, end and tags."""
        ...

    def target(self, text: str, direction: Direction) -> list[str]:
        """Pieces of a target text, without prefix and end."""
        ...

    def prefix(self, direction: Direction) -> list[str]:
        """Tokens that the decoder is forced to begin with."""
        ...

    def text(self, pieces: Sequence[str]) -> str:
        """Target pieces back to text."""
        ...


class SentencePieceCodec:
    """One ``sentencepiece.model`` for both sides and a tag that the decoder starts with.

    Source: ``<s>`` pieces ``</s>``.  This is the embedded translator's layout.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self._model = load_sentencepiece(folder / "sentencepiece.model")
        # The manifest states what the model was trained on: pieces a source, tag a direction.
        calling = manifest.get("calling", {})
        self.soft_limit = int(calling.get("max_source_pieces", TRAINED_PIECES)) + _SPECIAL
        # Positions end soon after the longest training sentence, on both sides.
        self.hard_limit = self.soft_limit
        named = manifest.get("directions", {})
        self._tags = {
            way: str(named.get("-".join(way), LANGUAGES[way[1]].embedded))
            for way in (AR_EN, EN_AR)
            if not named or "-".join(way) in named
        }
        self.signature = "sentencepiece"

    def directions(self) -> frozenset[Direction]:
        return frozenset(self._tags)

    def source(self, text: str, direction: Direction) -> list[str]:
        return ["<s>", *self._model.encode(text, out_type=str), "</s>"]

    def target(self, text: str, direction: Direction) -> list[str]:
        return list(self._model.encode(text, out_type=str))

    def prefix(self, direction: Direction) -> list[str]:
        return [self._tags[direction]]

    def text(self, pieces: Sequence[str]) -> str:
        return str(self._model.decode_pieces(list(pieces))).strip()


class MarianCodec:
    """``source.spm`` and ``target.spm`` beside a converted Marian model of one direction.

    ``adds_end``: the model itself puts the end token on the source (OPUS-MT's own converter).
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Collection[str],
        direction: Direction,
        *,
        adds_end: bool = False,
    ) -> None:
        self._end = [] if adds_end else ["</s>"]
        self._source = load_sentencepiece(folder / "source.spm")
        self._target = load_sentencepiece(folder / "target.spm")
        self._direction = direction
        self._tag = marian_tag(direction[1], vocabulary)
        longest = _stated(folder / "tokenizer_config.json", "model_max_length")
        self.soft_limit = self.hard_limit = min(longest, DEFAULT_LIMIT)
        self.signature = "marian" + self._tag

    def directions(self) -> frozenset[Direction]:
        return frozenset({self._direction})

    def source(self, text: str, direction: Direction) -> list[str]:
        tag = [self._tag] if self._tag else []
        return [*tag, *self._source.encode(text, out_type=str), *self._end]

    def target(self, text: str, direction: Direction) -> list[str]:
        return list(self._target.encode(text, out_type=str))

    def prefix(self, direction: Direction) -> list[str]:
        return []

    def text(self, pieces: Sequence[str]) -> str:
        # Pieces that only the source side knows keep their word mark.
        return str(self._target.decode_pieces(list(pieces))).replace("\u2581", " ").strip()


class TransformersCodec:
    """Any tokeniser that Transformers can load from a local folder (``transformers`` extra)."""

    def __init__(self, folder: Path, name: str, direction: Direction | None) -> None:
        self._tokenizer = _load_tokenizer(folder, name)
        vocabulary = self._tokenizer.get_vocab()
        self._codes = {language: multilingual_code(language, vocabulary) for language in LANGUAGES}
        if all(self._codes.values()):
            self._directions = frozenset({AR_EN, EN_AR})
            self._tags = {"ar": "", "en": ""}
        else:
            found = direction or direction_of_name(name)
            if found is None:
                raise ModelError(
                    "its name does not say which way it translates",
                    where=name,
                    mend="name two models as FIRST+SECOND: the first ar→en, the second en→ar",
                )
            self._directions = frozenset({found})
            self._codes = {}
            self._tags = {found[1]: marian_tag(found[1], vocabulary)}
        longest = int(getattr(self._tokenizer, "model_max_length", 0) or 0)
        limit = _stated(folder / "config.json", "max_position_embeddings")
        # Transformers writes "no limit" as a huge number.
        self.hard_limit = min(limit, longest) if 0 < longest < 100_000 else limit
        self.soft_limit = self.hard_limit
        self.signature = type(self._tokenizer).__name__

    @property
    def tokenizer(self) -> Any:
        return self._tokenizer

    def directions(self) -> frozenset[Direction]:
        return self._directions

    def source(self, text: str, direction: Direction) -> list[str]:
        tokenizer = self._tokenizer
        if self._codes:
            tokenizer.src_lang = self._bare(direction[0])
        elif self._tags.get(direction[1]):
            text = f"{self._tags[direction[1]]} {text}"
        ids = tokenizer(text, truncation=False, verbose=False)["input_ids"]
        return [str(t) for t in tokenizer.convert_ids_to_tokens(ids)]

    def target(self, text: str, direction: Direction) -> list[str]:
        tokenizer = self._tokenizer
        if self._codes:
            tokenizer.tgt_lang = self._bare(direction[1])
        ids = tokenizer(
            text_target=text, truncation=False, verbose=False, add_special_tokens=False
        )["input_ids"]
        return [str(t) for t in tokenizer.convert_ids_to_tokens(ids)]

    def prefix(self, direction: Direction) -> list[str]:
        return [self._codes[direction[1]]] if self._codes else []

    def text(self, pieces: Sequence[str]) -> str:
        ids = self._tokenizer.convert_tokens_to_ids(list(pieces))
        decoded = self._tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(decoded).strip()

    def _bare(self, language: str) -> str:
        # M2M-100 writes ``__ar__`` in the vocabulary and wants ``ar`` as the language.
        return self._codes[language].strip("_")


def load_sentencepiece(path: Path) -> Any:
    """The SentencePiece processor of a model file; :class:`ModelError` where it is unreadable."""
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise ModelError(
            f"the tokeniser cannot be read: {error}",
            where=str(path),
            mend="install the model again",
        ) from error


def _stated(file: Path, name: str) -> int:
    """A whole number in a JSON file, or the default limit."""
    try:
        value = json.loads(file.read_text(encoding="utf-8")).get(name)
    except (OSError, ValueError, AttributeError):
        return DEFAULT_LIMIT
    return int(value) if isinstance(value, int | float) and value > 0 else DEFAULT_LIMIT


def _load_tokenizer(folder: Path, name: str) -> Any:
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise ModelError(
            "its tokeniser needs the Transformers library",
            where=name,
            mend="pip install 'mtaudit[transformers]'",
        ) from error
    try:
        with warnings.catch_warnings():
            # Marian's tokeniser asks for a library that only older punctuation clean-up needs.
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
            return AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # Transformers raises whatever a tokeniser's file parser raises
        raise ModelError(
            f"the tokeniser cannot be loaded: {_first_line(error)}",
            where=name,
            mend="the folder needs the tokeniser's files as published with the model",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
