"""Runs made by hand, for the tests of the reports: no stage of the audit is needed.

The texts are the seed articles (or what a test hands in); issues are placed by their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mtaudit.types import (
    Document,
    DocumentReport,
    Evidence,
    Fact,
    Failure,
    Issue,
    Note,
    Part,
    ReferenceMatch,
    ReportUse,
    RoundTrip,
    RunReport,
    Segment,
    SegmentReport,
)

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
WITNESSES = ("residue", "punctuation", "agreement", "calques", "roundtrip", "reference")
FURNITURE = ("هاشتاغز", "التعليقات", "تاريخ النشر", "المصدر", "كلمات دلالية", "إقرأ أيضاً", "قائمة")

HOSTILE = (
    "</script><script>window.__pwned=1</script><!-- <img src=x onerror=alert(1)> قال الوزير.\n"
    "سطر\u2028ثان \u202eمعكوس\u202c مع \x1b[31mلون\x1b[0m و& و&amp; في نص.\n"
)

# Words of a seed → code, category, severity, reasons, suggestion, witness, confidence.
FINDINGS: Mapping[str, tuple[Any, ...]] = {
    "أعلن ذلك من قبل": (
        "calques.passive-by", "style", "minor",
        "The agent of a passive verb is added with “من قبل”: a copy of English “by”.",
        "ذُكر الفاعل بعد المبني للمجهول بعبارة «من قبل»، وهو نقل حرفي عن الإنكليزية.",
        "أعلن ذلك وزير الخارجية", "calques", 0.62),
    "وزير الخارجية جوردان إيمان السفادي": (
        "names.place-as-person", "accuracy", "critical",
        "“Jordan” was read as a person's name: the country's foreign minister is meant.",
        "قُرئت «Jordan» اسمَ شخص، والمقصود وزير خارجية الأردن أيمن الصفدي.",
        "وزير الخارجية الأردني أيمن الصفدي", "names", 0.91),
    "سيرج لافروف": (
        "names.inconsistent", "terminology", "major",
        "The same person stands here under two spellings: سيرج / سيرجي.",
        "كُتب اسم الشخص نفسه بصيغتين: سيرج وسيرجي.", "سيرجي لافروف", "names", 0.84),
    "هذه الضمان": (
        "agreement.demonstrative", "linguistic-conventions", "major",
        "Feminine demonstrative before a masculine noun.",
        "اسم الإشارة مؤنث والمشار إليه مذكر.", "هذا الضمان", "agreement", 0.95),
    "KYIV": (
        "residue.latin-word", "linguistic-conventions", "major",
        "A word was left in Latin script though Arabic has an established form.",
        "بقيت كلمة بالحرف اللاتيني وللعربية صيغة مستقرة لها.", "كييف", "residue", 0.97),
    "HOA BINH": (
        "residue.vietnamese", "machine-translation", "critical",
        "Vietnamese for “peace” was taken for a name: the text passed through Vietnamese.",
        "كلمة فيتنامية معناها «السلام» عُدّت اسماً، فالنص مرّ بالفيتنامية.",
        "السلام", "residue", 0.99),
    "ستكون المشاركين": (
        "agreement.case", "linguistic-conventions", "major",
        "The subject of كان stands in the wrong case and gender.",
        "اسم «كان» يجب أن يكون مرفوعاً وأن يطابقها الفعل.", "سيكون المشاركون", "agreement", 0.81),
    "من الاتحاد الأوروبي من الاتحاد الأوروبي": (
        "repetition.phrase", "linguistic-conventions", "major",
        "A phrase stands twice in a row.", "تكررت العبارة مرتين متتاليتين.",
        "من الاتحاد الأوروبي", "repetition", 0.98),
    "لتحقيق العالم": (
        "calques.mir", "accuracy", "critical",
        "“мир” (peace / world) was translated with the wrong meaning.",
        "تُرجمت كلمة «мир» بمعنى العالم، والمقصود السلام.", "لتحقيق السلام", "calques", 0.93),
    " ،": (
        "punctuation.space-before-comma", "locale-conventions", "minor",
        "A space stands before the comma.", "قبل الفاصلة مسافة زائدة.", "،", "punctuation", 0.74),
    "<الشكل>": (
        "markup.translated-tag", "design-and-markup", "major",
        "A translated HTML tag (<figure>) was left in the text.",
        "بقي في النص وسم HTML مترجم (figure).", None, "markup", 0.99),
    "اتفاقية الدفاع المشترك لحلف الناتو لردع روسيا": (
        "reference.wording", "terminology", "minor",
        "Cleaner reports call it “معاهدة شمال الأطلسي”.",
        "تسميها التقارير المرجعية «معاهدة شمال الأطلسي».", None, "reference", 0.4),
}  # fmt: skip


def _spans(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\S[^\n]*?(?:[.!؟…]+(?=\s)|(?=\n)|$)", text)]


def _issues(text: str, start: int) -> tuple[Issue, ...]:
    found = []
    for words, given in FINDINGS.items():
        code, category, severity, english, arabic, suggestion, witness, confidence = given
        at = text.find(words)
        if at >= 0:
            found.append(
                Issue(code, category, severity, start + at, start + at + len(words), words,
                      english, arabic, witness, confidence, suggestion)
            )  # fmt: skip
    return tuple(found)


def _trip(index: int) -> RoundTrip | None:
    """The round trip of the first two sentences of a seed, as a model might give it."""
    if index == 0:
        return RoundTrip(
            english="Russia has always devoted to collective security reliable to the security "
            "of Ukraine.",
            arabic="لقد كرست روسيا دائما للأمن الجماعي موثوقا لأمن أوكرانيا.",
            chrf=71.2, bleu=38.5, ter=44.4, length_ratio=1.06, semantic=0.91,
            forced_logprob=-1.83, lost=("الموثوق",), added=("لقد", "موثوقا"),
            diff=(("insert", "", "لقد"), ("equal", "كرست روسيا", "كرست روسيا"),
                  ("replace", "دائمًا", "دائما"), ("equal", "للأمن الجماعي", "للأمن الجماعي"),
                  ("replace", "الموثوق", "موثوقا"), ("equal", "لأمن أوكرانيا.", "لأمن أوكرانيا.")),
        )  # fmt: skip
    if index == 1:
        return RoundTrip(
            english="This was announced by Russian Foreign Minister Serge Lavrov at a press "
            "conference with Foreign Minister Jordan Iman al-Safadi.",
            arabic="أعلن ذلك وزير الخارجية الروسي سيرج لافروف في مؤتمر صحفي مع وزير الخارجية "
            "جوردان إيمان الصفدي.",
            chrf=66.0, semantic=0.88, lost=("الشؤون", "الاتحاد"),
            diff=(("equal", "أعلن ذلك", "أعلن ذلك"), ("delete", "من قبل", ""),
                  ("equal", "وزير", "وزير"), ("delete", "الشؤون", ""),
                  ("equal", "الخارجية", "الخارجية"), ("delete", "في الاتحاد", ""),
                  ("equal", "الروسي سيرج لافروف في مؤتمر صحفي", "الروسي سيرج لافروف في مؤتمر صحفي"),
                  ("replace", "السفادي.", "الصفدي.")),
        )  # fmt: skip
    return None


def _matches(index: int) -> tuple[ReferenceMatch, ...]:
    if index != 1:
        return ()
    text = (
        "وأكد وزير الخارجية الروسي سيرجي لافروف أن موسكو مستعدة لمناقشة الجوانب السياسية "
        "للتسوية مع أوكرانيا"
    )
    facts = (
        Fact("person", "differs", "سيرج لافروف", "سيرجي لافروف"),
        Fact("title", "differs", "وزير الشؤون الخارجية في الاتحاد الروسي", "وزير الخارجية الروسي"),
        Fact("place", "absent", "الأردن", ""),
    )
    wording = (("وزير الشؤون الخارجية", "وزير الخارجية"),)
    twice = ("003_43b9d99affe37245.txt",)
    doubted = ReferenceMatch("002.txt", 0, len(text), text, 0.64, doubtful=True)
    return (
        ReferenceMatch("001_368a8c03f50cd1ac.txt", 8000, 8097, text, 0.71, facts, wording, twice),
        doubted,
    )


def segment_report(doc_id: str, index: int, start: int, text: str, clean: bool) -> SegmentReport:
    """One sentence with what is found in it by :data:`FINDINGS`."""
    furniture = any(text.startswith(word) for word in FURNITURE)
    issues = () if furniture else _issues(text, start)
    if furniture:
        part = Segment(index, start, start + len(text), text, "furniture", False, "site-label",
                       "a label of the web page", "من عناصر صفحة الموقع")  # fmt: skip
    else:
        part = Segment(index, start, start + len(text), text, heading=len(text) < 90)
    trip = None if clean or furniture else _trip(index)
    matches = () if clean or furniture else _matches(index)
    evidence = [
        Evidence(name, None, "page furniture")
        if furniture
        else Evidence(name, float(sum(i.witness == name for i in issues)), features={"rate": 0.5})
        for name in WITNESSES[:-2]
    ]
    evidence.append(
        Evidence("roundtrip", trip.chrf) if trip else Evidence("roundtrip", None, "no translator")
    )
    evidence.append(
        Evidence("reference", matches[0].similarity)
        if matches
        else Evidence("reference", None, "no report covers this sentence")
    )
    weight = sum({"minor": 1, "major": 5, "critical": 25}[i.severity] for i in issues)
    if furniture:
        return SegmentReport(doc_id, part, None, None, False, (), tuple(evidence))
    return SegmentReport(
        doc_id,
        part,
        mt_probability=min(0.99, 0.12 + weight / 30 + (0 if clean else 0.35)),
        quality=max(4.0, 97.0 - 2.1 * weight - (0 if clean else 9)),
        flagged=weight >= 5,
        issues=issues,
        evidence=tuple(evidence),
        roundtrip=trip,
        references=matches,
        contributions=(("residue", 1.4 if weight > 20 else -0.1), ("punctuation", 0.62),
                       ("calques", 0.31), ("roundtrip", -0.45), ("agreement", 0.02)),
        surprisal=tuple(
            (m.start(), m.end(), 4.0 + len(m.group()) * 1.7) for m in re.finditer(r"[^\W_]+", text)
        ),
    )  # fmt: skip


def document_report(doc_id: str, text: str, *, clean: bool = False) -> DocumentReport:
    """A document with made-up but consistent scores; ``clean`` ones are references."""
    segments = tuple(
        segment_report(doc_id, i, start, text[start:end], clean)
        for i, (start, end) in enumerate(_spans(text))
    )
    note = Note("mixed-digits", "Two kinds of digits are used.", "في النص نوعان من الأرقام.")
    return DocumentReport(
        Document(doc_id, text, path=f"seeds/{doc_id}", notes=() if clean else (note,)),
        segments,
        mt_probability=0.21 if clean else 0.96,
        quality=91.0 if clean else 48.5,
        interval=(0.11, 0.34) if clean else (0.89, 0.99),
        verdict="human" if clean else "machine",
        threshold=0.85,
        false_alarm_rate=0.021,
        counts={"segments": len(segments)},
        reference_coverage=None if clean else 0.42,
        reports=()
        if clean
        else (
            ReportUse(
                "001_368a8c03f50cd1ac.txt",
                "seeds/001.txt",
                0.49,
                ("سيرجي لافروف",),
                "human",
                0.37,
                3,
                1,
            ),
            ReportUse("002.txt", "seeds/002.txt", 0.2, (), "machine", 0.79, 1),
        ),
        is_reference=clean,
        parts=() if clean else (Part(0, 40, 0.97, True), Part(41, len(text), 0.31, False)),
    )


def run_report(documents: Sequence[DocumentReport], **fields: Any) -> RunReport:
    """A run around the documents, with one failure and one note."""
    given: dict[str, Any] = {
        "failures": (Failure("in/broken.txt", "input", "not text: 0x00 at byte 12", "convert it"),),
        "signature": "mtaudit|version:0.1.0|rules:ab12|translator:none|encoder:none",
        "options": {"beam": 4, "reference": []},
        "models": {"translator": None, "encoder": "minilm-ar"},
        "notes": (Note("no-translator", "The round trip is left out: no model.",
                       "تُركت الترجمة ذهابًا وإيابًا: لا نموذج."),),
    }  # fmt: skip
    return RunReport(tuple(documents), **{**given, **fields})


def seed_run() -> RunReport:
    """The five seeds; the first and the third are suspects."""
    paths = sorted(SEEDS.glob("*.txt"))
    return run_report(
        [
            document_report(p.name, p.read_text("utf-8"), clean=p.name[:3] not in ("000", "002"))
            for p in paths
        ]
    )
