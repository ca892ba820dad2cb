"""Every metric against SciPy, scikit-learn and umap-learn: over rows of zeros, duplicates and ties,
and where one of these is wrong, why it is not followed."""

import numpy as np
import pytest
import scipy.sparse
from scipy.spatial.distance import cdist, pdist

import nearfold
from nearfold import TSNE, UMAP, InvalidInput, NearestNeighborsGraph, kneighbors_graph, load, save

N, DIM = 120, 9
RANDOM = np.random.default_rng(5)


def reals() -> np.ndarray:
    X = RANDOM.normal(size=(N, DIM)).astype(np.float32)
    X[3] = X[40] = 0
    X[7] = X[8] = X[20]
    X[:, 0] = np.round(X[:, 0])  # ties
    return X


def shares() -> np.ndarray:
    X = RANDOM.integers(0, 4, size=(N, DIM)).astype(np.float32)
    X[3] = X[40] = 0
    X[7] = X[8] = X[20]
    return X


def sets() -> np.ndarray:
    X = (RANDOM.random((N, 131)) < 0.3).astype(np.float32)
    X[3] = X[40] = 0
    X[7] = X[8] = X[20]
    return X


def places() -> np.ndarray:
    X = RANDOM.random((N, 2)).astype(np.float32)
    X[7] = X[8] = X[20]
    return X


def hellinger(X: np.ndarray) -> np.ndarray:
    """Clamped, where umap-learn's dense form has the root of a negative rounding error."""
    X = X.astype(np.float64)
    sums = X.sum(axis=1)
    both = np.sqrt(X) @ np.sqrt(X).T
    with np.errstate(invalid="ignore", divide="ignore"):
        D = np.sqrt(np.maximum(0, 1 - both / np.sqrt(np.outer(sums, sums))))
    empty = sums == 0
    D[empty, :] = D[:, empty] = 1
    D[np.ix_(empty, empty)] = 0
    return D


def haversine(X: np.ndarray) -> np.ndarray:
    from sklearn.metrics import pairwise

    return pairwise.haversine_distances(X.astype(np.float64))


def of_scipy(metric: str, empty: float | None = None, **kwds: object):
    """`empty`: what two rows of zeros are at from each other, where SciPy has 0 / 0 or an error."""

    def distances(X: np.ndarray) -> np.ndarray:
        D = cdist(X, X, metric, **kwds)
        if empty is not None:
            none = ~X.any(axis=1)
            D[np.ix_(none, none)] = empty
        return D

    return distances


def booleans(metric: str, empty: float | None = None):
    def distances(X: np.ndarray) -> np.ndarray:
        D = of_scipy(metric)((X != 0)[X.any(axis=1)])
        kept = np.flatnonzero(X.any(axis=1))
        full = np.full((len(X), len(X)), 1.0)  # of a row of zeros to others
        full[np.ix_(kept, kept)] = D
        none = np.flatnonzero(~X.any(axis=1))
        full[np.ix_(none, none)] = empty
        return full

    return distances


W = np.linspace(0.5, 2, DIM)
V = np.linspace(0.3, 1.7, DIM)
VI = np.eye(DIM) + 0.1 * np.outer(np.arange(DIM), np.arange(DIM)) / DIM

CASES = [
    ("euclidean", {}, reals, of_scipy("euclidean")),
    ("sqeuclidean", {}, reals, of_scipy("sqeuclidean")),
    ("manhattan", {}, reals, of_scipy("cityblock")),
    ("chebyshev", {}, reals, of_scipy("chebyshev")),
    ("minkowski", {"p": 3}, reals, of_scipy("minkowski", p=3)),
    ("minkowski", {"p": 1.5}, reals, of_scipy("minkowski", p=1.5)),
    ("minkowski", {"p": 1, "w": W}, reals, of_scipy("minkowski", p=1, w=W)),
    ("minkowski", {"p": 2, "w": W}, reals, of_scipy("minkowski", p=2, w=W)),
    ("wminkowski", {"p": 2.5, "w": W}, reals, of_scipy("minkowski", p=2.5, w=W)),
    ("seuclidean", {"V": V}, reals, of_scipy("seuclidean", V=V)),
    ("mahalanobis", {"VI": VI}, reals, of_scipy("mahalanobis", VI=VI)),
    ("mahalanobis", {"V": np.linalg.inv(VI)}, reals, of_scipy("mahalanobis", VI=VI)),
    ("canberra", {}, reals, of_scipy("canberra")),
    ("canberra", {}, shares, of_scipy("canberra")),
    ("braycurtis", {}, shares, of_scipy("braycurtis", empty=0)),
    ("hellinger", {}, shares, hellinger),
    ("haversine", {}, places, haversine),
    ("hamming", {}, shares, of_scipy("hamming")),
    ("hamming", {}, sets, of_scipy("hamming")),
    ("matching", {}, shares, lambda X: of_scipy("hamming")(X != 0)),
    ("jaccard", {}, sets, booleans("jaccard", empty=0)),
    # SciPy's dice is 0 / 0 of two empty sets, its sokalsneath an error; equal sets are at 0.
    ("dice", {}, sets, booleans("dice", empty=0)),
    ("sokalsneath", {}, sets, booleans("sokalsneath", empty=0)),
    ("russellrao", {}, sets, lambda X: of_scipy("russellrao")(X != 0)),
    ("rogerstanimoto", {}, sets, lambda X: of_scipy("rogerstanimoto")(X != 0)),
    ("sokalmichener", {}, sets, lambda X: of_scipy("rogerstanimoto")(X != 0)),
    ("yule", {}, sets, lambda X: of_scipy("yule")(X != 0)),
]


@pytest.mark.parametrize(
    ("metric", "kwds", "made", "truth"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_agrees_with_the_reference(metric, kwds, made, truth):
    X = made()
    D = truth(X)
    for index in ("flat", "nndescent"):
        graph = kneighbors_graph(X, 15, metric=metric, metric_kwds=kwds, index=index)
        wanted = np.take_along_axis(D, graph.indices.astype(np.int64), axis=1)
        np.testing.assert_allclose(graph.distances, wanted, atol=1e-6, rtol=2e-6)
        others = D + np.diag(np.full(len(D), np.inf))
        nearest = np.sort(others, axis=1)[:, :15]  # equal distances count as right
        np.testing.assert_allclose(graph.distances, nearest, atol=1e-6, rtol=2e-6)


@pytest.mark.parametrize(
    ("metric", "made"),
    [
        ("canberra", reals),
        ("braycurtis", shares),
        ("hellinger", shares),
        ("haversine", places),
        ("hamming", shares),
        ("jaccard", sets),
        ("dice", sets),
        ("matching", sets),
        ("rogerstanimoto", sets),
        ("sokalmichener", sets),
        ("sokalsneath", sets),
        ("yule", sets),
    ],
)
def test_agrees_with_umap_learn(metric, made):
    distances = pytest.importorskip("umap.distances")
    X = made()
    of = distances.named_distances[metric]
    graph = kneighbors_graph(X, 10, metric=metric, index="flat")
    for i in range(0, len(X), 7):
        for j, d in zip(graph.indices[i], graph.distances[i]):
            theirs = float(of(X[i], X[j]))
            if np.isnan(theirs) and metric == "hellinger":
                continue  # its root of what rounding made negative
            assert d == pytest.approx(theirs, abs=2e-4 if metric == "hellinger" else 1e-5)


def test_estimators_take_parameters_of_the_metric(tmp_path):
    X = reals()
    kwds = {"p": 3, "w": W}
    graph = kneighbors_graph(X, 14, metric="minkowski", metric_kwds=kwds, index="flat")
    umap = UMAP(metric="minkowski", metric_kwds=kwds, index="flat", random_state=42, n_epochs=10)
    umap.fit(X)
    np.testing.assert_array_equal(umap.knn_.indices, graph.indices)
    near = NearestNeighborsGraph(
        n_neighbors=14, metric="minkowski", p=3, metric_params={"w": W}, index="flat"
    ).fit(X)
    np.testing.assert_array_equal(near.knn_.distances, graph.distances)
    tsne = TSNE(metric="seuclidean", metric_params={"V": V}, perplexity=5, max_iter=10).fit(X)
    assert tsne.knn_.metric == "seuclidean"
    save(umap, tmp_path / "map.nfm")
    again = load(tmp_path / "map.nfm")
    assert again.metric_kwds["p"] == 3
    np.testing.assert_array_equal(again.transform(X[:5]), umap.transform(X[:5]))
    other = UMAP(metric="minkowski", metric_kwds={"p": 4}, index="flat", n_epochs=10).fit(X)
    assert not np.array_equal(other.knn_.distances, umap.knn_.distances)


@pytest.mark.parametrize(
    ("kwds", "says"),
    [
        ({"metric": "minkowski", "metric_kwds": {"p": 0.5}}, "at least 1"),
        ({"metric": "euclidean", "metric_kwds": {"p": 3}}, "no parameter of metric 'euclidean'"),
        ({"metric": "wminkowski", "metric_kwds": {"p": 3}}, "needs w"),
        ({"metric": "seuclidean"}, "needs V"),
        ({"metric": "mahalanobis", "metric_kwds": {"V": [1.0, 2.0]}}, "square covariance"),
        ({"metric": "hellinger"}, "column"),
        ({"metric": "haversine"}, "latitude and longitude"),
        ({"metric": "custom"}, "Distance::custom"),
    ],
)
def test_refuses(kwds, says):
    with pytest.raises(InvalidInput, match=says):
        kneighbors_graph(reals(), 5, index="flat", **kwds)


def test_a_function_is_refused_by_name():
    with pytest.raises(nearfold.Unsupported, match="metric is a function"):
        kneighbors_graph(reals(), 5, metric=lambda x, y: 0.0)


def test_precomputed_distances_square_condensed_and_sparse():
    X = reals()
    D = cdist(X, X).astype(np.float32)
    D = (D + D.T) / 2
    made = {"metric": "precomputed", "n_epochs": 10, "random_state": 1, "n_neighbors": 10}
    square = UMAP(**made).fit_transform(D)
    condensed = UMAP(**made).fit_transform(D[np.triu_indices(N, 1)])
    np.testing.assert_array_equal(square, condensed)
    sparse = UMAP(**made).fit_transform(scipy.sparse.csr_matrix(D))
    assert sparse.shape == square.shape
    assert len(pdist(X)) == N * (N - 1) // 2
    D[5, 9] += 1
    with pytest.raises(InvalidInput, match="row 9, column 5"):
        UMAP(**made).fit(D)
    D[5, 9] = D[9, 5] = -1
    with pytest.raises(InvalidInput, match="row 5, column 9"):
        UMAP(**made).fit(D)


def test_disconnection_distance_drops_edges():
    X = sets()
    made = {"metric": "jaccard", "n_neighbors": 10, "n_epochs": 10, "index": "flat"}
    far = np.median(UMAP(**made).fit(X).knn_.distances)
    whole, cut = UMAP(**made).fit(X), UMAP(**made, disconnection_distance=far).fit(X)
    assert 0 < cut.graph_.nnz < whole.graph_.nnz
    kept = cut.graph_.tocoo()
    D = booleans("jaccard", empty=0)(X)
    assert D[kept.row, kept.col].max() < far
    same = UMAP(**made, disconnection_distance=5.0).fit(X)
    np.testing.assert_array_equal(same.embedding_, whole.embedding_)
