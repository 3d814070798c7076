"""Is the text Arabic, and is anything odd about how it is written down?"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..normalize import ARABIC_LETTER, arabic_share, fold
from ..types import Note
from .raw import ReadError

# Least share of Arabic letters among all letters: a text in two languages passes, an English page
# with an Arabic menu does not.
LEAST_ARABIC = 0.25
# Characters looked at; a longer text says no more about its language.
_SAMPLE = 20_000
_ARABIC_WORDS = frozenset(
    (
        "في", "من", "على", "الى", "ان", "عن", "مع", "هذا", "هذه", "التي", "الذي", "كان", "كانت",
        "ما", "لا", "او", "قد", "بعد", "بين", "كل", "الذين", "ذلك", "لم", "لن", "حتى", "قال",
        "وقال", "كما", "غير", "هو", "هي", "خلال", "يوم", "منذ", "حيث", "اي", "نحن", "انه", "انها",
    )
)  # fmt: skip
_ARTICLE = ("ال", "وال", "بال", "لل")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
# ﷲ ﷺ ﷽ and the ornate brackets ﴾ ﴿ are ordinary in native text.
_ORDINARY_FORMS = re.compile("[\ufdf0-\ufdff\ufd3e\ufd3f]")
_MOJIBAKE_MEND = "open it as UTF-8 where it was taken from and save it again"


@dataclass(frozen=True, slots=True)
class _Language:
    name: str
    letters: frozenset[str]
    words: frozenset[str]


@cache
def _languages() -> tuple[_Language, ...]:
    source = resources.files("mtaudit.read").joinpath("languages.toml").read_text("utf-8")
    return tuple(
        _Language(
            entry["name"],
            frozenset(entry["letters"]),
            frozenset(fold(word).text for word in entry["words"]) - _ARABIC_WORDS,
        )
        for entry in tomllib.loads(source).values()
    )


def require_arabic(text: str) -> None:
    """Raise :class:`ReadError` (kind ``empty``, ``encoding`` or ``not-arabic``) for other text."""
    if not text.strip():
        raise ReadError("empty", "there is only white space", mend="check that it was saved")
    sample = text[:_SAMPLE]
    _refuse_mojibake(sample)
    share = arabic_share(text)
    if share is None:
        raise ReadError("not-arabic", "there are no letters", mend="pass an Arabic text")
    if share < LEAST_ARABIC:
        raise ReadError(
            "not-arabic",
            f"{share:.0%} of the letters are Arabic; at least {LEAST_ARABIC:.0%} are needed",
            mend="pass the Arabic text alone",
        )
    if name := _other_language(sample):
        raise ReadError(
            "not-arabic",
            f"Arabic script, but the language is probably {name}",
            mend="pass an Arabic text",
        )


def _refuse_mojibake(sample: str) -> None:
    """UTF-8 bytes read as windows-1256 turn every letter into ط or ظ and one more; as
    windows-1252 into Ø or Ù and one more."""
    letters = Counter(c for c in sample if c.isalpha())
    for codec, leads in (("windows-1256", "طظ"), ("windows-1252", "ØÙ")):
        if sum(letters[lead] for lead in leads) > 0.3 * letters.total():
            raise ReadError(
                "encoding",
                f"garbled text: UTF-8 that was read as {codec} and saved so",
                mend=_MOJIBAKE_MEND,
            )
    lost = sample.count("\ufffd") + (0 if letters else sample.count("?"))
    if lost > 0.2 * (letters.total() + lost) and lost > 4:
        raise ReadError(
            "encoding", "the letters were lost in an earlier conversion", mend=_MOJIBAKE_MEND
        )


def _other_language(sample: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", fold(sample).text))
    arabic = {word: n for word, n in words.items() if ARABIC_LETTER.match(word)}
    total = sum(arabic.values())
    if total < 3:
        return ""
    letters = Counter(ARABIC_LETTER.findall(sample))
    own = sum(n for word, n in arabic.items() if word in _ARABIC_WORDS or word.startswith(_ARTICLE))
    best, best_score = "", 0.0
    for language in _languages():
        met = language.words.intersection(arabic)
        foreign_words = sum(arabic[word] for word in met) / total
        foreign_letters = sum(letters[letter] for letter in language.letters) / letters.total()
        if foreign_letters == 0 and len(met) < 3:
            continue  # a chance meeting or two in a short Arabic sentence
        # A word in ten and a letter in fifty are both ordinary in these languages' news.
        score = foreign_words / 0.10 + foreign_letters / 0.02
        if score > best_score:
            best, best_score = language.name, score
    return best if best_score > 1.0 and best_score > own / total / 0.08 else ""


def writing_notes(text: str) -> tuple[Note, ...]:
    """Notes on bidi controls and presentation forms; both are fine, but worth knowing."""
    notes = []
    if controls := len(_BIDI.findall(text)):
        notes.append(
            Note(
                "bidi-controls",
                f"The text holds {controls} invisible direction marks; they are ignored.",
                f"في النص علامات اتجاه غير مرئية عددها {controls}، ولا أثر لها في الحكم.",
            )
        )
    forms = len(_PRESENTATION.findall(text)) - len(_ORDINARY_FORMS.findall(text))
    if forms:
        notes.append(
            Note(
                "presentation-forms",
                f"The text holds {forms} presentation forms, as copied from a PDF; they are read "
                "as plain letters.",
                f"في النص {forms} من أشكال الحروف الجاهزة كما في النسخ من ملفات PDF، وقد قُرئت "
                "حروفًا عادية.",
            )
        )
    return tuple(notes)
