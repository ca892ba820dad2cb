"""Maps of several data sets: nearfold.AlignedUMAP."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
from sklearn.base import clone

import nearfold
from nearfold import UMAP, AlignedUMAP


@pytest.fixture(scope="module")
def windows(digits):
    """Three windows of digits that overlap, and their relations."""
    X = digits[0][:350]
    sets = [X[:150], X[80:240], X[190:350]]
    relations = [
        {row: row - 80 for row in range(80, 150)},
        {row: row - 110 for row in range(110, 160)},
    ]
    return sets, relations


@pytest.fixture(scope="module")
def fitted(windows):
    sets, relations = windows
    return AlignedUMAP(n_epochs=60).fit(sets, relations=relations)


def apart(fit: AlignedUMAP) -> float:
    return sum(one["distance"] for one in fit.related_)


def test_a_map_of_each_set(windows, fitted):
    sets, relations = windows
    assert [one.shape for one in fitted.embeddings_] == [(150, 2), (160, 2), (160, 2)]
    assert all(one.dtype == np.float32 for one in fitted.embeddings_)
    assert fitted.dict_relations_ == relations
    assert [one["rows"] for one in fitted.related_] == [70, 50]
    assert [one["iterations"] for one in fitted.info_] == [60, 60, 60]
    assert apart(fitted) < 0.5


def test_any_number_of_threads(windows, fitted):
    sets, relations = windows
    one = AlignedUMAP(n_epochs=60, n_jobs=1).fit_transform(sets, relations=relations)
    for a, b in zip(one, fitted.embeddings_):
        assert np.array_equal(a, b)


def test_related_rows_come_nearer(windows, fitted):
    sets, relations = windows
    free = AlignedUMAP(n_epochs=60, alignment_regularisation=0).fit(sets, relations=relations)
    assert apart(fitted) < 0.7 * apart(free)


def test_one_set_is_a_fit_of_umap(windows):
    X = windows[0][0]
    alone = AlignedUMAP(n_epochs=60).fit([X], relations=[])
    assert np.array_equal(alone.embeddings_[0], UMAP(n_epochs=60, device="cpu").fit(X).embedding_)


def test_relations_in_every_form(windows, fitted):
    sets, relations = windows
    pairs = [np.array(list(one.items())) for one in relations]
    by_pairs = AlignedUMAP(n_epochs=60).fit(sets, relations=pairs)
    assert np.array_equal(by_pairs.embeddings_[2], fitted.embeddings_[2])
    same = AlignedUMAP(n_epochs=30, n_neighbors=[5, 15]).fit([sets[0]] * 2, relations=["same"])
    assert same.related_[0]["rows"] == 150
    assert [one.k for one in (mapper.knn_ for mapper in same.mappers_)] == [4, 14]


def test_a_further_set_leaves_the_others(windows):
    sets, relations = windows
    grown = AlignedUMAP(n_epochs=60).fit(sets[:2], relations=relations[:1])
    before = [one.copy() for one in grown.embeddings_]
    assert grown.update(sets[2], relations=relations[1]) is grown
    assert grown.n_models_ == 3 and len(grown.related_) == 2
    for a, b in zip(before, grown.embeddings_):
        assert np.array_equal(a, b)
    assert grown.related_[1]["distance"] < 0.5


def test_mappers_place_new_rows_on_the_aligned_map(windows, fitted):
    sets, _ = windows
    placed = fitted.mappers_[1].transform(sets[1][:5])
    assert np.array_equal(placed, fitted.embeddings_[1][:5])


def test_targets_of_each_set(windows, digits):
    sets, relations = windows
    y = digits[1]
    labels = [y[:150], None, y[190:350]]
    steered = AlignedUMAP(n_epochs=30).fit(sets, labels, relations=relations)
    plain = AlignedUMAP(n_epochs=30).fit(sets, relations=relations)
    assert not np.array_equal(steered.embeddings_[0], plain.embeddings_[0])
    assert [one._steered for one in steered.mappers_] == [True, False, True]


def test_points_of_other_columns_and_graphs(windows):
    sets, relations = windows
    fewer = [sets[0], sets[1][:, :40], sets[2]]
    fit = AlignedUMAP(n_epochs=30).fit(fewer, relations=relations)
    assert [one.n_features_in_ for one in fit.mappers_] == [64, 40, 64]
    square = [np.linalg.norm(one[:, None] - one[None], axis=2) for one in sets]
    graphs = AlignedUMAP(n_epochs=30, metric="precomputed").fit(square, relations=relations)
    assert graphs.embeddings_[1].shape == (160, 2)


def test_pickle_and_clone(fitted, windows):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.embeddings_[0], fitted.embeddings_[0])
    estimator = AlignedUMAP(n_neighbors=[4, 5], alignment_window_size=2)
    assert clone(estimator).get_params() == estimator.get_params()


def test_parameters_are_those_of_umap_learn_in_their_order():
    theirs = (
        "n_neighbors n_components metric metric_kwds n_epochs learning_rate init "
        "alignment_regularisation alignment_window_size min_dist spread low_memory "
        "set_op_mix_ratio local_connectivity repulsion_strength negative_sample_rate "
        "transform_queue_size a b random_state angular_rp_forest target_n_neighbors target_metric "
        "target_metric_kwds target_weight transform_seed force_approximation_algorithm verbose "
        "unique"
    ).split()
    assert list(inspect.signature(AlignedUMAP).parameters)[: len(theirs)] == theirs
    assert AlignedUMAP().alignment_regularisation == 0.01
    assert AlignedUMAP().alignment_window_size == 3


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda r: None, "relations are needed"),
        (lambda r: r[:1], "3 sets and 1 relations"),
        (lambda r: [r[0], {0: 160}], r"relation 1, .* row 160 of set 2 .* rows 0 to 159"),
        (lambda r: [r[0], {-1: 3}], "row -1 of set 1"),
        (lambda r: [r[0], {}], "relation 1, .* no pairs"),
        (lambda r: [r[0], {1: 5, 2: 5}], "row 5 of set 2 twice"),
        (lambda r: [r[0], [[1, 5], [1, 6]]], "row 1 of set 1 twice"),
        (lambda r: [r[0], [[1.5, 5]]], "whole numbers"),
        (lambda r: ["same", r[1]], "150 and 160 rows"),
        (lambda r: ["equal", r[1]], "'equal'"),
    ],
)
def test_wrong_relations_are_named(windows, change, message):
    sets, relations = windows
    with pytest.raises(ValueError, match=message):
        AlignedUMAP(n_epochs=30).fit(sets, relations=change(relations))


@pytest.mark.parametrize(
    "given, message",
    [
        ({"alignment_regularisation": -1}, "alignment_regularisation is -1"),
        ({"alignment_window_size": 0}, "alignment_window_size is 0"),
        ({"n_neighbors": [5, 6, 7, 8]}, "n_neighbors has 4 values for 3 sets"),
        ({"device": "cuda"}, "alignment|GPU|CUDA"),
        ({"unique": True}, "unique"),
    ],
)
def test_wrong_parameters_are_named(windows, given, message):
    sets, relations = windows
    with pytest.raises((ValueError, nearfold.NearfoldError), match=message):
        AlignedUMAP(n_epochs=30, **given).fit(sets, relations=relations)


def test_a_wrong_set_is_named(windows):
    sets, relations = windows
    with pytest.raises(TypeError, match="list of data sets"):
        AlignedUMAP().fit(sets[0], relations=relations)
    with pytest.raises(ValueError, match="3 samples|minimum of 4"):
        AlignedUMAP().fit([sets[0], sets[1][:3]], relations=[{0: 0}])


def test_a_callback_stops_it(windows):
    sets, relations = windows
    stop = AlignedUMAP(n_epochs=60, callback=lambda stage, done, total: stage != "weights")
    with pytest.raises(nearfold.Cancelled):
        stop.fit(sets, relations=relations)
    late = AlignedUMAP(
        n_epochs=60, callback=lambda stage, done, total: stage != "optimize" or done < 30
    )
    with pytest.warns(UserWarning, match="after 30 iterations"):
        late.fit(sets, relations=relations)
    assert late.embeddings_[2].shape == (160, 2)
