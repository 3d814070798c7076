"""A run on the terminal: what an editor needs at a glance; the rest is in the files.

On a terminal it is laid out with space and colour.  Elsewhere (a pipe, a log) it is plain: one
finding a line, every line beginning with the file, so that ``grep`` and ``sort`` can work on it.
Arabic stays in logical order: turning it round is the terminal's work, and Latin pieces are
isolated so that they do not drag their neighbours along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..types import SEVERITIES, RunReport
from .record import Record, StoredRun, is_judged, stored_run
from .strings import language_names, one_line, reason_text, shortened, texts

WORST = 3
# Findings told under each of the worst sentences; the rest is in the files.
REASONS = 3
# Texts told for each probable source language.
TRACES = 3
_SENTENCE, _REASON = 150, 160

_VERDICT_STYLE = {"machine": "bold red", "unclear": "bold yellow", "human": "bold green"}
_SEVERITY_STYLE = {"minor": "cyan", "major": "yellow", "critical": "red"}

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"


def percent(value: float) -> str:
    """A share as a percentage, with one decimal where it is small: 0.006 → 0.6%."""
    return f"{100 * value:.1f}%" if value < 0.1 else f"{100 * value:.0f}%"


def worst(segments: list[Record], count: int = WORST) -> list[Record]:
    """The flagged or faulty sentences of lowest quality, then highest probability."""
    found = [s for s in segments if s["role"] == "article" and (s["flagged"] or s["issues"])]

    def key(segment: Record) -> tuple[float, float, int]:
        quality, probability = segment["quality"], segment["mt_probability"]
        return (
            101.0 if quality is None else quality,
            -(probability or 0.0),
            segment["index"],
        )

    return sorted(found, key=key)[:count]


def _gravest(segment: Record) -> list[Record]:
    return sorted(
        segment["issues"],
        key=lambda i: (-SEVERITIES.index(i["severity"]), -i["confidence"], i["start"]),
    )[:REASONS]


def _facts(document: Record, segments: list[Record], t: _Words) -> list[str]:
    """Probability, quality and counts in words; one string a line."""
    lines = []
    if document["abstained"]:
        lines.append(one_line(reason_text(document["abstained"], t.lang)))
    if document["mt_probability"] is not None:
        line = f"{t('document.probability')}: {document['mt_probability']:.2f}"
        if document["interval"]:
            low, high = document["interval"]
            line += f" ({t('document.interval', range=f'{low:.2f}–{high:.2f}')})"
        if document["threshold"] is None or document["false_alarm_rate"] is None:
            line += f"{t.semicolon} {t('document.false_alarm_unknown')}"
        else:
            line += f"{t.semicolon} " + t(
                "document.false_alarm_short",
                threshold=f"{document['threshold']:.2f}",
                rate=percent(document["false_alarm_rate"]),
            )
        lines.append(line)
    if document["quality"] is not None:
        lines.append(t("document.quality_of", value=f"{document['quality']:.0f}"))
    if document.get("source_languages"):
        lines.append(_source_languages(document, t))
    judged = [s for s in segments if is_judged(s)]
    issues = [i for s in segments for i in s["issues"]]
    by_severity = f"{t.comma} ".join(
        f"{t('severity.' + name)} {sum(i['severity'] == name for i in issues)}"
        for name in reversed(SEVERITIES)
    )
    flagged = sum(s["flagged"] for s in judged)
    lines.append(
        t("document.flagged_of", a=flagged, b=len(judged))
        + f"{t.semicolon} {t('document.issues')}: {len(issues)} ({by_severity})"
    )
    suppressed = sum(len(s["suppressed"]) for s in segments)
    if suppressed:
        lines.append(t("document.suppressed", n=suppressed))
    lines.extend(one_line(n[f"message_{t.lang}"]) for n in document["notes"])
    return lines


def _source_languages(document: Record, t: _Words) -> str:
    """Probable source languages with their shares and what points there, on one line."""
    found = document["source_languages"]
    names = language_names(t.lang)
    parts = []
    for item in found:
        name = names.get(item["language"], item["language"])
        share = f" {percent(item['share'])}" if len(found) > 1 else ""
        shown = f"{t.comma} ".join(shortened(text, 40) for text in item["texts"][:TRACES])
        parts.append(f"{name}{share} ({shown})")
    return f"{t('document.source_language')}: " + f"{t.semicolon} ".join(parts)


class _Words:
    """Interface texts of one language, filled in; ``isolate`` wraps what is filled in."""

    def __init__(self, lang: str, isolate: Callable[[str], str]) -> None:
        self.lang = lang
        self.comma, self.semicolon = ("،", "؛") if lang == "ar" else (",", ";")
        self._texts = texts(lang)
        self._isolate = isolate

    def __call__(self, key: str, **fields: Any) -> str:
        text = self._texts[key]
        return text.format(**{k: self._isolate(str(v)) for k, v in fields.items()})


def _indented(text: Text, columns: int, above: int = 0) -> Padding:
    return Padding(text, (above, 0, 0, columns), expand=False)


def _name(document: Record) -> str:
    return one_line(document["path"] or document["doc_id"])


def _verdict(document: Record, t: _Words) -> str:
    if document["is_reference"]:
        return f"{t('verdict.' + document['verdict'])} ({t('verdict.reference')})"
    return t("verdict." + document["verdict"])


def plain_lines(run: RunReport | StoredRun, lang: str = "en") -> Iterator[str]:
    """The run as greppable lines: ``file: fact`` and ``file:start-end: severity: code: …``."""
    stored = run if isinstance(run, StoredRun) else stored_run(run)
    t = _Words(lang, lambda text: text)
    for document, segments in stored.by_document():
        name = _name(document)
        yield f"{name}: {_verdict(document, t)}"
        for line in _facts(document, segments, t):
            yield f"{name}: {line}"
        for segment in worst(segments):
            place = f"{name}:{segment['start']}-{segment['end']}"
            yield f"{place}: {_scores(segment, t)}: {shortened(segment['text'], _SENTENCE)}"
            for issue in _gravest(segment):
                yield (
                    f"{name}:{issue['start']}-{issue['end']}: {issue['severity']}: "
                    f"{one_line(issue['code'])}: {_reason(issue, t)}"
                )
    for note in stored.run["notes"]:
        yield f"{one_line(note['code'])}: {one_line(note['message_' + lang])}"
    for failure in stored.run["failures"]:
        mend = f" — {one_line(failure['mend'])}" if failure["mend"] else ""
        yield (
            f"{one_line(failure['path'])}: {t('failure.label')}: "
            f"{one_line(failure['message'])}{mend}"
        )


def _scores(segment: Record, t: _Words) -> str:
    parts = [t("sentence.name", n=segment["index"] + 1)]
    if segment["mt_probability"] is not None:
        parts.append(t("sentence.probability", p=f"{segment['mt_probability']:.2f}"))
    if segment["quality"] is not None:
        parts.append(t("sentence.quality", q=f"{segment['quality']:.0f}"))
    return f"{t.comma} ".join(parts)


def _reason(issue: Record, t: _Words) -> str:
    text = shortened(issue[f"message_{t.lang}"], _REASON)
    if issue["suggestion"]:
        # The arrow points the way of reading.
        text += f" {'←' if t.lang == 'ar' else '→'} {shortened(issue['suggestion'], 80)}"
    return text


def layout(run: RunReport | StoredRun, lang: str = "en") -> RenderableType:
    """The run for a person at a terminal.  Text from outside is never read as markup."""
    stored = run if isinstance(run, StoredRun) else stored_run(run)
    t = _Words(lang, lambda text: f"{LRI}{text}{PDI}" if lang == "ar" else text)
    parts: list[RenderableType] = []
    for document, segments in stored.by_document():
        parts.append(Text(f"{LRI}{_name(document)}{PDI}", style="bold underline"))
        verdict = _verdict(document, t)
        style = _VERDICT_STYLE.get(document["verdict"], "dim bold")
        parts.append(_indented(Text(verdict, style=style), 2))
        parts.extend(_indented(Text(line), 2) for line in _facts(document, segments, t))
        parts.extend(_worst_block(segments, t))
        parts.append(Text(""))
    parts.extend(Text(one_line(n[f"message_{lang}"]), style="dim") for n in stored.run["notes"])
    if stored.run["failures"]:
        parts.append(Text(t("failure.title"), style="bold red"))
    for failure in stored.run["failures"]:
        line = Text(f"  {FSI}{one_line(failure['path'])}{PDI}: {one_line(failure['message'])}")
        if failure["mend"]:
            line.append(f"\n    {t('failure.mend')}: {one_line(failure['mend'])}", style="dim")
        parts.append(line)
    return Group(*parts)


def _worst_block(segments: list[Record], t: _Words) -> Iterator[RenderableType]:
    chosen = worst(segments)
    if chosen:
        yield _indented(Text(t("document.worst"), style="bold"), 2, above=1)
    for segment in chosen:
        yield _indented(Text(_scores(segment, t), style="dim"), 4)
        sentence = shortened(segment["text"], _SENTENCE)
        yield _indented(Text(f"{FSI}{sentence}{PDI}"), 4)
        for issue in _gravest(segment):
            line = Text()
            line.append(t("severity." + issue["severity"]), _SEVERITY_STYLE[issue["severity"]])
            line.append(f"  {FSI}{_reason(issue, t)}{PDI} ")
            line.append(f"{LRI}{one_line(issue['code'])}{PDI}", "dim")
            yield _indented(line, 6)


def render(run: RunReport | StoredRun, lang: str = "en", console: Console | None = None) -> None:
    """Print the run: laid out on a terminal, plain lines elsewhere."""
    console = console or Console()
    if console.is_terminal:
        console.print(layout(run, lang), highlight=False)
        return
    for line in plain_lines(run, lang):
        # Not through rich's layout: a line must stay one line, however long.
        console.file.write(line + "\n")
