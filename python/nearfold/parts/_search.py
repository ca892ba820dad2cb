"""Parts are found."""

from __future__ import annotations

from typing import Any

from .. import _settings
from .._core import core
from .._errors import Unsupported
from .._run import Callback, Watched
from ._part import Part, part_of
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
            **search_of(points.metric, points.zero_vectors, n_jobs),
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


def require_flat(index: Any) -> None:
    """Parts are exact."""
    kind = _settings.index_params(index, 0.95).get("kind")
    if kind not in ("flat",):
        raise Unsupported(f"index is {index!r}, and parts are exact: give index='flat'")
