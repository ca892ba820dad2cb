"""Graphs: the library's, and those of others."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from sklearn.manifold import TSNE as SklearnTSNE
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline

from nearfold import TSNE, UMAP, Graph, NearestNeighborsGraph, kneighbors_graph


@pytest.fixture
def X(digits):
    return digits[0][:300]


def test_exact_neighbors(X):
    graph = kneighbors_graph(X, 7, index="flat")
    distances = np.linalg.norm(X[:, None].astype(np.float64) - X[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert np.allclose(np.sort(distances, axis=1)[:, :7], graph.distances, rtol=1e-5)
    assert graph.recall is None and graph.k == 7 and len(graph) == 300


@pytest.mark.parametrize(
    "index", ["ivf", "hnsw", "nndescent", {"kind": "ivf", "nlist": 10, "nprobe": 4}]
)
def test_approximate_neighbors_tell_their_recall(X, index):
    graph = kneighbors_graph(X, 7, index=index)
    assert graph.recall["mean"] > 0.9
    assert np.array_equal(kneighbors_graph(X, 7, index=index, n_jobs=1).indices, graph.indices)


def test_a_graph_given_is_the_graph_found(X):
    found = UMAP(index="flat", n_epochs=30).fit(X)
    graph = kneighbors_graph(X, 30, index="flat")  # of which the first 14 are taken
    given = {
        "graph": graph,
        "tuple": graph.as_knn(),
        "without self": (graph.indices, graph.distances),
        "umap-learn's": (*graph.as_knn(), None),
        "sparse": graph.to_csr(),
        "sparse with self": graph.to_csr(include_self=True),
    }
    for name, knn in given.items():
        reducer = UMAP(precomputed_knn=knn, n_epochs=30).fit(X)
        assert np.array_equal(reducer.embedding_, found.embedding_), name
        assert np.array_equal(reducer.transform(X[:5]), reducer.embedding_[:5]), name


def test_rows_in_any_order(X):
    graph = kneighbors_graph(X, 14, index="flat")
    order = np.random.default_rng(0).permuted(np.tile(np.arange(14), (300, 1)), axis=1)
    mixed = tuple(np.take_along_axis(a, order, axis=1) for a in (graph.indices, graph.distances))
    assert np.array_equal(
        UMAP(precomputed_knn=mixed, n_epochs=20).fit_transform(X),
        UMAP(precomputed_knn=graph, n_epochs=20).fit_transform(X),
    )


@pytest.mark.parametrize(
    "knn, message",
    [
        (lambda g: (g.indices[:10], g.distances[:10]), "10 points"),
        (lambda g: (g.indices, g.distances[:, :3]), "both are"),
        (lambda g: (np.full_like(g.indices, 300), g.distances), "300"),
        (lambda g: (np.full_like(g.indices, -1), g.distances), "-1"),
        (lambda g: (g.indices, np.full_like(g.distances, np.nan)), "nan"),
        (lambda g: (g.indices[:, :4], g.distances[:, :4]), "14"),
        (lambda g: "graph.npz", "precomputed_knn"),
        (lambda g: scipy.sparse.csr_matrix((300, 300)), "no neighbour"),
    ],
)
def test_what_is_no_graph_is_refused(X, knn, message):
    with pytest.raises(ValueError, match=message):
        UMAP(precomputed_knn=knn(kneighbors_graph(X, 14))).fit(X)


def test_distances_between_all(X):
    distances = np.linalg.norm(X[:, None].astype(np.float64) - X[None], axis=-1)
    reducer = UMAP(metric="precomputed", n_epochs=20).fit(distances)
    assert (np.sort(reducer.knn_.indices) == np.sort(kneighbors_graph(X, 14).indices)).mean() > 0.99
    with pytest.raises(ValueError, match="square"):
        UMAP(metric="precomputed").fit(X)


@pytest.mark.parametrize("mode", ["distance", "connectivity"])
def test_as_scikit_learns_transformer(X, mode):
    X = X + np.random.default_rng(2).random(X.shape, dtype=np.float32)  # no ties
    rows = X[:40] + np.float32(0.25)
    ours = NearestNeighborsGraph(mode=mode, n_neighbors=6).fit(X)
    theirs = KNeighborsTransformer(mode=mode, n_neighbors=6).fit(X)
    for found, wanted in (
        (ours.fit_transform(X), theirs.fit_transform(X)),
        (ours.transform(X), theirs.transform(X)),
        (ours.transform(rows), theirs.transform(rows)),
        (ours.kneighbors_graph(), theirs.kneighbors_graph()),
        (
            ours.kneighbors_graph(rows, 3, mode="distance"),
            theirs.kneighbors_graph(rows, 3, mode="distance"),
        ),
    ):
        assert found.shape == wanted.shape and found.nnz == wanted.nnz
        assert abs(found - wanted).max() < 2e-3  # sqrt of what float64 rounds away at distance 0
    distances, indices = ours.kneighbors(rows, 4)
    assert np.allclose(distances, theirs.kneighbors(rows, 4)[0], atol=1e-4)
    assert np.array_equal(indices, ours.kneighbors(rows, 4, return_distance=False))
    assert list(ours.get_feature_names_out()[:2]) == [
        "nearestneighborsgraph0",
        "nearestneighborsgraph1",
    ]


@pytest.mark.parametrize("index", ["ivf:nlist=10,nprobe=5", "hnsw", "nndescent", "auto"])
def test_approximate_transformers(X, index):
    exact = NearestNeighborsGraph(n_neighbors=6, index="flat").fit(X)
    knn = NearestNeighborsGraph(n_neighbors=6, index=index).fit(X)
    rows = X[:50] + np.float32(0.25)
    same = [
        len(np.intersect1d(a, b))
        for a, b in zip(knn.kneighbors(rows)[1], exact.kneighbors(rows)[1])
    ]
    assert np.mean(same) > 5.4


def test_graphs_in_pipelines(X):
    """scikit-learn's example of a graph that is made once, with either library at either end."""
    ours = make_pipeline(
        NearestNeighborsGraph(n_neighbors=30), TSNE(metric="precomputed", perplexity=10)
    )
    direct = TSNE(perplexity=10, init="spectral", index="flat").fit_transform(X)
    assert np.array_equal(ours.fit_transform(X), direct)
    theirs = make_pipeline(
        NearestNeighborsGraph(n_neighbors=31),
        SklearnTSNE(metric="precomputed", init="random", perplexity=10, max_iter=250),
    )
    assert theirs.fit_transform(X).shape == (300, 2)
    mixed = make_pipeline(
        KNeighborsTransformer(n_neighbors=30), UMAP(metric="precomputed", n_epochs=20)
    )
    assert mixed.fit_transform(X).shape == (300, 2)


def test_text_and_tuples(X):
    graph = kneighbors_graph(X, 5)
    assert repr(graph).startswith("Graph(n=300, k=5, metric='euclidean', index=")
    indices, distances = graph
    assert (indices[:, 0] == np.arange(300)).all() and (distances[:, 0] == 0).all()
    assert isinstance(Graph(graph.indices, graph.distances), Graph)
