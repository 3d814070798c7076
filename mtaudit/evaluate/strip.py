"""Shortcuts neutralised: what tells publishers and tools apart without telling translation apart.

A corpus of machine translation may betray itself by " ،" with a space, by straight quotes, by
absent tanwin or by Latin product names.  A detector that lives on that is measured too kindly.
:func:`strip_shortcuts` gives every text the same habits; both figures are reported.
"""

from __future__ import annotations

import html
import re

from ..normalize import ARABIC_LETTER, strip_marks

# Stands in running text for what was written in Latin letters.  Removing it would leave
# prepositions dangling, and that again would tell which texts had Latin words.
PLACEHOLDER = "كذا"

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪", "01234567890123456789.,%")
# Quotation marks go altogether: any form that is kept has a spacing that tells.
_QUOTES = str.maketrans(dict.fromkeys("\"'`´ʼ‘’‚‛“”„‟‹›«»〝〞〟＂＇❝❞"))
_LATIN = "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ"
# A Latin word with what is written onto it: C++, COVID-19, node.js, a@b.org, https://x.org/?q=2.
_LATIN_WORD = re.compile(
    rf"[#@]*[0-9]*[{_LATIN}](?:[{_LATIN}0-9_+\-/\\.:@#&=%?~*^$|<>]*[{_LATIN}0-9_+/#])?"
)
# "(OPEC)" beside an Arabic name is a gloss: it goes with its brackets.
_BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_LATIN_LETTER = re.compile(f"[{_LATIN}]")
_REPEATED = re.compile(rf"(?<!\w){PLACEHOLDER}(?:[\s\-–—/.,،&+:|]+{PLACEHOLDER}(?!\w))+")
_DASH = re.compile(r"[‐‑‒–—―−]")
_LATIN_POINTS = re.compile(r"(?<![0-9])[,;?]|[,;?](?![0-9])")
_TO_ARABIC = {",": "،", ";": "؛", "?": "؟"}
_SPACES = re.compile(r"[^\S\n]+")
_LINE_END = re.compile(r"\s*\n\s*")
_SPACE_BEFORE = re.compile(r"[^\S\n]+(?=[،؛؟!.:)\]}%])")
_SPACE_INSIDE = re.compile(r"(?<=[(\[{])[^\S\n]+")
# Not after a full stop: أ.ف.ب and ص.ب are written without spaces.
_NO_SPACE_AFTER = re.compile(r"(?<=[،؛؟!:)\]}])(?=[^\W\d_])")
_NO_SPACE_BEFORE_BRACKET = re.compile(r"(?<=\w)(?=[(\[{])")
# Each round only shortens or unifies; real text is still after one or two.
_ROUNDS = 20


def strip_shortcuts(text: str) -> str:
    """``text`` with one habit of writing; words and their order stay.  Idempotent.

    - diacritics with tanwin, tatweel, invisible and bidi controls: dropped
    - digits and their signs: ASCII; HTML entities: unescaped
    - quotation marks: dropped; dashes: one form
    - Latin letters: a bracket that holds no Arabic is dropped with them; elsewhere each run
      becomes one :data:`PLACEHOLDER`
    - punctuation: Arabic comma, semicolon and question mark; none spaced off the word before
      it, one space after it (digits such as 10:30 and 2,500 stay together)
    - white space: one plain space; line breaks stay line breaks
    """
    for _ in range(_ROUNDS):
        stripped = _once(text)
        if stripped == text:
            break
        text = stripped
    return text


def _once(text: str) -> str:
    text = strip_marks(text).translate(_DIGITS)
    text = html.unescape(text).translate(_QUOTES).replace("…", "...")
    text = _DASH.sub("-", text)
    text = _BRACKETED.sub(_without_gloss, text)
    text = _LATIN_WORD.sub(_placeholder, text)
    text = _REPEATED.sub(PLACEHOLDER, text)
    text = _LATIN_POINTS.sub(lambda m: _TO_ARABIC[m[0]], text)
    text = _NO_SPACE_AFTER.sub(" ", text)
    text = _NO_SPACE_BEFORE_BRACKET.sub(" ", text)
    text = _SPACE_INSIDE.sub("", _SPACE_BEFORE.sub("", _SPACES.sub(" ", text)))
    return _LINE_END.sub("\n", text).strip()


def _without_gloss(match: re.Match[str]) -> str:
    inside = next(group for group in match.groups() if group is not None)
    if not inside.strip() or (_LATIN_LETTER.search(inside) and not ARABIC_LETTER.search(inside)):
        return " "
    return match[0]


def _placeholder(match: re.Match[str]) -> str:
    following = match.string[match.end() : match.end() + 1]
    return PLACEHOLDER + (" " if following.isalpha() else "")
