"""Models of the Hugging Face hub: from the local cache first, else over the network."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import ModelError

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# What a tokeniser and safetensors weights consist of; pickles and code are never fetched.
_WANTED = ["*.json", "*.safetensors", "*.spm", "*.model", "*.txt"]
# Seconds to wait for the hub's first answer: a machine without network should hear it soon.
_PATIENCE = 5.0


def is_hub_id(spec: str) -> bool:
    """Whether ``spec`` has the form ``ORG/NAME``."""
    return _ID.fullmatch(spec) is not None


def fetch(spec: str) -> tuple[Path, str]:
    """Local folder of a hub model and its commit.

    The local cache wins; without it the files are downloaded, unless ``HF_HUB_OFFLINE`` is set.
    Raises :class:`ModelError` naming the model, what failed and the mend.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ModelError(
            "hub models need the Transformers backend",
            where=spec,
            mend="pip install 'mtaudit[transformers]'",
        ) from error
    try:
        folder = Path(snapshot_download(spec, local_files_only=True, allow_patterns=_WANTED))
        if _complete(folder):
            return folder, folder.name
    except Exception:  # not in the cache, or a damaged one: ask the hub
        pass
    try:
        folder = Path(snapshot_download(spec, allow_patterns=_WANTED, etag_timeout=_PATIENCE))
    except Exception as error:  # the client raises its own, httpx's and OS errors
        raise ModelError(
            f"is not in the local hub cache and cannot be downloaded ({_reason(error)})",
            where=spec,
            mend="check the name and the network, or fetch it once on a connected machine "
            f"(hf download {spec}) and copy the hub cache, or give a local folder",
        ) from error
    if not _complete(folder):
        raise ModelError(
            "has no safetensors weights (pickled weights are never opened)",
            where=spec,
            mend="convert it: model.save_pretrained(FOLDER, safe_serialization=True)",
        )
    return folder, folder.name


def _complete(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def _reason(error: BaseException) -> str:
    """The innermost cause, which says what happened; the outer ones only that something did."""
    names = {type(error).__name__}
    inner: BaseException = error
    while (inner.__cause__ or inner.__context__) is not None:
        inner = inner.__cause__ or inner.__context__  # type: ignore[assignment]
        names.add(type(inner).__name__)
    if names & {"OfflineModeIsEnabled"}:
        return "HF_HUB_OFFLINE is set"
    if names & {"RepositoryNotFoundError", "GatedRepoError"}:
        return "the hub does not know it or does not show it without a login"
    if names & {"ConnectError", "ConnectTimeout", "ReadTimeout", "ConnectionError", "gaierror"}:
        return "no network"
    first = (str(inner).strip().splitlines() or [type(inner).__name__])[0]
    return first[:200]
