"""Data that the tests share."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest
from sklearn.datasets import load_digits


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """600 handwritten digits, 64 pixels, float32."""
    X, y = load_digits(return_X_y=True)
    return X[:600].astype(np.float32), y[:600]


@pytest.fixture
def normals() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((150, 6)).astype(np.float32)


@pytest.fixture(scope="session")
def tool() -> pathlib.Path:
    """The command-line tool, where NEARFOLD_TOOL says that it is."""
    path = os.environ.get("NEARFOLD_TOOL")
    if not path:
        pytest.skip("NEARFOLD_TOOL names no command-line tool")
    return pathlib.Path(path)
