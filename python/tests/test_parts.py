"""Graphs in parts: the bytes of one search, whatever the ranges and the files."""

from __future__ import annotations

import pathlib
import pickle
import subprocess
import threading

import numpy as np
import pytest

import nearfold
from nearfold import InvalidInput, IoError, parts

pytest.importorskip("xxhash")

K = 7


def same(graph, wanted):
    return (
        np.array_equal(graph.indices, wanted.indices)
        and np.array_equal(graph.distances, wanted.distances)
        and graph.tied_rows == wanted.tied_rows
        and graph.duplicates == wanted.duplicates
        and (graph.metric, graph.index) == (wanted.metric, wanted.index)
    )


@pytest.fixture(scope="module")
def X(digits):
    """Rounded, so that there are ties, and with rows twice."""
    X = np.round(digits[0] / 4)
    X[400:420] = X[:20]
    return X


def written(X, folder: pathlib.Path) -> str:
    np.save(folder / "points.npy", X)
    return str(folder / "points.npy")


@pytest.fixture
def points(X, tmp_path):
    return parts.scan(written(X, tmp_path))


@pytest.fixture(scope="module")
def wanted(X):
    return nearfold.kneighbors_graph(X, K, index="flat")


def all_parts(points, ranges):
    return [parts.block(points, q, d, K) for q in ranges for d in ranges]


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "inner_product", "chebyshev"])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint8, "far"])
def test_any_ranges_are_the_whole(X, metric, kind, tmp_path):
    Y = X.astype(np.float64) * 1.1 + 1e7 if kind == "far" else X.astype(kind)
    Y[:, 0] += 1  # no row of zeros
    wanted = nearfold.kneighbors_graph(Y, K, metric=metric, index="flat")
    points = parts.scan(written(Y, tmp_path), metric=metric)
    for rows in (97, 300, 10_000):
        assert same(parts.merge(all_parts(points, parts.shards(points.n, rows))), wanted)
    uneven = [(0, 3), (3, 4), (4, 600)]
    assert same(parts.merge(reversed(all_parts(points, uneven))), wanted)


IVF = "ivf:nlist=12,nprobe=3"


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_shared_cells_are_one_search(X, metric, tmp_path):
    Y = X + (metric == "cosine")
    points = parts.scan(written(Y, tmp_path), metric=metric)
    wanted = nearfold.kneighbors_graph(Y, K, metric=metric, index=IVF)
    cells = pickle.loads(pickle.dumps(parts.train_cells(points, K, index=IVF)))
    assert cells.index == wanted.index
    for ranges in (parts.shards(600, 97), [(0, 3), (3, 4), (4, 600)]):
        found = [parts.block(points, q, d, K, cells=cells) for q in ranges for d in ranges]
        grown = []
        for queries in ranges:
            row = [part for part in found if part.queries == queries]
            for _ in ranges[1:]:
                row[:2] = [parts.join(*row[:2])]
            grown += row
        files = [part.save(tmp_path) for part in grown]
        for some in (found, grown, files):
            graph = parts.merge(some, cells=cells)
            assert same(graph, wanted) and graph.recall == wanted.recall
    with pytest.raises(InvalidInput, match="cells"):
        parts.merge(found)
    with pytest.raises(InvalidInput, match="random_state=42"):
        parts.Shard(points, (0, 600), K, cells=cells, random_state=1)
    other = parts.scan(written(Y + 1, tmp_path), metric=metric)
    with pytest.raises(InvalidInput, match="other points"):
        parts.Shard(other, (0, 600), K, cells=cells)


@pytest.mark.parametrize("index", ["ivf", "hnsw"])
def test_an_index_for_each_shard(points, wanted, index, tmp_path):
    ranges = parts.shards(600, 300)
    found = [
        parts.block(points, queries, data, K, index=index, target_recall=0.9)
        for queries in ranges
        for data in ranges
    ]
    graph = parts.merge([part.save(tmp_path) for part in found])
    joined = [parts.join(*found[:2]), parts.join(*found[2:])]
    assert np.array_equal(parts.merge(joined).indices, graph.indices)
    same_rows = (np.sort(graph.indices) == np.sort(wanted.indices)).mean()
    assert graph.index == f"{index} per shard (2 shards)"
    assert 0.9 < graph.recall["mean"] <= 1 and same_rows > 0.7
    assert graph.tied_rows is None and graph.duplicates == wanted.duplicates
    with pytest.raises(nearfold.Unsupported, match="nndescent"):
        parts.block(points, (0, 600), (0, 600), K, index="nndescent")


def test_joined_parts_are_one(points):
    for end in (5, 300):  # fewer than k among the data, and more
        first, second = ((0, end), (end, 600))
        for queries in ((0, 3), (290, 310), (0, 600)):
            joined = parts.join(*(parts.block(points, queries, d, K) for d in (first, second)))
            whole = parts.block(points, queries, (0, 600), K)
            assert joined.about() == whole.about()
            for name, array in whole.arrays().items():
                assert np.array_equal(array, joined.arrays()[name])
    few = [parts.block(points, (0, 9), d, K) for d in ((0, 2), (2, 5))]
    whole = parts.block(points, (0, 9), (0, 5), K)
    assert np.array_equal(parts.join(*few).indices, whole.indices)
    assert np.array_equal(parts.join(*few).distances, whole.distances)
    with pytest.raises(InvalidInput, match="do not follow"):
        parts.join(*reversed(few))


def test_files_of_points(X, tmp_path):
    """The same rows from every kind of file; in Fortran order, .npy too."""
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    wanted = parts.scan(written(X, tmp_path))
    (tmp_path / "rows").mkdir()
    for at, name in ((0, "part.2.parquet"), (250, "part.10.parquet")):  # in this order
        some = pyarrow.table(dict(enumerate_columns(X[at : 250 if at == 0 else 600])))
        parquet.write_table(some, tmp_path / "rows" / name, row_group_size=90)
    parquet.write_table(pyarrow.table({"x": list(X)}), tmp_path / "lists.parquet")
    np.save(tmp_path / "fortran.npy", np.asfortranarray(X))
    with open(tmp_path / "x.fbin", "wb") as file:
        file.write(np.array(X.shape, np.uint32).tobytes() + X.tobytes())
    with open(tmp_path / "x.u8bin", "wb") as file:
        file.write(np.array(X.shape, np.uint32).tobytes() + X.astype(np.uint8).tobytes())
    names = ["rows", "lists.parquet", "fortran.npy", "x.fbin", "x.u8bin"]
    try:
        import zarr

        zarr.save_array(str(tmp_path / "x.zarr"), X)
        names.append("x.zarr")
    except ImportError:
        pass
    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")
    for path in [*(tmp_path / name for name in names), mapped]:
        points = pickle.loads(pickle.dumps(parts.scan(path)))
        assert (points.n, points.columns, points.fingerprint) == (*X.shape, wanted.fingerprint)
        for begin, end in ((0, 600), (0, 1), (85, 95), (249, 251), (599, 600)):
            assert np.array_equal(points.rows(begin, end), X[begin:end]), path
    assert len(pickle.dumps(wanted)) < 1000
    with pytest.raises(InvalidInput, match="view"):
        parts.scan(mapped[3:])


def enumerate_columns(X):
    return ((f"c{at}", X[:, at]) for at in range(X.shape[1]))


def test_files_of_parts_are_the_tools(X, points, tmp_path, tool):
    halves = [(0, 300), (300, 600)]
    ours = [part.save(tmp_path) for part in all_parts(points, halves)]
    assert len(set(ours)) == 4
    run = [str(tool), "knn", written(X, tmp_path), "-k", str(K), "--queries", "300:600"]
    theirs = str(tmp_path / "theirs.npz")
    subprocess.run([*run, "--data", "300:600", "-o", theirs], check=True, capture_output=True)
    wanted = nearfold.kneighbors_graph(X, K, index="flat")
    assert same(parts.merge([*ours[:3], theirs]), wanted)
    merged = str(tmp_path / "merged.npz")
    subprocess.run(
        [str(tool), "knn-merge", *ours[:3], theirs, "-o", merged], check=True, capture_output=True
    )
    with np.load(merged) as file:
        assert np.array_equal(file["indices"], wanted.indices)


def test_what_does_not_fit_together(X, points, tmp_path):
    halves = [(0, 300), (300, 600)]
    made = all_parts(points, halves)
    with pytest.raises(InvalidInput, match="no parts"):
        parts.merge([])
    with pytest.raises(InvalidInput, match="300:600"):
        parts.merge(made[:3])
    with pytest.raises(InvalidInput, match="part 4"):
        parts.merge([*made, made[0]])
    other = parts.block(points, (300, 600), (300, 600), K, random_state=1)
    with pytest.raises(InvalidInput, match="seed"):
        parts.merge([*made[:3], other])
    changed = parts.scan(written(X + 1, tmp_path))
    with pytest.raises(InvalidInput, match="fingerprint"):
        parts.merge([*made[:3], parts.block(changed, (300, 600), (300, 600), K)])


@pytest.mark.parametrize("keep", [0, 10, 500, -100, -1])
def test_files_that_are_cut_off(points, tmp_path, keep):
    path = pathlib.Path(parts.block(points, (0, 9), (0, 600), K).save(tmp_path))
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    with pytest.raises(InvalidInput, match="delete it"):
        parts.load(path)


def test_files_with_a_wrong_byte(points, tmp_path):
    path = pathlib.Path(parts.block(points, (0, 99), (0, 600), K).save(tmp_path))
    whole = path.read_bytes()
    for at in range(100, len(whole), 997):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:  # the names and dates of a zip archive have no checksum
            assert np.array_equal(parts.load(path).indices[0], parts.load(path).indices[0])
        except InvalidInput:
            continue
    with pytest.raises(InvalidInput, match="no part of a graph"):
        np.savez(
            tmp_path / "graph.npz",
            meta=np.frombuffer(b"{}", np.uint8),
            indices=np.zeros(3, np.int32),
            distances=np.zeros(3, np.float32),
            tied=np.zeros(3, np.uint8),
            repeats=np.zeros(3, np.uint8),
        )
        parts.load(tmp_path / "graph.npz")
    with pytest.raises(IoError):
        parts.load(tmp_path / "missing.npz")


def test_bad_rows_are_named(points):
    part = parts.block(points, (0, 600), (0, 600), K)
    part.indices[5, 0] = 5
    with pytest.raises(InvalidInput, match="query 5 has point 5"):
        parts.merge([part])


@pytest.mark.parametrize(
    "values, message",
    [
        (np.full((9, 2), np.nan), "row 0, column 0"),
        (np.zeros((1, 2)), "between 2"),
        (np.arange(8.0).reshape(4, 2) * 1e300, r"X\[3, 1\]"),
        (np.array([["a", "b"]]), "type"),
        (np.zeros(9), "n, columns"),
    ],
)
def test_points_that_are_refused(values, message, tmp_path):
    with pytest.raises(InvalidInput, match=message):
        parts.scan(written(values, tmp_path))


def test_paths_that_are_refused(tmp_path):
    (tmp_path / "short.fbin").write_bytes(np.array([9, 9, 9], np.uint32).tobytes())
    for name, error in (("no.npy", IoError), ("x.txt", InvalidInput), ("short.fbin", InvalidInput)):
        with pytest.raises(error, match=name):
            parts.scan(tmp_path / name)
    with pytest.raises(TypeError, match="list"):
        parts.scan([[1, 2]])


def test_ranges_that_are_refused(points):
    for queries, data in (((0, 601), (0, 600)), ((5, 5), (0, 600)), ((0, 600), (-1, 3))):
        with pytest.raises(InvalidInput, match="600 points"):
            parts.block(points, queries, data, K)
    with pytest.raises(InvalidInput, match="rows is 0"):
        parts.shards(9, 0)


def test_points_that_are_cut_off_later(X, points, tmp_path):
    (tmp_path / "points.npy").write_bytes((tmp_path / "points.npy").read_bytes()[:-4])
    with pytest.raises(IoError, match=r"rows 300:600 of .*points.npy"):
        parts.block(points, (0, 300), (300, 600), K)


def test_other_threads_run_meanwhile(tmp_path):
    rows = np.random.default_rng(1).standard_normal((12000, 60)).astype(np.float32)
    points = parts.scan(written(rows, tmp_path))
    counted, done = [0], threading.Event()

    def count():
        while not done.wait(0.001):
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    parts.block(points, (0, 12000), (0, 12000), 15)
    done.set()
    thread.join()
    assert counted[0] > 50


def test_a_writer_that_was_killed_leaves_nothing_for_long(points, tmp_path):
    abandoned = tmp_path / ".nearfold-abc.part"
    abandoned.write_bytes(b"half")
    parts.block(points, (0, 9), (0, 600), K).save(tmp_path)
    assert not abandoned.exists()
    assert not list(tmp_path.glob(".nearfold-*"))
