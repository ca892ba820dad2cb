"""Supervised UMAP and densMAP: what they take, what they do, and what comes after them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nearfold
from nearfold import UMAP, InvalidInput, InvalidType, Unsupported
from nearfold._targets import classes, numbers


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:600].astype(np.float32), y[:600]


def fit(X, y, **parameters):
    return UMAP(n_epochs=100, **parameters).fit_transform(X, y)


def test_classes_may_be_anything(digits):
    X, y = digits
    expected = fit(X, y)
    names = np.array(list("abcdefghij"))[y]
    for same in (
        y.astype(float),
        y.astype(np.uint8),
        y[:, None],
        names,
        names.astype(object),
        pd.Series(names),
        pd.Series(names).astype("category"),
        pd.DataFrame({"digit": y}),
        y.tolist(),
    ):
        assert np.array_equal(fit(X, same), expected)
    assert not np.array_equal(fit(X, None), expected)


def test_what_is_not_known():
    expected = [0, -1, 1, -1, 0]
    for given in (
        np.array([3, -1, 5, -1, 3]),
        np.array([3.0, np.nan, 5.0, -1, 3.0]),
        np.array(["a", "", "b", None, "a"], dtype=object),
        np.array(["a", np.nan, "b", "-1", "a"], dtype=object),
    ):
        assert classes(given).tolist() == expected
    assert numbers(np.array([1.0, np.nan, 3.0])).tolist()[0::2] == [-1, 1]


def test_numbers_keep_their_differences_wherever_they_lie(digits):
    X, y = digits
    expected = fit(X, y, target_metric="l2")
    assert np.array_equal(fit(X, y + 1.6e9, target_metric="l2"), expected)
    assert np.array_equal(fit(X, y, target_metric="euclidean"), expected)
    assert not np.array_equal(fit(X, y), expected)


def test_classes_part_a_map(digits):
    X, y = digits
    few = np.where(np.arange(len(y)) % 10 == 0, y, -1)
    assert silhouette_score(fit(X, y), y) > silhouette_score(fit(X, None), y) + 0.1

    def between(**parameters):
        weights = UMAP(n_epochs=100, **parameters).fit(X, few).graph_.tocoo()
        return weights.data[y[weights.row] != y[weights.col]].sum() / weights.data.sum()

    assert between(target_propagate=True) < 0.8 * between()


def test_several_columns_are_taken_one_after_the_other(digits):
    X, y = digits
    both = pd.DataFrame({"digit": y.astype(str), "ink": X.sum(1)})
    mapper = UMAP(n_epochs=100, target_metric=["categorical", "l2"]).fit(X, both)
    assert not np.array_equal(mapper.embedding_, fit(X, y))
    weights = mapper.graph_
    assert (weights != weights.T).nnz == 0
    with pytest.raises(InvalidInput, match="3 metrics for 2 columns"):
        UMAP(target_metric=["l2"] * 3).fit(X, both)


def test_the_graph_is_the_steered_one(digits):
    X, y = digits
    weights = UMAP(n_epochs=100, target_weight=1.0).fit(X, y).graph_.tocoo()
    assert (y[weights.row] == y[weights.col]).all()


def test_what_comes_after(digits, tmp_path):
    X, y = digits
    mapper = UMAP(n_epochs=100).fit(X, y)
    assert np.array_equal(mapper.transform(X[:50]), mapper.embedding_[:50])
    placed = mapper.transform(X[:50] + 0.01)
    mapper.save(tmp_path / "m.nfm")
    again = nearfold.load(tmp_path / "m.nfm")
    assert np.array_equal(again.transform(X[:50] + 0.01), placed)
    for one in (mapper, again):
        with pytest.raises(Unsupported, match="targets steered this map"):
            one.update(X[:5] + 0.01)
    with pytest.raises(Unsupported, match="fit again"):
        again.graph_  # noqa: B018
    assert mapper.fit(X).graph_.shape == (600, 600)  # and no target is left behind
    assert len(mapper.update(X[:5] + 0.01).embedding_) == 605


def test_grids_and_pipelines_take_y(digits):
    X, y = digits
    maps = nearfold.grid(X, UMAP(n_epochs=100, index="flat"), {"min_dist": [0.1, 0.5]}, y)
    steered = [embedding for _, embedding in maps]
    assert np.array_equal(steered[0], fit(X, y, index="flat"))
    made = make_pipeline(StandardScaler(), UMAP(n_epochs=100)).fit_transform(X, y)
    assert np.array_equal(made, fit(StandardScaler().fit_transform(X), y))


@pytest.mark.parametrize(
    "y, parameters, error, words",
    [
        (np.zeros(5), {}, InvalidInput, "y has 5 rows"),
        (np.zeros((600, 2, 2)), {}, InvalidInput, "y is"),
        (np.array(["a"] * 600), {"target_metric": "l2"}, InvalidInput, "no number"),
        (np.zeros(600), {"target_metric": "hamming"}, Unsupported, "'categorical' for classes"),
        (np.zeros(600), {"target_weight": 2}, InvalidInput, "target_weight is 2"),
        (np.zeros(600), {"target_metric": "l2", "target_n_neighbors": 900}, InvalidInput, "600"),
        (
            np.zeros(600),
            {"target_metric": "l2", "target_n_neighbors": "a"},
            InvalidType,
            "target_n_neighbors",
        ),
        (np.full(600, np.inf), {"target_metric": "l2"}, InvalidInput, "known values|infinite"),
    ],
)
def test_what_cannot_be_is_refused(digits, y, parameters, error, words):
    with pytest.raises(error, match=words):
        fit(digits[0], y, **parameters)


def test_numbers_taken_for_classes_are_warned_of(digits):
    X, y = digits
    with pytest.warns(UserWarning, match="target_metric='l2'"):
        fit(X, np.random.default_rng(0).normal(size=len(X)))


def test_densmap_keeps_densities(digits):
    X = np.vstack([digits[0][:300] * 4, digits[0][300:]])
    params = {"n_epochs": 200, "output_dens": True}
    embedding, original, embedded = UMAP(densmap=True, **params).fit_transform(X)
    _, same, plain = UMAP(**params).fit_transform(X)
    assert embedding.shape == (600, 2)
    assert np.array_equal(original, same)
    kept, before = np.corrcoef(original, embedded)[0, 1], np.corrcoef(original, plain)[0, 1]
    assert kept > before + 0.3
    mapper = UMAP(densmap=True, **params).fit(X)
    assert np.array_equal(mapper.rad_emb_, embedded)
    assert np.array_equal(mapper.transform(X[:9]), mapper.embedding_[:9])
