"""Are changed numbers, names, dates and negations found when a clean report stands beside?

    PYTHONPATH=. python scripts/measure_facts.py --data ../shared/data --sentences 500

Clean sentences come from whole native articles (detect/native_news_dev). In each one fact is
changed by rule (a number, a person, a date; a negation taken away or put in) and the changed
sentence is compared with the original as its report. Found: a fact of that kind "differs" at the
changed words. A false alarm is any other fact that "differs", there and in control pairs, where
only the writing was changed (digits of the other system, quotation marks, the spelling of
nationalities, the last clause dropped).
"""

from __future__ import annotations

import argparse
import collections
import json
import lzma
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from mtaudit.entities import entities
from mtaudit.facts import compare_facts
from mtaudit.segment import segment
from mtaudit.types import Document

PEOPLE = [
    "دونالد ترامب", "فلاديمير بوتين", "إيمانويل ماكرون", "أنغيلا ميركل", "رجب طيب أردوغان",
    "بنيامين نتنياهو", "حسن روحاني", "تيريزا ماي", "عبد الفتاح السيسي", "سيرغي لافروف",
]  # fmt: skip
MONTHS = ["يناير", "فبراير", "مارس", "أبريل", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
          "نوفمبر", "ديسمبر"]  # fmt: skip
DAYS = ["الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"]
WORDS = ["ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة",
         "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"]  # fmt: skip
NEGATION = re.compile(
    r"(?<!\S)(?:لا|لم|لن) (?!يزال|تزال|يزل|تزل|سيما|بد |شك|يقل|تقل)(?=[يتن]\S{2,})"
)
IMPERFECT = re.compile(
    r"(?<!\S)(?=ي(?:مكن|جب|ريد|عرف|تضمن|شمل|سمح|دعم|مثل|عتبر|حتاج|تطلب|وجد|ستطيع)\b)"
)
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
Change = tuple[str, str]  # the changed sentence, the kind


def other(options: list[str], one: str, chance: random.Random) -> str:
    """Another of the same list."""
    return chance.choice([option for option in options if option != one])


def number(text: str, chance: random.Random) -> Iterator[str]:
    """Another figure, or another number word of the same gender."""
    for entity in entities(text):
        if entity.kind not in ("number", "percent", "money"):
            continue
        if digits := re.search(r"\d+", entity.text):
            value = str(int(digits.group()) + chance.choice([2, 3, 7, 30]))
            changed = entity.text.replace(digits.group(), value, 1)
        elif words := [w for w in WORDS if re.search(rf"(?<!\S){w}(?!\S)", entity.text)]:
            group = WORDS[:8] if words[0] in WORDS[:8] else WORDS[8:]
            changed = entity.text.replace(words[0], other(group, words[0], chance), 1)
        else:
            continue
        yield text[: entity.start] + changed + text[entity.end :]


def name(text: str, chance: random.Random) -> Iterator[str]:
    """Another well-known person in the place of a full name."""
    for entity in entities(text):
        if entity.kind == "person" and " " in entity.text:
            options = [p for p in PEOPLE if p.split()[-1] not in text]
            yield text[: entity.start] + chance.choice(options) + text[entity.end :]


def date(text: str, chance: random.Random) -> Iterator[str]:
    """Another day, month, weekday or year."""
    for entity in entities(text):
        if entity.kind != "date" or "/" in text[entity.start : entity.end + 3]:
            continue  # "يناير/كانون الثاني" would have to be changed twice
        for options in (MONTHS, DAYS):
            for one in options:
                if one in entity.text:
                    changed = entity.text.replace(one, other(options, one, chance), 1)
                    yield text[: entity.start] + changed + text[entity.end :]
        if year := re.search(r"(?:19|20)\d\d", entity.text):
            changed = entity.text.replace(year.group(), str(int(year.group()) - 3), 1)
            yield text[: entity.start] + changed + text[entity.end :]


def negation(text: str, chance: random.Random) -> Iterator[str]:
    """The particle before a verb taken away, or one put before a common verb."""
    for match in NEGATION.finditer(text):
        yield text[: match.start()] + text[match.end() :]
    for match in IMPERFECT.finditer(text):
        if not re.search(r"(?:لا|لم|لن|أن|كي|ألا)\s$", text[: match.start()]):
            yield text[: match.start()] + "لا " + text[match.start() :]


def control(text: str) -> Iterator[str]:
    """The same said: other digits, marks, spellings; the end left out."""
    changed = text.translate(EASTERN).replace("أميرك", "أمريك").replace('"', "”").replace("«", "“")
    yield changed
    if "،" in text:
        yield text[: text.rindex("،")] + "."


KINDS: dict[str, Callable[[str, random.Random], Iterator[str]]] = {
    "number": number, "person": name, "date": date, "negation": negation,
}  # fmt: skip
SAME = {"percent": "number", "money": "number"}


def clean_sentences(data: Path, seed: int) -> list[str]:
    """Native sentences of 8-40 words, in a fixed random order."""
    found: list[str] = []
    with lzma.open(data / "detect" / "native_news_dev.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            document = Document(doc_id="", text=json.loads(line)["text"])
            found += [s.text for s in segment(document) if 8 <= len(s.text.split()) <= 40]
    random.Random(seed).shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--seed", type=int, default=5, help="which sentences come first")
    parser.add_argument("--show", type=int, default=0, help="misses and false alarms to print")
    args = parser.parse_args()
    chance = random.Random(6)
    done: collections.Counter[str] = collections.Counter()
    hits: collections.Counter[str] = collections.Counter()
    false: collections.Counter[str] = collections.Counter()
    shown = 0
    each = args.sentences // len(KINDS)
    for text in clean_sentences(args.data, args.seed):
        if sum(done[kind] for kind in KINDS) >= each * len(KINDS):
            break
        kind = min(KINDS, key=lambda k: done[k])
        changed = next((c for c in KINDS[kind](text, chance) if c != text), None)
        if changed is None:
            # Rare kinds would hold up the rest: another kind takes the sentence.
            options = [k for k in KINDS if done[k] < each and k != kind]
            found = [(k, next(KINDS[k](text, chance), None)) for k in options]
            pairs = [(k, c) for k, c in found if c and c != text]
            if not pairs:
                continue
            kind, changed = pairs[0]
        done[kind] += 1
        differs = [f for f in compare_facts(changed, text) if f.status == "differs"]
        mine = [f for f in differs if SAME.get(f.kind, f.kind) == kind]
        # A person's title, and that the person speaks, belong to the person that was changed.
        theirs = ("title", "speaker") if kind == "person" else ()
        rest = [f for f in differs if f not in mine and f.kind not in theirs]
        hits[kind] += bool(mine)
        false[kind] += len(rest) + max(0, len(mine) - 1)
        if args.show > shown and (not mine or rest):
            shown += 1
            print(kind, "|", text, "|", changed, "|", differs)
        for same in control(text):
            done["control"] += 1
            wrong = [f for f in compare_facts(same, text) if f.status == "differs"]
            false["control"] += len(wrong)
            if args.show > shown and wrong:
                shown += 1
                print("control |", text, "|", same, "|", wrong)
    print("| change | sentences | found | recall | false alarms |\n|---|---:|---:|---:|---:|")
    for kind in (*KINDS, "control"):
        recall = f"{hits[kind] / max(1, done[kind]):.3f}" if kind in KINDS else ""
        print(f"| {kind} | {done[kind]} | {hits[kind]} | {recall} | {false[kind]} |")
    found_all, wrong_all = sum(hits.values()), sum(false.values())
    total = sum(done[kind] for kind in KINDS)
    print(
        f"\nrecall {found_all / total:.3f}, precision {found_all / (found_all + wrong_all):.3f} "
        f"({total} changed sentences, {done['control']} control pairs)"
    )


if __name__ == "__main__":
    main()
