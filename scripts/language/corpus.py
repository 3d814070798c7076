"""The native news sentences as units: one list of units a sentence."""

from __future__ import annotations

import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mtaudit.language.split import BREAK, LATIN, NUMBER, TOKEN, TRANSPARENT, Splitter
from mtaudit.normalize import fold, strip_marks


def folded_sentences(folder: Path) -> Iterator[str]:
    """Folded sentences of every ``*.txt.xz`` in ``folder``, files in name order."""
    files = sorted(folder.glob("*.txt.xz"))
    if not files:
        raise SystemExit(f"{folder}: no *.txt.xz files; pass --data DIR")
    for file in files:
        with lzma.open(file, "rt", encoding="utf-8") as stream:
            for line in stream:
                if line.strip():
                    yield fold(line.strip()).text


def spellings(folder: Path) -> dict[str, str]:
    """Folded word → its most frequent written form, where the two differ (hamza, alef, yeh)."""
    forms: dict[str, Counter[str]] = {}
    for file in sorted(folder.glob("*.txt.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as stream:
            for line in stream:
                plain = strip_marks(line.strip())
                written, folded = TOKEN.findall(plain), TOKEN.findall(fold(plain).text)
                if len(written) == len(folded):
                    for form, word in zip(written, folded, strict=True):
                        forms.setdefault(word, Counter())[form] += 1
    best = {word: counts.most_common(1)[0][0] for word, counts in forms.items()}
    return {word: form for word, form in best.items() if form != word}


def word_counts(sentences: list[str]) -> Counter[str]:
    """Occurrences of every written token, clitics still on."""
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(TOKEN.findall(sentence))
    return counts


def units_of(sentence: str, splitter: Splitter) -> list[str]:
    """Units of one folded sentence; numbers, Latin words and punctuation are classes."""
    units: list[str] = []
    for token in TOKEN.findall(sentence):
        if token in TRANSPARENT:
            continue
        if token[0].isdigit():
            units.append(NUMBER)
        elif not token[0].isalpha():
            units.append(BREAK)
        elif token[0].isascii():
            units.append(LATIN)
        else:
            units.extend(splitter.split(token))
    return units
