"""``mtaudit explain``: an issue code in words, from the same data as the rules."""

from __future__ import annotations

import difflib

from .errors import UsageError
from .rules import Rule, catalogue

_WORDS = {
    "en": {
        "category": "category", "severity": "severity", "confidence": "confidence",
        "reason": "What is wrong", "wrong": "Example", "right": "Better",
        "counter": "Not meant (must not fire)", "suggestion": "Suggestion",
        "native": "On native news: {x} findings per 1,000 sentences",
        "language": "Points to a translation from", "witness": "found by",
    },
    "ar": {
        "category": "الفئة", "severity": "الشدة", "confidence": "درجة الثقة",
        "reason": "ما الخطأ", "wrong": "مثال", "right": "الأصح",
        "counter": "تعبير سليم لا يقصده التنبيه", "suggestion": "الاقتراح",
        "native": "في الأخبار العربية الأصيلة: {x} لكل ألف جملة",
        "language": "يرجّح أن النص مترجم من", "witness": "الكاشف",
    },
}  # fmt: skip


def explain(code: str | None, lang: str) -> str:
    """The text for one code, or the list of all codes.  Raises :class:`UsageError` for a code
    that is not in the catalogue."""
    rules = catalogue()
    if code is None:
        width = max(len(name) for name in rules)
        return "\n".join(f"{r.code:<{width}}  {r.severity:<8}  {_reason(r, lang)}"
                         for r in rules.values())  # fmt: skip
    if code not in rules:
        close = difflib.get_close_matches(code, rules, n=3)
        hint = "did you mean " + ", ".join(close) if close else "see `mtaudit explain`"
        raise UsageError(f"no issue code is called {code!r}", mend=hint)
    return _whole(rules[code], lang)


def _reason(rule: Rule, lang: str) -> str:
    return rule.reason_ar if lang == "ar" else rule.reason_en


def _what_to_do(rule: Rule, lang: str) -> str:
    return (rule.no_suggestion_ar if lang == "ar" else "") or rule.no_suggestion


def _whole(rule: Rule, lang: str) -> str:
    words = _WORDS[lang]
    lines = [
        rule.code,
        f"  {words['category']}: {rule.category} · {words['severity']}: {rule.severity}"
        f" · {words['confidence']}: {rule.confidence:.2f}"
        f" · {words['witness']}: {rule.witness or rule.family}",
        "",
        f"{words['reason']}: {_reason(rule, lang)}",
    ]
    for name in ("wrong", "right", "counter"):
        lines += [f"{words[name]}: {example}" for example in getattr(rule, name)]
    lines.append(f"{words['suggestion']}: {rule.suggestion or _what_to_do(rule, lang)}")
    if rule.source_language:
        lines.append(f"{words['language']}: {rule.source_language}")
    if rule.native_per_1000 is not None:
        lines.append(words["native"].format(x=f"{rule.native_per_1000:g}"))
    return "\n".join(lines)
