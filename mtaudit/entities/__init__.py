"""The entity reader that the names witness, the reference comparison and the round trip share.

No model: own tables (``mtaudit/evidence/data``) and a distilled name list (``models/names``).
"""

from __future__ import annotations

from .compare import names_against
from .english import english_names, matches_english
from .lost import arabic_numbers_lost, english_numbers, names_lost
from .people import Person, read_people
from .reader import Entity, entities
from .similarity import same_name, spelling_similarity, token_similarity
from .speakers import speakers
from .titles import TitleReading

__all__ = [
    "Entity",
    "Person",
    "TitleReading",
    "arabic_numbers_lost",
    "english_names",
    "english_numbers",
    "entities",
    "matches_english",
    "names_against",
    "names_lost",
    "read_people",
    "same_name",
    "speakers",
    "spelling_similarity",
    "token_similarity",
]
