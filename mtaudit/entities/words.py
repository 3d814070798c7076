"""Folded words of a sentence and what each may be: read once, cached by the word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from ..normalize import Folded, fold
from .gazetteer import Phrase, gazetteer, is_ordinary, stripped
from .known import FUZZY_ALONE, MIN_ALONE, first_words, near_family

# Digits with their separators are one word (1,000 · 3.5 · ٣٫٥ folded), letters another.
# In a group, so that splitting gives the words and what stands between them.
_SPLIT = re.compile(r"(\d+(?:[.,:٫٬/]\d+)*|[^\W_\d]+)")
_ALI = re.compile(r"علي(?![^\W_\d])")
# Joins the words of one name: سرغي لافروف, كي-مون, جيه.دي
CLOSE = frozenset((" ", "-", "‐", "–", ".", ". ", ""))


class Word(NamedTuple):
    """What one folded word may be.  ``skip`` letters of proclitic stand before ``bare``.

    ``given``: "ar" or "x" for a given name; ``known``: surname (or first word of it) of
    well-known people; ``country``: of a nationality adjective; ``phrases``: title, place and
    organisation phrases that begin with it; ``nameable``: may stand inside a name.
    """

    text: str
    bare: str
    skip: int
    given: str
    known: bool
    country: str
    phrases: tuple[Phrase, ...]
    nameable: bool
    function: bool
    transliterated: str
    telling: bool


class Sentence:
    """A folded sentence cut into words; spans are into the folded text.

    ``pieces``: what stands before the first word, that word, what stands before the next, …
    """

    __slots__ = ("_pieces", "_spans", "folded", "words")

    def __init__(self, folded: Folded, pieces: Sequence[str], words: tuple[Word, ...]) -> None:
        self.folded, self._pieces = folded, pieces
        self.words = words
        self._spans: list[tuple[int, int]] | None = None

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Folded span of each word.  Found late: most sentences name nobody and need none."""
        if self._spans is None:
            edges = list(accumulate(map(len, self._pieces)))
            self._spans = list(zip(edges[:-1:2], edges[1::2], strict=True))
        return self._spans

    def gap(self, i: int) -> str:
        """The text between word ``i`` and the next."""
        return self._pieces[2 * i + 2]

    def start(self, i: int) -> int:
        """Folded offset of word ``i`` without its proclitics."""
        return self.spans[i][0] + self.words[i].skip

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Original range of a folded range that ends on a word: marks stay with their letter,
        blanks behind the word do not."""
        return self.folded.original(start, end)


@lru_cache(maxsize=40_000)
def word(text: str) -> Word:
    """What the folded word ``text`` may be; the reading with the fewest proclitics wins."""
    tables = gazetteer()
    function = text in tables.function or (
        text[0] in "وف" and text[1:] in tables.function and text not in tables.given
    )
    bare, skip, given, known, country, wrong = text, 0, "", False, "", ""
    phrases: tuple[Phrase, ...] = ()
    ordinary, surnames = is_ordinary(text), first_words()
    for cut, rest in stripped(text):
        phrases = tables.phrases.get(rest, ())
        given = tables.given.get(rest, "")
        country = tables.adjectives.get(rest, "")
        wrong = tables.transliterated.get(rest, "")
        known = rest in surnames or (
            not ordinary
            and len(rest) >= MIN_ALONE
            and (cut == 0 or text[0] == "و")
            and not phrases
            # الدببة, روحانية: a noun or adjective, whatever it resembles
            and not rest.startswith("ال")
            and rest[-1] not in "ةه"
            and bool(near_family(rest, FUZZY_ALONE))
        )
        if phrases or given or known or country or wrong:
            bare, skip = rest, cut
            break
    known = known and not function  # أمام is no beginning of إمام أوغلو
    nameable = bool(given) or (
        not function and not country and len(text) > 1 and not text[0].isdigit()
        and not _blocks(phrases) and (not ordinary or known or text in tables.names)
    )  # fmt: skip
    telling = bool(given or known) or (
        bool(phrases) and any(kind == "title" for _, kind, _ in phrases)
    )
    return Word(
        text, bare, skip, given, known, country, phrases, nameable, function, wrong, telling
    )


def _blocks(phrases: tuple[Phrase, ...]) -> bool:
    """A single-word title, place or organisation ends a name; a longer phrase's start may not."""
    # Most words begin no phrase, and every new word is asked.
    return bool(phrases) and any(not rest for rest, _, _ in phrases)


def sentence(text: str) -> Sentence:
    """Cut ``text`` (one sentence) into folded words."""
    folded = fold(text)
    pieces = _SPLIT.split(folded.text)
    found = pieces[1::2]
    if "علي" in folded.text:
        ends = (match.end() for match in _ALI.finditer(folded.text))
        for i, token in enumerate(found):
            if token.endswith("علي"):
                at = folded.offsets[next(ends) - 1]
                if text[at] == "ى" or text[at + 1 : at + 2] == "\u0651":
                    found[i] = token[:-1] + "ى"  # على and عليّ are no names, علي is
    return Sentence(folded, pieces, tuple(map(word, found)))


def phrase_at(s: Sentence, i: int, kinds: frozenset[str]) -> tuple[int, Phrase] | None:
    """The longest title, place or organisation phrase that begins at word ``i``: (end, phrase).

    Words of one phrase are parted by blanks or hyphens only.
    """
    for phrase in s.words[i].phrases:
        rest, kind, _ = phrase
        if kind not in kinds or i + len(rest) >= len(s.words):
            continue
        if all(
            s.words[i + k + 1].text == part and s.gap(i + k) in CLOSE for k, part in enumerate(rest)
        ):
            return i + len(rest) + 1, phrase
    return None
