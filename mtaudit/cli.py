"""Commands and exit codes; no logic.  Heavy imports stand inside the commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .batch.commands import COMMANDS as BATCH
from .batch.commands import add_batch
from .desk.commands import COMMANDS as DESK
from .desk.commands import add_desk
from .errors import ExitCode, MtauditError

_EXITS = """exit codes:
  0  nothing found at or above --fail-on
  1  findings at or above --fail-on
  2  wrong option or configuration; nothing was run
  3  some input could not be judged (wins over 1)"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mtaudit",
        description="Machine-translation quality auditor for Arabic news.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mtaudit {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_audit(commands)
    _add_index(commands)
    _add_translate(commands)
    _add_evaluate(commands)
    add_batch(commands, _add_model_flags)
    add_desk(commands)
    _add_rejudge(commands)
    explain = commands.add_parser("explain", help="what an issue code means, with examples")
    explain.add_argument("code", nargs="?", help="an issue code; left out: list them all")
    explain.add_argument("--lang", choices=("en", "ar"), default="en")
    doctor = commands.add_parser("doctor", help="versions, device, models, data files")
    doctor.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser


def _add_model_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--translator", metavar="NAME|DIR", help="default: embedded")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--batch-size", type=int, metavar="N", help="sentences a model batch")
    parser.add_argument("--threads", type=int, metavar="N", help="model threads (0: all cores)")
    parser.add_argument("--beam", type=int, metavar="N", help="beam width (default 1: greedy)")
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", default=None,
        help="do not keep translations on disk",
    )  # fmt: skip


def _add_audit(commands: Any) -> None:
    audit = commands.add_parser(
        "audit",
        help="audit articles and write reports",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    audit.add_argument("paths", nargs="+", metavar="PATH", help="files or directories")
    audit.add_argument(
        "--reference", nargs="+", action="extend", metavar="PATH",
        help="clean reports to compare with: files, folders, JSON Lines, quoted patterns",
    )  # fmt: skip
    audit.add_argument(
        "--reference-index", metavar="DIR",
        help="where the index of the reports is kept (default: the cache folder)",
    )  # fmt: skip
    audit.add_argument(
        "--baseline", metavar="FILE", help="what editors dismissed (mtaudit review) counts no more"
    )
    audit.add_argument(
        "--calibration", metavar="FILE", help="as editors' verdicts refitted it (mtaudit review)"
    )
    audit.add_argument("--out", metavar="DIR", help="default: reports/latest")
    audit.add_argument("--format", metavar="LIST", help="jsonl,html (default: both)")
    audit.add_argument(
        "--no-roundtrip", dest="roundtrip", action="store_false", default=None,
        help="leave the translation model out",
    )  # fmt: skip
    audit.add_argument("--encoder", metavar="NAME|DIR", help="sentence encoder (default: embedded)")
    audit.add_argument("--fail-on", choices=("minor", "major", "critical", "never"))
    audit.add_argument("--lang", choices=("en", "ar"), help="language of the summary")
    audit.add_argument("--jobs", type=int, metavar="N", help="processes for text evidence")
    audit.add_argument("--text-column", metavar="NAME", help="for JSONL, CSV and TSV")
    audit.add_argument("--quiet", action="store_true", help="no progress, no summary")
    _add_model_flags(audit)


def _add_index(commands: Any) -> None:
    index = commands.add_parser(
        "index",
        help="read clean reports into their index ahead of an audit",
        description="Bring the index of clean reports up to date: files that are new or changed are"
        " read, those that are gone are dropped. An audit with --reference does the same first.",
    )
    index.add_argument(
        "reference", nargs="+", metavar="PATH", help="files, folders, JSON Lines, quoted patterns"
    )
    index.add_argument(
        "--reference-index", metavar="DIR", help="where to keep it (default: the cache folder)"
    )
    index.add_argument("--text-column", metavar="NAME", help="for JSONL, CSV and TSV")
    index.add_argument("--lang", choices=("en", "ar"), help="language of the progress shown")
    index.add_argument("--quiet", action="store_true", help="no progress, no summary")


def _add_rejudge(commands: Any) -> None:
    rejudge = commands.add_parser(
        "rejudge",
        help="new thresholds, calibration or baseline on a stored run's evidence",
        description="Score a stored run anew from the evidence that it holds; no text is read and"
        " no model is run. Writes a record and a report.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rejudge.add_argument("run", metavar="RUN", help="output folder of an audit")
    rejudge.add_argument("--out", metavar="DIR", help="default: RUN-rejudged")
    rejudge.add_argument(
        "--threshold", type=float, metavar="P", help="an article is called machine-made from here"
    )
    rejudge.add_argument(
        "--sentence-threshold", type=float, metavar="P", help="a sentence is flagged from here"
    )
    rejudge.add_argument("--calibration", metavar="FILE", help="default: the one that ships")
    rejudge.add_argument(
        "--baseline", metavar="FILE", help="in the place of the dismissals that the run holds"
    )
    rejudge.add_argument("--fail-on", choices=("minor", "major", "critical", "never"))
    rejudge.add_argument("--lang", choices=("en", "ar"), help="language of the summary")
    rejudge.add_argument("--quiet", action="store_true", help="no summary")


def _add_translate(commands: Any) -> None:
    translate = commands.add_parser(
        "translate", help="lines in, lines out, with the audit's translator"
    )
    translate.add_argument("file", nargs="?", metavar="FILE", help="default: standard input")
    translate.add_argument("--from", dest="source", default="ar", metavar="LANG")
    translate.add_argument("--to", dest="target", default="en", metavar="LANG")
    _add_model_flags(translate)


def _add_evaluate(commands: Any) -> None:
    evaluate = commands.add_parser(
        "evaluate",
        help="measure the detector on labelled text",
        description="Measure the shipped detector on labelled JSON Lines: accuracy, AUC, recall at"
        " few false alarms, calibration, with intervals, as written and stripped of shortcuts.",
        epilog="exit codes:\n  0  all rows were measured\n  2  wrong option; nothing was run\n"
        "  3  some rows or files could not be used (the others were measured)",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    evaluate.add_argument(
        "data", nargs="+", metavar="DATA",
        help="JSON Lines (.gz, .xz): text, label human|mt|postedited|ai_generated;"
        " system, doc_id, domain where known",
    )  # fmt: skip
    evaluate.add_argument("--json", metavar="FILE", help="write all figures")
    evaluate.add_argument("--html", metavar="FILE", help="write a page with curves and tables")
    evaluate.add_argument(
        "--no-roundtrip", dest="roundtrip", action="store_false", default=None,
        help="leave the translation model out",
    )  # fmt: skip
    evaluate.add_argument("--limit", type=int, metavar="N", help="rows a file, spread over systems")
    evaluate.add_argument("--group", type=int, default=10, metavar="N", help="rows a group (10)")
    evaluate.add_argument("--jobs", type=int, metavar="N", help="processes for text evidence")
    evaluate.add_argument("--quiet", action="store_true", help="no progress, no table")
    _add_model_flags(evaluate)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never lets an expected error end in a trace."""
    arguments = vars(_parser().parse_args(argv))
    command = arguments.pop("command")
    try:
        return int(_COMMANDS[command](arguments))
    except MtauditError as error:
        print(f"mtaudit: {error}", file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:
        # The reader (head, less) has gone: not an error.  Keep Python from complaining at exit.
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115  (closed by the interpreter)
        return int(ExitCode.OK)
    except KeyboardInterrupt:
        print("mtaudit: stopped", file=sys.stderr)
        return 130


def _audit(arguments: dict[str, Any]) -> int:
    from .config import load_options

    quiet = arguments.pop("quiet")
    paths = arguments.pop("paths")
    if arguments["format"] is not None:
        arguments["format"] = tuple(f.strip() for f in arguments["format"].split(",") if f.strip())
    if arguments["reference"] is not None:
        arguments["reference"] = tuple(arguments["reference"])
    options = load_options(arguments)

    from . import pipeline
    from .console import ProgressBars, exit_code
    from .report import render, write_run

    with ProgressBars(quiet=quiet, lang=options.lang) as progress:
        run = pipeline.audit(paths, options, progress)
        written = write_run(run, Path(options.out), options.format)
    if not quiet:
        render(run, options.lang)
        for path in written:
            print(path)
    for failure in run.failures:
        if quiet:
            print(f"mtaudit: {failure.path}: {failure.message}", file=sys.stderr)
    return exit_code(run, options.fail_on)


def _index(arguments: dict[str, Any]) -> int:
    from .config import load_options

    quiet = arguments.pop("quiet")
    options = load_options({**arguments, "reference": tuple(arguments["reference"])})

    from .console import ProgressBars, index_reports

    with ProgressBars(quiet=quiet, lang=options.lang) as progress:
        return index_reports(options, progress, quiet=quiet)


def _rejudge(arguments: dict[str, Any]) -> int:
    from . import calibrate
    from .console import exit_code_of
    from .desk.baseline import read_baseline
    from .rejudge import Thresholds, rejudge
    from .report import read_run, render, write_run

    folder = Path(arguments["run"])
    thresholds = Thresholds(arguments["threshold"], arguments["sentence_threshold"])
    run = read_run(folder)
    options = run.run["options"]
    named = arguments["calibration"] or options.get("calibration") or ""
    baseline = read_baseline(Path(arguments["baseline"])) if arguments["baseline"] else None
    found = rejudge(run, calibrate.named(named), thresholds, baseline)
    lang, fail_on = (arguments[name] or options.get(name) for name in ("lang", "fail_on"))
    found.run["options"] |= {"calibration": named, "lang": lang, "fail_on": fail_on}
    out = Path(arguments["out"] or folder.with_name(folder.name + "-rejudged"))
    written = write_run(found, out)
    if not arguments["quiet"]:
        render(found, lang or "en")
        for path in written:
            print(path)
    return exit_code_of(found, fail_on or "major")


def _translate(arguments: dict[str, Any]) -> int:
    from .config import load_options

    source, target, file = (arguments.pop(name) for name in ("source", "target", "file"))
    options = load_options(arguments)

    from .console import ProgressBars, translate_lines
    from .loading import translator_of

    translator = translator_of(options)
    with ProgressBars(quiet=False, lang=options.lang) as progress:
        return translate_lines(translator, file, source, target, progress)


def _evaluate(arguments: dict[str, Any]) -> int:
    from .config import load_options

    data, json_file, html_file, limit, group, quiet = (
        arguments.pop(name) for name in ("data", "json", "html", "limit", "group", "quiet")
    )
    options = load_options(arguments)

    from .console import ProgressBars
    from .evaluate import evaluate
    from .evaluate.show import write

    with ProgressBars(quiet=quiet, lang=options.lang) as progress:
        record, failures = evaluate(data, options, limit=limit, group=group, progress=progress)
    write(record, failures, json_file, html_file, quiet=quiet)
    return ExitCode.INPUT if failures else ExitCode.OK


def _explain(arguments: dict[str, Any]) -> int:
    from .explain import explain

    print(explain(arguments["code"], arguments["lang"]))
    return ExitCode.OK


def _doctor(arguments: dict[str, Any]) -> int:
    from .doctor import examine_installation

    return examine_installation(arguments["device"])


_COMMANDS = {
    "audit": _audit,
    "index": _index,
    "rejudge": _rejudge,
    "translate": _translate,
    "evaluate": _evaluate,
    "explain": _explain,
    "doctor": _doctor,
    **BATCH,
    **DESK,
}
