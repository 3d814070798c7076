"""Dates of an Arabic sentence: Gregorian under all its Arab month names, Hijri, weekdays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..normalize import fold
from .gazetteer import stripped, table
from .words import Sentence

# A bare four-figure number in this range is read as a year after these words and after a month.
YEARS = (1000, 2100)
_BEFORE_YEAR = frozenset(
    ("عام", "سنة", "العام", "بعام", "لعام", "لسنة", "للعام", "وعام", "عامي", "العامين", "منذ", "في",
     "اواخر", "اوائل", "صيف", "شتاء", "خريف", "ربيع", "نهاية", "بداية", "مطلع", "منتصف", "خلال",
     "حتي")
)  # fmt: skip


# A month's name that is also a word (مارس: practised) is a month beside these.
_BEFORE_MONTH = frozenset(
    ["شهر", "بشهر", "لشهر", "منذ", "مطلع", "اوائل", "اواخر", "نهاية", "بداية", "منتصف", "اواسط"]
)
_NEAR_TIME = frozenset(
    ["الماضي", "المقبل", "القادم", "الجاري", "الحالي", "المنصرم", "الفائت", "الاتي"]
)
# Friday prayers and the One are no days.
_NO_DAY = {
    5: frozenset(["صلاة", "خطبة", "مسجد", "خطيب", "امام", "جامع", "مصلي"]),
    7: frozenset(["الواحد", "الصمد", "كلمة"]),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, percentage, sum of money, date, time or ordinal: word range ``[first, end)``.

    ``value`` is ``None`` for vague amounts (مئات) and for dates; ``key`` compares.  ``skip``
    letters of the first word are proclitics.
    """

    kind: str
    first: int
    end: int
    key: str
    value: float | None
    skip: int = 0


@cache
def date_words() -> Mapping[str, tuple[str, int, bool]]:
    return {
        fold(name.strip()).text: (row["kind"], int(row["value"]), row["sure"] == "1")
        for row in table("dates.tsv")
        for name in row["name"].split(",")
    }


def _month(s: Sentence, i: int) -> tuple[int, str, int, bool] | None:
    """A month or weekday at word ``i``: (end, kind, value, sure); "شباط/فبراير" is one month."""
    if i >= len(s.words):
        return None
    dates = date_words()
    for _, rest in stripped(s.words[i].text):
        for size in (2, 1):
            if i + size > len(s.words):
                continue
            name = " ".join([rest, *(w.text for w in s.words[i + 1 : i + size])])
            if name in dates:
                kind, value, sure = dates[name]
                end = i + size
                if end < len(s.words) and s.gap(end - 1).strip() in ("/", "(", "-"):
                    twin = _month(s, end) if kind == "month" else None
                    if twin is not None and twin[2] == value:
                        return twin[0], kind, value, True
                return end, kind, value, sure
    return None


def _year(s: Sentence, i: int) -> int | None:
    """A year in figures at word ``i``."""
    if i >= len(s.words) or not s.words[i].text.isdigit() or len(s.words[i].text) != 4:
        return None
    year = int(s.words[i].text)
    return year if YEARS[0] <= year < YEARS[1] else None


def date_at(s: Sentence, i: int) -> Amount | None:
    """The date that begins at word ``i``."""
    text = s.words[i].text
    before = s.words[i - 1].text if i else ""
    slashed = re.fullmatch(r"(\d{1,4})/(\d{1,2})/(\d{1,4})", text)
    if slashed:
        a, b, c = (int(g) for g in slashed.groups())
        year, day = (a, c) if a > 31 else (c, a)
        return Amount("date", i, i + 1, f"{year:04d}-{b:02d}-{day:02d}", None)
    if text.isdigit() and int(text) <= 31:
        j = i + 1
        if j < len(s.words) and s.words[j].text == "من":
            j += 1
        if j < len(s.words) and s.words[j].text in ("شهر", "الشهر"):
            j += 1
        month = _month(s, j)
        if month is None or month[1] == "weekday":
            return None
        return _finish(s, i, month, int(text))
    month = _month(s, i)
    if month is not None:
        end, kind, value, sure = month
        if kind == "weekday":
            told = before not in _NO_DAY.get(value, ())
            return Amount("date", i, end, f"weekday-{value}", None) if told else None
        after = s.words[end].text if end < len(s.words) else ""
        told = before in _BEFORE_MONTH or after in _NEAR_TIME
        if sure or told or _year(s, _skip_year_word(s, end)):
            return _finish(s, i, month, None)
        return None
    alone = _year(s, i)
    if alone is not None and before in _BEFORE_YEAR:
        return Amount("date", i, i + 1, f"{alone:04d}", float(alone))
    return None


def day_of_month(s: Sentence, end: int, value: float | None) -> Amount | None:
    """The date that an ordinal before word ``end`` begins: الرابع من يناير."""
    if value is None or end + 1 >= len(s.words) or s.words[end].text != "من":
        return None
    at = end + (2 if s.words[end + 1].text in ("شهر", "الشهر") else 1)
    month = _month(s, at)
    return None if month is None or month[1] == "weekday" else _finish(s, end, month, int(value))


def _skip_year_word(s: Sentence, j: int) -> int:
    if j + 1 < len(s.words) and s.words[j].text in ("عام", "سنة", "من"):
        return j + (2 if s.words[j].text == "من" and s.words[j + 1].text == "عام" else 1)
    return j


def _finish(s: Sentence, i: int, month: tuple[int, str, int, bool], day: int | None) -> Amount:
    end, kind, value, _ = month
    at = _skip_year_word(s, end)
    year = _year(s, at)
    head = "--" if year is None else f"{year:04d}-"
    key = ("h" if kind == "hijri" else "") + f"{head}{value:02d}"
    if day is not None:
        key += f"-{day:02d}"
    return Amount("date", i, at + 1 if year is not None else end, key, None)
