"""The package and the command-line tool give the same bytes."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from nearfold import TSNE, UMAP, LocalMAP, PaCMAP, kneighbors_graph


def run(tool, *arguments):
    subprocess.run([tool, *map(str, arguments), "--force", "--quiet"], check=True)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8"])
@pytest.mark.parametrize(
    "estimator, flags",
    [
        (UMAP(index="flat"), ["--method", "umap"]),
        (
            UMAP(n_components=5, random_state=7, n_epochs=50),
            [
                "--method",
                "umap",
                "--index",
                "auto",
                "--n-components",
                "5",
                "--seed",
                "7",
                "--n-epochs",
                "50",
            ],
        ),
        (
            UMAP(metric="cosine", index="ivf:nlist=20", n_epochs=50),
            [
                "--method",
                "umap",
                "--metric",
                "cosine",
                "--index",
                "ivf:nlist=20",
                "--n-epochs",
                "50",
            ],
        ),
        (TSNE(index="flat"), ["--method", "tsne"]),
        (PaCMAP(index="flat", num_iters=60), ["--method", "pacmap", "--num-iters", "60"]),
        (
            LocalMAP(index="flat", n_neighbors=8, FP_ratio=1, lr=0.5, low_dist_thres=5),
            "--method localmap --n-neighbors 8 --FP-ratio 1 --lr .5 --low-dist-thres 5".split(),
        ),
        (
            TSNE(perplexity=10, init="random", early_stop=True, index="hnsw"),
            [
                "--method",
                "tsne",
                "--perplexity",
                "10",
                "--init",
                "random",
                "--early-stop",
                "--index",
                "hnsw",
            ],
        ),
    ],
)
def test_maps(tool, tmp_path, digits, dtype, estimator, flags):
    X = digits[0].astype(dtype)
    if dtype == "f8":
        X = X / 3 + 1000  # no float32, and far from 0: offsets are taken
    np.save(tmp_path / "x.npy", X)
    run(tool, "embed", tmp_path / "x.npy", *flags, "-o", tmp_path / "map.npy")
    assert np.array_equal(np.load(tmp_path / "map.npy"), estimator.fit_transform(X))


def test_new_points(tool, tmp_path, digits):
    X = digits[0]
    np.save(tmp_path / "x.npy", X[:500])
    np.save(tmp_path / "new.npy", X[500:])
    for estimator, method in ((UMAP(n_epochs=50), "umap"), (TSNE(max_iter=300), "tsne")):
        length = ["--n-epochs", "50"] if method == "umap" else ["--max-iter", "300"]
        run(
            tool,
            "embed",
            tmp_path / "x.npy",
            "--method",
            method,
            *length,
            "--index",
            "auto",
            "-o",
            tmp_path / "map.npy",
            "--save-model",
            tmp_path / "m.nfm",
        )
        run(
            tool,
            "transform",
            tmp_path / "m.nfm",
            tmp_path / "new.npy",
            "-o",
            tmp_path / "placed.npy",
        )
        placed = estimator.fit(X[:500]).transform(X[500:])
        assert np.array_equal(np.load(tmp_path / "placed.npy"), placed)


def test_graphs(tool, tmp_path, digits):
    np.save(tmp_path / "x.npy", digits[0])
    run(tool, "knn", tmp_path / "x.npy", "-k", 20, "--index", "nndescent", "-o", tmp_path / "g.npz")
    made = np.load(tmp_path / "g.npz")
    graph = kneighbors_graph(digits[0], 20, index="nndescent")
    assert np.array_equal(made["indices"], graph.indices)
    assert np.array_equal(made["distances"], graph.distances)
