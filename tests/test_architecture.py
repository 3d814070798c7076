"""Who may import whom (docs/DESIGN.md, *Layout*): the rooms stay apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mtaudit"
HEAVY = {"torch", "transformers", "ctranslate2"}
# The CTranslate2 encoder is the one file outside translate/ that drives a model.
DRIVERS = {"encoder.py", "doctor.py"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """Absolute names of what a file imports; relative ones as ``mtaudit.…``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = ("mtaudit", *path.relative_to(PACKAGE).parent.parts)
    nodes = tree.body if top_only else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = place[: len(place) - node.level + 1]
                stem = ".".join((*base, node.module) if node.module else base)
            else:
                stem = node.module or ""
            names.add(stem)
            names |= {f"{stem}.{alias.name}" for alias in node.names}
    return names


def inside(names: set[str]) -> set[str]:
    """The rooms of the package that are imported: ``mtaudit.read.html`` → ``read``."""
    return {n.split(".")[1] for n in names if n.startswith("mtaudit.") and n.count(".") >= 1}


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("name", ["types.py", "errors.py"])
def test_the_contract_imports_only_the_standard_library(name: str) -> None:
    for module in imports(PACKAGE / name):
        root = module.split(".")[0]
        assert root in sys.stdlib_module_names or root == "__future__"


@pytest.mark.parametrize("path", sorted((PACKAGE / "evidence").glob("*.py")), ids=relative)
def test_witnesses_never_import_one_another(path: Path) -> None:
    allowed = {"types", "normalize", "rules", "errors", "language", "entities", "modelstore"}
    names = imports(path)
    assert inside(names) - {"evidence"} <= allowed | {"__version__"}
    if path.name == "__init__.py":
        return
    siblings = {p.stem for p in path.parent.glob("*.py") if not p.stem.startswith("_")}
    touched = {n.split(".")[2] for n in names if n.startswith("mtaudit.evidence.")}
    assert not touched & (siblings - {path.stem})


@pytest.mark.parametrize("path", sorted((PACKAGE / "detector").glob("*.py")), ids=relative)
def test_the_detector_reads_text_and_its_own_weights(path: Path) -> None:
    """No finding of a rule gets into it: what it says is a witness of its own."""
    allowed = {"types", "errors", "language", "modelstore", "detector"}
    assert inside(imports(path)) <= allowed


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_model_libraries_stay_in_their_room_and_inside_functions(path: Path) -> None:
    at_import = {n.split(".")[0] for n in imports(path, top_only=True)}
    assert not at_import & HEAVY
    used = {n.split(".")[0] for n in imports(path)} & HEAVY
    if used:
        assert path.parent.name == "translate" or path.name in DRIVERS


def test_score_never_sees_text() -> None:
    source = (PACKAGE / "score.py").read_text(encoding="utf-8")
    assert inside(imports(PACKAGE / "score.py")) <= {"calibrate", "types"}
    assert ".text" not in source


@pytest.mark.parametrize("path", sorted((PACKAGE / "report").rglob("*.py")), ids=relative)
def test_reports_compute_nothing(path: Path) -> None:
    forbidden = {
        "score",
        "calibrate",
        "evidence",
        "translate",
        "roundtrip",
        "reference",
        "pipeline",
    }
    assert not inside(imports(path)) & forbidden


@pytest.mark.parametrize("path", sorted((PACKAGE / "desk").glob("*.py")), ids=relative)
def test_the_desk_judges_no_text(path: Path) -> None:
    """It works on stored runs; an audit takes baseline and comments from it, not the reports."""
    allowed = {"types", "errors", "fingerprint", "report", "rules", "desk", "__version__"}
    names = imports(path)
    # The command names the calibration file that verdicts refit: numbers, no text.
    assert inside(names) <= allowed | ({"calibrate"} if path.name == "commands.py" else set())
    if path.name in ("baseline.py", "files.py", "inline.py"):
        assert "report" not in inside(names)


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_outside_the_desk_only_the_baseline_and_the_commands_are_used(path: Path) -> None:
    if path.parent.name == "desk":
        return
    used = {n.split(".")[2] for n in imports(path) if n.startswith("mtaudit.desk.")}
    allowed = {
        "pipeline.py": {"baseline"},
        "examining.py": {"inline"},
        "judging.py": {"baseline", "inline"},
        "rejudge.py": {"baseline"},
        "cli.py": {"commands", "baseline"},
    }
    assert used <= allowed.get(relative(path), set())


@pytest.mark.parametrize("name", ["roundtrip.py", "reference.py"])
def test_model_witnesses_get_their_models_handed_in(name: str) -> None:
    assert not inside(imports(PACKAGE / name)) & {"translate", "encoder"}


def test_the_package_never_imports_the_scripts() -> None:
    for path in modules():
        assert not any(n.split(".")[0] == "scripts" for n in imports(path))


def test_help_does_not_load_models_or_numpy() -> None:
    """Heavy libraries would make ``mtaudit --help`` slow; none may be loaded by it."""
    code = (
        "import sys\n"
        "from mtaudit.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules}"
        " & {'torch','transformers','ctranslate2','numpy','sacrebleu','trafilatura','rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_files_stay_small() -> None:
    """A file that outgrows 300 lines of code is two rooms in one."""
    for path in modules():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 380, path


@pytest.mark.parametrize("path", sorted((PACKAGE / "evaluate").glob("*.py")), ids=relative)
def test_measuring_drives_the_pipeline_and_nothing_but_the_command_needs_it(path: Path) -> None:
    """An audit never depends on how it was measured; figures and stripping see no model."""
    allowed = {
        "data.py": {"read", "types"},
        "strip.py": {"normalize"},
        "metrics.py": set(),
        "charts.py": set(),
        "table.py": set(),
        "page.py": set(),
    }
    rooms = inside(imports(path)) - {"evaluate"}
    if path.name in allowed:
        assert rooms <= allowed[path.name]
    assert not rooms & {"evidence", "translate", "encoder", "roundtrip", "reference"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "batch").glob("*.py")), ids=relative)
def test_the_batch_drives_the_pipeline_and_judges_nothing_itself(path: Path) -> None:
    """A record must be the audit's: no witness, score or model is called but through it."""
    rooms = inside(imports(path)) - {"batch"}
    assert not rooms & {"evidence", "score", "calibrate", "encoder", "evaluate", "desk", "entities"}
    # Only to ask how many GPUs there are.
    assert "translate" not in rooms or path.name == "local.py"
    # Arrow, Ray and the data sets' library are extras, and NumPy is heavy for --help.
    extras = {"pyarrow", "ray", "datasets", "fsspec"}
    assert not {n.split(".")[0] for n in imports(path, top_only=True)} & extras


def test_only_the_command_reaches_for_the_batch() -> None:
    users = {relative(p) for p in modules() if "batch" in inside(imports(p))}
    assert {u for u in users if not u.startswith("batch/")} <= {"cli.py"}


def test_only_the_command_reaches_for_the_evaluation() -> None:
    users = {relative(p) for p in modules() if "evaluate" in inside(imports(p))}
    assert {u for u in users if not u.startswith("evaluate/")} <= {"cli.py"}
