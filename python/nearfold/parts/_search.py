"""Parts are found."""

from __future__ import annotations

from typing import Any

from .. import _settings
from .._core import core
from .._run import Callback, Watched
from ._cells import Cells
from ._part import Part, part_of, part_with
from ._points import Points, Range, search_of


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
    index : str or dict
        ``"flat"``, exact; ``"ivf"`` or ``"hnsw"``, an index of this data, tuned for the target: the
        merged graph tells its recall.
    target_recall : float
        Of such an index.
    cells : Cells or None
        In place of an index: those of all points.
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
        index: Any = "flat",
        target_recall: float = 0.95,
        cells: Cells | None = None,
    ) -> None:
        self.points, self.data = points, data
        seed = _settings.seed_of(random_state)
        if cells is not None:
            cells.require(points, n_neighbors, seed)
        knn = _settings.index_params(index, target_recall) if cells is None else cells.params
        self._of = part_of(points, n_neighbors, seed, knn, cells)
        self._rows = points.rows(*data)
        how = {
            **search_of(points.metric, points.zero_vectors, n_jobs),
            "knn": knn,
            "seed": seed,
        }
        with Watched(callback, False) as function:
            self._shard = core.make_shard(
                self._rows,
                data,
                points.n,
                points.longest,
                n_neighbors,
                None if cells is None else cells.core,
                how,
                function,
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
        return part_with({**self._of, **found}, queries, self.data)


def block(
    points: Points,
    queries: Range,
    data: Range,
    n_neighbors: int,
    *,
    random_state: int = 42,
    n_jobs: int | None = None,
    callback: Callback | None = None,
    **index: Any,
) -> Part:
    """One part: the nearest of some points among some points, by a `Shard` that serves once.

    Parameters
    ----------
    queries, data : tuple of two ints
        Rows from the first to before the second: the same, apart, or with rows in common.
    points, n_neighbors, random_state, n_jobs, callback, index, target_recall, cells
        As for `Shard`.
    """
    how = {"random_state": random_state, "n_jobs": n_jobs, "callback": callback, **index}
    shard = Shard(points, data, n_neighbors, **how)
    return shard.part(queries, callback=callback)
