"""The interface texts of the reports (``strings.toml``); outside text made safe to show."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from ..errors import UsageError
from ..rules import word_table

LANGUAGES = ("ar", "en")

# C0, C1 and the bidi controls: in a terminal the first two can move the cursor, the last can make
# a sentence show in another order than it is stored in.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Direction marks are common in Arabic copy and move nothing here.
_MARKS = re.compile("[\u061c\u200e\u200f]")
_NUMBER = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Interface texts of one language by dotted key.  Raises :class:`UsageError` for others."""
    if lang not in LANGUAGES:
        raise UsageError(f"no interface language {lang!r}", mend=f"one of {', '.join(LANGUAGES)}")
    source = resources.files(__package__).joinpath("strings.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}

    def walk(table: Mapping[str, Any], path: tuple[str, ...]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, (*path, key))
            elif key == lang:
                found[".".join(path)] = value

    walk(tomllib.loads(source), ())
    return found


@cache
def language_names(lang: str) -> Mapping[str, str]:
    """ISO 639-1 code → the language's name in the interface's language."""
    column = 2 if lang == "ar" else 1
    return {row[0]: row[column] for row in word_table("languages.tsv")}


def reason_text(reason: str, lang: str) -> str:
    """The words for why a witness abstained, in the interface's language where they are known.

    Records hold reasons in English; a reason that has no entry under ``[reason]`` stays as it is.
    """
    table = texts(lang)
    numbers = iter(_NUMBER.findall(reason))
    known = table.get("reason." + _NUMBER.sub("#", reason))
    if known is not None:
        return re.sub("#", lambda _: next(numbers, "#"), known)
    # A general reason with a particular cause behind it.
    head, colon, rest = reason.partition(": ")
    general = table.get("reason." + head)
    return f"{general}: {rest}" if colon and general is not None else reason


def one_line(text: str) -> str:
    """``text`` on one line, without anything that could steer a terminal; controls are shown."""

    def show(match: re.Match[str]) -> str:
        char = match.group()
        return " " if char.isspace() else f"‹U+{ord(char):04X}›"

    return _SPACE.sub(" ", _CONTROL.sub(show, _MARKS.sub("", text))).strip()


def shortened(text: str, limit: int) -> str:
    """``text`` on one line and at most ``limit`` characters, cut between words."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", limit // 2, limit)
    return line[: cut if cut > 0 else limit - 1].rstrip() + "…"
