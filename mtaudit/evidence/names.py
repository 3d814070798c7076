"""Names and roles: one person spelt twice, a country read as a person, a title on the wrong head.

Machine output spells a name anew each time, reads "Jordan" as a first name and lets a title drift
to the next person.  The witness reads people and their titles (``mtaudit.entities``) and compares
them inside the document and with a table of well-known people; it looks at no other document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..entities import Person, TitleReading, read_people, token_similarity
from ..entities.compare import SAME, SAME_REST, Variant, spelling_key, variants
from ..entities.gazetteer import Country, Known, gazetteer
from ..entities.known import near_family
from ..entities.similarity import name_words, spelling_similarity
from ..entities.words import Sentence
from ..rules import Rule, evidence_of, load_family, make_issue
from ..types import Document, Evidence, Issue, Segment

# Before these a title may be the verb's subject and the name its object (التقى الرئيس الأمريكي
# فلاديمير بوتين), so that nothing is said; after و, a preposition or a stop it may not.
_OPENERS = frozenset(
    ("من", "مع", "عن", "الي", "على", "بين", "ضد", "قال", "وقال", "اكد", "واكد", "اضاف", "واضاف",
     "صرح", "وصرح", "اوضح", "واوضح", "لدي", "نحو", "اعلن", "واعلن")
)  # fmt: skip
# Nations that a title may name beside the person's own: the Union speaks for its members.
_NEUTRAL = frozenset(("EU",))
_SINGLE_STATE = frozenset(
    ("president", "prime minister", "foreign minister", "defence minister", "interior minister",
     "finance minister", "minister", "chancellor", "monarch", "crown prince", "counterpart",
     "vice president", "deputy prime minister")
)  # fmt: skip
# Titles a misread country may follow: the speaker of a state, never a party or club.
_STATE_SPEAKERS = _SINGLE_STATE | {"deputy minister", "ambassador", "security adviser"}


@dataclass(frozen=True, slots=True)
class _Mention:
    segment: Segment
    place: int  # index of the segment in the list given
    sentence: Sentence
    person: Person


class Names:
    """See the module's docstring.  Codes: ``rules/names.toml``."""

    name = "names"

    def __init__(self) -> None:
        self._rules = {rule.code.partition(".")[2]: rule for rule in load_family(self.name)}
        self._furniture = Evidence(self.name, None, "furniture")
        self._nobody = Evidence(self.name, None, "no names in the sentence")

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; abstains for furniture and where nobody is named."""
        mentions: list[_Mention] = []
        for place, segment in enumerate(segments):
            if segment.role == "furniture":
                continue
            sentence, people = read_people(segment.text)
            mentions += [_Mention(segment, place, sentence, person) for person in people]
        found: dict[int, list[Issue]] = defaultdict(list)
        for mention, issue in _issues(self._rules, mentions):
            found[mention.place].append(issue)
        named = {mention.place for mention in mentions}
        out = []
        for place, segment in enumerate(segments):
            if segment.role == "furniture":
                out.append(self._furniture)
            elif place not in named:
                out.append(self._nobody)
            else:
                out.append(evidence_of(self.name, segment, found[place]))
        return out


def _issues(
    rules: dict[str, Rule], mentions: Sequence[_Mention]
) -> Iterator[tuple[_Mention, Issue]]:
    odd: dict[int, list[Variant]] = defaultdict(list)
    for variant in variants([mention.person for mention in mentions]):
        odd[variant.mention].append(variant)
    for i, mention in enumerate(mentions):
        misread = _country_as_person(rules["country-as-person"], mention)
        if misread is not None:
            yield mention, misread
            continue
        if i in odd:
            yield mention, _variant(rules["variant"], mention, odd[i], mentions)
        else:
            unusual = _unusual(rules["unusual-spelling"], mention)
            if unusual is not None:
                yield mention, unusual
        conflict = _role_conflict(rules["role-conflict"], mention)
        if conflict is not None:
            yield mention, conflict
        for title in (mention.person.title, mention.person.after):
            if title is not None and title.doubled is not None and title.state:
                yield mention, _doubled(rules["doubled-country"], mention, title)
    yield from _two_roles(rules["two-roles"], mentions)


def _mark(
    rule: Rule,
    mention: _Mention,
    start: int,
    end: int,
    **fields: object,
) -> Issue:
    return make_issue(
        rule, mention.segment.text, start, end,
        base=mention.segment.start, witness=Names.name, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def _text(mention: _Mention) -> str:
    return mention.segment.text[mention.person.start : mention.person.stop]


def _title_start(mention: _Mention, title: TitleReading) -> int:
    s = mention.sentence
    return s.original(s.spans[title.first][0], s.spans[title.first][1])[0]


def _word_end(mention: _Mention, end: int) -> int:
    """Original offset behind word ``end - 1``."""
    s = mention.sentence
    return s.original(*s.spans[end - 1])[1]


def _variant(
    rule: Rule, mention: _Mention, odd: Sequence[Variant], mentions: Sequence[_Mention]
) -> Issue:
    """Major where the odd spelling is none that Arabic news uses for a known person."""
    person, first = mention.person, odd[0]
    fixed = _text(mention)
    for variant in odd:
        fixed = fixed.replace(_as_written(variant.word, [mention]),
                              _as_written(variant.usual, mentions))  # fmt: skip
    wrong = person.known is not None and not all(v.accepted for v in odd)
    return _mark(
        rule, mention, person.start, person.stop,
        severity="major" if wrong else "minor",
        confidence=rule.confidence if wrong or first.usual_times > first.times else 0.4,
        word=_as_written(first.word, [mention]), usual=_as_written(first.usual, mentions),
        times=first.times, usual_times=first.usual_times, fixed=fixed, more={"usual": fixed},
    )  # fmt: skip


def _as_written(folded: str, mentions: Sequence[_Mention]) -> str:
    """A folded word of somebody's name with its hamzas, as the document has it."""
    for mention in mentions:
        s, person = mention.sentence, mention.person
        for k, word in enumerate(person.words):
            if word == folded:
                start, end = s.original(s.start(person.first + k), s.spans[person.first + k][1])
                return mention.segment.text[start:end]
    return folded


def _display(known: Known, person: Person) -> str:
    """The usual spelling as written (with hamzas), with as many words as the text had."""
    size = len(known.family[0].split())
    words = known.display.split()
    return " ".join(words[-size:]) if len(person.words) <= size else known.display


def _unusual(rule: Rule, mention: _Mention) -> Issue | None:
    """A known person's name in a spelling that Arabic news hardly uses."""
    person, known = mention.person, mention.person.known
    if known is None or person.exact:
        return None
    words = person.words
    size = next(
        (k for k in range(1, len(words) + 1) if near_family(" ".join(words[-k:]))), len(words)
    )
    family = " ".join(words[-size:])
    given = words[0] if len(words) > size else ""
    usual = {w for name in known.given for w in (name, name.split()[0])}
    odd_given = bool(given) and given not in usual and (
        given in known.rare
        or any(
            token_similarity(given, name) >= SAME and spelling_key(given) != spelling_key(name)
            for name in usual
        )
    )  # fmt: skip
    odd_family = family not in known.family
    if not odd_given and not odd_family:
        return None
    fixed = _display(known, person)
    if given and not odd_given:
        given_part = _text(mention).split()[: len(words) - size]
        fixed = " ".join([*given_part, *fixed.split()[-len(known.family[0].split()) :]])
    return _mark(
        rule, mention, person.start, person.stop,
        person=known.english, usual=fixed, more={"person": known.english},
    )  # fmt: skip


def _country_as_person(rule: Rule, mention: _Mention) -> Issue | None:
    """وزير الخارجية جوردان إيمان السفادي: the state's name has become a given name."""
    person, title = mention.person, mention.person.title
    tables = gazetteer()
    if title is None or title.role not in _STATE_SPEAKERS or title.countries:
        return None
    code = tables.transliterated.get(person.words[0])
    if code is None or len(person.words) < 2 or person.known is not None:
        return None
    country = tables.countries[code]
    s = mention.sentence
    start = _title_start(mention, title)
    before = mention.segment.text[start : s.original(s.start(person.first), 0)[0]].strip()
    rest = _text(mention).split(maxsplit=1)[1]
    known = _known_rest(name_words(rest), country)
    if known is not None:
        rest = known.display
    feminine = s.words[title.first].text.endswith("ة")
    adjective = country.adjective + ("ة" if feminine else "")
    return _mark(
        rule, mention, start, person.stop,
        country=_text(mention).split()[0], fixed=f"{before} {adjective} {rest}",
        more={"country": code} | ({"person": known.english} if known else {}),
    )  # fmt: skip


def _known_rest(words: tuple[str, ...], country: Country) -> Known | None:
    """The well-known person of that country whose name the misread rest is a spelling of."""
    for known in gazetteer().known:
        theirs = name_words(known.key)
        if (
            country.code in known.countries
            and len(theirs) == len(words)
            and all(
                spelling_similarity(spelling_key(a), spelling_key(b)) >= SAME_REST
                for a, b in zip(words, theirs, strict=True)
            )
        ):
            return known
    return None


def _role_conflict(rule: Rule, mention: _Mention) -> Issue | None:
    """A state's title in front of a well-known person of another state."""
    person, title, known = mention.person, mention.person.title, mention.person.known
    if known is None or title is None or title.role not in _SINGLE_STATE:
        return None
    if title.several or title.former or not title.countries or len(person.words) < 2:
        return None
    nations = set(title.countries)
    if nations & set(known.countries) or nations & _NEUTRAL:
        return None
    if not _opens(mention.sentence, title.first):
        return None
    after = person.after
    agrees = after is not None and bool(set(after.countries) & set(known.countries))
    end = _word_end(mention, after.end) if agrees and after else person.stop
    tables = gazetteer()
    own, titled = tables.countries.get(known.countries[0]), tables.countries[title.countries[0]]
    return _mark(
        rule, mention, _title_start(mention, title), end,
        confidence=0.95 if agrees else rule.confidence,
        titled=titled.english[0], titled_ar=titled.name, person=known.english,
        own=own.english[0] if own else known.countries[0],
        own_ar=own.name if own else known.countries[0], more={"person": known.english},
    )  # fmt: skip


def _opens(s: Sentence, first: int) -> bool:
    """Whether the title cannot be the subject of a verb whose object is the name."""
    if first == 0 or s.words[first].skip:
        return True
    return s.words[first - 1].text in _OPENERS or s.gap(first - 1).strip() != ""


def _doubled(rule: Rule, mention: _Mention, title: TitleReading) -> Issue:
    """وزير الخارجية الروسي في روسيا; major with ل, which can mean nothing else."""
    s = mention.sentence
    assert title.doubled is not None
    first, end = title.doubled
    start, stop = _title_start(mention, title), _word_end(mention, end)
    cut = _word_end(mention, first)  # the words before the second naming stay
    return _mark(
        rule, mention, start, stop,
        severity="major" if s.words[first].text.startswith("ل") else "minor",
        fixed=mention.segment.text[start:cut],
    )  # fmt: skip


def _two_roles(rule: Rule, mentions: Sequence[_Mention]) -> Iterator[tuple[_Mention, Issue]]:
    """Somebody not in the table with titles of two states in one document; the later is marked."""
    first: dict[str, tuple[str, str]] = {}
    tables = gazetteer()
    for mention in mentions:
        person, title = mention.person, mention.person.title
        if person.known is not None or title is None or len(person.words) < 2:
            continue
        if title.role not in _SINGLE_STATE or title.several or title.former:
            continue
        if len(title.countries) != 1 or title.countries[0] not in tables.countries:
            continue
        country = title.countries[0]
        role, other = first.setdefault(person.name, (title.role, country))
        if other == country or {other, country} & _NEUTRAL:
            continue
        here, there = tables.countries[country], tables.countries[other]
        yield mention, _mark(
            rule, mention, _title_start(mention, title), person.stop,
            name=_text(mention), titled=here.english[0], titled_ar=here.name,
            own=there.english[0], own_ar=there.name, more={"other_role": role},
        )  # fmt: skip
