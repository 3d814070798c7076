"""``mtaudit doctor``: versions, device, models and data files, each with what to do about it."""

from __future__ import annotations

import platform
from importlib import metadata
from importlib.util import find_spec

from . import __version__, calibrate
from .errors import ExitCode, MtauditError
from .modelstore import model_path, verify
from .rules import catalogue, fingerprint

_NEEDED = ("ctranslate2", "numpy", "regex", "rich", "sacrebleu", "sentencepiece",
           "trafilatura", "charset-normalizer")  # fmt: skip
_GET = {
    "torch": "pip install 'mtaudit[transformers]'",
    "transformers": "pip install 'mtaudit[transformers]'",
    "sentence-transformers": "pip install sentence-transformers",
}
_MODELS = ("translator", "encoder", "language", "names", "detector", "calibration")


def examine_installation(device: str) -> int:
    """Print the state of the installation; :attr:`ExitCode.OK` when an audit can use everything,
    :attr:`ExitCode.INPUT` when a part is missing or damaged."""
    print(f"mtaudit {__version__} · Python {platform.python_version()} · {platform.machine()}")
    healthy = all([_libraries(), _device(device), *map(_model, _MODELS), _data()])
    print("everything is in place" if healthy else "something is missing: see the lines marked ✗")
    return ExitCode.OK if healthy else ExitCode.INPUT


def _say(good: bool, what: str, more: str = "") -> bool:
    print(f"{'✓' if good else '✗'} {what}" + (f": {more}" if more else ""))
    return good


def _libraries() -> bool:
    good = True
    for name in _NEEDED:
        try:
            _say(True, name, metadata.version(name))
        except metadata.PackageNotFoundError:
            good = _say(False, name, "not installed — pip install mtaudit")
    for name in _GET:
        if find_spec(name.replace("-", "_")) is not None:
            _say(True, f"{name} (optional)", metadata.version(name))
        else:
            print(f"· {name} (optional): not installed — {_GET[name]}")
    return good


def _device(device: str) -> bool:
    try:
        import ctranslate2
    except ImportError:
        return _say(False, "device", "ctranslate2 cannot be imported")
    gpus = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not gpus:
        return _say(False, "device", "no CUDA device is seen — use --device cpu")
    kind = f"{gpus} CUDA device(s)" if gpus and device != "cpu" else "CPU"
    types = sorted(ctranslate2.get_supported_compute_types("cuda" if gpus else "cpu"))
    return _say(True, "device", f"{kind}, {', '.join(types)}")


def _model(name: str) -> bool:
    try:
        manifest = verify(model_path(name))
    except MtauditError as error:
        return _say(False, f"model {name}", str(error))
    return _say(True, f"model {name}", str(manifest.get("revision", "no manifest")))


def _data() -> bool:
    try:
        rules = catalogue()
        fitted = calibrate.default()
    except MtauditError as error:
        return _say(False, "data files", str(error))
    return _say(True, "data files", f"{len(rules)} rules ({fingerprint()}), {fitted.signature}")
