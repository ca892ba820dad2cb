"""What umap-learn's and scikit-learn's documentation shows: only the import differs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris, make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import nearfold as umap
from nearfold import kneighbors_graph


def test_iris():
    iris = load_iris()
    embedding = umap.UMAP(n_neighbors=50, min_dist=0.5, random_state=12).fit_transform(iris.data)
    assert embedding.shape == (150, 2)
    setosa = embedding[iris.target == 0]
    others = embedding[iris.target != 0]
    apart = np.linalg.norm(setosa[:, None] - others[None], axis=-1).min()
    assert apart > np.linalg.norm(setosa - setosa.mean(0), axis=1).mean()


def test_table_with_scales():
    """Four measures on different scales, as those of penguins."""
    rng = np.random.default_rng(3)
    species = np.repeat([0, 1, 2], 100)
    means = np.array([[38.8, 18.3, 190, 3700], [48.8, 18.4, 196, 3733], [47.5, 15.0, 217, 5076]])
    table = means[species] + rng.standard_normal((300, 4)) * [2.7, 1.1, 6.5, 450]
    reducer = umap.UMAP(random_state=42)
    embedding = reducer.fit_transform(StandardScaler().fit_transform(table))
    clusters = KMeans(3, n_init=5, random_state=0).fit_predict(embedding)
    assert adjusted_rand_score(species, clusters) > 0.8


def test_digits():
    digits = load_digits()
    reducer = umap.UMAP(random_state=42)
    reducer.fit(digits.data)
    embedding = reducer.transform(digits.data)
    assert np.all(embedding == reducer.embedding_)
    clusters = KMeans(10, n_init=5, random_state=0).fit_predict(embedding)
    assert adjusted_rand_score(digits.target, clusters) > 0.7


def test_transform_of_a_test_split():
    digits = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(
        digits.data, digits.target, stratify=digits.target, random_state=42
    )
    trans = umap.UMAP(n_neighbors=5, random_state=42).fit(X_train)
    test_embedding = trans.transform(X_test)
    for classifier in (SVC(), KNeighborsClassifier()):
        classifier.fit(trans.embedding_, y_train)
        assert classifier.score(test_embedding, y_test) > 0.93


@pytest.mark.filterwarnings("ignore:y is not used")
def test_pipeline_and_grid_search():
    X, y = make_classification(
        n_samples=300, n_features=60, n_informative=5, n_redundant=0, n_classes=2, random_state=212
    )
    pipeline = Pipeline([("umap", umap.UMAP(random_state=456, n_epochs=50)), ("svc", SVC())])
    grid = {"umap__n_neighbors": [5, 20], "umap__n_components": [2, 5], "svc__C": [1, 10]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert set(search.best_params_) == set(grid)
    assert search.score(X, y) > 0.6
    assert len(cross_val_score(pipeline, X, y, cv=2)) == 2


def test_inverse_transform_of_digits():
    digits = load_digits()
    mapper = umap.UMAP(random_state=42).fit(digits.data)
    low, high = np.percentile(mapper.embedding_, [25, 75], axis=0)
    sides = [np.linspace(low[c], high[c], 5) for c in range(2)]
    places = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    images = mapper.inverse_transform(places)
    assert images.shape == (25, 64) and images.min() >= 0 and images.max() <= 16


def test_sparse_text():
    texts = ["the cat sat on the mat", "a dog lay on the rug", "stocks fell on monday"] * 20
    matrix = TfidfVectorizer().fit_transform(texts)
    embedding = umap.UMAP(metric="cosine", n_neighbors=10).fit_transform(matrix)
    assert embedding.shape == (60, 2) and np.isfinite(embedding).all()


def test_aligned_by_its_own_start():
    """A map begun where another ended stays near it."""
    X = load_iris().data
    first = umap.UMAP(random_state=1).fit_transform(X)
    second = umap.UMAP(random_state=2, init=first, n_epochs=20).fit_transform(X)
    assert umap.agreement(first, second)["procrustes"] < 0.3


def test_when_two_maps_over_one_graph_are_equal():
    """umap-learn's account of precomputed_knn.

    There, three values must agree: the graph's seed, its n_neighbors, and the map's seed. Exact
    graphs without ties depend on neither of the first two.
    """
    y = np.random.RandomState(0).rand(300, 60)
    X = np.concatenate((y + 20, y, y - 20))
    seed, other = 10, 15

    def embed(graph, random_state):
        return (
            umap.UMAP(n_neighbors=30, precomputed_knn=graph, random_state=random_state)
            .fit(X)
            .embedding_
        )

    knn = kneighbors_graph(X, 49, random_state=seed)
    assert (embed(knn, seed) == embed(knn, seed)).all()
    assert not (embed(knn, seed) == embed(knn, other)).all()
    exact = kneighbors_graph(X, 49, index="flat", random_state=seed)
    fewer = kneighbors_graph(X, 39, index="flat", random_state=seed)
    reseeded = kneighbors_graph(X, 49, index="flat", random_state=other)
    assert (embed(exact, seed) == embed(fewer, seed)).all()
    assert (embed(exact, seed) == embed(reseeded, seed)).all()
    approximate = kneighbors_graph(X, 49, index="ivf:nlist=40,nprobe=2", random_state=seed)
    redrawn = kneighbors_graph(X, 49, index="ivf:nlist=40,nprobe=2", random_state=other)
    assert not (embed(approximate, seed) == embed(redrawn, seed)).all()
    normal = umap.UMAP(n_neighbors=30, random_state=seed, index="flat").fit(X).embedding_
    assert (normal == embed(exact, seed)).all()


def test_a_graph_in_a_pipeline_with_tsne():
    """scikit-learn's example of approximate neighbours in t-SNE."""
    X, y = load_digits(return_X_y=True)
    maps = {
        index: make_pipeline(
            umap.NearestNeighborsGraph(n_neighbors=90, index=index),
            umap.TSNE(metric="precomputed", init="random", perplexity=30, max_iter=500),
        ).fit_transform(X)
        for index in ("flat", "ivf", "hnsw")
    }
    for embedding in maps.values():
        assert umap.quality(X, embedding, y)["knn_label_accuracy"]["value"] > 0.96
