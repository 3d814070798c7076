"""Distil ``models/names``: which words are ordinary Arabic, and which are names.

    python scripts/build_gazetteer.py --data ../shared/data

``ordinary.txt.xz``: words of native news that behave like the language's own vocabulary.  A word
is ordinary when it also occurs with the article or with a suffix (pronoun, plural, feminine,
accusative), or, for verbs, with another person's prefix; foreign names take none of these, so that
what is left out of the list is what may be a name.  ``names.tsv.xz``: person names and one Latin
spelling each (Google's ar2en list, Apache-2.0).  Both hold folded text (``mtaudit.normalize``).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import re
from collections import Counter
from pathlib import Path

from mtaudit.normalize import fold

WORD = re.compile(r"[\u0621-\u064a]{2,}")
# A word must be met this often to be judged; rarer ones are left undecided.
MIN_COUNT = 4
# Inflected forms per occurrence of the bare word.  Checked by eye on the 300 most frequent words
# left out: below 2 % they were names and particles.
MIN_INFLECTED = 0.02
SUFFIXES = ("ه", "ها", "هم", "نا", "ة", "ات", "ين", "ون", "ان", "ا", "وا", "ت", "ية", "تها", "ته")
# Endings that no name has beside a bare form that is a word too.
VERB_AND_PLURAL = ("ت", "وا", "ين", "ون", "ان")
# Other particles a noun or verb takes and a name cannot (لل stands for ل + ال).
PREFIXES = ("ال", "لل", "بال", "وال", "كال", "فال", "سي", "ست")


def count_words(folder: Path) -> Counter[str]:
    """Folded words of every ``*.txt.xz`` in ``folder``."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                counts.update(WORD.findall(fold(line).text))
    return counts


def is_ordinary(word: str, counts: Counter[str]) -> bool:
    """See the module's docstring."""
    seen = counts[word]
    inflected = sum(counts[prefix + word] for prefix in PREFIXES)
    inflected += sum(counts[word + suffix] for suffix in SUFFIXES)
    if word[0] in "يتن" and len(word) > 3:
        inflected += sum(counts[c + word[1:]] for c in "يتن" if c != word[0])
    if word.startswith("ال") and len(word) > 4:
        inflected += counts[word[2:]] + sum(counts[word[:-1] + s] for s in ("ي", "ية", "ين", "ة"))
        inflected -= counts[word] if word.endswith(("ي", "ية", "ين", "ة")) else 0
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            stem = word[: -len(suffix)]
            if counts[stem] >= MIN_COUNT and (
                counts["ال" + stem] >= MIN_COUNT or suffix in VERB_AND_PLURAL
            ):
                inflected += counts[stem] + counts["ال" + stem]
    return inflected >= max(2, MIN_INFLECTED * seen)


def kept(every: set[str]) -> list[str]:
    """The words that ``gazetteer.is_ordinary`` cannot reach by stripping clitics off another."""
    found: set[str] = set()
    clitics = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "كال", "وب", "ول")
    for word in sorted(every, key=lambda w: (len(w), w)):
        reachable = any(
            word.startswith(clitic) and word[len(clitic) :] in found
            for clitic in clitics
            if len(word) - len(clitic) >= 3
        )
        if word.startswith("لل") and len(word) > 4:
            reachable = reachable or word[2:] in found
        if not reachable:
            found.add(word)
    return sorted(found)


def write(path: Path, lines: list[str]) -> dict[str, object]:
    """Write ``lines`` compressed; the manifest's entry for the file."""
    raw = ("\n".join(lines) + "\n").encode()
    # A fixed preset keeps the bytes, and so the hash, the same on every run.
    packed = lzma.compress(raw, preset=9)
    path.write_bytes(packed)
    return {"sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed), "lines": len(lines)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("models/names"))
    arguments = parser.parse_args()
    counts = count_words(arguments.data / "mono")
    names: dict[str, str] = {}
    lexicon = arguments.data / "lexicon" / "google_ar2en_names.tsv.xz"
    with lzma.open(lexicon, "rt", encoding="utf-8") as lines:
        for line in lines:
            arabic, _, latin = line.rstrip("\n").partition("\t")
            arabic = fold(arabic).text
            if WORD.fullmatch(arabic) and latin.isascii() and len(latin) > 1:
                names.setdefault(arabic, latin)
    judged = [w for w, n in counts.items() if n >= MIN_COUNT]
    every = {w for w in judged if is_ordinary(w, counts)}
    ordinary = kept(every)
    arguments.out.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": "names",
        "format": 1,
        "revision": "names-v1",
        "licence": "Apache-2.0",
        "what": "words of Arabic news that are no names, and names with a Latin spelling",
        "made_by": "scripts/build_gazetteer.py",
        "settings": {"min_count": MIN_COUNT, "min_inflected": MIN_INFLECTED},
        "files": {
            "ordinary.txt.xz": write(arguments.out / "ordinary.txt.xz", ordinary)
            | {
                "licence": "Apache-2.0",
                "source": "word counts of the ANT corpus of Arabic news, 2015-2019 "
                f"({counts.total():,} words); no text of it is held",
            },
            "names.tsv.xz": write(
                arguments.out / "names.tsv.xz", [f"{a}\t{n}" for a, n in sorted(names.items())]
            )
            | {"licence": "Apache-2.0", "source": "Google's ar2en list of person names"},
        },
    }
    (arguments.out / "manifest.json").write_text(
        json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(
        f"{len(judged):,} words judged, {len(every):,} ordinary, {len(ordinary):,} kept, "
        f"{len(names):,} names"
    )
    left = [w for w, _ in counts.most_common(6000) if w not in every]
    print("most frequent left out:", " ".join(left[:700]))


if __name__ == "__main__":
    main()
