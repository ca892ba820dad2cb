"""The exact graph in parts, for points that no machine holds or searches alone.

A part holds the neighbours of some points, the queries, among some points, the data. Merged, the
parts are the graph of one run, byte for byte, whatever the ranges. Nothing here knows of an engine:
what runs the calls, and where, is the caller's; `nearfold.dask` is one such caller.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import _arrays, _part_files, _settings
from ._core import core
from ._errors import InvalidInput, IoError, NearfoldError, Unsupported
from ._graph import Graph, graph_of
from ._point_files import PointFile, open_points
from ._run import Callback, Watched

__all__ = ["Part", "Points", "Shard", "block", "join", "load", "merge", "scan", "shards"]

Range = tuple[int, int]


def shards(n: int, rows: int) -> list[Range]:
    """Ranges of `rows` rows each, the last one shorter, that are all of n rows.

    Examples
    --------
    >>> shards(10, 4)
    [(0, 4), (4, 8), (8, 10)]
    """
    if rows < 1:
        raise InvalidInput(f"rows is {rows}; it must be at least 1")
    return [(begin, min(n, begin + rows)) for begin in range(0, n, rows)]


@dataclasses.dataclass(frozen=True, eq=False)
class Points:
    """Points in a file, and what a part has to know of all of them; `scan` makes it.

    It holds a path and no points: sent to another machine, it is a few hundred bytes.

    Attributes
    ----------
    n, columns : int
    metric, zero_vectors : str
    fingerprint : str
        Of all values, as they are compared.
    """

    file: PointFile
    metric: str
    zero_vectors: str
    longest: float
    offsets: np.ndarray | None
    fingerprint: str

    @property
    def n(self) -> int:
        return self.file.shape[0]

    @property
    def columns(self) -> int:
        return self.file.shape[1]

    def rows(self, begin: int, end: int) -> np.ndarray:
        """Some rows as they are compared: float32 of .npy and .fbin is mapped, not copied."""
        if not 0 <= begin < end <= self.n:
            raise InvalidInput(
                f"rows {begin}:{end} are asked for, and there are {self.n} points; give at least 1 "
                f"of them, as (0, {self.n})"
            )
        return _arrays.to_float32(_read(self.file, begin, end), self.offsets, begin)


def _read(file: PointFile, begin: int, end: int) -> np.ndarray:
    try:
        return file.read(begin, end)
    except NearfoldError:
        raise
    except (OSError, ValueError) as error:  # gone, or shorter than it was
        raise IoError(
            f"cannot read rows {begin}:{end} of {os.fspath(file.path)!r}: {error}"
        ) from error


def scan(
    path: Any, *, metric: str = "euclidean", zero_vectors: str = "error", n_jobs: int | None = None
) -> Points:
    """Looks at all points once, and keeps none.

    Parameters
    ----------
    path : path or memmap
        .npy, .fbin, .u8bin or .i8bin; Parquet, a file or a folder, with columns of numbers or one
        of lists; an array of Zarr. Rows are read by their numbers, in the order of the files'
        names, in which part.2 comes before part.10.
    metric, zero_vectors : str
        As for `kneighbors_graph`.
    n_jobs : int or None
        Threads; None and -1 are every core.

    Raises
    ------
    InvalidInput
        For points that `kneighbors_graph` refuses.
    """
    import xxhash

    file = open_points(path)
    how = _how(metric, zero_vectors, n_jobs)
    offsets = None if core.sees_shift(how["metric"]) else _arrays.choose_offsets(file)
    scanned = core.scan_points(*file.shape, how)
    digest = xxhash.xxh3_128(np.array(file.shape, dtype=np.int64).tobytes())
    for begin, end in file.blocks():
        block = _arrays.to_float32(_read(file, begin, end), offsets, begin)
        scanned.add(block)
        digest.update(block)  # type: ignore[arg-type]
    return Points(file, how["metric"], zero_vectors, scanned.finish(), offsets, digest.hexdigest())


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """Of every query the nearest among some of the points, the query itself left out.

    Attributes
    ----------
    n, columns, k : int
        Of the points and of the graph.
    metric, zero_vectors, fingerprint, version : str
    seed : int
    queries, data : tuple of two ints
        Rows from the first to before the second.
    indices, distances : ndarray of shape (queries, min(k, data))
        -1 and infinity where the query is one of fewer than k + 1 points.
    tied, repeats : ndarray of shape (queries,), uint8
        Whether others are as far as the last; whether an earlier point of the data is equal.
    """

    n: int
    columns: int
    k: int
    metric: str
    zero_vectors: str
    seed: int
    fingerprint: str
    version: str
    queries: Range
    data: Range
    indices: np.ndarray
    distances: np.ndarray
    tied: np.ndarray
    repeats: np.ndarray

    def about(self) -> dict[str, Any]:
        """What it is a part of, and which."""
        names = [one.name for one in dataclasses.fields(self)]
        return {name: getattr(self, name) for name in names if name not in _part_files.ARRAYS}

    @property
    def name(self) -> str:
        """That of its file: a digest of what it is a part of, and its ranges."""
        return part_name(self.about())

    def arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in _part_files.ARRAYS}

    def save(self, path: Any) -> str:
        """Writes the part, all of it or nothing, as `nearfold knn-merge` reads it.

        Parameters
        ----------
        path : path
            Of a file, or of a folder, in which it has its `name`.

        Returns
        -------
        str
            The file.
        """
        target = os.path.join(path, self.name) if os.path.isdir(path) else os.fspath(path)
        _part_files.write(target, self.about(), self.arrays())
        return target


def load(path: Any) -> Part:
    """A part from its file.

    Raises
    ------
    InvalidInput
        For what is no part, or is damaged.
    """
    entries = _part_files.read(path)
    ranges = {name: tuple(entries.pop(name, ())) for name in ("queries", "data")}
    try:
        return Part(**entries, **ranges)  # type: ignore[arg-type]
    except TypeError as error:
        raise InvalidInput(f"{os.fspath(path)!r} is no part of a graph: {error}") from error


class Shard:
    """Some of the points, searched for one range of queries after the other: what a search needs of
    them is made once.

    Parameters
    ----------
    points : Points
    data : tuple of two ints
        Rows from the first to before the second.
    n_neighbors : int
        Of the graph.
    random_state : int
        The same for all parts.
    n_jobs : int or None
        Threads; None and -1 are every core.
    callback : callable
        As for `kneighbors_graph`.
    """

    def __init__(
        self,
        points: Points,
        data: Range,
        n_neighbors: int,
        *,
        random_state: int = 42,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.points, self.data, self.k = points, data, n_neighbors
        self.seed = _settings.seed_of(random_state)
        self._rows = points.rows(*data)
        how = {
            **_how(points.metric, points.zero_vectors, n_jobs),
            "knn": {"kind": "flat"},
            "seed": self.seed,
        }
        with Watched(callback, False) as function:
            self._shard = core.make_shard(
                self._rows, data, points.n, points.longest, n_neighbors, how, function
            )

    def part(self, queries: Range, *, callback: Callback | None = None) -> Part:
        """The nearest of these points, any range, among the data."""
        begin = self.data[0]
        within = begin <= queries[0] < queries[1] <= self.data[1]
        asked = (
            self._rows[queries[0] - begin : queries[1] - begin]
            if within
            else self.points.rows(*queries)
        )
        with Watched(callback, False) as function:
            found = self._shard.part(asked, queries, function)
        of = part_of(self.points, self.k, self.seed)
        return Part(**of, queries=queries, data=self.data, **found)


def block(
    points: Points,
    queries: Range,
    data: Range,
    n_neighbors: int,
    *,
    random_state: int = 42,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> Part:
    """One part: the nearest of some points among some points, by a `Shard` that serves once.

    Parameters
    ----------
    queries, data : tuple of two ints
        Rows from the first to before the second: the same, apart, or with rows in common.
    points, n_neighbors, random_state, n_jobs, callback
        As for `Shard`.
    """
    shard = Shard(
        points, data, n_neighbors, random_state=random_state, n_jobs=n_jobs, callback=callback
    )
    return shard.part(queries, callback=callback)


def join(first: Part, second: Part, *, n_jobs: int | None = None) -> Part:
    """The part of the same queries among the data of both, of which one begins where the other
    ends."""
    _require_one_graph([first, second], ["the first part", "the second part"])
    if first.queries != second.queries or first.data[1] != second.data[0]:
        raise InvalidInput(
            f"parts of queries {first.queries} among {first.data} and of {second.queries} among "
            f"{second.data} do not follow each other: give the same queries, and data that begins "
            "where the first ends"
        )
    return _joined([first, second], first.queries, (first.data[0], second.data[1]), n_jobs)


def merge(parts: Iterable[Any], *, n_jobs: int | None = None) -> Graph:
    """The graph of all parts: the bytes of `kneighbors_graph` with ``index="flat"``.

    Parameters
    ----------
    parts : iterable of Part or path
        In any order; each query with each point once. Of files those are in memory at one time
        that have the same queries.
    n_jobs : int or None

    Raises
    ------
    InvalidInput
        When they are not of one graph, have a query with a point twice or not at all, or are
        damaged, naming them.
    """
    given = list(parts)
    if not given:
        raise InvalidInput("there are no parts; at least 1 is needed")
    names = [
        f"part {at}" if isinstance(one, Part) else repr(os.fspath(one))
        for at, one in enumerate(given)
    ]
    metas = [one.about() if isinstance(one, Part) else _about_of(one) for one in given]
    _require_same(metas, names)
    core.require_cover([(one["queries"], one["data"]) for one in metas], metas[0]["n"], names)
    return _merged(given, metas, n_jobs)


def _merged(given: list[Any], metas: list[dict[str, Any]], n_jobs: int | None) -> Graph:
    n, k = metas[0]["n"], metas[0]["k"]
    indices, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    tied = repeats = 0
    cuts = sorted({at for one in metas for at in one["queries"]})
    held: dict[int, Part] = {}
    for begin, end in zip(cuts, cuts[1:]):
        here = [p for p, one in enumerate(metas) if one["queries"][0] <= begin < one["queries"][1]]
        held = {p: held[p] if p in held else _part(given[p]) for p in here}
        whole = _joined(
            [_queries(part, begin, end) for part in held.values()], (begin, end), (0, n), n_jobs
        )
        indices[begin:end], distances[begin:end] = whole.indices, whole.distances
        tied, repeats = tied + int(whole.tied.sum()), repeats + int(whole.repeats.sum())
    return graph_of(
        {
            "indices": indices,
            "distances": distances,
            "metric": metas[0]["metric"],
            "index": "flat",
            "tied_rows": tied,
            "duplicates": repeats,
        }
    )


def rows_of(part: Part, *, n_jobs: int | None = None) -> dict[str, Any]:
    """Rows of the graph, of a part that has all points as its data, checked one by one."""
    if part.data != (0, part.n):
        raise InvalidInput(f"the data of the part are {part.data}, and must be all {part.n} points")
    whole = _joined([part], part.queries, part.data, n_jobs)
    return {
        "indices": whole.indices,
        "distances": whole.distances,
        "tied_rows": int(whole.tied.sum()),
        "duplicates": int(whole.repeats.sum()),
    }


def _part(given: Any) -> Part:
    return given if isinstance(given, Part) else load(given)


def _about_of(path: Any) -> dict[str, Any]:
    about = _part_files.read(path, arrays=())
    return {**about, **{name: tuple(about[name]) for name in ("queries", "data")}}


def _queries(part: Part, begin: int, end: int) -> Part:
    if part.queries == (begin, end):
        return part
    rows = slice(begin - part.queries[0], end - part.queries[0])
    some: dict[str, Any] = {name: array[rows] for name, array in part.arrays().items()}
    return dataclasses.replace(part, queries=(begin, end), **some)


def _joined(parts: Sequence[Part], queries: Range, data: Range, n_jobs: int | None) -> Part:
    one = parts[0]
    known = [{"data": part.data, **part.arrays()} for part in parts]
    how = {"threads": _settings.threads_of(n_jobs)}
    found = core.join_parts(queries, data, known, one.k, one.seed, how)
    return dataclasses.replace(one, queries=queries, data=data, **found)


def _require_one_graph(parts: Sequence[Part], names: Sequence[str]) -> None:
    _require_same([part.about() for part in parts], names)


def _require_same(metas: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    for meta, name in zip(metas, names):
        for key, wanted in metas[0].items():
            if key not in ("queries", "data") and meta[key] != wanted:
                raise InvalidInput(
                    f"{name} is a part of another graph than {names[0]}: its {key} is "
                    f"{meta[key]!r}, and there it is {wanted!r}"
                )


def part_of(points: Points, k: int, seed: int) -> dict[str, Any]:
    """What parts of one graph have in common."""
    return {
        "n": points.n,
        "columns": points.columns,
        "k": k,
        "metric": points.metric,
        "zero_vectors": points.zero_vectors,
        "seed": seed,
        "fingerprint": points.fingerprint,
        "version": core.version(),
    }


def part_name(about: dict[str, Any]) -> str:
    """The file of a part of which this is known."""
    queries, data = about["queries"], about["data"]
    return f"{graph_name(about)}-{queries[0]}-{queries[1]}-{data[0]}-{data[1]}.npz"


def graph_name(about: dict[str, Any]) -> str:
    """How the files of a graph's parts begin."""
    of = {name: value for name, value in about.items() if name not in ("queries", "data")}
    text = json.dumps(of, sort_keys=True)
    return "knn-" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _how(metric: str, zero_vectors: str, n_jobs: int | None) -> dict[str, Any]:
    return {
        "metric": _settings.metric_named(metric),
        "zero_vectors": zero_vectors,
        "threads": _settings.threads_of(n_jobs),
        "device": "cpu",
    }


def require_flat(index: Any) -> None:
    """Parts are exact."""
    kind = _settings.index_params(index, 0.95).get("kind")
    if kind not in ("flat",):
        raise Unsupported(f"index is {index!r}, and parts are exact: give index='flat'")
