"""What other programs take, and pictures."""

from __future__ import annotations

import numpy as np
import pytest

import nearfold
from nearfold import TSNE, UMAP, export


@pytest.fixture(scope="module")
def umap(digits):
    return UMAP(n_epochs=20).fit(digits[0])


def test_anndata(umap, tmp_path):
    anndata = pytest.importorskip("anndata")
    adata = export.to_anndata(umap)
    adata.write_h5ad(tmp_path / "map.h5ad")
    read = anndata.read_h5ad(tmp_path / "map.h5ad")
    assert np.array_equal(read.obsm["X_umap"], umap.embedding_)
    assert (read.obsp["connectivities"] != umap.graph_).nnz == 0
    assert read.obsp["distances"].shape == (600, 600)
    assert read.uns["neighbors"]["params"]["n_neighbors"] == 15
    with pytest.raises(ValueError, match="observations"):
        export.to_anndata(umap, anndata.AnnData(np.zeros((3, 2), np.float32)))


def test_parquet(umap, digits, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    export.to_parquet(umap, tmp_path / "map.parquet", {"digit": digits[1]}, neighbors=5)
    table = parquet.read_table(tmp_path / "map.parquet").to_pydict()
    assert np.allclose(table["x"], umap.embedding_[:, 0])
    assert table["digit"] == digits[1].tolist()
    assert table["neighbors"][7]["ids"] == umap.knn_.indices[7, :5].tolist()
    with pytest.raises(ValueError, match="equally long"):
        export.to_parquet(umap, tmp_path / "no.parquet", {"digit": [1, 2]})


def test_pictures(umap, digits):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = nearfold.plot(umap, digits[1], title="digits")
    assert len(ax.get_legend().get_texts()) == 10
    assert ax.get_title(loc="left") == "digits"
    drawn = ax.collections[0]
    assert len(drawn.get_offsets()) == 600 and len(np.unique(drawn.get_facecolor(), axis=0)) == 10
    assert nearfold.plot(umap.embedding_, values=digits[1], ax=ax) is ax
    line = TSNE(n_components=1, max_iter=260).fit(digits[0])
    assert len(nearfold.plot(line).collections[0].get_offsets()) == 600
    for wrong in ({"labels": [1]}, {"columns": (0, 2)}, {"labels": digits[1], "values": digits[1]}):
        with pytest.raises(ValueError):
            nearfold.plot(umap, **wrong)
    matplotlib.pyplot.close("all")
