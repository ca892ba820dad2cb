"""Equal rows as one: the map of the distinct rows, and each sample at its row's place."""

import pickle

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone

import nearfold
from nearfold import TSNE, UMAP, InvalidInput, LocalMAP, PaCMAP, Unsupported

KINDS = [
    (UMAP, {"n_epochs": 50, "n_neighbors": 8}),
    (UMAP, {"n_epochs": 50, "n_neighbors": 8, "densmap": True}),
    (TSNE, {"perplexity": 8, "max_iter": 60, "early_exaggeration_iter": 20}),
    (PaCMAP, {"n_neighbors": 6, "num_iters": (10, 10, 20)}),
    (LocalMAP, {"n_neighbors": 6, "num_iters": (10, 10, 20)}),
]


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(120, 5)).astype(np.float32)


@pytest.fixture(scope="module")
def of():
    """Which of the rows each of 400 samples is; the rows come in their order."""
    return np.r_[np.arange(120), np.random.default_rng(1).integers(0, 120, 280)]


def of_umap(**parameters):
    return UMAP(**KINDS[0][1], **parameters)


@pytest.mark.parametrize("kind, parameters", KINDS)
def test_samples_lie_where_their_row_does(rows, of, kind, parameters):
    alone = kind(**parameters).fit_transform(rows)
    fitted = kind(**parameters, unique=True).fit(rows[of])
    assert np.array_equal(fitted.embedding_, alone[of])
    assert fitted.info_["n"] == 400
    assert fitted.info_["distinct"] == 120
    assert np.array_equal(fitted._unique_inverse_, of)
    assert len(fitted.knn_) == 120
    assert fitted.graph_.shape == (120, 120)
    assert np.array_equal(fitted.transform(rows[of][5:9]), fitted.embedding_[5:9])
    assert fitted.inverse_transform(fitted.embedding_[:2]).shape == (2, 5)
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.transform(rows[of]), fitted.embedding_)


@pytest.mark.parametrize("kind, parameters", KINDS)
def test_without_copies_nothing_changes(rows, kind, parameters):
    fitted = kind(**parameters, unique=True).fit(rows)
    assert np.array_equal(fitted.embedding_, kind(**parameters).fit_transform(rows))
    assert fitted.info_["distinct"] == 120
    assert clone(fitted).get_params()["unique"] is True
    assert fitted.update(rows[:0], iterations=3).embedding_.shape == (120, 2)


def test_sparse_rows(rows, of):
    X = np.where(rows > 0.5, rows, 0).astype(np.float32)
    X[:, 0] = rows[:, 0]  # so that no two rows are equal
    alone = of_umap().fit_transform(scipy.sparse.csr_matrix(X))
    fitted = of_umap(unique=True).fit(scipy.sparse.csr_matrix(X[of]))
    assert np.array_equal(fitted.embedding_, alone[of])


@pytest.mark.parametrize("stored", ["uint8", "int8", "float16", "sparse"])
def test_rows_as_they_are_stored(of, stored, tmp_path):
    X = np.random.default_rng(2).integers(0, 100, (120, 5)).astype(np.float32)[of]
    kept = scipy.sparse.csr_matrix(X) if stored == "sparse" else X.astype(stored)
    usual, fitted = of_umap(unique=True).fit(X), of_umap(unique=True).fit(kept)
    assert np.array_equal(fitted.embedding_, usual.embedding_)
    assert fitted.info_["distinct"] == usual.info_["distinct"] < 400
    places = fitted.transform(kept[:50])
    assert np.array_equal(places, usual.embedding_[:50])
    fitted.save(tmp_path / "map.nfm")
    assert np.array_equal(nearfold.load(tmp_path / "map.nfm").transform(kept[:50]), places)


def test_targets_are_those_that_are_known_first(rows, of):
    y = np.arange(120) % 3
    alone = of_umap().fit(rows, y)
    labels = y[of]
    labels[7] = -1  # copies of the row know
    labels[300] = 5
    with pytest.warns(UserWarning, match="target 0 is another in 1 points"):
        fitted = of_umap(unique=True).fit(rows[of], labels)
    assert np.array_equal(fitted.embedding_, alone.embedding_[of])
    assert (fitted.graph_ != alone.graph_).nnz == 0


def test_starts_radii_and_landmarks(rows, of):
    start = np.random.default_rng(2).normal(size=(400, 2)).astype(np.float32)
    alone = of_umap(init=start[:120]).fit_transform(rows)
    assert np.array_equal(of_umap(init=start, unique=True).fit_transform(rows[of]), alone[of])
    apart = of_umap(output_dens=True).fit_transform(rows)
    together = of_umap(output_dens=True, unique=True).fit_transform(rows[of])
    for one, all_of_them in zip(apart, together):
        assert np.array_equal(all_of_them, one[of])
    drawn = of_umap(init="landmarks").fit_transform(rows)
    assert np.array_equal(of_umap(init="landmarks", unique=True).fit_transform(rows[of]), drawn[of])


def test_grids(rows, of):
    maps = nearfold.grid(rows[of], of_umap(unique=True), {"min_dist": [0.1, 0.5]})
    assert np.array_equal(list(maps)[0][1], of_umap(unique=True).fit_transform(rows[of]))


def test_files_have_the_distinct_rows(rows, of, tmp_path):
    fitted = of_umap(unique=True).fit(rows[of])
    fitted.save(tmp_path / "map.nfm")
    read = nearfold.load(tmp_path / "map.nfm")
    assert read.embedding_.shape == (120, 2)
    assert np.array_equal(read.transform(rows[of]), fitted.embedding_)


def test_too_few_rows_reduce_the_neighbours_with_a_warning(rows):
    with pytest.warns(UserWarning, match="n_neighbors is 8 and there are 6 points"):
        assert of_umap(unique=True).fit_transform(rows[np.arange(60) % 6]).shape == (60, 2)
    with pytest.raises(InvalidInput, match="1 distinct rows of 50"):
        of_umap(unique=True).fit(np.ones((50, 3)))


def test_what_cannot_be_is_named(rows, of):
    X = rows[of]
    with pytest.raises(InvalidInput, match="precomputed_knn"):
        of_umap(unique=True, precomputed_knn=nearfold.kneighbors_graph(X, 7)).fit(X)
    with pytest.raises(InvalidInput, match="precomputed"):
        of_umap(unique=True, metric="precomputed").fit(np.ones((40, 40)) - np.eye(40))
    fitted = of_umap(unique=True).fit(X)
    with pytest.raises(Unsupported, match="share places"):
        fitted.update(X[:3])
    with pytest.raises(Unsupported, match="unique"):
        fitted * of_umap().fit(rows)
    with pytest.raises(InvalidInput, match="unique"):
        nearfold.compare(X, 7, ["ivf"], of_umap(unique=True))
