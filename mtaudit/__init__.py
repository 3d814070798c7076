"""mtaudit — machine-translation quality auditor for Arabic news.

    >>> import mtaudit
    >>> run = mtaudit.audit(["article.txt"])            # doctest: +SKIP
    >>> run.documents[0].mt_probability                 # doctest: +SKIP

``audit`` judges files; :class:`Auditor` keeps the models loaded for texts that come one by one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .auditor import Auditor as Auditor
    from .config import Options as Options
    from .pipeline import audit as audit
    from .types import (
        Document as Document,
    )
    from .types import (
        DocumentReport as DocumentReport,
    )
    from .types import (
        Issue as Issue,
    )
    from .types import (
        RunReport as RunReport,
    )
    from .types import (
        SegmentReport as SegmentReport,
    )

# Imported when first asked for: `import mtaudit` and `mtaudit --help` stay quick.
_LAZY = {
    "audit": "pipeline",
    "Auditor": "auditor",
    "Options": "config",
    "Document": "types",
    "DocumentReport": "types",
    "Issue": "types",
    "RunReport": "types",
    "SegmentReport": "types",
}
__all__ = ["__version__", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
