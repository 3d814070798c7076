"""Parallel pairs: collected, cleaned, tokenised."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import sentencepiece as spm

from translator.corpus import pairs
from translator.text import LAST_PUNCTUATION, acceptable, fold, key, strip_harakat

BOS, PAD, EOS, UNK, TO_EN, TO_AR = range(6)


class Pair(NamedTuple):
    """One training pair; `arabic_source` may keep vowel marks, `arabic` never does."""

    arabic: str
    english: str
    arabic_source: str
    group: str


def title_names(path: Path) -> list[tuple[str, str]]:
    """Lexicon entries; lower-case person names get their capital."""
    found = list(pairs(path))
    if path.name.startswith("google"):
        found = [(a, e.title() if e.isalpha() else e) for a, e in found]
    return [(a, e) for a, e in found if not e.islower() and len(e) > 2]


def files_of(group: str, data: Path, extra: dict[str, list[Path]] | None = None) -> list[Path]:
    """The files behind a set's name: `written` is several, `lexicon` the name lists."""
    if extra and group in extra:
        return extra[group]
    if group == "news_pairs":
        return [Path(__file__).with_name("news_pairs.tsv.xz")]
    if group == "lexicon":
        return [
            data / "lexicon" / f"{name}.tsv.xz"
            for name in ("country_names", "wp_continents_cities", "google_ar2en_names")
        ]
    found = sorted(
        (data / "parallel").glob(f"{group}_w*.tsv.xz" if group == "written" else f"{group}.tsv.xz")
    )
    if not found:
        raise FileNotFoundError(f"{data}/parallel: no file of the set {group!r}")
    return found


def collect(
    data: Path, config: dict[str, Any], extra: dict[str, list[Path]] | None = None
) -> tuple[list[Pair], list[Pair]]:
    """(training, validation) pairs: cleaned, without duplicates and without eval/'s sentences.

    `extra` gives sets that lie elsewhere; a set of the configuration that asks for files of its
    own (`extra = true`) and gets none is left out.
    """
    chance = random.Random(config["seed"])
    banned: set[str] = set()
    for path in sorted((data / "eval").glob("*.tsv")):
        for arabic, english in pairs(path):
            banned |= {key(arabic), key(english)}
    seen: set[tuple[str, str]] = set()
    kept: list[Pair] = []
    for group, options in config["sets"].items():
        if group in config["never"]:
            raise ValueError(f"translator.toml: {group} stands in `never` and in [sets]")
        if options.get("extra") and group not in (extra or {}):
            continue
        found: list[Pair] = []
        for path in files_of(group, data, extra):
            lexicon = group == "lexicon"
            for raw in title_names(path) if lexicon else pairs(path):
                arabic, english = fold(raw[0]), fold(raw[1])
                keys = (key(arabic), key(english))
                if keys in seen or keys[0] in banned or keys[1] in banned:
                    continue
                if not acceptable(arabic, english, short=lexicon):
                    continue
                seen.add(keys)
                if not lexicon and chance.random() < config["drop_final"]:
                    arabic = LAST_PUNCTUATION.sub("", arabic)
                    english = LAST_PUNCTUATION.sub("", english)
                plain = strip_harakat(arabic)
                source = plain if chance.random() < config["strip_harakat"] else arabic
                found.append(Pair(plain, english, source, group))
        chance.shuffle(found)
        kept += found[: options.get("limit", len(found))]
    # By a hash of the text, so that a set that joins later leaves the validation as it is.
    news = [i for i, pair in enumerate(kept) if pair.group in ("written", "unpc_oeda")]
    news = sorted(news or range(len(kept)), key=lambda i: crc32(kept[i].english.encode()))
    held = set(news[: min(config["holdout"], len(kept) // 5)])
    training = [pair for i, pair in enumerate(kept) if i not in held]
    return training, [kept[i] for i in sorted(held)]


class Corpus(NamedTuple):
    """Tokenised pairs; side 0 is Arabic, 1 English.

    sources[side] and targets[side] are lists of piece ids (an Arabic source may keep vowel marks,
    a target never does); groups gives each pair's set; links[row] is an (L, 2) array of
    [Arabic piece, English piece] positions in `targets`.
    """

    sources: list[list[np.ndarray]]
    targets: list[list[np.ndarray]]
    groups: list[str]
    links: list[np.ndarray]


def tokenise(
    found: list[Pair],
    tokenizer: spm.SentencePieceProcessor,
    limit: int,
    synthetic: Collection[str] = (),
) -> dict[str, Any]:
    """Piece ids of both sides, as source and as target; pairs longer than `limit` left out.

    The sources of the `synthetic` sets begin with <unk>, so that the model can tell a machine's
    sentence from a person's (tagged back-translation: I. Caswell et al., WMT 2019).
    """
    columns = [
        tokenizer.encode([getattr(pair, name) for pair in found])
        for name in ("arabic_source", "english", "arabic")
    ]
    rows = [
        i
        for i in range(len(found))
        if max(len(c[i]) for c in columns) <= limit - 3 and min(len(c[i]) for c in columns) > 0
    ]
    marks = [[UNK] if found[i].group in synthetic else [] for i in rows]
    return {
        "source": [
            [mark + column[i] for mark, i in zip(marks, rows, strict=True)]
            for column in columns[:2]
        ],
        "target": [[columns[2][i] for i in rows], [columns[1][i] for i in rows]],
        "groups": [found[i].group for i in rows],
    }


def write_corpus(tokens: dict[str, Any], links: list[list[list[int]]], path: Path) -> None:
    """Write tokens and word alignments as one JSON file, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({**tokens, "links": links}), encoding="utf-8")
    draft.rename(path)


def load_corpus(path: Path) -> Corpus:
    """Read what `write_corpus` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    sides = [
        [[np.array(ids, np.int64) for ids in side] for side in content[kind]]
        for kind in ("source", "target")
    ]
    links = [np.array(row, np.int64).reshape(-1, 2) for row in content["links"]]
    return Corpus(sides[0], sides[1], content["groups"], links)


def hashes(data: Path, config: dict[str, Any]) -> dict[str, str]:
    """sha256 of each data file that the configuration names."""
    named = [group for group, options in config["sets"].items() if not options.get("extra")]
    found = [path for group in named for path in files_of(group, data)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
