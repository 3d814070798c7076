"""Is an article written as news is?  The thresholds of the verdict were measured on nothing else.

Software documentation holds a Latin word in every other sentence, a social post is strung with tags
and pictographs.  Of both, people's own text was called machine translation far more often than the
rate that is shown with a verdict; where one of them is more frequent than native news has it, there
is no verdict, and the reason says so (docs/DETECTOR.md has the figures).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .normalize import WORD, arabic_share

# Fewer occurrences than this make no manner, however short the text: a badly translated one has
# some words left in Latin letters, too.  Six of 3 … 8: nine manuals in ten are still told apart.
FEWEST: Mapping[str, int] = {"latin": 6, "tags": 3}
# A sentence that is not Arabic was left untranslated: that is damage, and no manner of writing.
_ARABIC = 0.5
_LATIN = re.compile(r"(?<!\w)[A-Za-z\u00c0-\u024f][\w.+/-]*")
# Tags, mentions, links; pictographs, dingbats and arrows (Unicode 15.1 blocks).
_TAGS = re.compile(r"[#@]\w|https?://|\bwww\.|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Manner:
    """Occurrences in the Arabic sentences of an article, and how many words those have."""

    latin: int
    tags: int
    words: int

    def shares(self) -> dict[str, float]:
        """Occurrences a word, by name; 0 where there are fewer than :data:`FEWEST`."""
        counts = {"latin": self.latin, "tags": self.tags}
        return {
            name: count / self.words if count >= FEWEST[name] and self.words else 0.0
            for name, count in counts.items()
        }


def manner(sentences: Iterable[str]) -> Manner:
    """How the ``sentences`` of an article are written."""
    arabic = [text for text in sentences if (arabic_share(text) or 0.0) >= _ARABIC]
    return Manner(
        sum(len(_LATIN.findall(text)) for text in arabic),
        sum(len(_TAGS.findall(text)) for text in arabic),
        sum(len(WORD.findall(text)) for text in arabic),
    )


def unlike_news(found: Manner, limits: Mapping[str, float]) -> str:
    """Why there is no verdict on an article of this manner; empty where there may be one.

    ``limits``: the share of native news' manner above which a text is not judged, by the names of
    :meth:`Manner.shares` (fitted by ``scripts/fit_detector.py``); one that is missing bars nothing.
    """
    shares = found.shares()
    told = {
        "latin": f"not written like news: {found.latin} words in Latin letters",
        "tags": f"not written like news: {found.tags} tags, links and pictographs",
    }
    return next((told[name] for name in told if shares[name] > limits.get(name, float("inf"))), "")
