"""New points, maps that grow, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from nearfold import TSNE, UMAP

KINDS = [UMAP(n_epochs=50), TSNE(perplexity=15, max_iter=300)]


@pytest.fixture(scope="module", params=KINDS, ids=["umap", "tsne"])
def fitted(request, digits):
    return request.param.fit(digits[0][:500])


def test_rows_alone_in_batches_and_in_any_order(fitted, digits):
    rows = digits[0][500:]
    together = fitted.transform(rows)
    assert np.array_equal(
        np.vstack([fitted.transform(row[None]) for row in rows[:20]]), together[:20]
    )
    assert np.array_equal(fitted.transform(rows[::-1])[::-1], together)
    one_thread = fitted.__class__(**{**fitted.get_params(), "n_jobs": 1}).fit(digits[0][:500])
    assert np.array_equal(one_thread.transform(rows), together)


def test_rows_of_the_fit_take_their_places(fitted, digits):
    assert np.array_equal(fitted.transform(digits[0][:500]), fitted.embedding_)


def test_outliers_are_far(fitted, digits):
    rows = np.vstack([digits[0][500:505], np.full((1, 64), 100, np.float32)])
    placed, remoteness = fitted.transform(rows, return_remoteness=True)
    assert np.isfinite(placed).all()
    assert remoteness[-1] > fitted.remote_ > 0
    assert remoteness[-1] > 3 * remoteness[:-1].max()


def test_labels_of_neighbors_on_the_map(fitted):
    X, y = load_digits(return_X_y=True)  # all of them: a hundred labels are off by 0.04 by chance
    placed = fitted.transform(X[500:].astype(np.float32))
    nearest = np.argmin(((placed[:, None] - fitted.embedding_[None]) ** 2).sum(-1), axis=1)
    assert (y[:500][nearest] == y[500:]).mean() > 0.85


def test_no_rows(fitted):
    with pytest.raises(ValueError, match="0 sample"):
        fitted.transform(np.zeros((0, 64), np.float32))


def test_inverse(fitted, digits):
    rows = fitted.inverse_transform(fitted.embedding_[:50])
    assert rows.shape == (50, 64) and rows.min() >= 0 and rows.max() <= 16
    error = np.abs(rows - digits[0][:50]).mean()
    assert error < 0.6 * np.abs(digits[0][:50] - digits[0].mean(0)).mean()


@pytest.mark.parametrize("old_points", ["fixed", "free"])
@pytest.mark.parametrize("kind", KINDS, ids=["umap", "tsne"])
def test_update(kind, old_points, digits):
    X = digits[0]
    estimator = kind.__class__(**kind.get_params()).fit(X[:500])
    before = estimator.embedding_.copy()
    estimator.update(X[500:], old_points=old_points)
    assert estimator.embedding_.shape == (600, 2)
    assert len(estimator.knn_) == 600
    moved = np.linalg.norm(estimator.embedding_[:500] - before, axis=1)
    assert np.allclose(moved, estimator.moved_, atol=1e-4)
    assert (moved == 0).all() if old_points == "fixed" else moved.max() > 0
    assert np.array_equal(estimator.transform(X[500:]), estimator.embedding_[500:])


def test_update_without_rows_changes_nothing_or_goes_on(digits):
    reducer = UMAP(n_epochs=30).fit(digits[0][:200])
    before = reducer.embedding_.copy()
    reducer.update(digits[0][:0])
    assert np.array_equal(reducer.embedding_, before)
    reducer.update(digits[0][:0], old_points="free", iterations=10)
    assert not np.array_equal(reducer.embedding_, before)
    with pytest.raises(ValueError, match="old_points"):
        reducer.update(digits[0][:3], old_points="loose")


def test_a_map_that_was_exchanged(digits):
    reducer = UMAP(n_epochs=30).fit(digits[0][:300])
    reducer.transform(digits[0][300:310])
    reducer.embedding_ = reducer.embedding_.astype(np.float64) * 2
    assert np.array_equal(reducer.transform(digits[0][:300]), reducer.embedding_)


def test_maps_of_distances_take_no_new_points(normals):
    distances = np.linalg.norm(normals[:, None] - normals[None], axis=-1)
    reducer = UMAP(metric="precomputed", n_epochs=10).fit(distances)
    with pytest.raises(NotImplementedError, match="precomputed"):
        reducer.transform(distances[:3])
