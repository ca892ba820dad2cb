"""A part, and its file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from typing import Any

import numpy as np

from .._core import core
from .._errors import InvalidInput
from . import _part_files
from ._cells import Cells
from ._points import Points, Range


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
    index : dict or None
        Of an approximate part: the method, "kind", and its "params".
    cells : str
        The fingerprint of the cells that it shares with others; "" where there are none.
    candidates : int
        Those of a query through shared cells: ``indices`` then has ``candidates + 1`` columns.
    more : dict of ndarray
        Exact rows of some queries, by which recall is measured, and what candidates are ordered by.
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
    index: dict[str, Any] | None = None
    cells: str = ""
    candidates: int = 0
    more: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def about(self) -> dict[str, Any]:
        """What it is a part of, and which."""
        left_out = {*_part_files.ARRAYS, "more"}
        if self.index is None:
            left_out |= {"index", "cells", "candidates"}
        names = [one.name for one in dataclasses.fields(self)]
        return {name: getattr(self, name) for name in names if name not in left_out}

    @property
    def name(self) -> str:
        """That of its file: a digest of what it is a part of, and its ranges."""
        return part_name(self.about())

    def arrays(self) -> dict[str, np.ndarray]:
        return {**{name: getattr(self, name) for name in _part_files.ARRAYS}, **self.more}

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
        return part_with(entries, ranges["queries"], ranges["data"])
    except TypeError as error:
        raise InvalidInput(f"{os.fspath(path)!r} is no part of a graph: {error}") from error


def part_with(of: dict[str, Any], queries: Any, data: Any) -> Part:
    """A part of what is known of its graph, and of its arrays."""
    more = {name: of[name] for name in _part_files.MORE if name in of}
    rest = {name: it for name, it in of.items() if name not in (*more, "queries", "data")}
    return Part(**rest, queries=queries, data=data, more=more)


def part_of(
    points: Points, k: int, seed: int, index: dict[str, Any] | None, cells: Cells | None
) -> dict[str, Any]:
    """What parts of one graph have in common."""
    exact = index is None or index["kind"] == "flat"
    of = {} if exact else {"index": core.index_with({"knn": index}), "cells": "", "candidates": 0}
    if cells is not None:
        of |= {"cells": cells.fingerprint, "candidates": cells.candidates}
    return {
        **of,
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
