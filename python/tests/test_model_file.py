"""Fitted maps in files: the package's and the tool's are the same."""

from __future__ import annotations

import subprocess
import zipfile

import numpy as np
import pytest

import nearfold
from nearfold import TSNE, UMAP, LocalMAP, PaCMAP

KINDS = {
    "umap": UMAP(n_epochs=40),
    "offsets": UMAP(n_epochs=40, metric="manhattan"),
    "five": UMAP(n_epochs=40, n_components=5, index="ivf:nlist=20", metric="cosine"),
    "pacmap": PaCMAP(num_iters=50),
    "localmap": LocalMAP(num_iters=(10, 20, 30), low_dist_thres=5),
    "tsne": TSNE(max_iter=300, perplexity=12, index="hnsw"),
}


@pytest.fixture(params=KINDS)
def saved(request, digits, tmp_path):
    X = digits[0]
    if request.param == "offsets":
        X = X.astype(np.float64) / 3 + 1e6
    fitted = KINDS[request.param].fit(X[:500])
    fitted.save(tmp_path / "map.nfm")
    return fitted, X[500:], tmp_path / "map.nfm"


def test_load_is_what_was_saved(saved):
    fitted, rows, path = saved
    read = nearfold.load(path)
    assert type(read) is type(fitted)
    assert np.array_equal(read.embedding_, fitted.embedding_)
    assert np.array_equal(read.transform(rows), fitted.transform(rows))
    assert np.array_equal(
        read.inverse_transform(read.embedding_[:3]), fitted.inverse_transform(read.embedding_[:3])
    )
    assert read.get_params()["metric"] == fitted.get_params()["metric"]
    assert (read.graph_ != fitted.graph_).nnz == 0
    assert len(read.update(rows).embedding_) == 600


def test_the_tool_reads_it(saved, tool, tmp_path):
    fitted, rows, path = saved
    np.save(tmp_path / "rows.npy", rows)
    command = [tool, "transform", path, tmp_path / "rows.npy", "-o", tmp_path / "placed.npy"]
    subprocess.run([*command, "--quiet"], check=True)
    placed = np.load(tmp_path / "placed.npy")
    if fitted.index == "auto":
        assert np.array_equal(placed, fitted.transform(rows))
    else:  # it has no index, so the tool searches exactly
        assert np.abs(placed - fitted.transform(rows)).max(axis=1).mean() < 0.5


def test_the_tools_are_read(tool, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits[0][:500])
    np.save(tmp_path / "rows.npy", digits[0][500:])
    for method in ("umap", "tsne"):
        model = tmp_path / f"{method}.nfm"
        embed = [tool, "embed", tmp_path / "x.npy", "--method", method, "-o", tmp_path / "m.npy"]
        subprocess.run([*embed, "--save-model", model, "--quiet", "--force"], check=True)
        transform = [tool, "transform", model, tmp_path / "rows.npy", "-o", tmp_path / "p.npy"]
        subprocess.run([*transform, "--quiet", "--force"], check=True)
        placed = nearfold.load(model).transform(digits[0][500:])
        assert np.array_equal(placed, np.load(tmp_path / "p.npy"))
    scaled = tmp_path / "scaled.nfm"
    embed = [tool, "embed", tmp_path / "x.npy", "--method", "umap", "-o", tmp_path / "m.npy"]
    subprocess.run(
        [*embed, "--save-model", scaled, "--pca", "10", "--quiet", "--force"], check=True
    )
    with pytest.raises(NotImplementedError, match="pca"):
        nearfold.load(scaled)


def test_what_is_no_model_is_refused(digits, tmp_path):
    with pytest.raises(OSError, match="cannot read"):
        nearfold.load(tmp_path / "none.nfm")
    (tmp_path / "text.nfm").write_text("no model")
    np.savez(tmp_path / "other.npz", map=np.zeros((3, 2)))
    np.save(tmp_path / "pickle.npy", np.array([{}]), allow_pickle=True)
    for name in ("text.nfm", "other.npz", "pickle.npy"):
        with pytest.raises(ValueError, match="is no model"):
            nearfold.load(tmp_path / name)
    fitted = UMAP(n_epochs=10).fit(digits[0][:100])
    fitted.save(tmp_path / "map.nfm")
    whole = (tmp_path / "map.nfm").read_bytes()
    (tmp_path / "short.nfm").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is no model"):
        nearfold.load(tmp_path / "short.nfm")
    with np.load(tmp_path / "map.nfm") as file:
        entries = dict(file)
    for name, wrong in (
        ("map", entries["map"][:50]),
        ("points", entries["points"][:50]),
        ("graph/indices", np.full_like(entries["graph/indices"], 100)),
        ("meta", np.frombuffer(b"[]", np.uint8)),
        ("meta", np.frombuffer(b'{"kind": "model", "format": 2}', np.uint8)),
    ):
        np.savez(tmp_path / "wrong.npz", **{**entries, name: wrong})
        with pytest.raises(ValueError):
            nearfold.load(tmp_path / "wrong.npz")
    with pytest.raises(OSError, match="cannot write"):
        fitted.save(tmp_path / "no folder" / "map.nfm")
    assert zipfile.is_zipfile(tmp_path / "map.nfm")
