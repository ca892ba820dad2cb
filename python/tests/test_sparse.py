"""Sparse points stay sparse: graphs and maps of the same points dense, and scipy's distances."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors

import nearfold
from nearfold import TSNE, UMAP, InvalidInput, NearestNeighborsGraph, PaCMAP, Unsupported


@pytest.fixture
def texts():
    """Counts of words: empty rows, duplicates, ties."""
    draw = np.random.RandomState(0)
    X = scipy.sparse.random(400, 300, 0.06, "csr", random_state=draw)
    X.data = np.ceil(3 * X.data)
    X = X.tolil()
    X[7] = X[3]
    X[11] = 0
    X[12] = 0
    return X.tocsr()


def same(a, b):
    assert np.array_equal(a.indices, b.indices)
    assert np.array_equal(a.distances, b.distances)


KINDS = [
    scipy.sparse.csr_matrix,
    scipy.sparse.csc_matrix,
    scipy.sparse.coo_matrix,
    scipy.sparse.csr_array,
    scipy.sparse.csc_array,
    scipy.sparse.coo_array,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, np.uint8])
def test_every_kind_of_matrix_gives_the_graph_of_dense_points(texts, kind, dtype):
    given = kind(texts.astype(dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = nearfold.kneighbors_graph(given, 12, index="flat")
    same(found, nearfold.kneighbors_graph(texts.toarray(), 12, index="flat"))


@pytest.mark.parametrize(
    "metric", ["euclidean", "manhattan", "cosine", "correlation", "canberra", "braycurtis"]
)
def test_distances_are_those_of_scikit_learn(texts, metric):
    X = texts.toarray()
    found = nearfold.kneighbors_graph(texts, 12, metric=metric, index="flat", zero_vectors="far")
    brute = NearestNeighbors(n_neighbors=12, algorithm="brute", metric=metric)
    whole = metric in ("cosine", "correlation")
    kept = np.flatnonzero(texts.getnnz(axis=1) > 0) if whole else np.arange(400)
    truth, _ = brute.fit(X[kept]).kneighbors()
    assert np.allclose(found.distances[kept], truth, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("metric", ["jaccard", "dice", "matching"])
def test_sets_are_those_of_dense_points(texts, metric):
    same(
        nearfold.kneighbors_graph(texts, 12, metric=metric, index="flat"),
        nearfold.kneighbors_graph(texts.toarray(), 12, metric=metric, index="flat"),
    )


@pytest.mark.parametrize(
    "estimator",
    [
        UMAP(n_epochs=20, index="flat"),
        TSNE(max_iter=30, early_exaggeration_iter=10, init="random", index="flat"),
        PaCMAP(num_iters=(5, 5, 5), init="random", index="flat"),
    ],
    ids=["umap", "tsne", "pacmap"],
)
def test_maps_are_those_of_dense_points(texts, estimator):
    found = estimator.fit_transform(texts)
    assert scipy.sparse.issparse(estimator._points_of_fit)
    assert np.array_equal(found, estimator.fit_transform(texts.toarray()))


def test_starts_by_principal_axes_need_no_dense_points(texts):
    reducer = TSNE(max_iter=30, early_exaggeration_iter=10).fit(texts)
    assert reducer.info_["init"] == "pca"
    assert PaCMAP(num_iters=(5, 5, 5)).fit(texts).info_["init"] == "pca"


def test_the_matrix_of_the_caller_is_left_as_it_is():
    data, columns = np.array([1.0, 2, 3, 4]), np.array([3, 1, 0, 0])
    given = scipy.sparse.csr_matrix((data, columns, [0, 2, 4, 4, 4]), (4, 5))
    found = nearfold.kneighbors_graph(given, 2, index="flat")
    assert np.array_equal(given.indices, [3, 1, 0, 0])
    same(found, nearfold.kneighbors_graph(given.toarray(), 2, index="flat"))


def test_float32_rows_are_not_copied(texts):
    texts = texts.astype(np.float32)
    texts.sum_duplicates()
    reducer = UMAP(n_epochs=2, index="flat").fit(texts)
    assert np.shares_memory(reducer._points_of_fit.data, texts.data)


def test_new_rows_are_looked_up_among_sparse_ones(texts):
    kept, new = texts[:300], texts[300:]
    of_dense = NearestNeighborsGraph(n_neighbors=8, index="flat").fit(kept.toarray())
    finder = NearestNeighborsGraph(n_neighbors=8, index="flat").fit(kept)
    for a, b in zip(finder.kneighbors(new), of_dense.kneighbors(new.toarray())):
        assert np.array_equal(a, b)
    assert finder.kneighbors_graph(new).shape == (100, 300)
    with pytest.raises(Unsupported, match="index='flat'"):
        NearestNeighborsGraph(n_neighbors=8, index="hnsw").fit(kept).kneighbors(new)


FITS = [
    UMAP(n_epochs=20, index="flat", init="random"),
    TSNE(max_iter=30, early_exaggeration_iter=10, init="random", index="flat", perplexity=10),
    PaCMAP(num_iters=(5, 5, 5), init="random", index="flat"),
]


@pytest.mark.parametrize("estimator", FITS, ids=["umap", "tsne", "pacmap"])
def test_new_rows_join_a_map_as_those_of_dense_points_do(texts, estimator):
    kept, new = texts[:300], texts[300:]
    found = clone(estimator).fit(kept)  # with a warning: counts of words tie
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        placed, remoteness = found.transform(new, return_remoteness=True)
        back = found.inverse_transform(placed[:5])
    assert scipy.sparse.issparse(found._points_of_fit)
    of_dense = clone(estimator).fit(kept.toarray())
    dense_places, dense_remoteness = of_dense.transform(new.toarray(), return_remoteness=True)
    assert np.array_equal(placed, dense_places)
    assert np.array_equal(remoteness, dense_remoteness)
    assert np.array_equal(back, of_dense.inverse_transform(placed[:5]))
    assert np.array_equal(found.transform(new.toarray()), placed)
    assert np.array_equal(found.transform(new[:7]), placed[:7])
    assert np.array_equal(found.transform(kept[:7]), found.embedding_[:7])
    found.update(new, iterations=3)
    of_dense.update(new.toarray(), iterations=3)
    assert found._points_of_fit.shape == texts.shape
    assert np.array_equal(found.embedding_, of_dense.embedding_)
    same(found.knn_, of_dense.knn_)


def test_maps_are_scored_as_those_of_dense_points(texts):
    kept, new = texts[:300], texts[300:]
    found = UMAP(n_epochs=20, index="flat").fit(kept)
    y, placed = np.arange(400) % 3, found.transform(new)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = nearfold.quality(kept, found.embedding_, y[:300])
        of_new = nearfold.quality_new(kept, found.embedding_, new, placed, y[:300], y[300:])
    assert scores == nearfold.quality(kept.toarray(), found.embedding_, y[:300])
    dense = (kept.toarray(), found.embedding_, new.toarray(), placed, y[:300], y[300:])
    assert of_new == nearfold.quality_new(*dense)
    assert of_new == nearfold.quality_new(kept, *dense[1:])


def test_grids_and_comparisons_are_those_of_dense_points(texts):
    parameters = {"n_neighbors": [5, 10], "min_dist": [0.1]}
    for estimator in (
        UMAP(n_epochs=20, index="flat"),
        UMAP(n_epochs=20, index="flat", unique=True),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", message=".*equal|.*duplicate|.*tie")
            maps = [embedding for _, embedding in nearfold.grid(texts, estimator, parameters)]
        dense = [
            embedding for _, embedding in nearfold.grid(texts.toarray(), estimator, parameters)
        ]
        assert all(np.array_equal(a, b) for a, b in zip(maps, dense))
    exact, other = nearfold.compare(texts, 15, ["nndescent"], UMAP(n_epochs=20))
    dense = nearfold.compare(texts.toarray(), 15, [], UMAP(n_epochs=20))[0]
    assert exact["quality"] == dense["quality"]
    assert other["info"]["recall"]["mean"] > 0.9


def test_a_file_of_a_map_keeps_sparse_points(texts, tmp_path):
    found = UMAP(n_epochs=20, index="flat").fit(texts[:300])
    path = tmp_path / "m.nfm"
    found.save(path)
    read = nearfold.load(path)
    assert scipy.sparse.issparse(read._points_of_fit)
    assert np.array_equal(read.transform(texts[300:]), found.transform(texts[300:]))
    with np.load(path) as file:
        entries = dict(file)
    for name, part in (("points/shape", [300, 7]), ("points/data", np.ones(3, np.float32))):
        with open(tmp_path / "bad.nfm", "wb") as file:
            np.savez(file, **{**entries, name: np.asarray(part)})
        with pytest.raises(InvalidInput, match="bad.nfm|sparse points"):
            nearfold.load(tmp_path / "bad.nfm")


def test_sparse_rows_are_made_dense_for_a_map_of_dense_points(texts):
    reducer = UMAP(n_epochs=20, index="flat").fit(texts.toarray())
    with pytest.warns(UserWarning, match="made dense"):
        placed = reducer.transform(texts[:3])
    assert np.array_equal(placed, reducer.embedding_[:3])


def test_starts_by_landmarks(texts):
    more = scipy.sparse.vstack([texts] * 6).tolil()
    more[texts.shape[0] :, 0] = 4  # 2,400 points, of which 2,000 are drawn
    more = more.tocsr()
    reducer = UMAP(n_epochs=20, init="landmarks", index="flat")
    drawn = reducer.fit_transform(more)
    assert np.array_equal(drawn, reducer.fit_transform(more.toarray()))


def test_what_sparse_points_are_not_taken_by_says_so(texts):
    with pytest.raises(Unsupported, match="rows without zeros"):
        nearfold.kneighbors_graph(
            texts[:, :3], 5, metric="mahalanobis", metric_kwds={"VI": np.eye(3)}
        )
    with pytest.raises(Unsupported, match="index flat"):
        nearfold.kneighbors_graph(texts, 5, metric="inner_product", index="ivf")
    with pytest.raises(InvalidInput, match="rows 11, 12"):
        UMAP(metric="cosine").fit(texts)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_named_by_row_and_column(texts, bad):
    texts = texts.tolil()
    texts[20, 30] = bad
    for fit in (UMAP().fit, NearestNeighborsGraph().fit, nearfold.kneighbors_graph):
        with pytest.raises(InvalidInput, match="row 20, column 30"):
            fit(texts.tocsr())


def test_plans_follow_the_stored_values():
    need = nearfold.plan(1_000_000, 30_000, UMAP(metric="cosine"), stored=100_000_000)
    assert need["host_bytes"] < 4e9
    assert nearfold.plan(1_000_000, 30_000, UMAP())["host_bytes"] > 1e11


def test_approximate_graphs_of_many_points_reach_their_recall():
    draw = np.random.RandomState(1)
    words = np.where(
        draw.rand(6000, 40) < 0.3,
        (draw.rand(6000, 40) ** 2 * 2000).astype(int),
        draw.randint(0, 100, (6000, 40)) + 100 * (np.arange(6000) % 20)[:, None],
    )
    rows = np.repeat(np.arange(6000), 40)
    X = scipy.sparse.csr_matrix((np.ones(words.size), (rows, words.ravel())), (6000, 2000))
    found = nearfold.kneighbors_graph(X, 10, metric="cosine", index="nndescent")
    exact = nearfold.kneighbors_graph(X, 10, metric="cosine", index="flat")
    assert (found.distances <= exact.distances[:, -1:]).mean() > 0.94
