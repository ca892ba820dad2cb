"""Exceptions: each is also the built-in one that Python code would catch."""

from __future__ import annotations

from typing import Any

import numpy as np


class NearfoldError(Exception):
    """Base of all that the library raises."""


class InvalidInput(NearfoldError, ValueError):
    """A parameter, or data, is wrong: change it."""


class InvalidType(InvalidInput, TypeError):
    """A parameter is of a wrong type."""


class Unsupported(InvalidInput, NotImplementedError):
    """What is asked for is not there, in this build or for this method: choose something else."""


class NoDevice(NearfoldError, RuntimeError):
    """There is no usable GPU: use ``device="cpu"``, or fix the driver."""


class DeviceFailure(NearfoldError, RuntimeError):
    """The GPU failed, and this process must not use it again."""


class WorkersLost(NearfoldError, RuntimeError):
    """Workers of a cluster died again and again over the same work, or all of them are gone."""


class IoError(NearfoldError, OSError):
    """A file could not be read or written."""


class OutOfMemory(NearfoldError, MemoryError):
    """There is too little memory; nothing was taken.

    Attributes
    ----------
    bytes_asked, bytes_free : int
    """

    def __init__(self, message: str, bytes_asked: int = 0, bytes_free: int = 0) -> None:
        super().__init__(message)
        self.bytes_asked = bytes_asked
        self.bytes_free = bytes_free


class Cancelled(NearfoldError):
    """A callback returned False before there was anything to return."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C.

    Attributes
    ----------
    embedding : ndarray of shape (n_samples, n_components) or None
        The map so far; None before the optimisation.
    info : dict or None
        Report of the run so far.
    """

    def __init__(
        self, embedding: np.ndarray | None = None, info: dict[str, Any] | None = None
    ) -> None:
        super().__init__("stopped by Ctrl-C" + ("" if embedding is None else "; see .embedding"))
        self.embedding = embedding
        self.info = info
