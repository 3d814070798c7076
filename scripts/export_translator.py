"""Average a run's last checkpoints and write the int8 CTranslate2 translator.

    python scripts/export_translator.py --base BASE --run RUN --out models/translator

With --transformers FOLDER the float weights go there, in the layout of Transformers'
BartForConditionalGeneration. OUT gets model.bin, config.json, shared_vocabulary.json,
sentencepiece.model and manifest.json. `--metrics FILE` (evaluate_translator.py --json) and
`--data DIR` (hashes of the training files) fill the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from translator import checkpoint, ct2
from translator.bart import save_transformers
from translator.data import hashes
from translator.decoder import split

LIMIT = 95_000_000  # bytes a committed file may have


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(
    base: Path, paths: list[Path], config: dict[str, Any], out: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write OUT's model files from the mean of the checkpoints; (encoder, decoder) weights."""
    about = json.loads((base / "encoder.json").read_text())
    pieces = json.loads((base / "vocabulary.json").read_text())
    encoder, decoder = split(load_file(base / "encoder.safetensors"), checkpoint.average(paths))
    # Sources are cut at max_pieces, so later positions are never looked up.
    encoder["positions.weight"] = encoder["positions.weight"][: config["max_pieces"] + 32]
    layers = (about["layers"], config["decoder"]["layers"])
    heads = (about["heads"], config["decoder"]["heads"])
    # CTranslate2 quantises the arrays it is given in place.
    copies = [{name: value.clone() for name, value in side.items()} for side in (encoder, decoder)]
    ct2.save_translator(*copies, layers, heads, pieces, out, about["eps"])
    shutil.copy(base / "sentencepiece.model", out / "sentencepiece.model")
    return encoder, decoder


def manifest(
    base: Path,
    paths: list[Path],
    config: dict[str, Any],
    out: Path,
    revision: str,
    data: Path | None,
    metrics: Path | None,
    penalty: float,
) -> dict[str, Any]:
    """The manifest's content: what the model is, how it is called, what it was trained on."""
    state = json.loads((paths[-1] / "state.json").read_text())
    settings = json.dumps(config, sort_keys=True, ensure_ascii=False)
    files = {
        p.name: {"bytes": p.stat().st_size, "sha256": sha256(p)}
        for p in sorted(out.iterdir())
        if p.name != "manifest.json"
    }
    for name, entry in files.items():
        if entry["bytes"] > LIMIT:
            raise ValueError(f"{out / name}: {entry['bytes']} bytes, more than {LIMIT}")
    return {
        "name": "mtaudit-ar-en",
        "revision": revision,
        "format": "ctranslate2",
        "compute": "int8",
        "licence": "CC-BY-SA-4.0 (weights); the encoder's start is MIT",
        "directions": {"ar-en": "<2en>", "en-ar": "<2ar>"},
        "calling": {
            "source": "<s> pieces </s>",
            "target_prefix": "the direction's tag",
            "max_source_pieces": config["max_pieces"],
            "before": [
                "html.unescape",
                "NFC",
                "strip U+0640 and invisible controls",
                "single spaces",
            ],
            # A small decoder repeats itself and mixes scripts without them.
            "decoding": {
                "no_repeat_ngram_size": 4,
                "repetition_penalty": penalty,
                "one_script": True,
            },
        },
        "training": {
            "config_sha256": hashlib.sha256(settings.encode()).hexdigest(),
            "config": config,
            "data_sha256": hashes(data, config) if data else None,
            "encoder_sha256": sha256(base / "encoder.safetensors"),
            "steps": state["step"],
            "target_pieces": state["tokens"],
            "seconds": round(state["elapsed"]),
            "seed": config["seed"],
            "averaged": [p.name for p in paths],
            "validation_nll": state["val"],
        },
        "metrics": json.loads(metrics.read_text()) if metrics else None,
        "files": files,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("models/translator"))
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("translator.toml"))
    parser.add_argument("--last", type=int, help="checkpoints to average (default: the config's)")
    parser.add_argument("--revision", default="1")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--penalty", type=float, default=1.0, help="repetition_penalty to advise")
    parser.add_argument("--metrics", type=Path)
    parser.add_argument(
        "--fit-for-evidence",
        action="store_true",
        help="say in the manifest that somebody has read the output and found it usable",
    )
    parser.add_argument("--transformers", type=Path, help="also write this layout, float32")
    args = parser.parse_args()
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    paths = checkpoint.found(args.run)[-(args.last or config["train"]["average"]) :]
    encoder, decoder = export(args.base, paths, config, args.out)
    if args.transformers:
        save_transformers(args.base, encoder, decoder, config, args.transformers)
    content = manifest(
        args.base, paths, config, args.out, args.revision, args.data, args.metrics, args.penalty
    )
    content["fit_for_evidence"] = args.fit_for_evidence
    (args.out / "manifest.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(
        f"{args.out}: {sum(f['bytes'] for f in content['files'].values()) / 1e6:.1f} MB, "
        f"averaged {content['training']['averaged']}"
    )


if __name__ == "__main__":
    main()
