"""What one machine does for a map: the layout, and places of new points."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone

from .._graph import Graph
from ..parts import Points
from ..parts._points import Range
from . import _cluster, _graph


def lay_out(one: Any, graph: Graph, points: Points, y: Any, **settings: Any) -> Any:
    """The estimator, fitted as on one machine, by a graph that is there."""
    fitted = clone(one).set_params(precomputed_knn=graph, **settings)
    fitted.fit(points.file.read(0, points.n), y)
    return fitted.set_params(precomputed_knn=None)


def lay_out_here(
    one: Any,
    ranges: Sequence[Range],
    found: Sequence[dict[str, Any]],
    points: Points,
    about: dict[str, Any],
    y: Any,
) -> Any:
    with _cluster.at_work:
        graph = _graph.graph_of(zip(ranges, found), about, ranges)
        threads = _cluster.threads_here()
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            fitted = lay_out(one, graph, points, y, n_jobs=threads, callback=None, verbose=False)
        fitted.info_["warnings"] = [str(one.message) for one in heard]
        return without_points(fitted)


def map_and_info(fitted: Any) -> tuple[np.ndarray, dict[str, Any]]:
    return fitted.embedding_, fitted.info_


def without_points(fitted: Any) -> Any:
    """For the way to others, who map the points themselves."""
    sent = _copied(fitted).set_params(callback=None, verbose=False)
    sent._points_of_fit = None
    return sent


def whole(sent: Any, points: Points) -> Any:
    """The other end of the way; what Dask keeps is not changed."""
    made = _copied(sent)
    made._points_of_fit = points.rows(0, points.n)
    return made


def _copied(fitted: Any) -> Any:
    made = clone(fitted)
    params = made.get_params()
    made.__dict__.update({name: it for name, it in vars(fitted).items() if name not in params})
    return made


_last: dict[str, Any] = {}  # the map that this worker was last asked for, ready to place points
_making = threading.Lock()


def place(block: Any, sent: Any, points: Points, token: str) -> np.ndarray:
    if len(block) == 0:
        return np.empty((0, sent.embedding_.shape[1]), np.float32)
    with _making:
        if token not in _last:
            _last.clear()
            _last[token] = whole(sent, points).set_params(n_jobs=1)
        fitted = _last[token]
    placed: np.ndarray = fitted.transform(np.asarray(block))
    return placed
