"""HTML: the main text of the page, as trafilatura finds it.  Nothing in the page is run or loaded.

Offsets point into the extracted text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..normalize import fold
from ..types import Note
from .decode import decode
from .raw import Limits, Raw, ReadError
from .text import load

# The prescan of the HTML standard looks at the first 1,024 bytes; real pages are less tidy.
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_NO_TEXT_MEND = "save the article's text in a .txt file and pass that"


def read(path: Path, text_column: str, limits: Limits) -> Iterator[Raw]:
    data = load(path, limits)
    declared = _CHARSET.search(data[:4096])
    page, encoding, notes = decode(data, declared.group(1).decode("ascii") if declared else "")
    text, title = _extract(page)
    if not text.strip():
        raise ReadError("no-main-text", "no article text found in the page", mend=_NO_TEXT_MEND)
    metadata = {"title": title} if title else {}
    if title and fold(title).text not in fold(text).text:
        notes = (
            *notes,
            Note(
                "title-dropped",
                f"The page's title is not part of the extracted text: {title}",
                f"عنوان الصفحة ليس ضمن النص المستخرج: {title}",
            ),
        )
    yield Raw(
        text, encoding, media="html", offsets_into="extracted", notes=notes, metadata=metadata
    )


def _extract(page: str) -> tuple[str, str]:
    """(main text, title) of the page."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            page, include_comments=False, include_tables=False, with_metadata=True
        )
    except Exception as error:  # whatever a hostile page does to the parser is one page's failure
        raise ReadError(
            "html", f"the page cannot be parsed ({type(error).__name__})", mend=_NO_TEXT_MEND
        ) from error
    if found is None:
        return "", ""
    title = " ".join((found.title or "").split())[:300]
    return found.text or "", title
