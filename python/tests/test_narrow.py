"""float16, bfloat16, int8 and uint8 stay what they are: no copy, and the bytes of float32."""

from __future__ import annotations

import types

import numpy as np
import pytest

import nearfold
from nearfold import TSNE, UMAP, InvalidInput, NearestNeighborsGraph, PaCMAP, _arrays


@pytest.fixture
def pixels(digits):
    return digits[0][:300].astype(np.float32)


def bfloat16(X):
    """X in the type of that name of ml_dtypes, where that is installed."""
    return X.astype(pytest.importorskip("ml_dtypes").bfloat16)


KINDS = [lambda X: X.astype(np.uint8), lambda X: X.astype(np.int8), lambda X: X.astype(np.float16)]


@pytest.mark.parametrize("narrow", [*KINDS, bfloat16])
@pytest.mark.parametrize("index", ["flat", "ivf", "hnsw", "nndescent", "auto"])
def test_graphs_are_those_of_float32(pixels, narrow, index):
    graph = nearfold.kneighbors_graph(narrow(pixels), 10, index=index)
    wanted = nearfold.kneighbors_graph(pixels, 10, index=index)
    assert np.array_equal(graph.indices, wanted.indices)
    assert np.array_equal(graph.distances, wanted.distances)


@pytest.mark.parametrize("narrow", [*KINDS, bfloat16])
@pytest.mark.parametrize(
    "estimator",
    [
        UMAP(n_epochs=20),
        UMAP(n_epochs=20, init="landmarks"),
        TSNE(perplexity=8, max_iter=50),
        PaCMAP(num_iters=(10, 10, 10)),
    ],
)
def test_maps_are_those_of_float32_and_refer_to_the_data(pixels, narrow, estimator):
    X = narrow(pixels)
    wanted = estimator.fit(pixels).embedding_.copy()
    assert np.array_equal(estimator.fit(X).embedding_, wanted)
    assert np.shares_memory(estimator._points_of_fit, X)
    assert estimator.info_["dtype"] == X.dtype.name


def test_new_points_join_maps_of_narrow_ones(pixels):
    X = pixels.astype(np.uint8)
    mapper, wanted = UMAP(n_epochs=20).fit(X), UMAP(n_epochs=20).fit(pixels)
    assert np.array_equal(mapper.transform(X[:9] + 1), wanted.transform(pixels[:9] + 1))
    assert np.array_equal(mapper.transform(X[:9]), mapper.embedding_[:9])


@pytest.mark.parametrize("index", ["flat", "ivf", "hnsw"])
def test_neighbours_of_new_rows_are_looked_up_in_narrow_ones(pixels, index):
    narrow = NearestNeighborsGraph(n_neighbors=6, index=index).fit(pixels.astype(np.uint8))
    wanted = NearestNeighborsGraph(n_neighbors=6, index=index).fit(pixels)
    rows = pixels[:7] + np.float32(0.5)
    for found, other in zip(narrow.kneighbors(rows), wanted.kneighbors(rows)):
        assert np.array_equal(found, other)


def test_other_functions_take_them_as_float32(pixels):
    X = pixels.astype(np.float16)
    embedding = UMAP(n_epochs=20).fit_transform(X)
    assert nearfold.quality(X, embedding) == nearfold.quality(pixels, embedding)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.float16])
def test_mapped_files_are_not_copied(pixels, dtype, tmp_path):
    np.save(tmp_path / "x.npy", pixels.astype(dtype))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    mapper = UMAP(n_epochs=20).fit(mapped)
    assert np.shares_memory(mapper._points_of_fit, mapped)
    assert np.array_equal(mapper.embedding_, UMAP(n_epochs=20).fit(pixels).embedding_)


def test_fortran_order_is_copied_as_the_type_it_is(pixels):
    X = np.asfortranarray(pixels.astype(np.uint8))
    mapper = UMAP(n_epochs=5).fit(X)
    assert mapper._points_of_fit.dtype == np.uint8
    assert mapper._points_of_fit.flags.c_contiguous


def test_values_that_are_no_numbers_are_named(pixels):
    X = pixels.astype(np.float16)
    X[31, 2] = np.nan
    with pytest.raises(InvalidInput, match="row 31, column 2 is nan"):
        UMAP().fit(X)


def test_bfloat16_is_known_by_its_name_alone(pixels):
    assert _arrays.is_narrow(types.SimpleNamespace(name="bfloat16", isnative=True))
    assert not _arrays.is_narrow(np.dtype(">f2"))
    assert not _arrays.is_narrow(np.dtype(bool))


def test_plans_count_their_bytes():
    def need(**how):
        return nearfold.plan(1_000_000, 784, UMAP(index="ivf"), **how)["stages"][0]["host_bytes"]

    assert need() - need(dtype="uint8") == 3 * 784_000_000
    assert need(dtype="uint8") - need(mapped=True) == 784_000_000
    with pytest.raises(InvalidInput, match="int4"):
        need(dtype="int4")
