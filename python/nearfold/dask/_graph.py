"""The graph, made by the workers of a cluster."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import _settings, parts
from .._errors import InvalidInput, InvalidType, Unsupported
from .._files import folder_for
from .._graph import Graph
from ..parts._merge import assembled, index_of
from ..parts._points import Range
from . import _blocks, _cluster
from ._points import shared_points

# Of a block: so many of its rows that the scheduler's share of its time is below one in a hundred,
# however few columns there are (docs/howto/dask.md has the measurement).
MIN_ROWS = 10_000
_BLOCKS_OF_A_WORKER = 2
_SHARE_OF_MEMORY = 8  # of a worker's limit, for the rows of one range


def kneighbors_graph(
    X: Any,
    n_neighbors: int = 15,
    *,
    client: Any = None,
    rows: int | None = None,
    index: Any = "flat",
    metric: str = "euclidean",
    random_state: Any = 42,
    resources: Any = None,
    out: Any = None,
    target_recall: float = 0.95,
    zero_vectors: str = "error",
) -> Graph:
    """The `n_neighbors` nearest other points of every point, by the workers of a Dask cluster.

    Parameters
    ----------
    X : path, memmap, dask.array.Array or array-like
        Best a path that all workers can read: .npy, .fbin, .u8bin, .i8bin, Parquet, Zarr, see
        `parts.scan`. An array of Dask is written to `out` by the workers that have its chunks, any
        other array by this process.
    n_neighbors : int
        In [1, n_samples - 1]; a point is not counted as its own neighbour.
    client : distributed.Client or None
        None: the current one.
    rows : int or None
        Rows of a range. Every task is a range of queries and a range of data, so there are
        (n_samples / rows)^2 of them. None: two ranges for each worker, as long as they are not too
        small for their task nor too large for a worker's memory.
    index : str or dict
        ``"flat"``, exact; ``"ivf"``, whose cells one worker trains of all points and all workers
        share; ``"hnsw"``, an index of each range of data. Parameters as in ``"ivf:nlist=100"``.
    target_recall : float
        Of an approximate search.
    metric, zero_vectors : str
        As for `nearfold.kneighbors_graph`.
    random_state : int, RandomState, Generator or None
        Ties.
    resources : dict or None
        Only workers with these resources take part, as ``{"GPU": 1}``. If no worker has them, that
        is an error within five seconds.
    out : path or None
        A folder on storage that all workers share. What has been found is left there, a file for
        each range of queries, so that neither a lost worker nor a rerun begins from nothing;
        ``nearfold knn-merge`` reads those files.

    Returns
    -------
    Graph
        By "flat" and "ivf" the bytes of ``nearfold.kneighbors_graph(X, n_neighbors, index=index)``.
        By "hnsw" they depend on `rows`. Of approximate graphs the recall is measured.

    Raises
    ------
    InvalidInput
        For wrong data or parameters.
    WorkersLost
        When workers die over the same block four times, as they do when memory is short, and when
        there is nobody to go on for two minutes.
    IoError
        When points cannot be read, or `out` cannot be written to.

    Notes
    -----
    Of the same storage nothing but paths, row numbers and the neighbours found goes through the
    scheduler or between workers. In the dashboard the tasks are ``nearfold-scan``,
    ``nearfold-train`` of ivf, ``nearfold-knn`` and ``nearfold-merge``.

    Examples
    --------
    >>> import distributed, nearfold.dask
    >>> client = distributed.Client("scheduler:8786")  # doctest: +SKIP
    >>> graph = nearfold.dask.kneighbors_graph("/shared/points.npy", 15)  # doctest: +SKIP
    """
    begin = time.monotonic()
    work = Work(client, index, target_recall, metric, zero_vectors, random_state, resources, out)
    if not isinstance(n_neighbors, (int, np.integer)):
        raise InvalidType(f"n_neighbors is {n_neighbors!r}; give an int")
    if rows is not None and (not isinstance(rows, (int, np.integer)) or rows < 1):
        raise InvalidInput(f"rows is {rows!r}; give an int from 1 on, or None")
    work.scan(X)
    work.search(n_neighbors, rows)
    try:
        graph = work.gathered()
    finally:
        work.forget()
    graph.seconds = time.monotonic() - begin
    return graph


class Work:
    """One graph on a cluster."""

    def __init__(
        self,
        client: Any,
        index: Any,
        target_recall: float,
        metric: str,
        zero_vectors: str,
        random_state: Any,
        resources: Any,
        out: Any,
    ) -> None:
        self.index = index_for_parts(index, target_recall)
        self.metric, self.zero_vectors = _settings.metric_named(metric), zero_vectors
        self.seed = _settings.seed_of(random_state)
        self.resources = _cluster.require_resources(resources)
        self.out = None if out is None else os.path.abspath(folder_for(out))
        self.client = _cluster.client_of(client)
        self.workers = _cluster.require_workers(self.client, self.resources)
        self._token = uuid.uuid4().hex

    def scan(self, X: Any) -> None:
        """Looks at all points."""
        path = shared_points(self.client, X, self.out, self.resources)
        self.points_future = self.submit(
            "scan", 0, _blocks.scan, path, self.metric, self.zero_vectors
        )
        self.points = _cluster.result(self.client, self.points_future, self.resources)

    def search(self, k: int, rows: int | None) -> None:
        """Hands out all blocks."""
        n = self.points.n
        if not 1 <= k < n:
            raise InvalidInput(
                f"n_neighbors is {k} and there are {n} points; it must be in [1, {n - 1}]"
            )
        self.k = int(k)
        self.ranges = parts.shards(n, int(rows or default_rows(self.points, self.workers)))
        search = _blocks.Search(
            self.k, self.seed, self.index, self.ranges[0][1] - self.ranges[0][0], self.out
        )
        self.about = search.about(self.points, None)
        cells = None
        if search.shares_cells:
            cells = self.submit("train", 0, _blocks.train, self.points_future, search)
        self.futures = self._all_blocks(search, cells)

    def _all_blocks(self, search: _blocks.Search, cells: Any) -> list[Any]:
        """Rows of the graph for each range: all owners take the same data at about the same time,
        so that a worker has one range of data at hand."""
        owned: list[Any] = [None] * len(self.ranges)
        for step, data in enumerate(self.ranges):
            owned = [
                self.submit(
                    "knn",
                    (queries[0], data[0]),
                    _blocks.grow,
                    so_far,
                    self.points_future,
                    cells,
                    queries,
                    data,
                    search,
                    priority=-step,
                    retries=_cluster.RETRIES,
                )
                for so_far, queries in zip(owned, self.ranges)
            ]
        return [
            self.submit("merge", queries[0], _blocks.rows, part, cells, priority=1)
            for part, queries in zip(owned, self.ranges)
        ]

    def submit(self, stage: str, which: Any, function: Any, *args: Any, **how: Any) -> Any:
        key = (f"nearfold-{stage}-{self._token}", *np.atleast_1d(which).tolist())
        return self.client.submit(
            function, *args, key=key, resources=self.resources or None, pure=False, **how
        )

    def forget(self) -> None:
        """Lets the workers forget what they were asked for."""
        self.client.run(_blocks.forget, wait=False, on_error="ignore")

    def gathered(self) -> Graph:
        """The graph, here; each range comes from its owner."""
        ranges = {one.key: of for one, of in zip(self.futures, self.ranges)}
        found = (
            (ranges[one.key], _cluster.fetched(self.client, one))
            for one in _cluster.completed(self.client, self.futures, self.resources)
        )
        return graph_of(found, self.about, self.ranges)


def graph_of(
    found: Iterable[tuple[Range, dict[str, Any]]], about: dict[str, Any], ranges: Sequence[Range]
) -> Graph:
    """The graph of rows that were found for each range of queries."""
    index = []

    def seen() -> Iterator[tuple[Range, dict[str, Any]]]:
        for of, rows in found:
            index.append(rows["index"])
            yield of, rows

    graph = assembled(seen(), about, "")
    graph.index = index[0] or index_of(about, None, ranges)
    return graph


def default_rows(points: Any, workers: Sequence[dict[str, Any]]) -> int:
    """Of a range: see `kneighbors_graph`."""
    limit = min((one["memory_limit"] or 0) for one in workers) or 1 << 40
    most = max(1, limit // _SHARE_OF_MEMORY // (4 * max(1, points.columns)))
    each = -(-points.n // (_BLOCKS_OF_A_WORKER * len(workers)))
    return int(min(points.n, most, max(each, MIN_ROWS)))


def index_for_parts(index: Any, target_recall: float) -> dict[str, Any]:
    """Parameters of an index that parts can be found by."""
    params = _settings.index_params(index, target_recall)
    if params["kind"] not in ("flat", "ivf", "hnsw"):
        raise Unsupported(
            f"index is {index!r}, which only makes whole graphs: on a cluster give flat, ivf or "
            "hnsw"
        )
    return params
