"""The desk's commands for :mod:`mtaudit.cli`.  Heavy imports stand inside the functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import ExitCode, UsageError

# Format → module of this package whose ``text_of(run)`` (or ``bytes_of``) draws it; imported on
# demand.
FORMATS: Mapping[str, str] = {
    "xlsx": "export_xlsx",
    "csv": "export_csv",
    "xliff": "export_xliff",
    "tmx": "export_tmx",
    "sarif": "export_sarif",
    "github": "export_github",
    "junit": "export_junit",
    "pearmut": "export_pearmut",
}


def add_desk(commands: Any) -> None:
    """Register the commands with argparse's subparsers."""
    _add_review(commands)
    _add_export(commands)
    diff = commands.add_parser(
        "diff",
        help="what got better, worse, new, gone between two runs",
        description="Hold two audits of the same documents against each other.",
    )
    diff.add_argument("first", metavar="RUN1", help="output folder of the earlier audit")
    diff.add_argument("second", metavar="RUN2", help="output folder of the later audit")
    diff.add_argument("--json", action="store_true", help="everything, as JSON")


def _add_export(commands: Any) -> None:
    export = commands.add_parser(
        "export",
        help="a stored run for spreadsheets, translation editors, code hosts and build servers",
        description="xlsx, csv: a row a sentence with findings. xliff: XLIFF 2.1 with ITS quality"
        " issues. tmx: sentences with gloss and back-translation. sarif: SARIF 2.1.0. github:"
        " annotations of GitHub Actions. junit: a sentence fails as --fail-on of the audit says."
        " pearmut: a campaign of pre-marked spans for annotators.",
    )
    export.add_argument("run", metavar="RUN", help="output folder of an audit")
    export.add_argument("--to", required=True, choices=tuple(FORMATS), help="format")
    export.add_argument("--out", required=True, metavar="FILE", help="file to write")
    export.add_argument(
        "--since", metavar="RUN", help="sarif: an earlier audit; findings are told as new, "
        "unchanged, updated or absent against it",
    )  # fmt: skip


def _add_review(commands: Any) -> None:
    review = commands.add_parser(
        "review",
        help="editors' verdicts in: baseline, agreement, precision, calibration",
        description="Read the verdicts that editors saved from report.html; write what they"
        " dismissed as a baseline for the next audit; tell how far they agree and how often they"
        " confirm each issue code; refit the calibration where there are verdicts enough.",
    )
    review.add_argument("run", metavar="RUN", help="output folder of the audit that was judged")
    review.add_argument("verdicts", nargs="+", metavar="VERDICTS", help="saved .json or .csv files")
    review.add_argument("--write-baseline", metavar="FILE", help="default: RUN/baseline.json")
    review.add_argument("--baseline", metavar="FILE", help="an older baseline to build upon")
    review.add_argument(
        "--write-calibration", metavar="FILE", help="default: RUN/calibration.json; written only"
        " where there are verdicts enough to refit it",
    )  # fmt: skip


def _review(arguments: dict[str, Any]) -> int:
    from .. import calibrate
    from ..report import read_run
    from ..report.jsonl import write_atomically
    from .baseline import EMPTY, read_baseline, text_of
    from .refit import refit
    from .refit import text_of as text_of_calibration
    from .review import baseline_of, lines, review

    folder = Path(arguments["run"])
    run = read_run(folder)
    older = read_baseline(Path(arguments["baseline"])) if arguments["baseline"] else EMPTY
    found = review(run, [Path(path) for path in arguments["verdicts"]])
    baseline = baseline_of(run, found, older)
    target = Path(arguments["write_baseline"] or folder / "baseline.json")
    write_atomically(target, [text_of(baseline)])
    print("\n".join(lines(found)))
    new = refit(run, found)
    print("\nCalibration")
    print("\n".join(new.told))
    print(f"\n{target}: {len(baseline.entries)} dismissed")
    if new.changes:
        named = run.run["options"].get("calibration") or ""
        target = Path(arguments["write_calibration"] or folder / "calibration.json")
        write_atomically(target, [text_of_calibration(calibrate.path_of(named), new)])
        print(f"{target}: refitted; name it as --calibration or in .mtaudit.toml")
    return ExitCode.OK


def _export(arguments: dict[str, Any]) -> int:
    from ..report import read_run
    from ..report.jsonl import write_atomically

    run, target, given = read_run(Path(arguments["run"])), Path(arguments["out"]), arguments["to"]
    module = import_module(f".{FORMATS[given]}", __package__)
    if arguments["since"] is not None:
        if given != "sarif":
            raise UsageError("--since is for --to sarif only", mend="leave it out")
        drawn = module.text_of(run, read_run(Path(arguments["since"])))
    else:
        drawn = (getattr(module, "bytes_of", None) or module.text_of)(run)
    write_atomically(target, [drawn])
    print(target)
    return ExitCode.OK


def _diff(arguments: dict[str, Any]) -> int:
    from ..report import read_run
    from ..report.jsonl import encode
    from .diff import diff, lines, record

    first, second = (read_run(Path(arguments[name])) for name in ("first", "second"))
    found = diff(first, second)
    if arguments["json"]:
        print(encode(record(first, second, found)))
    else:
        print("\n".join(lines(first, second, found)))
    return ExitCode.OK


COMMANDS: Mapping[str, Callable[[dict[str, Any]], int]] = {
    "review": _review,
    "export": _export,
    "diff": _diff,
}
