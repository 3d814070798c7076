"""Text-alone witnesses: one file each, never importing one another.

The table below is the whole registry: name → (module, class).  A witness is imported when it is
first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ..errors import UsageError
from ..types import Witness

WITNESSES: dict[str, tuple[str, str]] = {
    "residue": ("residue", "Residue"),
    "markup": ("markup", "Markup"),
    "punctuation": ("punctuation", "Punctuation"),
    "repetition": ("repetition", "Repetition"),
    "fragments": ("fragments", "Fragments"),
    "agreement": ("agreement", "Agreement"),
    "names": ("names", "Names"),
    "calques": ("calques", "Calques"),
    "senses": ("senses", "Senses"),
    "collocation": ("collocation", "Collocation"),
    "discourse": ("discourse", "Discourse"),
}


def load_witness(name: str) -> Witness:
    """The witness of that name.  Raises :class:`UsageError` for a name that is not in the table."""
    if name not in WITNESSES:
        known = ", ".join(sorted(WITNESSES))
        raise UsageError(f"no witness is called {name!r}", mend=f"one of: {known}")
    module, cls = WITNESSES[name]
    return cast(Witness, getattr(import_module(f".{module}", __package__), cls)())


def load_all() -> list[Witness]:
    """Every witness, in the table's order."""
    return [load_witness(name) for name in WITNESSES]
