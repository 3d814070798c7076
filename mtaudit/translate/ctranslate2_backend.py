"""CTranslate2 models: int8 on the processor, float16 on a GPU.  The default backend."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from ..errors import HostError, ModelError
from ..modelstore import revision_of, verify
from .base import Decoding, Generated, ModelTranslator, Tokens
from .batching import width
from .codec import Codec, MarianCodec, SentencePieceCodec, TransformersCodec
from .languages import Direction, direction_of_name


def cores(threads: int | None) -> int:
    """``threads``, or one for each processor core that this process may use (at most 8: the
    products of one sentence are too small for more)."""
    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return min(8, len(os.sched_getaffinity(0)))
    return min(8, os.cpu_count() or 1)


def choose_device(device: str) -> str:
    """``cpu`` or ``cuda`` for ``auto``, ``cpu`` or ``cuda``.

    Raises :class:`HostError` when a GPU is asked for and CTranslate2 sees none.
    """
    seen = _gpus_seen()
    if device == "cuda" and not seen:
        raise HostError("CTranslate2 sees no CUDA device", where="device", mend="use --device cpu")
    return "cuda" if device != "cpu" and seen else "cpu"


def gpus(device: str) -> int:
    """How many GPUs ``device`` means; 0 for the processor.  Raises as :func:`choose_device`."""
    return _gpus_seen() if choose_device(device) == "cuda" else 0


def _gpus_seen() -> int:
    import ctranslate2

    try:
        return int(ctranslate2.get_cuda_device_count())
    except (RuntimeError, ValueError):  # a driver that is too old, or a build without CUDA
        return 0


def open_model(
    kind: str,
    folder: Path,
    device: str,
    threads: int | None,
    files: dict[str, bytes] | None = None,
) -> tuple[Any, str]:
    """A ``ctranslate2.Translator`` or ``ctranslate2.Encoder`` and its signature.

    ``files``: the model's files by name, instead of those in the folder.  ``device="auto"`` falls
    back to the processor where the GPU's libraries are missing.
    """
    import ctranslate2

    chosen = choose_device(device)
    compute = "float16" if chosen == "cuda" else "int8"
    # One thread a batch and a batch a core: the products of one sentence are too small to share
    # (two threads on one batch took twice as long as one, scripts/check_determinism.py).
    workers = cores(threads) if chosen == "cpu" else 1
    options = {"inter_threads": workers, "intra_threads": 1, "files": files}
    make = getattr(ctranslate2, kind)
    try:
        try:
            model = make(str(folder), device=chosen, compute_type=compute, **options)
        except RuntimeError:
            if device != "auto" or chosen == "cpu":
                raise
            chosen, compute = "cpu", "int8"
            model = make(str(folder), device=chosen, compute_type=compute, **options)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"CTranslate2 cannot load it: {error}",
            where=str(folder),
            mend="convert the model with the CTranslate2 version that is installed here",
        ) from error
    return model, f"ctranslate2-{ctranslate2.__version__}/{model.compute_type}/{chosen}"


_FOREIGN_LETTERS = {
    "ar": re.compile("[A-Za-zÀ-ɏ]"),
    "en": re.compile("[\u0621-\u064a\u066e-\u06d3]"),
}
_MARKER = re.compile("<[^<>]*>")  # <s>, <2en>
# A row of end tokens this long shows whether the model has something to say of nothing.
_PROBE = 8


class CTranslate2Engine:
    """A converted encoder–decoder model; ``longest``: pieces that it can read at all."""

    def __init__(
        self, folder: Path, device: str, threads: int | None, batch_size: int, longest: int
    ) -> None:
        self._folder, self._device, self._threads = folder, device, threads
        self._longest = longest
        self._model, self.signature = open_model("Translator", folder, device, threads)
        self.batch_size = batch_size
        self.workers = int(self._model.num_translators)
        # On a GPU equality across batch sizes is not promised: there the model pads as it likes.
        self.pads = True
        self._fills = self._model.device == "cpu"
        self._end = _config(folder).get("eos_token", "</s>")
        self._vocabulary = sorted(_vocabulary(folder))
        self._one_script: dict[str, Any] = {}
        self._ends_at_once: dict[Tokens, bool] = {}
        self._lock = Lock()

    def _restricted(self, language: str) -> Any:
        """The model with an output layer of only those pieces that the language is written with.

        CTranslate2 takes such a list from a file beside the weights, so each language has its own
        copy.  It saves an eighth (Arabic) to a quarter (English) of the time of generating, against
        forbidding the others one by one.
        """
        with self._lock:
            if language not in self._one_script:
                letters = _FOREIGN_LETTERS[language]
                own = [p for p in self._vocabulary if _MARKER.fullmatch(p) or not letters.search(p)]
                files = {
                    path.name: path.read_bytes()
                    for path in self._folder.iterdir()
                    if path.suffix in (".bin", ".json")
                }
                # One line: whatever the source says (nothing before the tab), these may come.
                files["vmap.txt"] = f"\t{' '.join(own)}\n".encode()
                self._one_script[language] = open_model(
                    "Translator", self._folder, self._device, self._threads, files
                )[0]
            return self._one_script[language]

    def generate(
        self,
        sources: Sequence[Tokens],
        prefix: Sequence[str],
        limit: int,
        decoding: Decoding,
        target: str,
    ) -> list[Generated]:
        model = self._restricted(target) if decoding.one_script else self._model
        rows = [list(row) for row in sources]
        full = min(width(rows[0]), self._longest)
        if self._fills and max(map(len, rows)) < full:
            rows.append(self._filler(rows[0], prefix, full))
        results = model.translate_batch(
            rows,
            [list(prefix)] * len(rows) if prefix else None,
            beam_size=decoding.beam,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=decoding.repetition_penalty,
            use_vmap=decoding.one_script,
            # CTranslate2 counts the prefix, and the end token where it is returned.
            max_decoding_length=limit + len(prefix) + 1,
            max_input_length=0,
            disable_unk=True,
            return_end_token=True,
            return_scores=True,
        )
        return [self._generated(result, len(prefix), limit) for result in results[: len(sources)]]

    def _generated(self, result: Any, lead: int, limit: int) -> Generated:
        whole = result.hypotheses[0]
        tokens = list(whole)[lead:]
        finished = bool(tokens) and tokens[-1] == self._end
        # The mean that CTranslate2 gives counts the prefix, whose pieces have probability 1.
        logprob = float(result.scores[0]) * len(whole) / max(1, len(tokens))
        return Generated(tuple(tokens[:-1] if finished else tokens[:limit]), finished, logprob)

    def _filler(self, row: list[str], prefix: Sequence[str], full: int) -> list[str]:
        """One row of ``full`` pieces, the width that ``row`` is padded to: end tokens, of which a
        model usually makes an empty sentence at once; else ``row`` itself and end tokens, which
        comes to an end when the others do."""
        key = tuple(prefix)
        if key not in self._ends_at_once:
            found = self._model.translate_batch(
                [[self._end] * _PROBE],
                [list(prefix)] if prefix else None,
                beam_size=1,
                max_decoding_length=_PROBE,
                return_end_token=True,
            )
            self._ends_at_once[key] = found[0].hypotheses[0][-1] == self._end
        kept = [] if self._ends_at_once[key] else row
        return kept + [self._end] * (full - len(kept))

    def score(
        self, sources: Sequence[Tokens], targets: Sequence[Tokens], prefix: Sequence[str]
    ) -> list[float]:
        results = self._model.score_batch(
            [list(row) for row in sources],
            [[*prefix, *row] for row in targets],
            max_input_length=0,
            offset=len(prefix),
        )
        return [sum(r.log_probs) / len(r.log_probs) for r in results]


def load(
    folder: Path,
    name: str,
    device: str,
    decoding: Decoding,
    *,
    threads: int | None = None,
    batch_size: int = 64,
    direction: Direction | None = None,
) -> ModelTranslator:
    """A CTranslate2 model folder as a translator.

    The folder holds ``model.bin`` and its tokeniser: ``sentencepiece.model`` (the embedded
    layout), ``source.spm`` and ``target.spm`` (Marian), or the files of a Transformers tokeniser
    (``ct2-transformers-converter --copy_files``).  Raises :class:`ModelError`.
    """
    manifest = verify(folder)
    codec = _codec(folder, name, manifest, direction)
    engine = CTranslate2Engine(folder, device, threads, batch_size, codec.hard_limit)
    # A model may say how it is decoded best: an early one loops without a firm hand.
    advised = manifest.get("calling", {}).get("decoding", {})
    decoding = replace(
        decoding,
        no_repeat_ngram=int(advised.get("no_repeat_ngram_size", decoding.no_repeat_ngram)),
        repetition_penalty=float(advised.get("repetition_penalty", decoding.repetition_penalty)),
        one_script=bool(advised.get("one_script", decoding.one_script)),
    )
    revision = revision_of(folder, ("model.bin",))
    return ModelTranslator(name, revision, codec, engine, decoding)


def _codec(folder: Path, name: str, manifest: dict[str, Any], direction: Direction | None) -> Codec:
    if (folder / "sentencepiece.model").is_file():
        return SentencePieceCodec(folder, manifest)
    if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        found = direction or direction_of_name(name) or direction_of_name(folder.name)
        if found is None:
            raise ModelError(
                "its name does not say which way it translates",
                where=name,
                mend="name two models as FIRST+SECOND: the first ar→en, the second en→ar",
            )
        adds_end = bool(_config(folder).get("add_source_eos"))
        return MarianCodec(folder, _vocabulary(folder), found, adds_end=adds_end)
    return TransformersCodec(folder, name, direction)


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _vocabulary(folder: Path) -> set[str]:
    for name in ("shared_vocabulary.json", "source_vocabulary.json"):
        if (folder / name).is_file():
            return set(json.loads((folder / name).read_text(encoding="utf-8")))
    return set()
