"""Sentences that say only who said the sentence before, and where: "أعلن ذلك لافروف في مؤتمر صحفي".

Such a sentence has no content that a clean report could cover: what it states is the statement
itself.  Its counterpart is the clean sentence in which the same person speaks on the same occasion
("وأوضح لافروف في مؤتمر صحافي أن …"), whatever is said there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .entities import Entity, speakers
from .facts import read_entities, same_entity
from .normalize import fold

# All patterns are for folded text: no hamza on an alif, no dotless yaa.
# What is announced is a pronoun: "اعلن ذلك", "جاءت هذه التصريحات", "هذا ما اكده".
_SAID = "اعلن|صرح|قال|اكد|ذكر|افاد|اوضح|ادلي|ادل|اشار|كشف|جاء|اتي|ات|ورد"
_NAMED = "تصريح|تصريحات|اعلان|بيان|كلام|حديث|اقوال|تاكيد|موقف|مواقف"
# "قال هذا المسؤول" is no pronoun.
_THAT = rf"(?:[بل]|عن |الي )?(?:ذلك |(?:هذا|هذه)(?: ال(?:{_NAMED})(?!\w)| (?!ال)))"
_BACK = re.compile(
    rf"^\W*[وف]?(?:كما |قد |لقد )?[وف]?(?:{_SAID})(?:ت|وا)? {_THAT}"
    rf"|^\W*[وف]?(?:هذا|ذلك) ما (?:{_SAID})(?:ت|وا)?ه?ا?(?!\w)"
)
# Here the sentence goes on to say something: what was said, or after what.
_CONTENT = re.compile(
    r"(?<!\w)(?:ان|انه|انها|انهم|بان|بانه|بانها|حيث|قائلا|قائلة|مضيفا|مضيفة|بعد|بعدما|عقب|رغم|بسبب|ردا)(?!\w)"
)

_PRESS = "(?:ال)?(?:صحفي|صحافي|تلفزيوني|اذاعي)(?:ا|ين)?"
_OCCASION = {
    name: re.compile(rf"(?<!\w)(?:[وف]?[بل]?)(?:{pattern})(?!\w)")
    for name, pattern in {
        "press conference": rf"(?:ال)?مؤتمر(?:ا|ه|ها|ين)? {_PRESS}",
        "interview": rf"(?:ال)?مقابل(?:ة|ته|تها|ات)|(?:ال)?(?:حوار|لقاء|حديث)(?:ا|ه|ها)? {_PRESS}",
        "statement": "(?:ال)?بيان(?:ا|ه|ها)?|(?:ال)?تصريح(?:ا|ه|ها|ات|اته|اتها)?",
        "speech": "(?:ال)?(?:خطاب(?:ا|ه|ها)?|كلم(?:ة|ته|تها))",
        "briefing": rf"(?:ال)?احاط(?:ة|ته|تها)|(?:ال)?ايجاز(?:ا|ه|ها)? {_PRESS}",
        "post": "(?:ال)?(?:تغريد|تدوين)(?:ة|ته|تها|ات)|(?:ال)?منشور(?:ا|ه|ها|ات)?",
        "call": "(?:ال)?(?:اتصال|مكالمة)(?:ا|ات)? (?:ال)?هاتفي(?:ا|ة)?",
    }.items()
}
# Someone behind these words was met or spoken of, not heard.
_NOT_HEARD = re.compile(r"(?<!\w)(?:مع|الي|بحضور|بمشاركة|منذ|ضد|حول|بشان|عن)(?!\w)")


@dataclass(frozen=True, slots=True)
class Statement:
    """Who speaks in a sentence, and on what occasions."""

    speakers: tuple[Entity, ...]
    occasions: frozenset[str]

    def same(self, other: Statement) -> bool:
        """Whether one of the speakers and one of the occasions are the same."""
        return bool(self.occasions & other.occasions) and any(
            same_entity(mine, theirs) for mine in self.speakers for theirs in other.speakers
        )


def refers_back(text: str) -> bool:
    """Whether the sentence announces another one and adds nothing but who, where and when."""
    folded = fold(text).text
    found = _BACK.match(folded)
    return found is not None and not _CONTENT.search(folded, found.end())


def read_statement(text: str) -> Statement | None:
    """Who speaks in a sentence and where; ``None`` where it does not say both."""
    folded = fold(text).text
    occasions = frozenset(name for name, rule in _OCCASION.items() if rule.search(folded))
    if not occasions:
        return None
    found = read_entities(text)
    said = speakers(text, found)
    if not said and _BACK.match(folded):
        said = _first(text, found)
    return Statement(said, occasions) if said else None


def _first(text: str, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The first person named, unless they may not be the one who speaks."""
    people = [entity for entity in found if entity.kind == "person"]
    if not people or _NOT_HEARD.search(fold(text[: people[0].start]).text):
        return ()
    return (people[0],)
