"""Data of every kind gives the map of its numbers."""

from __future__ import annotations

import numpy as np
import pytest

import nearfold
from nearfold import UMAP, _arrays


def fit(X, **params):
    return UMAP(n_epochs=20, n_neighbors=8, **params).fit_transform(X)


@pytest.fixture
def pixels(digits):
    return digits[0][:200]


@pytest.mark.parametrize(
    "change",
    [
        lambda X: np.asfortranarray(X),
        lambda X: X.astype(np.float64),
        lambda X: X.astype(np.float16),
        lambda X: X.astype(np.uint8),
        lambda X: X.astype(np.int64),
        lambda X: np.repeat(X, 2, axis=1)[:, ::2],
        lambda X: X[::-1][::-1],
        lambda X: X.tolist(),
        lambda X: X.astype(object),
        lambda X: X.astype(">f4"),
    ],
)
def test_the_same_numbers_give_the_same_map(pixels, change):
    assert np.array_equal(fit(change(pixels)), fit(pixels))


def test_read_only_and_mapped(pixels, tmp_path):
    frozen = pixels.copy()
    frozen.flags.writeable = False
    np.save(tmp_path / "x.npy", pixels)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.array_equal(fit(frozen), fit(pixels))
    assert np.array_equal(fit(mapped), fit(pixels))


def test_float32_is_not_copied(pixels):
    assert _arrays.to_float32(pixels) is pixels
    reducer = UMAP(n_epochs=5).fit(pixels)
    assert np.shares_memory(reducer._points_of_fit, pixels)


def test_data_frames(pixels):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    assert np.array_equal(fit(pandas.DataFrame(pixels)), fit(pixels))
    assert np.array_equal(fit(polars.DataFrame(pixels)), fit(pixels))


def test_columns_far_from_zero_keep_their_differences(pixels):
    """float32 has no digits left for a thousandth at ten million; offsets are taken in double."""
    wide = pixels.astype(np.float64) / 1000 + 1e7
    reducer = UMAP(n_epochs=20, n_neighbors=8).fit(wide)
    near = UMAP(n_epochs=20, n_neighbors=8).fit(pixels / np.float32(1000))
    same = (np.sort(reducer.knn_.indices) == np.sort(near.knn_.indices)).mean()
    assert same > 0.99
    back = reducer.inverse_transform(reducer.embedding_[:4])
    assert back.dtype == np.float64 and abs(back.mean() - 1e7) < 1
    assert np.array_equal(reducer.transform(wide[:7]), reducer.embedding_[:7])


def test_functions_take_offsets_as_estimators_do(pixels):
    wide = pixels.astype(np.float64) / 1000 + 1e7
    graph = nearfold.kneighbors_graph(wide, 7, index="flat")
    assert np.array_equal(graph.indices, UMAP(n_neighbors=8, index="flat").fit(wide).knn_.indices)
    embedding = fit(wide)
    near = nearfold.quality(pixels / np.float32(1000), embedding)["knn_recall@10"]["value"]
    assert abs(nearfold.quality(wide, embedding)["knn_recall@10"]["value"] - near) < 0.02


def test_cosine_sees_a_shift_so_none_is_taken(pixels):
    assert UMAP(metric="cosine", n_epochs=5).fit(pixels + 1e5)._offsets is None


@pytest.mark.parametrize(
    "X, message",
    [
        (np.full((10, 2), np.nan), "NaN"),
        (np.full((10, 2), np.inf), "infinity"),
        (np.resize([1e300, -1e300, 0], (10, 2)), "float32"),
        (np.zeros((10, 2), complex), "[Cc]omplex"),
        (np.zeros((1, 2)), "1 sample"),
        (np.zeros(10), "1D array"),
        (np.zeros((4, 0)), "0 feature"),
        (np.array([["a", "b"]] * 5), "."),
    ],
)
def test_what_is_no_data_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        UMAP().fit(X)


def test_rows_of_zeros_under_cosine(pixels):
    X = pixels.copy()
    X[[3, 9]] = 0
    with pytest.raises(ValueError, match="3, 9"):
        UMAP(metric="cosine").fit(X)
    with pytest.raises(ValueError, match="zero_vectors is 'near'"):
        UMAP(metric="cosine", zero_vectors="near").fit(X)
    reducer = UMAP(metric="cosine", zero_vectors="far", n_epochs=5).fit(X)
    assert reducer.knn_.indices[3, 0] == 9
    assert reducer.knn_.distances[3, :2].round(6).tolist() == [0, 2]


def test_arrays_of_a_gpu_are_refused_in_words(pixels):
    class Tensor:
        def __dlpack_device__(self):
            return (2, 0)

    with pytest.raises(NotImplementedError, match="Tensor in the memory of a GPU"):
        UMAP().fit(Tensor())


def test_labels_of_any_kind():
    codes = nearfold._arrays.codes_of
    assert codes(["b", "a", "b", None]).tolist() == [1, 0, 1, -1]
    assert codes([3.0, np.nan, 1.0]).tolist() == [1, -1, 0]
    assert codes(np.array([True, False])).tolist() == [1, 0]
    with pytest.raises(ValueError, match="one label per point"):
        codes(np.zeros((3, 2)))
