"""Bytes → text, with the encoding that was found or assumed.

UTF-8 first; then UTF-16 and UTF-32 by their marks; then the two 8-bit encodings of Arabic that are
still met, windows-1256 and ISO-8859-6.  Everything else is refused by name: a wrongly decoded page
would be judged as broken Arabic.
"""

from __future__ import annotations

import codecs
import re

from ..normalize import ARABIC_LETTER, fold
from ..types import Note
from .raw import ReadError

# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT_MEND = "save it as plain text in UTF-8"
# First bytes → what it is, what to do.
_MAGIC = (
    (b"%PDF", "a PDF file", "export its text and pass that"),
    (b"\x89PNG", "a PNG image", "pass the article's text, not a picture of it"),
    (b"\xff\xd8\xff", "a JPEG image", "pass the article's text, not a picture of it"),
    (b"GIF8", "a GIF image", "pass the article's text, not a picture of it"),
    (b"PK\x03\x04", "a ZIP archive or Office document", "unpack it, or " + _TEXT_MEND),
    (b"\xd0\xcf\x11\xe0", "an old Office document", _TEXT_MEND),
    (b"{\\rtf", "an RTF document", _TEXT_MEND),
    (b"\x1f\x8b", "a gzip archive", "unpack it (only .jsonl.gz is read packed)"),
    (b"PAR1", "a Parquet file", "convert it to JSONL"),
    (b"SQLite format 3", "an SQLite database", "export the texts to CSV or JSONL"),
    (b"\x7fELF", "a program", "pass a text file"),
    (b"\xfd7zXZ", "an XZ archive", "unpack it"),
    (b"BZh", "a bzip2 archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_EIGHT_BIT = {"cp1256": "windows-1256", "iso8859_6": "iso-8859-6"}
# "ال" begins 30 % of the words of native news and these make up another 12 %; the bound is 10 %.
_FREQUENT = frozenset(
    ("في", "من", "على", "الى", "ان", "عن", "مع", "هذا", "هذه", "التي", "الذي", "كان", "ما", "لا")
)
# Sample that decides about an encoding; the whole file is decoded with it afterwards.
SAMPLE = 65_536


def _binary(data: bytes) -> None:
    for magic, what, mend in _MAGIC:
        if data.startswith(magic):
            raise ReadError("binary", f"this is {what}, not text", mend=mend)


def guess(data: bytes, declared: str = "") -> tuple[str, int, tuple[Note, ...]]:
    """(codec name, length of the byte-order mark, notes) for the text that begins with ``data``.

    ``declared`` is an encoding that the text names itself (an HTML ``<meta charset>``).
    Raises :class:`ReadError` where no encoding fits.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec, len(mark), (_mark_note(codec),)
    _binary(data)
    bad = _utf8_error(data)
    if bad is None and not _CONTROLS.search(data):
        return "utf-8", 0, ()
    if codec := _bare_utf16(data):
        return codec, 0, (_assumed_note(codec),)
    if control := _CONTROLS.search(data):
        raise ReadError(
            "binary",
            f"binary data: control byte 0x{control.group()[0]:02X} at byte {control.start()}",
            mend=_TEXT_MEND,
        )
    high = sum(1 for byte in data[:SAMPLE] if byte >= 0x80)
    in_utf8 = sum(len(m) for m in _UTF8_SEQUENCE.findall(data[:SAMPLE]))
    if bad is not None and in_utf8 > 0.8 * high:
        line = data.count(b"\n", 0, bad) + 1
        raise ReadError(
            "encoding",
            f"damaged UTF-8: byte {bad} (line {line}) fits no character",
            mend="save the file again as UTF-8, or mend that line",
        )
    codec = _eight_bit(data[:SAMPLE], declared)
    return codec, 0, (_assumed_note(_EIGHT_BIT[codec]),)


def decode(data: bytes, declared: str = "") -> tuple[str, str, tuple[Note, ...]]:
    """(text without byte-order mark, encoding, notes).  Newlines stay as they are.

    Raises :class:`ReadError` for an empty file, binary data or an unknown encoding.
    """
    if not data:
        raise ReadError("empty", "the file is empty", mend="check that it was saved")
    codec, mark, notes = guess(data, declared)
    try:
        text = data[mark:].decode(codec)
    except UnicodeDecodeError as error:
        raise ReadError(
            "encoding",
            f"not valid {codec}: byte {error.start + mark} fits no character",
            mend="save the file again as UTF-8",
        ) from error
    return text, _EIGHT_BIT.get(codec, codec), notes


def _utf8_error(data: bytes) -> int | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sample may end inside a character.
        return None if error.start > len(data) - 4 and len(data) >= SAMPLE else error.start
    return None


def _bare_utf16(data: bytes) -> str:
    """UTF-16 without its mark: every other byte is 06 (Arabic) or 00 (spaces, digits)."""
    sample = data[:4096]
    if len(data) < 8 or (len(data) % 2 and len(data) < SAMPLE):
        return ""
    for codec, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        halves = sample[first::2]
        arabic, latin = halves.count(6), halves.count(0)
        if arabic > 0.3 * len(halves) and arabic + latin > 0.9 * len(halves):
            return codec
    return ""


def _eight_bit(data: bytes, declared: str) -> str:
    try:
        wanted = codecs.lookup(declared).name if declared else ""
    except LookupError:
        wanted = ""
    if wanted in _EIGHT_BIT and _looks_arabic(data.decode(wanted, errors="replace")):
        return wanted
    from charset_normalizer import from_bytes

    for match in from_bytes(data, cp_isolation=list(_EIGHT_BIT)):
        if match.encoding in _EIGHT_BIT and _looks_arabic(str(match)):
            return match.encoding
    raise ReadError(
        "encoding",
        "binary or unknown encoding: neither UTF-8, UTF-16, UTF-32, windows-1256 nor ISO-8859-6",
        mend="save the file as UTF-8",
    )


def _looks_arabic(text: str) -> bool:
    """Arabic words, and not some other 8-bit text whose bytes happen to be Arabic letters."""
    words = re.findall(r"[^\W\d_]+", fold(text).text)
    arabic = [word for word in words if ARABIC_LETTER.match(word)]
    if not arabic or "\ufffd" in text:
        return False
    # Latin and Arabic letters in one word is what a French or Turkish page turns into.
    mixed = sum(1 for w in words if re.search("[A-Za-z]", w) and ARABIC_LETTER.search(w))
    if mixed > 0.1 * len(arabic):
        return False
    known = sum(1 for word in arabic if word in _FREQUENT or word.startswith(("ال", "وال", "لل")))
    return known >= 0.1 * len(arabic) if len(arabic) >= 10 else True


def _mark_note(codec: str) -> Note:
    return Note(
        "byte-order-mark",
        f"The file begins with a byte-order mark ({codec}); it is not part of the text.",
        f"يبدأ الملف بعلامة ترتيب البايتات ({codec})، وهي لا تُحسب من النص.",
    )


def _assumed_note(name: str) -> Note:
    return Note(
        "encoding-assumed",
        f"The file does not name its encoding; {name} was assumed.",
        f"لا يصرّح الملف بترميزه، وقد افتُرض أنه {name}.",
    )
