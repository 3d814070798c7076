"""Translation models behind one protocol (:class:`mtaudit.types.Translator`).

What is translated, split, batched and joined is decided in ``base``; the backends only run rows
of tokens.  The heavy libraries are imported when a model is loaded, not before.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError
from ..types import Translator
from .base import Decoding, ModelTranslator
from .languages import AR_EN, EN_AR, Direction, direction_of_name
from .store import Store, default_folder

__all__ = ["Decoding", "Store", "default_folder", "load_translator", "open_store"]


def load_translator(
    spec: str,
    device: str = "auto",
    *,
    cache: bool | Path | Store | None = None,
    threads: int | None = None,
    beam: int = 1,
    batch_size: int = 64,
) -> Translator:
    """The translator that ``spec`` names.

    ``spec``: ``"embedded"``; a folder with a CTranslate2 model (``model.bin``) or a Transformers
    checkpoint (``config.json`` and safetensors); a hub name ``ORG/NAME``; or ``A+B``, the first
    ar→en, the second en→ar.  ``device``: auto, cpu or cuda.  ``cache``: ``True`` for the default
    folder (see :func:`default_folder`), a folder, a :class:`Store`, or nothing.  ``threads``
    (``None`` or 0: by the cores) and ``batch_size`` change speed only.

    Raises :class:`ModelError` naming the model, what failed and the mend, and
    :class:`mtaudit.errors.HostError` for a GPU that is not there.
    """
    decoding = Decoding(beam=beam)
    parts = [part.strip() for part in _split(spec)]
    if len(parts) > 2 or not all(parts):
        raise ModelError(
            "is not the name of a translator",
            where=spec or "translator",
            mend="give embedded, a folder, ORG/NAME, or FIRST+SECOND",
        )
    if len(parts) == 2:
        from .pair import PairTranslator

        models = [
            _load_one(part, device, threads, decoding, batch_size, direction)
            for part, direction in zip(parts, (AR_EN, EN_AR), strict=True)
        ]
        inner: ModelTranslator | PairTranslator = PairTranslator(*models)
    else:
        inner = _load_one(parts[0], device, threads, decoding, batch_size, None)
    store = open_store(cache)
    if store is None:
        return inner
    from .cache import CachedTranslator

    return CachedTranslator(inner, store)


def _split(spec: str) -> list[str]:
    # A folder may have a plus sign in its name.
    return [spec] if Path(spec).is_dir() else spec.split("+")


def open_store(cache: bool | Path | Store | None) -> Store | None:
    """The store that a ``cache`` option means: ``True`` is the default folder."""
    if cache is None or cache is False:
        return None
    if isinstance(cache, Store):
        return cache
    return Store(default_folder() if cache is True else cache)


def _load_one(
    spec: str,
    device: str,
    threads: int | None,
    decoding: Decoding,
    batch_size: int,
    direction: Direction | None,
) -> ModelTranslator:
    from .hub import fetch, is_hub_id

    revision, name = "", spec
    if spec == "embedded":
        from ..modelstore import model_path

        folder = model_path("translator")
    elif Path(spec).expanduser().is_dir():
        folder = Path(spec).expanduser()
    elif is_hub_id(spec):
        folder, revision = fetch(spec)
    else:
        raise ModelError(
            "there is no such folder, and it is not a hub name",
            where=spec,
            mend="give embedded, a folder, ORG/NAME, or FIRST+SECOND",
        )
    named = direction_of_name(name)
    if direction and named and named != direction:
        raise ModelError(
            f"translates {named[0]}→{named[1]} by its name, but stands where "
            f"{direction[0]}→{direction[1]} is wanted",
            where=name,
            mend="give FIRST+SECOND: the first ar→en, the second en→ar",
        )
    if (folder / "model.bin").is_file():
        from .ctranslate2_backend import load as load_ctranslate2

        return load_ctranslate2(
            folder, name, device, decoding,
            threads=threads, batch_size=batch_size, direction=direction,
        )  # fmt: skip
    if (folder / "config.json").is_file():
        from .transformers_backend import load as load_transformers

        return load_transformers(
            folder, name, device, decoding,
            threads=threads, batch_size=batch_size, direction=direction, revision=revision,
        )  # fmt: skip
    raise ModelError(
        "holds neither a CTranslate2 model (model.bin) nor a Transformers checkpoint (config.json)",
        where=str(folder),
        mend="give the folder that holds the model's files",
    )
