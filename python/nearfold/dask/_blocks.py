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
from ..parts import Cells, Part, Points
from ..parts._merge import rows_of
from ..parts._part import graph_name, part_of
from ..parts._points import Range
from . import _cluster


@dataclasses.dataclass(frozen=True)
class Search:
    """What all blocks of one graph have in common."""

    k: int
    seed: int
    index: dict[str, Any]
    rows: int
    out: str | None  # where an owner leaves what it has, for a rerun

    @property
    def shares_cells(self) -> bool:
        return bool(self.index["kind"] == "ivf")

    def about(self, points: Points, cells: Cells | None) -> dict[str, Any]:
        return part_of(points, self.k, self.seed, self.index, cells)


def scan(path: Any, metric: str, zero_vectors: str) -> Points:
    with _cluster.at_work:
        return parts.scan(
            path, metric=metric, zero_vectors=zero_vectors, n_jobs=_cluster.threads_here()
        )


def train(points: Points, search: Search) -> Cells:
    with _cluster.at_work:
        return parts.train_cells(
            points,
            search.k,
            index=search.index,
            random_state=search.seed,
            n_jobs=_cluster.threads_here(),
        )


def grow(
    so_far: Part | None,
    points: Points,
    cells: Cells | None,
    queries: Range,
    data: Range,
    search: Search,
) -> Part:
    """The nearest among all data up to the end of `data`, given those up to its begin."""
    with _cluster.at_work:
        folder = None if search.out is None else _Folder(search, points, cells, queries)
        there = so_far if folder is None else folder.furthest(so_far)
        if there is not None and there.data[1] >= data[1]:
            return there
        threads = _cluster.threads_here()
        begin = data[0] if there is None else there.data[1]  # of another rerun, within a range
        part = _shard(points, cells, (begin, data[1]), search, threads).part(queries)
        if there is not None:
            part = parts.join(there, part, n_jobs=threads)
        if folder is not None:
            folder.keep(part, there)
        return part


class _Folder:
    """What owners of these queries have left."""

    def __init__(self, search: Search, points: Points, cells: Cells | None, queries: Range) -> None:
        about = search.about(points, cells)
        if "index" in about and cells is None:  # then ranges of data change what is found
            about["rows"] = search.rows
        assert search.out is not None
        self._begin = os.path.join(search.out, f"{graph_name(about)}-{queries[0]}-{queries[1]}-0-")

    def furthest(self, so_far: Part | None) -> Part | None:
        """In memory, or left by an owner that was lost."""
        found = glob.glob(glob.escape(self._begin) + "*.npz")
        ends = {int(path[len(self._begin) : -len(".npz")]): path for path in found}
        if not ends or (so_far is not None and max(ends) <= so_far.data[1]):
            return so_far
        try:
            return parts.load(ends[max(ends)])
        except IoError:
            if os.path.exists(ends[max(ends)]):
                raise
            return self.furthest(so_far)  # its owner went on

    def keep(self, part: Part, before: Part | None) -> None:
        part.save(f"{self._begin}{part.data[1]}.npz")
        if before is not None:
            with contextlib.suppress(FileNotFoundError):
                os.remove(f"{self._begin}{before.data[1]}.npz")


_held: dict[Any, parts.Shard] = {}  # the one that this worker was last asked for


def _shard(
    points: Points, cells: Cells | None, data: Range, search: Search, threads: int
) -> parts.Shard:
    """Made once for all queries that this worker owns."""
    which = (str(search.about(points, cells)), data, threads)
    if which not in _held:
        _held.clear()
        _held[which] = parts.Shard(
            points,
            data,
            search.k,
            random_state=search.seed,
            n_jobs=threads,
            index=search.index,
            cells=cells,
        )
    return _held[which]


async def forget() -> None:
    """Gives the memory of that shard back, once nobody searches it."""
    _held.clear()


def rows(part: Part, cells: Cells | None) -> dict[str, Any]:
    """Rows of the graph, once they are checked."""
    with _cluster.at_work:
        found = rows_of([part], cells=cells, n_jobs=_cluster.threads_here())
        return {**found, "index": None if cells is None else cells.index}
