"""A finished batch in a few lines for the terminal."""

from __future__ import annotations

from typing import Any

from .output import INDEX, SUMMARY

_LABELS = {
    "en": {
        "documents": "documents", "sentences": "sentences", "flagged": "flagged sentences",
        "errors": "records that could not be judged", "machine": "likely machine translation",
        "unclear": "unclear", "human": "no sign of it", "abstained": "not judged",
    },
    "ar": {
        "documents": "الوثائق", "sentences": "الجمل", "flagged": "الجمل المؤشَّر عليها",
        "errors": "سجلات تعذّر الحكم عليها", "machine": "يُرجَّح أنها ترجمة آلية",
        "unclear": "غير واضحة", "human": "لا علامة على ذلك", "abstained": "لم يُحكم عليها",
    },
}  # fmt: skip
_COUNTS = ("documents", "sentences", "flagged", "errors")
_VERDICTS = ("machine", "unclear", "human", "abstained")


def tell(summary: dict[str, Any], out: str, lang: str) -> str:
    """What was audited, the verdicts with their shares, the first kinds of failure, the places."""
    labels = _LABELS.get(lang, _LABELS["en"])
    lines = [f"{summary['counts'].get(name, 0):>12,}  {labels[name]}" for name in _COUNTS]
    found = summary["verdicts"]
    lines += [
        f"{found[name]['documents']:>12,}  {labels[name]} ({found[name]['share']:.1%})"
        for name in _VERDICTS
        if name in found
    ]
    lines += [f"{n:>12,}  {kind}" for kind, n in list(summary["failures"].items())[:5]]
    return "\n".join([*lines, f"{out}/{SUMMARY}", f"{out}/{INDEX}"])
