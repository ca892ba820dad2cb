"""The Python of the documentation runs: the blocks of a page one after the other, as a reader takes
them."""

from __future__ import annotations

import pathlib
import re
import shutil

import numpy
import pytest
from sklearn.pipeline import make_pipeline

import nearfold
from nearfold import TSNE, UMAP, AlignedUMAP, LocalMAP, PaCMAP

ROOT = pathlib.Path(__file__).parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): re.findall(
        r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
# A gigabyte and two minutes of installation: a block that imports one is run where it is there.
NOT_INSTALLED = {"jscatter", "datamapplot", "pyspark", "scanpy"}
# Run with umap-learn and pynndescent, which are not installed here.
ELSEWHERE = {"docs/tool.md": "tests/python/check_graphs.py"}


@pytest.fixture
def given(digits, tmp_path, monkeypatch):
    """What pages take for granted: some names, and some files."""
    pytest.importorskip("matplotlib").use("Agg")
    anndata = pytest.importorskip("anndata")
    X, y = digits
    monkeypatch.chdir(tmp_path)
    pathlib.Path("data").symlink_to(ROOT / "data")
    pathlib.Path("out").mkdir()
    return {
        "X": X[:500],
        "X_new": X[500:],
        "labels": y[:500],
        "y": y[:500],
        "adata": anndata.AnnData(X[:500]),
        "names": [str(one) for one in y[:500]],
        "numpy": numpy,
        "make_pipeline": make_pipeline,
    }


def test_there_are_blocks():
    assert sum(map(len, PAGES.values())) >= 4
    assert all(PAGES[page] for page in ELSEWHERE)
    text = "".join(block for blocks in PAGES.values() for block in blocks)
    assert all(re.search(rf"import .*\b{name}\b", text) for name in NOT_INSTALLED)


@pytest.mark.parametrize("page", [page for page, blocks in PAGES.items() if blocks])
def test_page(page, given):
    if page in ELSEWHERE:
        pytest.skip(f"run by {ELSEWHERE[page]}")
    if page == "docs/howto/spark.md" and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    if page == "docs/howto/dask.md":
        pytest.importorskip("distributed")
    for block in PAGES[page]:
        try:
            exec(compile(block, page, "exec"), given)
        except ModuleNotFoundError as error:
            if error.name not in NOT_INSTALLED:
                raise


def test_every_parameter_is_documented():
    every = (UMAP, TSNE, PaCMAP, LocalMAP, nearfold.NearestNeighborsGraph, AlignedUMAP)
    for estimator in every:
        for name in estimator().get_params():
            assert re.search(rf"\b{name}\b", estimator.__doc__), f"{estimator.__name__}: {name}"
