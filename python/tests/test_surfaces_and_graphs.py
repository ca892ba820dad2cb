"""Maps on surfaces, and estimators that are added, multiplied and subtracted."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

import nearfold
from nearfold import UMAP, InvalidInput, Unsupported


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:600].astype(np.float32), y[:600]


def test_a_map_on_the_sphere_is_of_unit_vectors(digits):
    X, y = digits
    mapper = UMAP(output_metric="haversine", n_epochs=100).fit(X)
    assert mapper.embedding_.shape == (600, 3)
    assert np.allclose(np.linalg.norm(mapper.embedding_, axis=1), 1, atol=1e-5)
    same = UMAP(output_metric="sphere", n_epochs=100, n_jobs=1).fit_transform(X)
    assert np.array_equal(mapper.embedding_, same)
    scores = nearfold.quality(X, mapper.embedding_, y, map_metric="sphere")
    assert scores["trustworthiness@15"]["value"] > 0.9
    with pytest.raises(Unsupported, match="sphere"):
        mapper.inverse_transform(mapper.embedding_[:3])


def test_new_points_are_placed_on_a_surface(digits, tmp_path):
    X, y = digits
    for metric in ("sphere", "torus", "hyperboloid"):
        mapper = UMAP(output_metric=metric, n_epochs=100).fit(X[:500])
        placed = mapper.transform(X[500:])
        scores = nearfold.quality_new(
            X[:500], mapper.embedding_, X[500:], placed, y[:500], y[500:], map_metric=metric
        )
        assert scores["knn_label_accuracy"]["value"] > 0.8
        assert np.array_equal(mapper.transform(X[:5]), mapper.embedding_[:5])
        mapper.save(tmp_path / f"{metric}.nfm")
        read = nearfold.load(tmp_path / f"{metric}.nfm")
        assert np.array_equal(read.transform(X[500:]), placed)
        before = mapper.embedding_.copy()
        mapper.update(X[500:])
        assert np.array_equal(mapper.embedding_[:500], before)
        assert mapper.embedding_.shape[0] == 600


def test_searches_are_compared_on_a_surface(digits):
    X, y = digits
    exact, other = nearfold.compare(X, 15, ["hnsw"], UMAP(output_metric="sphere", n_epochs=50), y)
    scores = nearfold.quality(X, exact["embedding"], y, map_metric="sphere", random_state=0)
    assert exact["quality"]["knn_recall@10"] == scores["knn_recall@10"]
    again = nearfold.agreement(exact["embedding"], other["embedding"], map_metric="sphere")
    assert other["agreement"] == again and "procrustes" not in again


@pytest.mark.parametrize("metric", ["torus", "hyperboloid"])
def test_other_surfaces_have_two_columns(digits, metric):
    mapper = UMAP(output_metric=metric, n_epochs=100).fit(digits[0])
    assert mapper.embedding_.shape == (600, 2)
    if metric == "torus":
        assert mapper.embedding_.min() >= 0
        assert mapper.embedding_.max() < 2 * np.pi + 1e-6


def test_what_no_surface_has_is_named(digits):
    with pytest.raises(InvalidInput, match="torus"):
        UMAP(output_metric="klein").fit(digits[0])
    with pytest.raises(InvalidInput, match="n_components"):
        UMAP(output_metric="sphere", n_components=3).fit(digits[0])
    with pytest.raises(Unsupported, match="output_dens"):
        UMAP(output_metric="sphere", output_dens=True).fit(digits[0])


@pytest.fixture(scope="module")
def halves(digits):
    X, _ = digits
    return [UMAP(n_epochs=50, index="flat").fit(half) for half in (X[:, :32], X[:, 32:])]


def test_graphs_of_two_fits_are_combined(halves):
    upper, lower = halves
    before = upper.graph_.copy()
    both, either, alone = upper * lower, upper + lower, upper - lower
    for made in (both, either, alone):
        assert made.embedding_.shape == (600, 2)
        assert np.isfinite(made.embedding_).all()
        assert not np.array_equal(made.embedding_, upper.embedding_)
    assert (before != upper.graph_).nnz == 0
    shared = (upper.graph_ > 0).multiply(lower.graph_ > 0)
    assert alone.graph_.multiply(shared).sum() < upper.graph_.multiply(shared).sum()
    assert np.array_equal((upper * lower).embedding_, both.embedding_)


def test_a_combined_map_places_nothing(halves, digits):
    made = halves[0] + halves[1]
    with pytest.raises(Unsupported, match="combined"):
        made.transform(digits[0][:3, :32])
    with pytest.raises(Unsupported, match="combined"):
        made.update(digits[0][:3, :32])
    again = made * halves[1]  # a result can be combined further
    assert again.embedding_.shape == (600, 2)


def test_only_fits_of_the_same_points_are_combined(halves, digits):
    with pytest.raises(InvalidInput, match="same points"):
        halves[0] + UMAP(n_epochs=10).fit(digits[0][:300])
    with pytest.raises(TypeError):
        halves[0] + 1
