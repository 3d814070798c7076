"""Evidence of labelled documents through the package's own stages, kept on disk as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from detector.corpora import SETS, Labelled, documents, fold_of
from mtaudit import pipeline, score
from mtaudit.evaluate.strip import strip_shortcuts
from mtaudit.judging import Examined, issues_of_evidence
from mtaudit.loading import Models
from mtaudit.normalize import WORD
from mtaudit.read import document_of
from mtaudit.types import Evidence, Failure, RoundTrip


def extract(
    labelled: Sequence[Labelled],
    models: Models | None,
    out: Path,
    tick: Callable[[int], object] = lambda n: None,
    chunk: int = 40,
) -> None:
    """Write one JSON line a document to ``out``; goes on where an earlier call stopped.

    A sentence holds ``values`` (flattened evidence), ``words``, ``penalty``, ``damage`` and its
    ``text``: keep the file out of what is published.
    """
    done = sum(1 for _ in out.open(encoding="utf-8")) if out.exists() else 0
    tick(done)
    silent = Models(None, None)
    with out.open("a", encoding="utf-8") as stream:
        for at in range(done, len(labelled), chunk):
            part = labelled[at : at + chunk]
            read = [document_of(d.text, f"{d.corpus}-{at + i}") for i, d in enumerate(part)]
            # What the reader refuses (too little Arabic) keeps its line, with no sentences in it,
            # so that a stopped run goes on at the right place.
            examined = [pipeline.examine(d) for d in read if not isinstance(d, Failure)]
            trips = pipeline.round_trips(examined, models or silent, lambda *_: None)
            answers = iter(zip(examined, trips, strict=True))
            for source, document in zip(part, read, strict=True):
                answer = None if isinstance(document, Failure) else next(answers)
                about = {k: v for k, v in asdict(source).items() if k != "text"}
                record = {
                    **about,
                    "fold": fold_of(source),
                    "sentences": _sentences(*answer) if answer else [],
                }
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            stream.flush()
            tick(len(part))


def _sentences(
    item: Examined, trips: Sequence[tuple[RoundTrip | None, Evidence]]
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    columns = zip(item.segments, item.evidence, trips, strict=True)
    for segment, heard, (roundtrip, said) in columns:
        if segment.role != "article":
            continue
        evidence = (*heard, said)
        found.append(
            {
                "values": score.feature_values(evidence, roundtrip),
                "words": len(WORD.findall(segment.text)),
                "penalty": score.penalty(issues_of_evidence(evidence)),
                "damage": score.damage(issues_of_evidence(evidence)),
                "grave": score.grave_count(issues_of_evidence(evidence)),
                "text": segment.text,
                "line": item.document.text.count("\n", 0, segment.start),
            }
        )
    return found


def gathered(
    data: Path, work: Path, kind: str, corpora: Iterable[str] = SETS, most: int = 10**9
) -> list[dict[str, object]]:
    """Records with text evidence of all documents; ``kind`` is ``text`` or ``stripped``: the same
    texts after :func:`strip_shortcuts`.  Kept under ``work``."""
    found: list[dict[str, object]] = []
    for corpus in corpora:
        labelled = documents(data, corpus)[:most]
        if kind == "stripped":
            labelled = [replace(d, text=_stripped(d.text)) for d in labelled]
        path = work / f"{corpus}.{kind}.jsonl"
        with tqdm(total=len(labelled), desc=f"{corpus}: {kind}") as bar:
            extract(labelled, None, path, tick=bar.update)
        found += load(path)
    return found


def _stripped(text: str) -> str:
    return "\n".join(strip_shortcuts(line) for line in text.split("\n"))


def load(path: Path) -> list[dict[str, object]]:
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]
