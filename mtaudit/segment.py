"""Stage 2: Document → Segments, sentence by sentence, with exact code-point offsets.

The rules are written for Arabic news as it is found on the web: every newline ends a segment, a
short quotation is never cut, an unclosed quotation mark protects nothing, and a stray word
between two full stops ("… مع روسيا. في.") stays visible as a segment of its own, because that is
what broken machine translation looks like.

A general segmenter was tried on the sample corpus (sentencex 1.0, language "ar"): it joined lines,
moved opening quotation marks to the sentence before and, after one unclosed mark, left the rest of
the document in one piece.  What it offers beyond that — abbreviations — is in ``segment.toml``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources

from .normalize import ARABIC_LETTER, INVISIBLE, fold
from .types import Block, Document, Segment

# The characters at which str.splitlines cuts; "\r\n" is two of them with nothing in between.
_NEWLINE = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_QUOTES = (re.compile('["“”„‟]'), re.compile("[«»]"))
_BRACKETS = re.compile("[()]")
_CLOSERS = "\"“”„‟«»’'›)]}"
# A run of full stops, question or exclamation marks; then closing marks and note numbers like [3].
_STOP = re.compile(r"[.!?؟۔…]+")
_NOTE_NUMBER = re.compile(r"(?:\[\d{1,3}\])+")
_WORD_LEFT = re.compile(r"[^\s()\[\]{}\"“”«»،؛:,;!?؟/–—]*\Z")
_WORD_RIGHT = re.compile(r"[^\W_]+")
_ENUMERATOR = re.compile(r"(?:^|[:؛.،\n])\s*(?:[-•*]\s*)?(?:\d{1,2}|[A-Za-z\u0621-\u064a])\Z")
_ENDS_SENTENCE = re.compile(r"[.!?؟۔…:؛،,][\s\"“”„‟«»’')\]}]*\Z")

# A quotation or bracket up to this many characters is never cut: about two short sentences.
SHORT_QUOTE = 120
# Longer sentences are cut at clause marks; no model reads so much at once.
LONGEST = 1500
HEADING_WORDS, HEADING_CHARS = 16, 120
TITLE_WORDS, TITLE_CHARS = 26, 200


@cache
def _words(name: str) -> frozenset[str]:
    source = resources.files("mtaudit").joinpath("segment.toml").read_text(encoding="utf-8")
    return frozenset(fold(word).text.lower() for word in tomllib.loads(source)[name])


def blank(char: str) -> bool:
    """White space, a control, or an invisible layout character."""
    return char.isspace() or char in INVISIBLE or char < " " or "\x7f" <= char <= "\x9f"


def strip_span(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without blank characters at its edges; ``start == end`` if none is left."""
    while start < end and blank(text[start]):
        start += 1
    while end > start and blank(text[end - 1]):
        end -= 1
    return start, end


def line_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Stripped, non-empty lines of ``text[start:end]`` as half-open ranges, in order."""
    end = len(text) if end is None else end
    at = start
    while at < end:
        newline = _NEWLINE.search(text, at, end)
        stop = newline.start() if newline else end
        left, right = strip_span(text, at, stop)
        if left < right:
            yield left, right
        at = newline.end() if newline else end


def sentence_spans(line: str) -> list[tuple[int, int]]:
    """Sentences of one line (without newlines): stripped half-open ranges, in order.

    Only blank characters stand between them.  A piece without any letter or digit joins its
    neighbour.
    """
    cuts = _cuts(line)
    pieces = [strip_span(line, a, b) for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
    joined: list[tuple[int, int]] = []
    pending: int | None = None
    for start, end in pieces:
        if start == end:
            continue
        if not any(c.isalnum() for c in line[start:end]):
            if joined:
                joined[-1] = joined[-1][0], end
            elif pending is None:
                pending = start
            continue
        joined.append((start if pending is None else pending, end))
        pending = None
    if pending is not None:
        joined.append(strip_span(line, pending, len(line)))
    return [span for start, end in joined for span in _shorten(line, start, end)]


def _cuts(line: str) -> list[int]:
    stops = list(_STOP.finditer(line))
    if not stops:
        return []
    openers, guarded = _pairs(line)
    starts = [start for start, _ in guarded]
    cuts: list[int] = []
    for stop in stops:
        at = stop.end()
        while at < len(line) and line[at] in _CLOSERS and at not in openers:
            at += 1
        closed = at > stop.end()
        if note := _NOTE_NUMBER.match(line, at):
            at = note.end()
        if at >= len(line):
            break
        # Guarded ranges do not overlap, so the last one that begins before is the only candidate.
        before = bisect_right(starts, at - 1) - 1
        if before >= 0 and starts[before] < at < guarded[before][1]:
            continue
        previous = cuts[-1] if cuts else 0
        if _ends(line, previous, stop.start(), stop.group(), at, closed):
            cuts.append(at)
    return cuts


def _ends(line: str, begin: int, at: int, stop: str, after: int, closed: bool) -> bool:
    """Does the stop at ``line[at]`` end the sentence begun at ``begin``?  ``after`` follows it."""
    spaced = blank(line[after])
    right = after
    while right < len(line) and blank(line[right]):
        right += 1
    if right == len(line):
        return False  # the line's own end
    follower = line[right]
    if follower in "،,؛;:)]}":
        return False
    word_match = _WORD_RIGHT.search(line, right, min(len(line), right + 60))
    word = word_match.group() if word_match else ""
    if "؟" in stop or "?" in stop or "!" in stop:
        if not closed:
            return spaced or bool(ARABIC_LETTER.match(follower))
        # A question in quotation marks is often a part of the sentence: "هل ننجح؟" سأل الوزير.
        return spaced and (word[:1] in ("و", "ف") or fold(word).text in _words("fresh"))
    if closed and fold(word).text in _words("attribution"):
        return False
    if "…" in stop or ("۔" not in stop and len(stop) > 1):
        # Dots of omission go on more often than not: "هذه الحرب... تتعلق بأحلام روسيا"; in
        # brackets, "للوضع (…) وبشكل عام", they always do.
        said = len(line[max(begin, at - 80) : at].split())
        return spaced and line[after - 1] not in ")]}" and word.startswith("و") and said >= 4
    left_match = _WORD_LEFT.search(line, max(begin, at - 60), at)
    left = left_match.group() if left_match else ""
    if fold(word).text in _words("name_ends"):
        return False
    if not spaced:
        return _glued(left, word, follower, line, right)
    if "a" <= follower <= "z":
        return False
    if _ENUMERATOR.search(line, max(begin, at - 12), at):
        return False  # "ما يلي: 1. وقف النار"
    if left.isdecimal() and len(left) < 3:
        item_before = f" {int(left) - 1}. "
        if item_before in fold(line[max(begin, at - 300) : at]).text:
            return False  # "1. وقف النار 2. تبادل الأسرى"
    return not _abbreviated(left, line, begin, at, word)


def _glued(left: str, word: str, follower: str, line: str, right: int) -> bool:
    """A full stop without a space after it: "إلى روسيا.وقال" ends, "جيه.دي فانس" does not."""
    if not ARABIC_LETTER.match(follower) or "." in left:
        return False
    beyond = line[right + len(word) : right + len(word) + 1]
    return (
        len(fold(left).text) >= 3
        and len(fold(word).text) >= 3
        and bool(ARABIC_LETTER.match(left[-1]))
        and beyond != "."
    )


def _abbreviated(left: str, line: str, begin: int, at: int, word: str) -> bool:
    plain = fold(left).text.lower()
    if not plain:
        return False
    if plain in ("م", "ه") and re.search(r"\d\s*\Z", line[max(begin, at - 8) : at - len(left)]):
        return False  # "عام 2016 م. وقال": the era's letter closes the sentence
    if plain in _words("abbreviations"):
        return True
    letters = plain.split(".")
    if len(letters) > 1 and all(len(part) <= 2 for part in letters):
        # "أ.ف.ب. وقال": after a dotted acronym only a fresh "و…" begins a new sentence.
        return not (word.startswith("و") and len(word) > 3)
    # "أ. منى" and, with the conjunction, "وأ. منى".
    return len(plain.removeprefix("و") or plain) == 1 and plain.isalpha()


def _pairs(line: str) -> tuple[set[int], list[tuple[int, int]]]:
    """Offsets of opening quotation marks, and the short ranges in which nothing is cut.

    The mark's neighbours tell whether it opens or closes: straight marks have no direction and
    curly ones are often typed the wrong way round in Arabic.  A mark that opens while another is
    open means that the first was never closed: it guards nothing.
    """
    openers: set[int] = set()
    found: list[tuple[int, int]] = []
    for family in _QUOTES:
        open_at: int | None = None
        for i in [m.start() for m in family.finditer(line)]:
            before = line[i - 1] if i else " "
            after = line[i + 1] if i + 1 < len(line) else " "
            opens = (before.isspace() or before in "([{:،-–—/") and not after.isspace()
            closes = not before.isspace() and not after.isalnum()
            if open_at is None:
                if closes and not opens:
                    continue
                open_at = i
            elif opens and not closes:
                open_at = i
            else:
                found.append((open_at, i + 1))
                open_at = None
                continue
            openers.add(i)
    open_at = None
    for i in [m.start() for m in _BRACKETS.finditer(line)]:
        if line[i] == "(":
            open_at = i
        elif open_at is not None:
            found.append((open_at, i + 1))
            open_at = None
    # Overlapping ranges are laid together so that one look-up is enough.
    merged: list[tuple[int, int]] = []
    for start, end in sorted(f for f in found if f[1] - f[0] <= SHORT_QUOTE):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return openers, merged


_CLAUSE_MARKS = (
    re.compile(r"[؛;][\"”»]?\s|\.\.+\s|…\s"),
    re.compile(r"[،,:][\"”»]?\s|\s[–—-]\s"),
    re.compile(r"\s"),
)


def _shorten(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = start + LONGEST
        for marks in _CLAUSE_MARKS:
            ends = [m.end() for m in marks.finditer(line, start + LONGEST // 3, start + LONGEST)]
            if ends:
                cut = ends[-1]
                break
        left, right = strip_span(line, start, cut)
        if left < right:
            yield left, right
        start, end = strip_span(line, cut, end)
    if start < end:
        yield start, end


def segment(document: Document) -> tuple[Segment, ...]:
    """Segments of ``document`` in order.

    ``document.text[s.start:s.end] == s.text`` for every segment; they are disjoint and what
    stands between them is blank.  Role and reason are the block's; text outside every block, if
    there is any, counts as article.
    """
    found: list[Segment] = []
    lines: list[list[int]] = []  # indices into ``found``, a list a line
    for block in _covering(document):
        for start, end in line_spans(document.text, block.start, block.end):
            here = []
            for a, b in sentence_spans(document.text[start:end]):
                here.append(len(found))
                found.append(
                    Segment(
                        index=len(found),
                        start=start + a,
                        end=start + b,
                        text=document.text[start + a : start + b],
                        role=block.role,
                        reason_code=block.reason_code,
                        reason_en=block.reason_en,
                        reason_ar=block.reason_ar,
                    )
                )
            lines.append(here)
    for i in _headings(found, lines):
        found[i] = replace(found[i], heading=True)
    return tuple(found)


def _covering(document: Document) -> Iterator[Block]:
    at = 0
    for block in document.blocks:
        if strip_span(document.text, at, block.start)[0] < block.start:
            yield Block(at, block.start, "article")
        yield block
        at = block.end
    if at < len(document.text):
        yield Block(at, len(document.text), "article")


def _headings(found: list[Segment], lines: list[list[int]]) -> Iterator[int]:
    """Article lines of one short piece without final punctuation, above a line that has it.

    Where no line ends in punctuation (lists, one sentence a row) nothing is called a heading.
    """
    article = [line for line in lines if line and found[line[0]].role == "article"]
    punctuated = [bool(_ENDS_SENTENCE.search(found[line[-1]].text)) for line in article]
    for n, line in enumerate(article[:-1]):
        words, chars = (HEADING_WORDS, HEADING_CHARS) if n else (TITLE_WORDS, TITLE_CHARS)
        text = found[line[0]].text
        if len(line) > 1 or punctuated[n] or len(text) > chars or len(text.split()) > words:
            continue
        if punctuated[n + 1] or (n == 0 and any(punctuated[1:])):
            yield line[0]
