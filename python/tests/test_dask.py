"""Graphs and maps from a cluster: the bytes of one machine, or an error that says what is wrong."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import nearfold
from nearfold import InvalidInput, IoError, Unsupported, WorkersLost, parts

distributed = pytest.importorskip("distributed")
pytest.importorskip("xxhash")
import dask  # noqa: E402
import dask.array as da  # noqa: E402

import nearfold.dask  # noqa: E402

K = 7


@contextlib.contextmanager
def cluster(workers, **settings):
    how = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50, **settings}
    with (
        distributed.LocalCluster(n_workers=workers, **how) as made,
        distributed.Client(made) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client():
    with cluster(2, resources={"SLOT": 1}) as made:
        yield made


@pytest.fixture(scope="module")
def X(digits):
    return digits[0]


@pytest.fixture(scope="module")
def wanted(X):
    return nearfold.kneighbors_graph(X, K, index="flat")


@pytest.fixture(scope="module")
def path(X, tmp_path_factory):
    file = tmp_path_factory.mktemp("shared") / "points.npy"
    np.save(file, X)
    return str(file)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """(path, graph) of so many that a search takes a while."""
    rows = np.random.default_rng(1).standard_normal((8000, 100)).astype(np.float32)
    file = tmp_path_factory.mktemp("shared") / "many.npy"
    np.save(file, rows)
    return str(file), nearfold.kneighbors_graph(rows, K, index="flat")


def same(graph, wanted):
    return (
        np.array_equal(graph.indices, wanted.indices)
        and np.array_equal(graph.distances, wanted.distances)
        and (graph.tied_rows, graph.duplicates) == (wanted.tied_rows, wanted.duplicates)
        and repr(graph) == repr(wanted)
    )


def test_any_workers_and_blocks(X, path, wanted):
    cells = nearfold.kneighbors_graph(X, K, index="ivf:nlist=12")
    with cluster(4) as client:
        for workers in (4, 3, 2, 1):
            client.cluster.scale(workers)
            while len(client.scheduler_info(n_workers=-1)["workers"]) > workers:
                time.sleep(0.01)
            for rows in (101, 250, 599, 600, 5000, None):
                graph = nearfold.dask.kneighbors_graph(path, K, client=client, rows=rows)
                assert same(graph, wanted), rows
            for rows in (250, 600):
                graph = nearfold.dask.kneighbors_graph(
                    path, K, client=client, rows=rows, index="ivf:nlist=12"
                )
                assert same(graph, cells) and graph.recall == cells.recall


def test_approximate_parts_in_a_folder(client, X, path, wanted, tmp_path):
    cells = nearfold.kneighbors_graph(X, K, index="ivf")
    for rows in (250, 600, 250):
        how = {"rows": rows, "out": tmp_path}
        graph = nearfold.dask.kneighbors_graph(path, K, index="ivf", **how)
        assert same(graph, cells) and graph.recall == cells.recall
        graph = nearfold.dask.kneighbors_graph(path, K, index="hnsw", target_recall=0.99, **how)
        assert graph.index.startswith("hnsw per shard") and graph.recall["mean"] > 0.98
        assert (np.sort(graph.indices) == np.sort(wanted.indices)).mean() > 0.9


def test_every_metric_and_kind_of_points(client, X, tmp_path):
    far = X.astype(np.float64) * 1.1 + 1e7
    far[:, 0] += 1
    np.save(tmp_path / "far.npy", far)
    for metric in ("euclidean", "cosine", "inner_product"):
        graph = nearfold.dask.kneighbors_graph(
            str(tmp_path / "far.npy"), K, rows=250, metric=metric, random_state=3
        )
        one = nearfold.kneighbors_graph(far, K, metric=metric, index="flat", random_state=3)
        assert same(graph, one)


def test_arrays(client, X, path, wanted, tmp_path):
    out = tmp_path / "out"
    for array in (da.from_array(X, chunks=(170, 30)), X, X.tolist()):
        assert same(nearfold.dask.kneighbors_graph(array, K, rows=250, out=out), wanted)
        with pytest.raises(InvalidInput, match="out="):
            nearfold.dask.kneighbors_graph(array, K)
    mapped = np.load(path, mmap_mode="r")
    assert same(nearfold.dask.kneighbors_graph(mapped, K), wanted)


def test_points_stay_off_the_scheduler(client, many, tmp_path, monkeypatch):
    """The scheduler and the client are in this process: whatever either sends is counted."""
    from distributed.comm.tcp import TCP

    sent, write = [0], TCP.write

    async def counted(self, *args, **how):
        size = await write(self, *args, **how)
        sent[0] += size
        return size

    monkeypatch.setattr(TCP, "write", counted)
    path, wanted = many
    assert same(nearfold.dask.kneighbors_graph(path, K, rows=2500), wanted)
    made = da.from_delayed(
        dask.delayed(np.load)(path), shape=(8000, 100), dtype=np.float32
    ).rechunk((1000, 50))
    assert same(nearfold.dask.kneighbors_graph(made, K, rows=2500, out=tmp_path), wanted)
    assert 0 < sent[0] < os.path.getsize(path) / 10


def test_stages_have_names(client, path):
    with distributed.get_task_stream(client) as stream:
        nearfold.dask.kneighbors_graph(path, K, rows=250, resources={"SLOT": 1})
    stages = {str(one["key"]).strip("('").rpartition("-")[0] for one in stream.data}
    assert stages == {"nearfold-scan", "nearfold-knn", "nearfold-merge"}


def test_what_no_worker_has(client, path, monkeypatch):
    for call in (
        lambda: nearfold.dask.kneighbors_graph(path, K, resources={"GPU": 1}),
        lambda: nearfold.dask.kneighbors_graph(path, K, resources={"SLOT": 2}),
        lambda: nearfold.dask.UMAP(layout={"GPU": 1}).fit(path),
    ):
        begin = time.monotonic()
        with pytest.raises(InvalidInput, match="none of the 2 workers .*'SLOT': 1"):
            call()
        assert time.monotonic() - begin < 5
        monkeypatch.setattr("nearfold.dask._cluster._LOOK", 0.1)


def test_a_rerun_begins_where_the_last_one_ended(client, path, wanted, tmp_path):
    def files():
        return {one.name: one.stat().st_mtime_ns for one in tmp_path.glob("*.npz")}

    points = parts.scan(path)
    half = parts.block(points, (0, 250), (0, 333), K).save(tmp_path)
    run = {"rows": 250, "out": tmp_path}
    assert same(nearfold.dask.kneighbors_graph(path, K, **run), wanted)
    assert not os.path.exists(half)
    left = files()
    assert len(left) == 3 and all(name.endswith("-0-600.npz") for name in left)
    assert same(nearfold.dask.kneighbors_graph(path, K, **run), wanted)
    assert files() == left
    assert same(parts.merge(tmp_path / name for name in left), wanted)
    cut = tmp_path / min(left)
    cut.write_bytes(cut.read_bytes()[:-100])
    with pytest.raises(InvalidInput, match=f"{cut.name}' is damaged .* delete it"):
        nearfold.dask.kneighbors_graph(path, K, **run)
    cut.unlink()
    assert same(nearfold.dask.kneighbors_graph(path, K, **run), wanted)


def test_lost_workers(many, tmp_path):
    path, wanted = many
    rng = np.random.default_rng(1)
    with cluster(3) as client:
        for out in (None, tmp_path):
            pids = list(client.run(os.getpid).values())

            def kill(pids=pids):
                for pid in rng.choice(pids, 2, replace=False):
                    time.sleep(rng.uniform(0.05, 0.3))
                    os.kill(pid, signal.SIGKILL)

            thread = threading.Thread(target=kill)
            thread.start()
            graph = nearfold.dask.kneighbors_graph(path, K, client=client, rows=500, out=out)
            thread.join()
            assert same(graph, wanted)


def test_a_worker_that_runs_out_of_memory(tmp_path):
    np.save(tmp_path / "wide.npy", np.ones((60000, 1000), dtype=np.float16))
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),  # by default 3
        cluster(1, memory_limit="400MB") as client,
        pytest.raises(WorkersLost, match="died 1 times .* smaller rows"),
    ):
        nearfold.dask.kneighbors_graph(str(tmp_path / "wide.npy"), K, client=client, rows=60000)


def test_a_full_disk(client, path, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(small)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system is mounted by root alone")
    try:
        with pytest.raises(IoError, match="No space left"):
            nearfold.dask.kneighbors_graph(path, K, rows=250, out=small / "out")
        until = time.monotonic() + 30  # another task may be at its write still
        while list((small / "out").glob(".nearfold-*")):
            assert time.monotonic() < until, "half a file was left behind"
            time.sleep(0.05)
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


@pytest.mark.parametrize(
    "how, error, message",
    [
        ({"X": "missing.npy"}, IoError, "missing.npy"),
        ({"n_neighbors": 600}, InvalidInput, "599"),
        ({"n_neighbors": 0}, InvalidInput, "n_neighbors is 0"),
        ({"n_neighbors": "7"}, TypeError, "n_neighbors"),
        ({"rows": 0}, InvalidInput, "rows is 0"),
        ({"index": "nndescent"}, Unsupported, "index"),
        ({"metric": "wasserstein"}, Unsupported, "wasserstein"),
        ({"resources": "GPU"}, TypeError, "resources"),
        ({"client": "localhost:8786"}, TypeError, "client"),
        ({"out": "/dev/null/out"}, IoError, "/dev/null/out"),
        ({"X": np.zeros(9)}, InvalidInput, "columns"),
        ({"X": da.zeros((9, 2))[da.zeros(9) == 0], "out": "."}, InvalidInput, "compute_chunk"),
    ],
)
def test_wrong_inputs(client, path, how, error, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"X": path, "n_neighbors": K, **how}
    if isinstance(given["X"], np.ndarray):
        given["out"] = tmp_path
    with pytest.raises(error, match=message):
        nearfold.dask.kneighbors_graph(**given)


def test_bad_points(client, X, tmp_path):
    X = X.copy()
    X[321, 5] = np.nan
    np.save(tmp_path / "bad.npy", X)
    with pytest.raises(InvalidInput, match="row 321, column 5 is nan"):
        nearfold.dask.kneighbors_graph(str(tmp_path / "bad.npy"), K)


def test_no_client(path):
    code = f"import nearfold.dask; nearfold.dask.kneighbors_graph({path!r}, 7)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "InvalidInput: there is no Dask client" in run.stderr


def test_the_package_does_without_dask():
    code = "import sys, nearfold; assert not {'dask', 'distributed', 'xxhash'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "ours, one",
    [
        (nearfold.dask.UMAP, nearfold.UMAP(index="flat", n_epochs=40, min_dist=0.3)),
        (nearfold.dask.TSNE, nearfold.TSNE(index="ivf:nlist=12", perplexity=12, max_iter=300)),
    ],
    ids=["umap", "tsne"],
)
@pytest.mark.parametrize("layout", ["client", "worker", {"SLOT": 1}])
def test_maps(client, X, path, ours, one, layout, tmp_path):
    fit, new = X[:500], X[480:] + np.float32(0.25)
    wanted = one.fit(fit)
    placed = wanted.transform(new)
    file = pathlib.Path(path).parent / "fit.npy"
    np.save(file, fit)
    given = da.from_array(fit, chunks=(99, 64)) if layout == "worker" else str(file)
    made = ours(one, rows=220, layout=layout, out=tmp_path).fit(given)
    assert np.array_equal(made.embedding_, wanted.embedding_)
    assert np.array_equal(made.estimator_.knn_.indices, wanted.knn_.indices)
    for chunks in ((120, 64), (7, 30), ((1, 119), 64)):
        blocks = made.transform(da.from_array(new, chunks=chunks))
        assert blocks.dtype == np.float32 and blocks.shape == (120, 2)
        assert np.array_equal(blocks.compute(), placed), chunks
    assert np.array_equal(made.transform(new), placed)
    assert np.array_equal(made.fit_transform(given), wanted.embedding_)


def test_every_parameter_is_documented():
    for kind in (nearfold.dask.UMAP, nearfold.dask.TSNE):
        assert all(re.search(rf"\b{name}\b", kind.__doc__) for name in kind().get_params())


def test_maps_that_are_refused(client, path):
    with pytest.raises(TypeError, match=r"nearfold\.UMAP"):
        nearfold.dask.UMAP(nearfold.TSNE()).fit(path)
    with pytest.raises(Unsupported, match="nndescent"):
        nearfold.dask.UMAP(nearfold.UMAP(index="nndescent")).fit(path)
    with pytest.raises(Unsupported, match="made of points"):
        nearfold.dask.UMAP(nearfold.UMAP(metric="precomputed")).fit(path)
    with pytest.raises(InvalidInput, match="layout"):
        nearfold.dask.UMAP(layout="gpu").fit(path)
    made = nearfold.dask.UMAP(nearfold.UMAP(n_epochs=5)).fit(path)
    with pytest.raises(InvalidInput, match="64 columns"):
        made.transform(da.zeros((5, 3)))
