"""scikit-learn's contract, and umap-learn's parameters."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.manifold import TSNE as SklearnTSNE
from sklearn.neighbors import KNeighborsTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

import nearfold
from nearfold import TSNE, UMAP, LocalMAP, NearestNeighborsGraph, PaCMAP

ALL = [UMAP, TSNE, PaCMAP, LocalMAP, NearestNeighborsGraph]
MAPS = [UMAP, TSNE, PaCMAP, LocalMAP]
QUICK = {
    UMAP: {"n_epochs": 30},
    TSNE: {"max_iter": 260, "perplexity": 10},
    PaCMAP: {"num_iters": (10, 10, 10)},
    LocalMAP: {"num_iters": (10, 10, 10)},
}


@parametrize_with_checks([UMAP(), TSNE(), PaCMAP(), LocalMAP(), NearestNeighborsGraph()])
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kind", ALL)
def test_parameters_are_kept_as_they_were_given(kind):
    estimator = kind(metric="cosine", random_state=3)
    assert clone(estimator).get_params() == estimator.get_params()
    for name, parameter in inspect.signature(kind).parameters.items():
        assert (
            getattr(kind(), name) is parameter.default or getattr(kind(), name) == parameter.default
        )


def test_umap_has_every_parameter_of_umap_learn():
    umap_learn = (
        "n_neighbors n_components metric metric_kwds output_metric output_metric_kwds n_epochs "
        "learning_rate init min_dist spread low_memory n_jobs set_op_mix_ratio local_connectivity "
        "repulsion_strength negative_sample_rate transform_queue_size a b random_state "
        "angular_rp_forest target_n_neighbors target_metric target_metric_kwds target_weight "
        "transform_seed transform_mode force_approximation_algorithm verbose tqdm_kwds unique "
        "densmap dens_lambda dens_frac dens_var_shift output_dens disconnection_distance "
        "precomputed_knn"
    ).split()
    assert [name for name in inspect.signature(UMAP).parameters][: len(umap_learn)] == umap_learn


def test_graphs_have_every_parameter_of_scikit_learn():
    theirs = KNeighborsTransformer().get_params()
    ours = NearestNeighborsGraph().get_params()
    assert {name: ours[name] for name in theirs} == theirs
    assert TSNE().get_params().keys() >= SklearnTSNE().get_params().keys()


@pytest.mark.parametrize(
    "name, value",
    [
        ("output_metric_kwds", {"a": 1}),
        ("transform_mode", "graph"),
        ("metric", "wasserstein"),
        ("metric", lambda a, b: 0.0),
        ("init", "tswspectral"),
    ],
)
def test_what_is_not_there_says_so_by_name(normals, name, value):
    with pytest.raises(NotImplementedError, match=name if name != "init" else "tswspectral"):
        UMAP(**{name: value}).fit(normals)


@pytest.mark.parametrize(
    "estimator, message",
    [
        (UMAP(n_neighbors=1), "n_neighbors"),
        (UMAP(min_dist=2.0), "min_dist"),
        (UMAP(n_components=0), "0"),
        (UMAP(metric="euclid"), "euclid"),
        (UMAP(index="annoy"), "index"),
        (UMAP(index="ivf:nprobe"), "nprobe"),
        (UMAP(random_state=-1), "random_state"),
        (UMAP(n_jobs=0), "n_jobs"),
        (UMAP(device="tpu"), "device"),
        (TSNE(perplexity=0.5), "perplexity"),
        (TSNE(n_components=11), "11"),
        (TSNE(method="magic"), "method"),
        (TSNE(init="pca", metric="precomputed"), "init"),
        (PaCMAP(metric="precomputed"), "MN_ratio=0"),
        (PaCMAP(FP_ratio=-1), "FP_ratio"),
        (PaCMAP(num_iters=(0, 0, 0)), "num_iters"),
        (LocalMAP(low_dist_thres=0), "low_dist_thres"),
        (UMAP(memory_limit="much"), "memory_limit"),
        (NearestNeighborsGraph(mode="weights"), "mode"),
        (NearestNeighborsGraph(n_neighbors=0), "n_neighbors"),
    ],
)
def test_wrong_values_are_value_errors_that_name_them(normals, estimator, message):
    X = (
        normals
        if estimator.get_params()["metric"] != "precomputed"
        else np.abs(normals @ normals.T)
    )
    if X is not normals:
        np.fill_diagonal(X, 0)
    with pytest.raises(ValueError, match=message):
        estimator.fit(X)


@pytest.mark.parametrize(
    "estimator",
    [
        UMAP(n_neighbors="many"),
        UMAP(n_neighbors=[3]),
        UMAP(n_components=1.5),
        UMAP(min_dist="a"),
        UMAP(metric=45),
        TSNE(perplexity="wide"),
        PaCMAP(num_iters=(1, 2)),
        PaCMAP(num_iters=(1.5, 2, 3)),
        PaCMAP(n_neighbors="many"),
    ],
)
def test_wrong_types_are_type_errors(normals, estimator):
    with pytest.raises(TypeError) as caught:
        estimator.fit(normals)
    assert isinstance(caught.value, ValueError)  # which umap-learn raises


def test_more_neighbors_than_points_are_cut_with_a_warning(normals):
    with pytest.warns(UserWarning, match="n_neighbors is 500"):
        reducer = UMAP(n_neighbors=500, n_epochs=10).fit(normals)
    assert reducer.knn_.k == len(normals) - 2
    with pytest.warns(UserWarning, match="perplexity is 200"):
        TSNE(perplexity=200, max_iter=260).fit(normals)


@pytest.mark.parametrize("kind", MAPS)
def test_random_state(normals, kind):
    def fit(random_state):
        return kind(random_state=random_state, **QUICK[kind]).fit_transform(normals)

    assert np.array_equal(fit(7), fit(np.int64(7)))
    assert not np.array_equal(fit(7), fit(8))
    assert np.array_equal(fit(np.random.RandomState(1)), fit(np.random.RandomState(1)))
    assert np.array_equal(fit(np.random.default_rng(1)), fit(np.random.default_rng(1)))
    np.random.seed(0)
    first, second = fit(None), fit(None)
    assert not np.array_equal(first, second)
    np.random.seed(0)
    assert np.array_equal(fit(None), first)


@pytest.mark.parametrize("kind", MAPS)
def test_output_has_names(normals, kind):
    pandas = pytest.importorskip("pandas")
    estimator = kind(**QUICK[kind]).set_output(transform="pandas")
    frame = estimator.fit_transform(pandas.DataFrame(normals, columns=list("abcdef")))
    name = kind.__name__.lower()
    assert list(frame.columns) == [name + "0", name + "1"]
    assert list(estimator.get_feature_names_out()) == list(frame.columns)
    assert list(estimator.feature_names_in_) == list("abcdef")
    with pytest.warns(UserWarning, match="feature names"):
        estimator.transform(normals[:3])


@pytest.mark.parametrize("index", ["flat", "ivf:nlist=20", "hnsw"])
@pytest.mark.parametrize("kind", MAPS)
def test_pickles_place_as_the_original(normals, kind, index):
    estimator = kind(index=index, **QUICK[kind]).fit(normals)
    rows = normals[:9] + np.float32(0.1)
    placed = estimator.transform(rows)
    again = pickle.loads(pickle.dumps(estimator))
    assert np.array_equal(again.embedding_, estimator.embedding_)
    assert np.array_equal(again.transform(rows), placed)


def test_reports(digits):
    tsne = TSNE(max_iter=300).fit(digits[0])
    assert tsne.n_iter_ == 300
    assert 0 < tsne.kl_divergence_ < 3
    assert tsne.learning_rate_ == 600
    assert tsne.info_["init"] == "pca"
    assert set(tsne.info_["seconds"]) >= {"knn", "weights", "init", "optimize"}
    assert abs(tsne.graph_.sum() - 1) < 1e-4
    umap = UMAP(n_epochs=20).fit(digits[0])
    memberships = umap.graph_
    assert (memberships != memberships.T).nnz == 0
    assert 0 < memberships.data.min() and memberships.data.max() <= 1


def test_dimensions(normals):
    for n in (1, 2, 3, 5, 50):
        assert UMAP(n_components=n, n_epochs=10).fit_transform(normals).shape == (150, n)
    for n in (1, 2, 3):
        assert TSNE(n_components=n, max_iter=260, perplexity=10).fit_transform(normals).shape == (
            150,
            n,
        )


def test_version():
    assert nearfold.__version__.count(".") == 2


def test_pacmap_takes_what_there_is_room_for(normals):
    with pytest.warns(UserWarning, match="n_neighbors is 10 and there are 20 points; 6 is taken"):
        assert PaCMAP().fit_transform(normals[:20]).shape == (20, 2)
    last = PaCMAP(num_iters=7).fit(normals)
    assert last.n_iter_ == 207
    assert np.array_equal(
        last.embedding_, PaCMAP(num_iters=np.array([100, 100, 7])).fit_transform(normals)
    )
    assert set(last.graph_.data) == {1, 2}


def test_pacmap_of_distances_has_no_mid_near_pairs(normals):
    distances = np.linalg.norm(normals[:, None] - normals[None], axis=2)
    alone = PaCMAP(metric="precomputed", MN_ratio=0, num_iters=5).fit(distances)
    assert alone.embedding_.shape == (len(normals), 2)
