"""``Auditor``: the models loaded once, texts judged as they come."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .config import Options
from .errors import InputError
from .loading import load_models
from .pipeline import audit
from .read import document_of
from .types import DocumentReport, Failure, RunReport


class Auditor:
    """An auditor that keeps its models between calls.

    ``options`` as in :class:`mtaudit.config.Options`.  Not safe to share between threads.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._models = load_models(self.options, need_encoder=bool(self.options.reference))

    def audit(self, paths: Sequence[str | Path]) -> RunReport:
        """Audit files and directories, as :func:`mtaudit.audit` does."""
        return audit(paths, self.options, models=self._models)

    def audit_text(self, text: str, doc_id: str = "text") -> DocumentReport:
        """Audit one text.  Raises :class:`mtaudit.errors.InputError` where it cannot be judged
        (empty, no Arabic in it)."""
        document = document_of(text, doc_id)
        if isinstance(document, Failure):
            raise InputError(document.message, where=doc_id, mend=document.mend)
        return audit([], self.options, models=self._models, documents=[document]).documents[0]
