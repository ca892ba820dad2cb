"""Parts become one, or the graph."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import _settings
from .._core import core
from .._errors import InvalidInput
from .._graph import Graph
from . import _part_files
from ._cells import Cells
from ._part import Part, load, part_with
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


def merge(parts: Iterable[Any], *, cells: Cells | None = None, n_jobs: int | None = None) -> Graph:
    """The graph of all parts: of exact ones the bytes of `kneighbors_graph` with ``index="flat"``,
    through shared cells those with ``index="ivf"``, of other approximate ones the nearest that they
    have found.

    Parameters
    ----------
    parts : iterable of Part or path
        In any order; each query with each point once. Of files those are in memory at one time
        that have the same queries.
    cells : Cells or None
        Those that the parts share.
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
    require_cells(metas[0], cells)
    found = _all_rows(given, metas, cells, n_jobs)
    index = index_of(metas[0], cells, [one["data"] for one in metas])
    return assembled(found, metas[0], index)


def _all_rows(
    given: list[Any], metas: list[dict[str, Any]], cells: Cells | None, n_jobs: int | None
) -> Iterator[tuple[Range, dict[str, Any]]]:
    cuts = sorted({at for one in metas for at in one["queries"]})
    held: dict[int, Part] = {}
    for begin, end in zip(cuts, cuts[1:]):
        here = [p for p, one in enumerate(metas) if one["queries"][0] <= begin < one["queries"][1]]
        held = {p: held[p] if p in held else _part(given[p]) for p in here}
        some = [_queries(part, begin, end) for part in held.values()]
        yield (begin, end), rows_of(some, cells=cells, n_jobs=n_jobs)


def assembled(
    found: Iterable[tuple[Range, dict[str, Any]]], about: dict[str, Any], index: str
) -> Graph:
    """The graph of rows that were found for each range of queries."""
    n, k = about["n"], about["k"]
    indices, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    tied_rows = duplicates = 0
    shares = {}
    for (begin, end), rows in found:
        indices[begin:end], distances[begin:end] = rows["indices"], rows["distances"]
        tied_rows, duplicates = tied_rows + rows["tied_rows"], duplicates + rows["duplicates"]
        shares[begin] = rows["shares"]
    exact = "index" not in about
    return Graph(
        indices,
        distances,
        about["metric"],
        index,
        recall=None
        if exact
        else core.recall_of(np.concatenate([shares[b] for b in sorted(shares)])),
        tied_rows=tied_rows if exact else None,
        duplicates=duplicates,
    )


def index_of(about: dict[str, Any], cells: Cells | None, data: Sequence[Range]) -> str:
    """As a graph says it."""
    kind = about["index"]["kind"] if "index" in about else "flat"
    return str(core.index_of_parts(kind, None if cells is None else cells.core, list(data)))


def require_cells(about: dict[str, Any], cells: Cells | None) -> None:
    wanted, given = about.get("cells", ""), "" if cells is None else cells.fingerprint
    if wanted != given:
        which = "without shared cells" if not wanted else "through other cells"
        raise InvalidInput(f"the parts were made {which}: give the cells that they were made by")


def rows_of(
    parts: Sequence[Part], *, cells: Cells | None = None, n_jobs: int | None = None
) -> dict[str, Any]:
    """Rows of the graph, of parts of the same queries that have all points as their data, checked
    one by one."""
    one = parts[0]
    known = [{"data": part.data, **part.arrays()} for part in parts]
    found: dict[str, Any] = core.merge_rows(
        one.queries,
        one.n,
        known,
        one.k,
        one.candidates,
        None if cells is None else cells.core,
        _how(one, n_jobs),
    )
    return found


def _how(part: Part, n_jobs: int | None) -> dict[str, Any]:
    kind = {"kind": "flat"} if part.index is None else {"kind": part.index["kind"]}
    return {"seed": part.seed, "knn": kind, "threads": _settings.threads_of(n_jobs)}


def _part(given: Any) -> Part:
    return given if isinstance(given, Part) else load(given)


def _about_of(path: Any) -> dict[str, Any]:
    about = _part_files.read(path, arrays=False)
    return {**about, **{name: tuple(about[name]) for name in ("queries", "data")}}


def _queries(part: Part, begin: int, end: int) -> Part:
    if part.queries == (begin, end):
        return part
    rows = slice(begin - part.queries[0], end - part.queries[0])
    some = {name: array[rows] for name, array in part.arrays().items() if "exact_" not in name}
    if part.index is not None:
        sampled = part.more["exact_queries"]
        exact = slice(*np.searchsorted(sampled, (begin, end)))
        some |= {name: array[exact] for name, array in part.more.items() if "exact_" in name}
    return part_with({**part.about(), **some}, (begin, end), part.data)


def _joined(parts: Sequence[Part], queries: Range, data: Range, n_jobs: int | None) -> Part:
    one = parts[0]
    known = [{"data": part.data, **part.arrays()} for part in parts]
    found = core.join_parts(queries, data, known, one.k, one.candidates, _how(one, n_jobs))
    return part_with({**one.about(), **found}, queries, data)


def _require_one_graph(parts: Sequence[Part], names: Sequence[str]) -> None:
    _require_same([part.about() for part in parts], names)


def _require_same(metas: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    for meta, name in zip(metas, names):
        for key, wanted in metas[0].items():
            if key not in ("queries", "data") and meta.get(key) != wanted:
                raise InvalidInput(
                    f"{name} is a part of another graph than {names[0]}: its {key} is "
                    f"{meta.get(key)!r}, and there it is {wanted!r}"
                )
