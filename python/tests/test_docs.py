"""The Python of the documentation runs."""

from __future__ import annotations

import pathlib
import re

import numpy
import pytest
from sklearn.pipeline import make_pipeline

import nearfold
from nearfold import TSNE, UMAP

ROOT = pathlib.Path(__file__).parents[2]
BLOCKS = [
    block
    for page in ("README.md", "docs/python.md")
    for block in re.findall(
        r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL
    )
]


def test_there_are_blocks():
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize("block", BLOCKS, ids=[block.split("\n")[0] for block in BLOCKS])
def test_block(block, digits, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    X, y = digits
    known = {
        "X": X[:500],
        "X_new": X[500:],
        "labels": y[:500],
        "y": y[:500],
        "adata": None,
        "names": [str(one) for one in y[:500]],
        "numpy": numpy,
        "make_pipeline": make_pipeline,
        "umap": UMAP(n_epochs=20).fit(X[:500]),
    }
    try:
        exec(compile(block, "docs/python.md", "exec"), known)
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")


def test_every_parameter_is_documented():
    for estimator in (UMAP, TSNE, nearfold.NearestNeighborsGraph):
        for name in estimator().get_params():
            assert re.search(rf"\b{name}\b", estimator.__doc__), f"{estimator.__name__}: {name}"
