"""Who says what a sentence says: the person or body beside a verb of saying.

Read where Arabic news puts them: right behind the verb, with a title ("قال وزير الخارجية الروسي
سيرغي لافروف إن"), right before it ("وكان لافروف قد أكد"), behind "according to" ("وفقا لرويترز"),
or before the colon of a headline ("لافروف: …").  Someone named in between is no speaker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..normalize import fold
from .reader import Entity

# Folded; with any of و ف in front, in the masculine, feminine and plural.
_SAYING = (
    "قال|اضاف|اكد|اوضح|اعلن|صرح|ذكر|افاد|شدد|راي|اعتبر|اشار|لفت|تابع|نقل|كشف|حذر|كتب|زعم|نفي"
    "|ابلغ|اخبر|اعرب|عبر|وصف|اتهم|دعا|طالب|تعهد|استبعد|رجح|توقع"
)
_VERB = rf"(?:[وف]?(?:كما )?[وف]?(?:{_SAYING})(?:ت|وا|ا)?|[وف]?قالت?|[وف]?رات|[وف]?نفت|[وف]?دعت)"
_ACCORDING = r"[وف]?(?:وفقا|وفق|بحسب|حسب|حسبما|نقلا|طبقا)(?: (?:قال|افاد|ذكر|اعلن)ت?)?(?: عن)?"
# Words that may stand between the verb and the speaker's title or name: "اعلن ذلك من قبل".
_DAY = "ال(?:احد|اثنين|ثلاثاء|اربعاء|خميس|جمعة|سبت)"
_BETWEEN = rf"(?:[،,:]|\s|من جانبه|بدوره|امس|اليوم|ايضا|ب?(?:ذلك|هذا)|من قبل|{_DAY}|وكالة)*"
_BEFORE = re.compile(rf"(?:^|[^\w])(?:{_VERB}|{_ACCORDING}){_BETWEEN}ل?\s*$")
_AFTER = re.compile(rf"^[،,]?\s*(?:قد |ايضا )?{_VERB}(?!\w)")
_COLON = re.compile(r"^\s*:")
_SPEAKERS = ("person", "organisation")
# Characters of the sentence that are looked at on either side.
_REACH = 60


def speakers(text: str, found: Sequence[Entity]) -> tuple[Entity, ...]:
    """Those of a sentence's entities (as :func:`mtaudit.entities.entities` gives them) that speak
    in it, in text order."""
    titles = {entity.end: entity.start for entity in found if entity.kind == "title"}
    speaking = []
    for entity in found:
        if entity.kind not in _SPEAKERS:
            continue
        start = _title_start(text, entity, titles)
        before = fold(text[max(0, start - _REACH) : start]).text
        after = fold(text[entity.end : entity.end + _REACH]).text
        headline = not text[:start].strip() and _COLON.match(after)
        if headline or _BEFORE.search(before) or _AFTER.match(after):
            speaking.append(entity)
    return tuple(speaking)


def _title_start(text: str, entity: Entity, titles: dict[int, int]) -> int:
    """Where the title in front of a name begins; the name's own start where there is none."""
    for end, start in titles.items():
        if end <= entity.start and not text[end : entity.start].strip(" ،,"):
            return start
    return entity.start
