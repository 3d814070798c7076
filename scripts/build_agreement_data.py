"""Measure the gender of nouns, adjectives and places in native news.

    python scripts/build_agreement_data.py --data ../shared/data

Writes ``noun_gender.tsv``, ``adjectives.tsv``, ``place_gender.tsv`` and ``subject_verbs.tsv``
into ``mtaudit/evidence/data``: single words with counts, no text.  How each number comes about
stands in docs/LANGUAGE_STATS.md.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from language.corpus import folded_sentences, units_of, word_counts
from language.gender import Adjectives, NounGender, PlaceGender, SubjectVerbs

from mtaudit.language.split import Splitter
from mtaudit.normalize import fold

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "mtaudit" / "evidence" / "data"


# Regions, states of two words and past ones; the list of countries does not give them.
_REGIONS = {
    "اوروبي", "خليجي", "افريقي", "اسيوي", "اميركي", "امريكي", "كوري", "سوفيتي", "سوفياتي", "عربي",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    sentences = list(folded_sentences(options.data / "mono"))
    words = word_counts(sentences)
    splitter = Splitter(words)
    units = [units_of(sentence, splitter) for sentence in sentences]

    nouns = NounGender(words)
    nouns.count(units)
    adjectives = Adjectives(words, nouns)
    nouns.add_adjectives(adjectives)
    write("noun_gender.tsv", nouns.rows(), "noun\tgender\tmasculine\tfeminine")
    write("adjectives.tsv", adjectives.rows(nationalities()), "masculine\tagrees\tdiffers\tkind")
    places = PlaceGender(words, place_names())
    places.count(units)
    write("place_gender.tsv", places.rows(), "place\tgender\tmasculine\tfeminine\tbasis")
    verbs = SubjectVerbs(words, places, nouns)
    verbs.count(units)
    write("subject_verbs.tsv", verbs.rows(), "masculine\tagrees\tdiffers")
    genders = Counter(row.split("\t")[1] for row in nouns.rows())
    print("nouns by gender:", dict(genders))


def place_names() -> list[str]:
    """First spelling of every one-word country and place in the package's own name lists."""
    names = []
    for file, column in (("countries.tsv", 1), ("places.tsv", 0)):
        for line in (TARGET / file).read_text(encoding="utf-8").splitlines():
            if line.startswith("#") or not line.strip():
                continue
            cells = line.split("\t")
            if cells[column] in ("names",):
                continue
            names += [
                fold(name.strip()).text
                for name in cells[column].split(",")
                if name.strip() and " " not in name.strip()
            ]
    return sorted(set(names))


def nationalities() -> set[str]:
    """Folded adjectives of the package's own list of countries."""
    found = set()
    for line in (TARGET / "countries.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and len(cells) > 2:
            forms = cells[2].replace(";", ",").split(",")
            found |= {fold(form.strip()).text for form in forms}
    return found | _REGIONS


def write(name: str, rows: list[str], columns: str) -> None:
    """One table with its origin in the first line."""
    head = (
        "# Measured by scripts/build_agreement_data.py on native Arabic news (ANT corpus, "
        "2015-2019); folded spelling.\n"
    )
    (TARGET / name).write_text(head + columns + "\n" + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
