"""Fragments: words that fell out of their sentence, hanging ends, glued pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import regex

from ..normalize import TATWEEL, fold, whole_words, word_count
from ..rules import evidence_of, issues_of, load_family, make_issue, word_table
from ..types import Document, Evidence, Issue, Segment

# Two or fewer words between two full stops on one line.  Searched line by line and not sentence by
# sentence, so that it does not matter how the line was cut.
_DANGLING = regex.compile(
    r"(?<=[\p{Arabic}\d\"”»)]\.[\"”»]? )(?P<span>\p{Arabic}+(?: \p{Arabic}+)?)\.(?=\s|$)"
)
_QUOTE_GLUED = regex.compile(r"(?<=\p{Arabic}{2})(?P<mark>[\"«“])(?=\p{Arabic})")
_STOPS = frozenset(".!?؟۔…:؛،")
_CLOSERS = "\"“”„‟«»’')]} "
_SPEECH = frozenset(
    {"قال", "قالت", "صرح", "صرحت", "اكد", "اكدت", "اعلن", "اعلنت", "اضاف", "اضافت", "اوضح",
     "اوضحت", "ذكر", "ذكرت", "اشار", "اشارت", "شدد", "شددت", "راي", "رات", "اعتبر", "اعتبرت",
     "حذر", "حذرت", "كشف", "كشفت"}
)  # fmt: skip
_TITLE = (
    r"(?:المستشار|الرييس|الوزير|المتحدث|المبعوث|السفير|الناطق|المسوول|القايد|الجنرال|الملك|الامير"
    r"|رييس|وزير|نايب|مستشار|متحدث|سفير|مدير|مسوول|امين|قايد|زعيم|مبعوث)"
    r"(?:ة|ه|ين|ون)?"
)
# Ends that are nothing by themselves.  Left out because they do end sentences: قبل، بعد، دون، نحو،
# حول، بين (adverbs and verbs), في ("سانتا في") unless the sentence is long, من ("أقوى من من؟").
# Compared as written: folded, "على" would be the name علي and "لدى" would be لدي.
_HANGING = frozenset(
    {"إلى", "الى", "على", "لدى", "عن", "أن", "إن", "بأن", "لأن", "وأن", "التي", "الذي",
     "الذين", "والتي", "والذي", "كي", "لكي", "حيث", "منذ", "لكن", "ولكن", "إذا", "وإلى", "وعلى"}
)  # fmt: skip
_HANGING_LONG = frozenset({"في", "من", "مع", "أو", "كما"})
# Shorter "sentences" that end so are headings, names and quotations of speech.
HANGING_WORDS = 6
# One-word sentences that are sentences.
_WHOLE = frozenset(
    {"لا", "نعم", "كلا", "اجل", "بلي", "حسنا", "ابدا", "ربما", "بالتاكيد", "طبعا", "بالطبع", "شكرا",
     "انتهي", "صحيح", "تماما", "مستحيل", "اطلاقا", "مثلا", "فعلا", "حقا", "يتبع", "رويترز",
     "وكالات", "عفوا", "اهلا", "مرحبا", "سلام", "خطا", "جيد", "ممتاز", "هكذا", "لماذا", "كفي",
     "لحظة", "قطعا", "السلام عليكم", "عاجل", "ميلادي", "هجري", "ميلادية", "هجرية"}
)  # fmt: skip
# Such a pair is a piece of a sentence.  A definite noun with an indefinite word is a whole one
# ("الحياة معقدة"), and so is a verb with its subject.
_PIECE = regex.compile(
    r"(?:في|من|الي|علي|عن|مع|بين|ضد|منذ|عبر) \p{Arabic}+$"
    r"|(?:و?ال\p{Arabic}{3,}|بال\p{Arabic}+|لل\p{Arabic}+) ال\p{Arabic}+$"
)
# Perfect and imperfect verbs by their look; a single verb with its subject inside is a sentence.
_VERB = regex.compile(r"^(?:[وف])?(?:[يتنا]\p{Arabic}{3,}|\p{Arabic}{2,}(?:ت|نا|وا|تم|ني|ته|تها))$")
# Paragraphs shorter than this are headings or bylines and need no full stop.
PARAGRAPH_WORDS, OTHERS, SHARE = 7, 5, 0.85


@cache
def _places() -> frozenset[str]:
    """Arabic names of countries and cities, folded."""
    return frozenset(
        fold(row[1]).text for row in word_table("latin_names.tsv") if row[2] == "place"
    )


def _looks_like_verb(word: str) -> bool:
    return not word.startswith("ال") and word not in _places() and bool(_VERB.match(word))


@cache
def _displaced() -> regex.Pattern[str]:
    """Name of a place, verb of speech, a title: the place belongs to another sentence."""
    names = "|".join(sorted((regex.escape(p) for p in _places()), key=len, reverse=True))
    verbs = "|".join(sorted(_SPEECH))
    return regex.compile(rf"^(?P<span>(?:{names})) (?:{verbs}) {_loose(_TITLE)}(?!\p{{Arabic}})")


def _loose(expression: str) -> str:
    """Hamza seats are not folded: let "رئيس" and "رييس" both match."""
    return (
        expression.replace("رييس", "ر[ئي]يس")
        .replace("وول", "[ؤو]ول")
        .replace("نايب", "نا[ئي]ب")
        .replace("قايد", "قا[ئي]د")
    )


def _stopped(text: str) -> bool:
    """Whether the text ends in a mark that ends or announces something."""
    return text.rstrip(_CLOSERS)[-1:] in _STOPS


class Fragments:
    """Pattern rules of ``rules/fragments.toml`` and what needs the neighbours to be seen."""

    name = "fragments"

    def __init__(self) -> None:
        rules = load_family(self.name)
        self._patterns = tuple(rule for rule in rules if rule.pattern is not None)
        self._rules = {rule.code.split(".")[1]: rule for rule in rules}

    def examine(self, document: Document, segments: Sequence[Segment]) -> list[Evidence]:
        """One :class:`Evidence` a segment; furniture is an abstention."""
        article = [segment for segment in segments if segment.role == "article"]
        lines = _lines(document, article)
        found: dict[int, list[Issue]] = defaultdict(list)
        for line in lines:
            self._dangling(document, line, found)
        for segment in self._unfinished(lines):
            last = segment.text.split()[-1]
            start = segment.text.rindex(last)
            found[segment.index].append(
                self._issue("unfinished", segment, start, len(segment.text))
            )
        evidence = []
        for segment in segments:
            if segment.role == "furniture":
                evidence.append(Evidence(self.name, None, "furniture"))
                continue
            issues = [
                *found.get(segment.index, ()),
                *issues_of(self._patterns, segment.text, segment.start, self.name),
                *self._sentence(segment),
            ]
            features = {
                "words": float(word_count(segment.text)),
                "no_final_stop": float(not segment.heading and not _stopped(segment.text)),
            }
            evidence.append(evidence_of(self.name, segment, issues, features))
        return evidence

    def _issue(self, code: str, segment: Segment, start: int, end: int, **fields: Any) -> Issue:
        return make_issue(self._rules[code], segment.text, start, end, base=segment.start, **fields)

    def _dangling(
        self, document: Document, line: list[Segment], found: dict[int, list[Issue]]
    ) -> None:
        base = line[0].start
        text = document.text[base : line[-1].end]
        if text.count(".") < 2:
            return
        for match in _DANGLING.finditer(text):
            said = fold(match.group("span")).text
            words = said.split()
            one = len(words) == 1
            if said in _WHOLE or words[0] in _WHOLE:
                continue
            if one and (_looks_like_verb(said) or len(said) < 2):
                continue
            if not one and not _PIECE.match(said):
                continue
            start, end = match.span("span")
            for segment in line:
                if segment.start <= base + start < segment.end:
                    shift = base - segment.start
                    code = "dangling-word" if one else "dangling-pair"
                    found[segment.index].append(
                        self._issue(code, segment, start + shift, end + shift)
                    )

    def _unfinished(self, lines: list[list[Segment]]) -> Iterator[Segment]:
        """Long lines without final punctuation where most of the others have it."""
        last = [
            line[-1]
            for line in lines
            if not line[-1].heading and sum(word_count(s.text) for s in line) >= PARAGRAPH_WORDS
        ]
        open_ended = [s for s in last if not _stopped(s.text)]
        if len(last) - len(open_ended) >= OTHERS and len(open_ended) <= (1 - SHARE) * len(last):
            yield from open_ended

    def _sentence(self, segment: Segment) -> Iterator[Issue]:
        yield from self._hanging(segment)
        folded = fold(segment.text)
        if not _SPEECH.isdisjoint(folded.text.split(" ", 4)[1:4]) and (
            m := _displaced().match(folded.text)
        ):
            start, stop = folded.original(*m.span("span"))
            yield self._issue("displaced-noun", segment, start, stop, noun=segment.text[start:stop])
        if '"' not in segment.text and "«" not in segment.text and "“" not in segment.text:
            return
        for match in _QUOTE_GLUED.finditer(segment.text):
            straight = match["mark"] == '"'
            if straight and segment.text.count('"', 0, match.start("mark")) % 2:
                continue  # it closes: the fault is the missing space after it, a typist's
            start, _ = whole_words(segment.text, match.start() - 1, match.start())
            if segment.text[start : match.start()] in ("ال", "بال", "وال", "لل"):
                continue
            if segment.text[match.start() - 1] == TATWEEL:
                continue  # "لـ\"العربية\"": the tatweel joins on purpose
            yield self._issue("glued-quote", segment, start, match.end() + 1)

    def _hanging(self, segment: Segment) -> Iterator[Issue]:
        text = segment.text.rstrip(" .؟!")
        last = text[text.rfind(" ") + 1 :]
        if segment.heading or (last not in _HANGING and last not in _HANGING_LONG):
            return
        words = text.split()
        if last in _HANGING_LONG and (
            len(words) <= 2 * HANGING_WORDS
            or segment.text.endswith("؟")
            or words[-2] == "سانتا"  # "سانتا في", the city
        ):
            return
        if len(words) >= HANGING_WORDS:
            yield self._issue("hanging-end", segment, len(text) - len(last), len(text))


def _lines(document: Document, segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments that stand on one line, line by line."""
    lines: list[list[Segment]] = []
    for segment in segments:
        if lines and "\n" not in document.text[lines[-1][-1].end : segment.start]:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return lines
