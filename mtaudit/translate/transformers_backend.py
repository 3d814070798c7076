"""Any Marian, NLLB, M2M-100, mBART or BART checkpoint through Transformers (an optional extra).

Weights are read from safetensors only: a pickle is never opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import HostError, ModelError
from ..modelstore import revision_of
from .base import Decoding, Generated, ModelTranslator, Tokens
from .codec import TransformersCodec
from .ctranslate2_backend import cores
from .languages import Direction


class TransformersEngine:
    """An encoder–decoder model in PyTorch.

    On the processor it runs row by row: float32 products of different heights are summed in
    different orders, and a batch could change a result.  On a GPU rows of equal length run
    together, float16, and equality across batch sizes is not promised.
    """

    def __init__(
        self, folder: Path, name: str, tokenizer: Any, device: str, threads: int | None, rows: int
    ) -> None:
        import torch
        import transformers

        self._torch = torch
        self._tokenizer = tokenizer
        self._device = _device(torch, device)
        if self._device == "cpu":
            torch.set_num_threads(cores(threads))
        dtype = torch.float16 if self._device == "cuda" else torch.float32
        try:
            model = transformers.AutoModelForSeq2SeqLM.from_pretrained(
                str(folder),
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=dtype,
            )
        except Exception as error:  # Transformers raises whatever a checkpoint's parts raise
            message = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(
                f"Transformers cannot load it: {message}",
                where=name,
                mend="it must be a sequence-to-sequence model with safetensors weights",
            ) from error
        self._model = model.eval().to(self._device)
        self.batch_size = rows if self._device == "cuda" else 1
        self.workers = 1
        self.pads = False
        self.signature = (
            f"transformers-{transformers.__version__}/torch-{torch.__version__}"
            f"/{str(dtype).removeprefix('torch.')}/{self._device}"
        )
        config = self._model.config
        self._start = config.decoder_start_token_id
        self._end = tokenizer.eos_token_id
        if self._start is None:
            self._start = tokenizer.pad_token_id
        # Checkpoints bring their own search settings (beams, a forced end): only ours shall count.
        self._model.generation_config = transformers.GenerationConfig()
        self._never = sorted({tokenizer.unk_token_id, tokenizer.pad_token_id} - {None, self._end})

    def generate(
        self,
        sources: Sequence[Tokens],
        prefix: Sequence[str],
        limit: int,
        decoding: Decoding,
        target: str,
    ) -> list[Generated]:
        from transformers import GenerationConfig

        torch = self._torch
        ids = self._ids(sources)
        start = [self._start, *self._tokenizer.convert_tokens_to_ids(list(prefix))]
        settings = GenerationConfig(
            num_beams=decoding.beam,
            do_sample=False,
            max_new_tokens=limit + 1,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            length_penalty=1.0,
            suppress_tokens=self._never,
            decoder_start_token_id=self._start,
            eos_token_id=self._end,
            pad_token_id=self._tokenizer.pad_token_id,
        )
        with torch.inference_mode():
            found = self._model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                decoder_input_ids=torch.tensor([start] * len(sources), device=self._device),
                generation_config=settings,
                return_dict_in_generate=True,
                output_scores=True,
            )
            steps = self._model.compute_transition_scores(
                found.sequences,
                found.scores,
                getattr(found, "beam_indices", None),
                normalize_logits=True,
            )
        return [
            self._cut(row[len(start) :], steps, limit)
            for row, steps in zip(found.sequences.tolist(), steps.tolist(), strict=True)
        ]

    def score(
        self, sources: Sequence[Tokens], targets: Sequence[Tokens], prefix: Sequence[str]
    ) -> list[float]:
        torch = self._torch
        ids = self._ids(sources)
        lead = self._tokenizer.convert_tokens_to_ids(list(prefix))
        wanted = torch.cat(
            [self._ids(targets), torch.full((len(targets), 1), self._end, device=self._device)], 1
        )
        begin = torch.tensor([[self._start, *lead]] * len(targets), device=self._device)
        with torch.inference_mode():
            logits = self._model(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                decoder_input_ids=torch.cat([begin, wanted[:, :-1]], 1),
            ).logits[:, len(lead) :]
            chosen = logits.float().log_softmax(-1).gather(-1, wanted.unsqueeze(-1)).squeeze(-1)
        return [float(value) for value in chosen.double().mean(1).tolist()]

    def _ids(self, rows: Sequence[Tokens]) -> Any:
        ids = [self._tokenizer.convert_tokens_to_ids(list(row)) for row in rows]
        return self._torch.tensor(ids, dtype=self._torch.long, device=self._device)

    def _cut(self, row: list[int], steps: list[float], limit: int) -> Generated:
        """``steps``: log-probability of each piece; after the end, those of the padding."""
        finished = self._end in row
        kept = row[: row.index(self._end)] if finished else row[:limit]
        chosen = steps[: len(kept) + finished]
        tokens = self._tokenizer.convert_ids_to_tokens(kept)
        logprob = sum(chosen) / max(1, len(chosen))
        return Generated(tuple(str(token) for token in tokens), finished, logprob)


def _device(torch: Any, device: str) -> str:
    seen = torch.cuda.is_available()
    if device == "cuda" and not seen:
        raise HostError("PyTorch sees no CUDA device", where="device", mend="use --device cpu")
    return "cuda" if device != "cpu" and seen else "cpu"


def load(
    folder: Path,
    name: str,
    device: str,
    decoding: Decoding,
    *,
    threads: int | None = None,
    batch_size: int = 64,
    direction: Direction | None = None,
    revision: str = "",
) -> ModelTranslator:
    """A Transformers checkpoint folder as a translator.

    ``revision`` is the hub's commit; without one the weights are hashed.  Raises
    :class:`ModelError` when a library, the tokeniser or safetensors weights are missing.
    """
    weights = tuple(path.name for path in folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(
            "has no safetensors weights (pickled weights are never opened)",
            where=name,
            mend="convert it: model.save_pretrained(FOLDER, safe_serialization=True)",
        )
    try:
        import torch  # noqa: F401 — asked here, so that the message names what is missing
        import transformers
    except ImportError as error:
        raise ModelError(
            f"needs the Transformers backend ({error})",
            where=name,
            mend="pip install 'mtaudit[transformers]'",
        ) from error
    transformers.logging.set_verbosity_error()
    codec = TransformersCodec(folder, name, direction)
    engine = TransformersEngine(folder, name, codec.tokenizer, device, threads, batch_size)
    return ModelTranslator(name, revision or revision_of(folder, weights), codec, engine, decoding)
