"""Amounts of an Arabic sentence, in figures or words, with their value; dates among them.

Numbers: both digit systems (folded to ASCII), number words (أكثر من عشرين, ثلاثة آلاف وخمسمئة),
scale words; percentages and money by what follows.  Not read: the dual of a counted noun (دولتان)
and bare واحد/أحد, which mostly do not count anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from ..normalize import fold
from .dates import Amount, date_at, date_words, day_of_month
from .gazetteer import stripped, table
from .words import Sentence

_DIGITS = re.compile(r"\d+(?:[.,٫٬]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,٬]\d{3})+(?:[.٫]\d+)?|\d{1,3}(?:\.\d{3}){2,}")
_PERCENT = frozenset(("بالمائة", "بالمئة", "بالميه", "بالمية"))
_VAGUE_ALONE = frozenset(("الاف", "ملايين", "مليارات", "تريليونات"))
_HUNDRED = frozenset(("المائة", "المئة"))
_SIGNS = {"%": "%", "٪": "%", "$": "USD", "€": "EUR", "£": "GBP"}


@cache
def _number_words() -> Mapping[str, tuple[str, float]]:
    return {
        word.strip(): (row["kind"], float(row["value"]))
        for row in table("numbers.tsv")
        for word in row["word"].split(",")
    }


@cache
def _currencies() -> Mapping[str, str]:
    return {
        fold(name.strip()).text: row["key"]
        for row in table("currencies.tsv")
        for name in row["names"].split(",")
    }


@cache
def _interesting() -> frozenset[str]:
    first = {name.split()[0] for name in date_words()}
    return frozenset(_number_words()) | first


def figure(text: str) -> float | None:
    """Value of digits with separators: ``,``/``٬`` before three figures parts thousands, any
    other separator is a decimal one; ``None`` for times and ranges."""
    if not _DIGITS.fullmatch(text):
        return None
    if re.fullmatch(r"\d{1,3}\.000", text):
        return float(text.replace(".", ""))  # 150.000: nobody writes three decimal noughts
    if _THOUSANDS.fullmatch(text):
        head, _, tail = text.replace("٫", ".").replace(",", "").replace("٬", "").partition(".")
        if "." in tail or (tail and len(tail) == 3 and text.count(".") > 1):
            return float((head + tail).replace(".", ""))
        return float(f"{head}.{tail or 0}")
    parts = re.split(r"[.,٫٬]", text)
    return float(".".join(parts)) if len(parts) <= 2 else None


def _spelled(word: str) -> tuple[bool, str, float] | None:
    """(begins with و, kind, value) of a number word with its proclitics."""
    words = _number_words()
    if word in words:
        return (False, *words[word])
    for skip, rest in stripped(word):
        bare = rest[2:] if rest.startswith("ال") and rest not in words else rest
        if skip and rest in words:
            return (word[0] == "و", *words[rest])
        if bare in words and words[bare][0] in ("ten", "ten-unit", "unit", "scale"):
            return (skip > 0 and word[0] == "و", *words[bare])
    return None


def _number(s: Sentence, i: int) -> tuple[int, float | None, str] | None:
    """The number that begins at word ``i``: (end, value, kind)."""
    total, group, j, kind, last = 0.0, 0.0, i, "", ""
    while j < len(s.words):
        if j > i and s.gap(j - 1) != " ":
            break
        text = s.words[j].text
        value = figure(text)
        if value is not None:
            if j > i:
                break
            group, kind, last = value, "number", "figure"
            j += 1
            continue
        found = _spelled(text)
        if found is None:
            break
        joined, what, amount = found
        if what in ("ordinal", "vague", "part", "one"):
            if j > i:
                if what == "one" and joined:
                    group, j = group + amount, j + 1  # مئة وواحد
                    continue
                break
            if what == "vague":
                return i + 1, None, next(r for _, r in stripped(text) if r in _number_words())
            if what == "one":
                nxt = _spelled(s.words[i + 1].text) if i + 1 < len(s.words) else None
                if nxt is None or nxt[1] not in ("ten", "ten-unit"):
                    return None
                group, j, last = amount, j + 1, "unit"
                continue
            return _ordinal(s, i, amount) if what == "ordinal" else _half(s, i, amount)
        if j > i and not joined and not _follows(last, what):
            break
        if j > i and joined and last == "figure" and what != "part":
            break
        if what == "dual" and group:
            what, amount = "scale", amount / 2  # عشرون ألفا; alone ألفا is two thousand
        if what == "scale":
            total += (group or 1.0) * amount
            group, last = 0.0, "scale"
        else:
            group = group + amount if not (what == "hundred" and last == "unit") else group * 100
            last = what
        j, kind = j + 1, "number"
    if j == i + 1 and last == "scale" and (bare := _bare_plural(s.words[i].text)):
        return j, None, bare
    return (j, total + group, "number") if j > i and kind else None


def _bare_plural(word: str) -> str:
    """The plural of a scale word that stands without a figure: a vague amount (ملايين الناس)."""
    return next((rest for _, rest in stripped(word) if rest in _VAGUE_ALONE), "")


def _half(s: Sentence, i: int, value: float) -> tuple[int, float, str] | None:
    """نصف مليون; half of anything else counts nothing (نصف النهائي)."""
    following = _spelled(s.words[i + 1].text) if i + 1 < len(s.words) else None
    if following is None or following[1] != "scale" or s.gap(i) != " ":
        return None
    return i + 2, value * following[2], "number"


def _ordinal(s: Sentence, i: int, value: float) -> tuple[int, float, str]:
    """الخامس, الحادي عشر, الخامسة والعشرون: (end, value, "ordinal")."""
    following = _spelled(s.words[i + 1].text) if i + 1 < len(s.words) else None
    if following is not None and s.gap(i) == " ":
        joined, what, amount = following
        if (what, joined) in (("ten-unit", False), ("ten", True)):
            return i + 2, value + amount, "ordinal"
    return i + 1, value, "ordinal"


def _follows(last: str, what: str) -> bool:
    """Whether a number word may follow another without و: خمسة عشر, ثلاث مئة, ثلاثة آلاف."""
    return (last, what) in {
        ("unit", "ten-unit"), ("unit", "hundred"), ("unit", "scale"), ("ten-unit", "scale"),
        ("ten", "scale"), ("hundred", "scale"), ("figure", "scale"), ("scale", "scale"),
        ("unit", "dual"), ("ten", "dual"), ("ten-unit", "dual"), ("hundred", "dual"),
        ("figure", "dual"),
    }  # fmt: skip


def read_amounts(s: Sentence) -> Iterator[Amount]:
    """Numbers, percentages, money, dates, times and ordinals, in order, not overlapping."""
    words = s.words
    i = 0
    while i < len(words):
        text = words[i].text
        if not (text[0].isdigit() or _may_count(text)):
            i += 1
            continue
        date = date_at(s, i)
        if date is not None:
            yield date
            i = date.end
            continue
        if re.fullmatch(r"\d{1,2}:\d{2}", text):
            yield Amount("time", i, i + 1, text.zfill(5), None)
            i += 1
            continue
        number = _number(s, i)
        if number is None:
            i += 1
            continue
        end, value, kind = number
        if kind == "number" and i and words[i - 1].text == "الساعة" and text.isdigit():
            yield Amount("time", i, i + 1, text.zfill(4), None)
            i += 1
            continue
        day = day_of_month(s, end, value) if kind == "ordinal" else None
        if day is not None:
            yield Amount("date", i, day.end, day.key, None, _skip(text))  # الرابع من يناير
            i = day.end
            continue
        if kind in ("ordinal", "number", "part"):
            yield _with_unit(s, i, end, value, "ordinal" if kind == "ordinal" else "number")
        else:
            yield Amount("number", i, end, kind, None, _skip(text))
        i = max(end, i + 1)


def _skip(text: str) -> int:
    """Letters of proclitic before a number word."""
    if text[0].isdigit():
        return 0
    words = _number_words()
    return next((cut for cut, rest in stripped(text) if rest in words), 0)


def _may_count(text: str) -> bool:
    table_ = _interesting()
    return any(
        rest in table_ or (rest.startswith("ال") and rest[2:] in table_)
        for _, rest in stripped(text)
    )


def _with_unit(s: Sentence, i: int, end: int, value: float | None, kind: str) -> Amount:
    """The number with the per cent or currency behind (or the sign before) it."""
    text, skip = s.folded.text, _skip(s.words[i].text)
    after = text[s.spans[end - 1][1] : s.spans[end - 1][1] + 2].strip()[:1]
    before = text[max(0, s.spans[i][0] - 2) : s.spans[i][0]].strip()[-1:]
    plain = f"{value:g}" if value is not None and abs(value) < 1e6 else f"{value:.0f}"
    sign = _SIGNS.get(after) or _SIGNS.get(before)
    if kind == "number" and sign == "%":
        return Amount("percent", i, end, plain + "%", value, skip)
    if kind == "number" and sign:
        return Amount("money", i, end, f"{plain} {sign}", value, skip)
    if kind == "number" and end < len(s.words):
        nxt = s.words[end].text
        if nxt in _PERCENT:
            return Amount("percent", i, end + 1, plain + "%", value, skip)
        if nxt == "في" and end + 1 < len(s.words) and s.words[end + 1].text in _HUNDRED:
            return Amount("percent", i, end + 2, plain + "%", value, skip)
        coin = _currencies().get(nxt) or (_currencies().get(nxt[2:]) if nxt[:2] == "ال" else None)
        if coin:
            return Amount("money", i, end + 1, f"{plain} {coin}", value, skip)
    return Amount(kind, i, end, plain, value, skip)
