"""What an article is about, as a row of numbers: its names, dates and rarest words."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..facts import fact_keys
from ..normalize import arabic_share
from ..stems import content_stems
from ..types import Segment

Terms = NDArray[np.uint32]
# Terms kept of a report: the half of them that its names, amounts and dates may take, first
# mentioned first; the rest goes to the stems of most weight.  256 bytes a report.
TERMS = 64
_KEYS = TERMS // 2
# News says what it is about early; a page of a hundred sentences is mostly other news.
SENTENCES = 60
RELATED_NEWS = "related-news"


def sentences(segments: Sequence[Segment]) -> list[str]:
    """The article's own sentences; where a page has none, those of its blocks of other news."""
    own = [s.text for s in segments if s.role == "article"]
    rest = [s.text for s in segments if s.reason_code == RELATED_NEWS]
    return [text for text in (own or rest) if (arabic_share(text) or 0.0) >= 0.5][:SENTENCES]


def terms_of(texts: Sequence[str], most: int | None = TERMS) -> Terms:
    """Numbers of an article's terms, each once, ascending; at most ``most`` (``None``: all)."""
    keys = Counter(key for text in texts for key in sorted(fact_keys(text)))
    rarity: dict[str, float] = {}
    times: Counter[str] = Counter()
    for text in texts:
        rarity.update(content_stems(text))
        times.update(content_stems(text).keys())
    weights = {stem: rarity[stem] * (1.0 + math.log(n)) for stem, n in times.items()}
    names = list(keys)[: _KEYS if most is not None else None]
    rarest = sorted(weights, key=lambda stem: (-weights[stem], stem))
    rest = rarest[: most - len(names)] if most is not None else rarest
    found = [_number("k:" + key) for key in names] + [_number("s:" + stem) for stem in rest]
    return np.unique(np.array(found, dtype=np.uint32))


def _number(term: str) -> int:
    """32 bits: of a million terms some hundred share their number with another, to no harm.
    0 stands for no term."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) or 1
