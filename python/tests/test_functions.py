"""Scores, comparisons, plans and grids."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

import nearfold
from nearfold import TSNE, UMAP


@pytest.fixture(scope="module")
def umap(digits):
    return UMAP(n_epochs=100, index="flat").fit(digits[0])


def test_quality_is_scikit_learns(digits, umap):
    X, y = digits
    scores = nearfold.quality(X, umap.embedding_, y)
    wanted = trustworthiness(X.astype(float), umap.embedding_, n_neighbors=15)
    assert abs(scores["trustworthiness@15"]["value"] - wanted) < 1e-3
    assert scores["knn_label_accuracy"]["value"] > 0.9
    assert scores["knn_recall@10"]["standard_error"] == 0  # all points were scored
    assert "knn_recall@10" not in nearfold.quality(X, umap.embedding_, ks=[5])
    assert nearfold.quality(X, umap.embedding_, [str(one) for one in y]) == scores


def test_quality_of_new_points(digits, umap):
    X, y = digits
    old = UMAP(n_epochs=100).fit(X[:500])
    placed = old.transform(X[500:])
    scores = nearfold.quality_new(X[:500], old.embedding_, X[500:], placed, y[:500], y[500:])
    assert scores["knn_label_accuracy"]["value"] > 0.8
    assert scores["lost"]["value"] < 0.05
    nowhere = np.full_like(placed, 1000)
    lost = nearfold.quality_new(X[:500], old.embedding_, X[500:], nowhere)["lost"]["value"]
    assert lost == 1


def test_agreement(digits, umap):
    turned = umap.embedding_ @ np.array([[0, 1], [-1, 0]]) * 3 + 5
    same = nearfold.agreement(umap.embedding_, turned)
    assert same["overlap@10"]["value"] > 0.99 and same["procrustes"] < 1e-6
    shuffled = np.random.default_rng(0).permutation(umap.embedding_)
    other = nearfold.agreement(umap.embedding_, shuffled)
    assert other["overlap@10"]["value"] < 0.2 and other["procrustes"] > 0.9


def test_plan(digits):
    small, large = (nearfold.plan(n, 50, TSNE()) for n in (10_000, 1_000_000))
    assert [stage["name"] for stage in small["stages"]] == ["knn", "weights", "init", "optimize"]
    assert small["host_bytes"] < large["host_bytes"] and small["device_bytes"] == 0
    with pytest.raises(ValueError, match="UMAP, a TSNE"):
        nearfold.plan(100, 5, "umap")


def test_compare(digits):
    X, y = digits
    rows = nearfold.compare(X, 30, ["ivf", "hnsw"], UMAP(n_epochs=50), y)
    assert [row["info"]["index"].split(":")[0] for row in rows] == ["flat", "ivf", "hnsw"]
    assert rows[0]["agreement"] is None
    assert rows[1]["agreement"]["overlap@10"]["value"] > 0.3
    assert all(row["embedding"].shape == (600, 2) for row in rows)
    direct = UMAP(n_epochs=50, index="flat").fit_transform(X)
    assert np.array_equal(rows[0]["embedding"], direct)


def test_grid_is_fits_one_by_one(digits):
    X = digits[0]
    estimator = UMAP(n_epochs=30, index="flat")
    cells = list(nearfold.grid(X, estimator, {"n_neighbors": [5, 20], "min_dist": [0.0, 0.4]}))
    assert [settings for settings, _ in cells][-1] == {"n_neighbors": 20, "min_dist": 0.4}
    for settings, embedding in cells:
        alone = UMAP(n_epochs=30, index="flat", **settings).fit_transform(X)
        assert np.array_equal(embedding, alone), settings
    tsne = list(nearfold.grid(X, TSNE(max_iter=260), {"perplexity": [5, 20]}))
    assert len(tsne) == 2 and not np.array_equal(tsne[0][1], tsne[1][1])
    given = nearfold.grid(
        X,
        UMAP(n_epochs=30, precomputed_knn=nearfold.kneighbors_graph(X, 19, index="flat")),
        {"n_neighbors": [5, 20]},
    )
    assert np.array_equal(
        next(given)[1], UMAP(n_epochs=30, n_neighbors=5, index="flat").fit_transform(X)
    )
