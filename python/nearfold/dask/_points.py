"""Points that every worker can read: where they are, and what is done with those that are nowhere.

Points never go through the scheduler. Tasks are given a path and the numbers of rows; the chunks of
a Dask array are written to shared storage by the workers that have them.
"""

from __future__ import annotations

import os
from typing import Any

import dask as untyped
import numpy as np

from .._errors import InvalidInput
from .._files import folder_for, replaced
from ..parts._point_files import ChunkFiles, MappedFile, PointFile, open_npy, open_points
from . import _cluster

dask: Any = untyped  # its functions have no types


def shared_points(client: Any, X: Any, out: str | None, resources: _cluster.Resources) -> Any:
    """A path, or what was opened of one."""
    if is_dask_array(X):
        return _written(client, X, _folder(out, "a Dask array"), resources)
    if isinstance(X, (PointFile, np.memmap)):
        return open_points(X)
    if isinstance(X, (str, os.PathLike)):
        path = os.fspath(X)
        return path if "://" in path else os.path.abspath(path)
    array = np.asarray(X)
    if array.ndim != 2:
        raise InvalidInput(f"X is an array {array.shape}: give points [n, columns], or a path")
    path = os.path.join(_folder(out, f"a {type(X).__name__} in memory"), "points.npy")
    with replaced(path) as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return open_npy(path)


def is_dask_array(X: Any) -> bool:
    return dask.is_dask_collection(X) and hasattr(X, "to_delayed") and hasattr(X, "chunks")


def _folder(out: str | None, what: str) -> str:
    if out is None:
        raise InvalidInput(
            f"X is {what}, and workers read points from storage that all of them share: give "
            "out=, a folder there, which X is written to, or the path of a file instead of X"
        )
    return folder_for(out)


def _written(client: Any, X: Any, out: str, resources: _cluster.Resources) -> PointFile:
    if X.ndim != 2 or any(np.isnan(one) for one in X.chunks[0]):
        raise InvalidInput(
            f"X is a Dask array {X.shape}: give [n, columns]; where rows are not counted yet, "
            "call X.compute_chunk_sizes() first"
        )
    X = X.rechunk({1: -1})
    begins = np.concatenate([[0], np.cumsum([rows for rows in X.chunks[0] if rows])])
    folder = folder_for(os.path.join(out, f"points-{dask.base.tokenize(X.name)[:16]}"))
    blocks = [one for one, rows in zip(X.to_delayed().ravel(), X.chunks[0]) if rows]
    save = dask.delayed(_save, pure=False)
    tasks = [
        save(
            one,
            os.path.join(folder, f"{begin}.npy"),
            dask_key_name=(f"nearfold-points-{dask.base.tokenize(folder, X.name)}", int(begin)),
        )
        for one, begin in zip(blocks, begins)
    ]
    futures = client.compute(tasks, retries=_cluster.RETRIES, resources=resources or None)
    for _ in _cluster.completed(client, futures, resources):
        pass
    return ChunkFiles(folder, begins, _cluster.fetched(client, futures))


def _save(block: Any, path: str) -> MappedFile:
    with replaced(path) as file:
        np.save(file, np.ascontiguousarray(block), allow_pickle=False)
    opened = open_npy(path)
    assert isinstance(opened, MappedFile)
    return opened
