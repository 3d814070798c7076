"""The models of a run, loaded or excused, and the signature that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .calibrate import Calibration
from .config import Options
from .errors import HostError, ModelError
from .modelstore import model_path, read_manifest
from .rules import fingerprint
from .types import Failure, Note, SentenceEncoder, Translator

if TYPE_CHECKING:
    from .library import Library


@dataclass(frozen=True, slots=True)
class Models:
    """What the model stages need; ``None`` with a note where something is not there."""

    translator: Translator | None
    encoder: SentenceEncoder | None
    notes: tuple[Note, ...] = ()


def load_models(options: Options, *, need_encoder: bool) -> Models:
    """The translator and the encoder, or notes that say why the witnesses must abstain.

    A translator or encoder that the user named and that cannot be loaded is an error; an embedded
    one missing only silences its witness.
    """
    translator: Translator | None = None
    encoder: SentenceEncoder | None = None
    notes: list[Note] = []
    if options.roundtrip:
        try:
            translator = translator_of(options)
            if options.translator == "embedded":
                notes += _early(model_path("translator"))
        except ModelError as error:
            if options.translator != "embedded":
                raise
            notes.append(_model_note("no-translator", "round trip", "الترجمة ذهابًا وإيابًا", error))
    if options.roundtrip or need_encoder:
        from .encoder import load_encoder

        try:
            encoder = load_encoder(
                options.device,
                options.encoder,
                cache=options.cache,
                threads=options.threads,
                batch_size=options.batch_size,
            )
        except ModelError as error:
            if options.encoder != "embedded":
                raise
            notes.append(_model_note("no-encoder", "comparison", "المقارنة", error))
    for model in (translator, encoder):
        # A cache that cannot be used is no error: the run is slower and says so.
        notes += [n for n in getattr(getattr(model, "store", None), "notes", ()) if n not in notes]
    return Models(translator, encoder, tuple(notes))


def translator_of(options: Options) -> Translator:
    """The translator that the options name.  Raises as ``translate.load_translator`` does."""
    from .translate import load_translator

    return load_translator(
        options.translator,
        options.device,
        cache=options.cache,
        threads=options.threads,
        beam=options.beam,
        batch_size=options.batch_size,
    )


@dataclass(frozen=True, slots=True)
class Reports:
    """The clean reports of a run; small enough for another process, which opens their library.

    ``present`` is false where none were given or could be read, ``signature`` names the
    collection, ``notes`` says where the index is.
    """

    present: bool = False
    failures: tuple[Failure, ...] = ()
    notes: tuple[Note, ...] = ()
    signature: str = "0"


@contextmanager
def open_reports(
    options: Options, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[tuple[Library | None, Reports]]:
    """The reports that ``--reference`` names, their index brought up to date; the library is
    ``None`` where there are none.

    The index stands in ``--reference-index``, else in the cache folder, else (``--no-cache``, or
    a cache that cannot be written) in memory for this run.  Raises :class:`HostError` for a named
    folder that cannot be used.
    """
    if not options.reference:
        yield None, Reports()
        return
    from .library import Library

    notes: list[Note] = []
    kept = options.cache or options.reference_index
    try:
        library = Library(index_folder(options) if kept else None)
    except HostError as error:
        if options.reference_index:
            raise
        library = Library(None)
        notes.append(_memory_note(error))
    try:
        done = library.update(options.reference, options.text_column, progress)
        collection = library.rows()[2] if done.reports else "0"
        reports = Reports(bool(done.reports), done.failures, tuple(notes), collection)
        yield library if reports.present else None, reports
    finally:
        library.close()


def index_folder(options: Options) -> Path:
    """Where the index of clean reports is kept."""
    from .translate import default_folder

    chosen = options.reference_index
    return Path(chosen).expanduser() if chosen else default_folder() / "references"


def _memory_note(error: HostError) -> Note:
    return Note(
        "no-reference-index",
        f"The index of clean reports is kept in memory for this run: {error}",
        f"يُحفظ فهرس التقارير المرجعية في الذاكرة لهذه المرة فقط: {error}",
    )


def judge_signature(calibration: Calibration) -> str:
    """Everything that changes what an audit of the text alone says of a report."""
    parts = (__version__, fingerprint(), calibration.signature)
    return "|".join((*parts, _revision("language"), _revision("names")))


def _early(folder: Path) -> list[Note]:
    """A note when the embedded translator's own manifest says that it is no witness yet."""
    manifest = read_manifest(folder)
    if manifest.get("fit_for_evidence", True):
        return []
    rows = manifest.get("metrics", {}).get("rows", ())
    figures = [f"{r['direction']} {r['chrf']}" for r in rows if "greedy" in r.get("system", "")]
    measured = ", ".join(figures)
    return [
        Note(
            "early-translator",
            f"The embedded translator is small and young (chrF on NTREX: {measured}): its gloss"
            " gives the gist, drops details and misspells names. Read it as a hint; it has no part"
            " in the probability or the quality.",
            f"نموذج الترجمة المضمّن صغير وحديث العهد (مقياس chrF على NTREX: {measured})، تنقل ترجمته"
            " الفكرة العامة وتُسقط تفاصيل وتخطئ في كتابة الأسماء. اقرأها على سبيل الاستئناس؛ فهي لا"
            " تدخل في حساب الاحتمال ولا الجودة.",
        )
    ]


def _model_note(code: str, what_en: str, what_ar: str, error: ModelError) -> Note:
    return Note(
        code,
        f"The {what_en} is left out: {error}",
        f"تُركت {what_ar}: {error}",
    )


def signature(
    options: Options,
    models: Models,
    calibration: Calibration,
    baseline: str = "none",
    references: str = "0",
) -> str:
    """Everything that changes a number, as sacreBLEU does it: ``key:value|key:value``."""
    parts = {
        "version": __version__,
        "rules": fingerprint(),
        "calibration": calibration.signature,
        "translator": getattr(models.translator, "revision", "none"),
        "encoder": getattr(models.encoder, "revision", "none"),
        "language": _revision("language"),
        "names": _revision("names"),
        "detector": _revision("detector"),
        "beam": options.beam,
        "references": references,
        "baseline": baseline,
    }
    return "mtaudit|" + "|".join(f"{key}:{value}" for key, value in parts.items())


def _revision(name: str) -> str:
    """The revision of a data model, ``none`` where it is missing: its witnesses abstain then."""
    try:
        return str(read_manifest(model_path(name)).get("revision", "none"))
    except ModelError:
        return "none"


def named(models: Models, calibration: Calibration) -> dict[str, Any]:
    return {
        "translator": getattr(models.translator, "name", None),
        "encoder": getattr(models.encoder, "name", None),
        "calibration": calibration.signature,
    }


def stated(options: Options) -> dict[str, Any]:
    """Options for the record, without those that only change speed or place."""
    silent = {"jobs", "batch_size", "threads", "out", "cache", "reference_index"}
    names = [name for name in Options.__slots__ if name not in silent]
    return {name: getattr(options, name) for name in names}
