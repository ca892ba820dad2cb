"""t-SNE's other kernels, affinities, phases and starts."""

import numpy as np
import pytest

from nearfold import TSNE, UMAP

QUICK = {"max_iter": 300, "perplexity": 10}


def test_parameters_change_the_map_and_go_on(normals):
    plain = TSNE(**QUICK).fit(normals)
    for changed in (
        {"dof": 0.5},
        {"perplexity": [5, 20]},
        {"affinities": "uniform", "k_neighbors": 12},
        {"affinities": "uniform", "k_neighbors": 12, "symmetrize": "mean"},
        {"late_exaggeration": 4, "late_exaggeration_iter": 30},
    ):
        tsne = TSNE(**{**QUICK, **changed}).fit(normals)
        assert not np.array_equal(tsne.embedding_, plain.embedding_), changed
        assert abs(tsne.graph_.sum() - 1) < 1e-4
        assert np.isfinite(tsne.transform(normals[:5] + 1e-3)).all()
        again = TSNE(**{**QUICK, **changed}, n_jobs=1).fit_transform(normals)
        np.testing.assert_array_equal(again, tsne.embedding_)


def test_a_list_of_one_perplexity_is_that_one(normals):
    one = TSNE(max_iter=260, perplexity=10).fit_transform(normals)
    for same in ([10], (10,), np.array([10.0])):
        np.testing.assert_array_equal(
            TSNE(max_iter=260, perplexity=same).fit_transform(normals), one
        )


def test_dimensions(normals):
    assert TSNE(n_components=4, **QUICK).fit_transform(normals).shape == (150, 4)
    exact = TSNE(n_components=3, **QUICK).fit_transform(normals)
    by_fft = TSNE(n_components=3, method="fft", **QUICK).fit(normals)
    assert exact.shape == by_fft.embedding_.shape == (150, 3)
    assert not np.array_equal(by_fft.embedding_, exact)
    assert 0 < by_fft.info_["force_error"] < 0.02


def test_what_cannot_be_is_refused(normals):
    for wrong, word in (
        ({"dof": 0}, "dof"),
        ({"affinities": "even"}, "affinities"),
        ({"symmetrize": "sum"}, "symmetrize"),
        ({"perplexity": []}, "perplexity"),
        ({"late_exaggeration_iter": 200}, "late_exaggeration_iter"),
        ({"n_components": 11}, "n_components"),
    ):
        with pytest.raises(ValueError, match=word):
            TSNE(**{**QUICK, **wrong}).fit(normals)


def test_landmarks():
    rows = np.random.default_rng(0).normal(size=(2300, 8)).astype(np.float32)
    for kind in (TSNE(max_iter=120, init="landmarks"), UMAP(n_epochs=20, init="landmarks")):
        assert np.isfinite(kind.fit(rows).embedding_).all()
        assert not any("standard deviation" in text for text in kind.info_.get("warnings", []))
    with pytest.raises(ValueError, match="landmarks"):
        TSNE(metric="precomputed", init="landmarks").fit(np.ones((30, 30)) - np.eye(30))
