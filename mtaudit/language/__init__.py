"""Counts of native Arabic news and what they say of a text (docs/LANGUAGE_STATS.md)."""

from .stats import BREAK_ID, LanguageStats
from .text import Passage, Units

__all__ = ["BREAK_ID", "LanguageStats", "Passage", "Units"]
