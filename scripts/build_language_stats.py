"""Count native Arabic news into the statistics that mtaudit ships.

    python scripts/build_language_stats.py --data ../shared/data --out models/language

Counts only: words seen fewer than three times are dropped, sequences of three units seen fewer
than three times are dropped, so that no sentence can be put together again.  About three minutes
and 3 GB of memory on one core.  Format: docs/LANGUAGE_STATS.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from language.corpus import folded_sentences, spellings, units_of, word_counts

from mtaudit.language.layout import near_pairs, quantise, relations, unit_class
from mtaudit.language.split import BREAK, LATIN, NUMBER, Splitter, Stemmer, definite

WORD_MINIMUM = 3
SINGLE_MINIMUM = 10
TRIGRAM_MINIMUM = 3
NEAR_MINIMUM = 4
UNKNOWN = "<unk>"
SPECIAL = [UNKNOWN, BREAK, NUMBER, LATIN]
DISCOUNT = 0.75  # absolute discounting (Ney, Essen & Kneser 1994)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("models/language"))
    options = parser.parse_args()
    sentences = list(folded_sentences(options.data / "mono"))
    words = word_counts(sentences)
    # The shipped splitter knows only the shipped words: the counts are made with the same ones.
    kept_words = {w: n for w, n in words.items() if n >= WORD_MINIMUM and _arabic(w)}
    splitter, stemmer = Splitter(kept_words), Stemmer(kept_words)
    sequences = [units_of(sentence, splitter) for sentence in sentences]

    counts: Counter[str] = Counter()
    for units in sequences:
        counts.update(units)
    kept = [u for u, n in counts.most_common() if n >= WORD_MINIMUM and u not in SPECIAL]
    vocabulary = SPECIAL + kept[: 65_536 - len(SPECIAL)]
    index = {unit: i for i, unit in enumerate(vocabulary)}
    stem_names = sorted({stemmer.stem(unit) for unit in vocabulary})
    stem_index = {stem: i for i, stem in enumerate(stem_names)}
    unit_stems = np.array([stem_index[stemmer.stem(u)] for u in vocabulary], dtype=np.uint16)

    ids, sentence_of = flatten(sequences, index)
    arrays = {
        "unit_counts": np.bincount(ids, minlength=len(vocabulary)).astype(np.uint32),
        "unit_stems": unit_stems,
    }
    arrays |= ngrams(ids, sentence_of)
    arrays |= stem_pairs(ids, sentence_of, vocabulary, unit_stems)
    written = spellings(options.data / "mono")
    # "لازمة" is also ل + أزمة, which is written with a hamza: only words of one reading count.
    forms = {
        word: form
        for word, form in written.items()
        if (word in index or word in stem_index) and splitter.split(word) == (word,)
    }
    options.out.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"{word}\t{form}\n" for word, form in sorted(forms.items()))
    (options.out / "spellings.tsv").write_text(rows, encoding="utf-8")
    save(options.out, arrays, vocabulary, stem_names, kept_words, len(sentences), int(ids.size))


def _arabic(word: str) -> bool:
    return word[0].isalpha() and not word.isascii()


def flatten(sequences: list[list[str]], index: dict[str, int]) -> tuple[Any, Any]:
    """All units as one array, a break before every sentence; and the sentence of each."""
    ids, where = [], []
    for number, units in enumerate(sequences):
        row = [index[BREAK], *(index.get(unit, 0) for unit in units)]
        ids.append(np.array(row, dtype=np.uint16))
        where.append(np.full(len(row), number, dtype=np.int32))
    return np.concatenate(ids), np.concatenate(where)


def ngrams(ids: Any, where: Any) -> dict[str, Any]:
    """Bigram and trigram counts, and the share of each context's mass that was left out."""
    first, second = ids[:-1].astype(np.uint32), ids[1:].astype(np.uint32)
    known = (first != 0) & (second != 0)
    keys, counts = np.unique(((first << np.uint32(16)) | second)[known], return_counts=True)
    totals = np.bincount(ids, minlength=65_536).astype(np.float64)
    # A pair seen once of a rare unit says nothing that its own count does not.
    rarer = np.minimum(totals[keys >> np.uint32(16)], totals[keys & np.uint32(0xFFFF)])
    kept = (counts > 1) | (rarer >= SINGLE_MINIMUM)
    keys, counts = keys[kept], counts[kept]
    heads = keys >> np.uint32(16)
    used = np.bincount(heads, weights=counts - DISCOUNT, minlength=65_536)
    rest = 1.0 - np.divide(used, totals, out=np.zeros_like(used), where=totals > 0)

    both = ((first << np.uint32(16)) | second)[:-1].astype(np.uint64)
    whole = known[:-1] & (ids[2:] != 0) & (where[:-2] == where[2:])
    tri, tri_counts = np.unique(
        ((both << np.uint64(16)) | ids[2:].astype(np.uint64))[whole], return_counts=True
    )
    kept = tri_counts >= TRIGRAM_MINIMUM
    tri, tri_counts = tri[kept], tri_counts[kept]
    return {
        "bigram_keys": keys,
        "bigram_counts": quantise(counts),
        "bigram_rest": rest.astype(np.float32),
        "trigram_keys": tri,
        "trigram_counts": quantise(tri_counts),
    }


def stem_pairs(ids: Any, where: Any, vocabulary: list[str], unit_stems: Any) -> dict[str, Any]:
    """Counts of related and of near stems."""
    class_of = np.array([unit_class(unit) for unit in vocabulary], dtype=np.uint8)
    article_of = np.array([definite(unit) for unit in vocabulary])
    classes, stems = class_of[ids], unit_stems[ids]
    found = relations(classes, article_of[ids])
    out = {"stem_counts": np.bincount(stems, minlength=int(unit_stems.max()) + 1).astype(np.uint32)}
    for kind in ("adj", "gen", "prep"):
        pairs = getattr(found, kind)
        keys = (stems[pairs[:, 0]].astype(np.uint32) << np.uint32(16)) | stems[pairs[:, 1]]
        unique, counts = np.unique(keys, return_counts=True)
        out[f"{kind}_keys"], out[f"{kind}_counts"] = unique, quantise(counts)
    unique, counts = np.unique(near_pairs(classes, stems, where), return_counts=True)
    kept = counts >= NEAR_MINIMUM
    out["near_keys"], out["near_counts"] = unique[kept], quantise(counts[kept])
    return out


def save(
    folder: Path,
    arrays: dict[str, Any],
    vocabulary: list[str],
    stems: list[str],
    words: dict[str, int],
    sentences: int,
    units: int,
) -> None:
    """Write the arrays, the string tables and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "units.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / "stems.txt").write_text("\n".join(stems) + "\n", encoding="utf-8")
    ordered = sorted(words.items(), key=lambda item: (-item[1], item[0]))
    rows = "".join(f"{word}\t{count}\n" for word, count in ordered)
    (folder / "words.tsv").write_text(rows, encoding="utf-8")
    files = {}
    for file in sorted([*folder.glob("*.npy"), *folder.glob("*.txt"), *folder.glob("*.tsv")]):
        data = file.read_bytes()
        files[file.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest = {
        "name": "language",
        "format": 1,
        "revision": "ant-2015-2019-v1",
        "made_by": "scripts/build_language_stats.py",
        "sources": "Arabic News Texts corpus (ANT): BBC, CNN, France 24, Al Arabiya, Sky News "
        "Arabia, Jawhara FM, 2015-2019",
        "licence": "counts: Apache-2.0, as the project; the texts belong to their publishers and "
        "are not included",
        "sentences": sentences,
        "units": units,
        "vocabulary": len(vocabulary),
        "stems": len(stems),
        "minimum_count": {
            "words": WORD_MINIMUM,
            "units_of_single_bigrams": SINGLE_MINIMUM,
            "trigrams": TRIGRAM_MINIMUM,
            "near_pairs": NEAR_MINIMUM,
        },
        "discount": DISCOUNT,
        "entries": {name: int(array.size) for name, array in arrays.items()},
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    total = sum(about["bytes"] for about in files.values())
    print(json.dumps(manifest["entries"]), f"{total / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
