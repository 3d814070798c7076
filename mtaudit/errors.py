"""Errors and exit codes.  Standard library only; every other room may import this one."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends.  ``INPUT`` wins over ``FINDINGS``."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3


class MtauditError(Exception):
    """Base class.

    ``where`` names the file (and place in it), ``mend`` says what the reader can do about it.
    """

    exit_code = ExitCode.INPUT

    def __init__(self, message: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} — {self.mend}" if self.mend else text


class InputError(MtauditError):
    """A file or record that cannot be judged; the rest of the run goes on."""


class UsageError(MtauditError):
    """A wrong option, value or configuration file; nothing is run."""

    exit_code = ExitCode.USAGE


class ModelError(MtauditError):
    """A model that is missing, damaged or does not fit; the witnesses that need it abstain."""


class HostError(MtauditError):
    """A library or device that is asked for and is not there."""

    exit_code = ExitCode.USAGE
