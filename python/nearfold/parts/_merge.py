"""Parts become one, or the graph."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .. import _settings
from .._core import core
from .._errors import InvalidInput
from .._graph import Graph, graph_of
from . import _part_files
from ._part import Part, load
from ._points import Range


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
