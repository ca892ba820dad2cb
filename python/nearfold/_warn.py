"""Warnings that point at the caller's line."""

from __future__ import annotations

import os
import sys
import warnings

import sklearn

_INSIDE = (os.path.dirname(os.path.abspath(__file__)), os.path.dirname(sklearn.__file__))


def warn(text: str) -> None:
    """A UserWarning at the nearest frame that is neither this package's nor scikit-learn's."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and os.path.abspath(frame.f_code.co_filename).startswith(
        _INSIDE
    ):
        frame = frame.f_back
        depth += 1
    warnings.warn(text, stacklevel=depth + 1)
