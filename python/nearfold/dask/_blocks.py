"""What workers do for a graph: each range of queries has one owner, which keeps the nearest so far
from one range of data to the next."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import os
from typing import Any

from .. import parts
from .._errors import IoError
from ..parts import Part, Points
from ..parts._merge import rows_of
from ..parts._part import graph_name, part_of
from ..parts._points import Range
from . import _cluster


@dataclasses.dataclass(frozen=True)
class Search:
    """What all blocks of one graph have in common."""

    k: int
    seed: int
    out: str | None  # where an owner leaves what it has, for a rerun


def scan(path: Any, metric: str, zero_vectors: str) -> Points:
    with _cluster.at_work:
        return parts.scan(
            path, metric=metric, zero_vectors=zero_vectors, n_jobs=_cluster.threads_here()
        )


def grow(so_far: Part | None, points: Points, queries: Range, data: Range, search: Search) -> Part:
    """The nearest among all data up to the end of `data`, given those up to its begin."""
    with _cluster.at_work:
        there = _kept(so_far, points, queries, search)
        if there is not None and there.data[1] >= data[1]:
            return there
        threads = _cluster.threads_here()
        begin = data[0] if there is None else there.data[1]  # of another rerun, within a range
        part = _shard(points, (begin, data[1]), search, threads).part(queries)
        if there is not None:
            part = parts.join(there, part, n_jobs=threads)
        if search.out is not None:
            part.save(os.path.join(search.out, part.name))
            if there is not None:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(search.out, there.name))
        return part


_held: dict[Any, parts.Shard] = {}  # the one that this worker was last asked for


def _shard(points: Points, data: Range, search: Search, threads: int) -> parts.Shard:
    """Made once for all queries that this worker owns."""
    common = part_of(points, search.k, search.seed)
    which = (*common.values(), data, threads)
    if which not in _held:
        _held.clear()
        _held[which] = parts.Shard(points, data, search.k, random_state=search.seed, n_jobs=threads)
    return _held[which]


async def forget() -> None:
    """Gives the memory of that shard back, once nobody searches it."""
    _held.clear()


def _kept(so_far: Part | None, points: Points, queries: Range, search: Search) -> Part | None:
    """What is furthest: in memory, or left in the folder by an owner that was lost."""
    if search.out is None or (so_far is not None and so_far.data[1] == points.n):
        return so_far
    begin = graph_name(part_of(points, search.k, search.seed))
    pattern = f"{begin}-{queries[0]}-{queries[1]}-0-*.npz"
    found = glob.glob(os.path.join(glob.escape(search.out), pattern))
    ends = {int(path[:-4].rpartition("-")[2]): path for path in found}
    if not ends or (so_far is not None and max(ends) <= so_far.data[1]):
        return so_far
    try:
        return parts.load(ends[max(ends)])
    except IoError:
        if os.path.exists(ends[max(ends)]):
            raise
        return _kept(so_far, points, queries, search)  # its owner went on


def rows(part: Part) -> dict[str, Any]:
    """Rows of the graph, once they are checked."""
    with _cluster.at_work:
        return rows_of(part)
