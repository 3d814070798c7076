"""Where the models lie, and whether they are whole."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from .errors import ModelError

MODELS_VARIABLE = "MTAUDIT_MODELS"
_BLOCK = 1 << 20


def model_path(name: str) -> Path:
    """Folder of the model ``name``: under ``$MTAUDIT_MODELS``, else in the installed package,
    else in the ``models/`` of a source checkout.  Raises :class:`ModelError` where none has it."""
    package = Path(__file__).resolve().parent
    places = [package / "_models", package.parent / "models"]
    chosen = os.environ.get(MODELS_VARIABLE)
    if chosen:
        places.insert(0, Path(chosen).expanduser())
    for place in places:
        if (place / name).is_dir():
            return place / name
    raise ModelError(
        f"the model {name!r} is not installed (looked in {', '.join(map(str, places))})",
        where=name,
        mend=f"reinstall mtaudit, or point ${MODELS_VARIABLE} at the folder that holds {name}/",
    )


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """``manifest.json`` of a model folder; ``{}`` where there is none.  Raises
    :class:`ModelError` for one that is not a JSON object."""
    file = path / "manifest.json"
    if not file.is_file():
        return {}
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot be read: {error}", where=str(file), mend=_MEND) from error
    if not isinstance(manifest, dict):
        raise ModelError("is not a JSON object", where=str(file), mend=_MEND)
    return manifest


def verify(path: Path) -> dict[str, Any]:
    """The manifest of a model folder after its files were held against their SHA-256.

    Raises :class:`ModelError` naming the first file that is missing or differs.  A folder
    without a manifest passes and gives ``{}``: a model that the user brought.
    """
    manifest = read_manifest(path)
    for name, about in manifest.get("files", {}).items():
        file = path / name
        if not file.is_file():
            raise ModelError(f"{name} is missing", where=str(path), mend=_MEND)
        wanted = about.get("sha256") if isinstance(about, dict) else about
        if wanted and file_sha256(file) != wanted:
            raise ModelError(f"{name} is damaged (SHA-256 differs)", where=str(path), mend=_MEND)
    return manifest


def revision_of(path: Path, weights: tuple[str, ...]) -> str:
    """A short name for exactly these weights: the manifest's revision and the start of the
    weights' SHA-256 (12 hexadecimal digits)."""
    manifest = read_manifest(path)
    listed = manifest.get("files", {})
    digest = hashlib.sha256()
    for name in sorted(weights):
        about = listed.get(name)
        known = about.get("sha256") if isinstance(about, dict) else about
        digest.update((known or file_sha256(path / name)).encode())
    short = digest.hexdigest()[:12]
    return f"{manifest['revision']}-{short}" if manifest.get("revision") else short


_MEND = "install the model again; its files do not belong together"
