"""Neighbour graphs: the library's own, and those of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse

from . import _arrays, _settings
from ._core import core
from ._errors import InvalidInput
from ._run import Callback, Watched
from ._warn import warn


class Graph:
    """The nearest other points of every point.

    Parameters
    ----------
    indices : ndarray of shape (n_samples, k), int32
        Rows ascend by distance; a point is never in its own row.
    distances : ndarray of shape (n_samples, k), float32
    metric : str
    index : str
        How the neighbours were found.
    recall : dict or None
        Of an approximate search: "mean", "p1" and "p5" of the rows, "rows" sampled.
    seconds : float
        Of the search.
    tied_rows, duplicates : int or None
        Rows whose last place had several equally far candidates; points whose row is an earlier
        one's.
    """

    def __init__(
        self,
        indices: np.ndarray,
        distances: np.ndarray,
        metric: str = "euclidean",
        index: str = "given",
        recall: dict[str, Any] | None = None,
        seconds: float = 0.0,
        tied_rows: int | None = None,
        duplicates: int | None = None,
    ) -> None:
        self.indices = np.ascontiguousarray(indices, dtype=np.int32)
        self.distances = np.ascontiguousarray(distances, dtype=np.float32)
        self.metric = metric
        self.index = index
        self.recall = recall
        self.seconds = seconds
        self.tied_rows = tied_rows
        self.duplicates = duplicates

    @property
    def k(self) -> int:
        """Neighbours of each point, itself not counted."""
        return int(self.indices.shape[1])

    def __len__(self) -> int:
        return int(self.indices.shape[0])

    def __repr__(self) -> str:
        return f"Graph(n={len(self)}, k={self.k}, metric={self.metric!r}, index={self.index!r})"

    def __iter__(self) -> Any:
        """``indices, distances = graph``: as_knn() of both."""
        return iter(self.as_knn())

    def as_knn(self) -> tuple[np.ndarray, np.ndarray]:
        """Indices and distances with each point first in its row: umap-learn's precomputed_knn."""
        own = np.arange(len(self), dtype=np.int32)[:, None]
        return (
            np.hstack([own, self.indices]),
            np.hstack([np.zeros((len(self), 1), np.float32), self.distances]),
        )

    def to_csr(self, include_self: bool = False) -> scipy.sparse.csr_matrix:
        """Distances as a sparse matrix, rows ascending by distance as scikit-learn has them."""
        indices, distances = self.as_knn() if include_self else (self.indices, self.distances)
        return csr_of(indices, distances, len(self))

    def _as_dict(self) -> dict[str, Any]:
        return {
            "indices": np.ascontiguousarray(self.indices, dtype=np.int32),
            "distances": np.ascontiguousarray(self.distances, dtype=np.float32),
            "metric": self.metric,
        }


def csr_of(indices: np.ndarray, values: np.ndarray, columns: int) -> scipy.sparse.csr_matrix:
    """As many entries in every row, explicit zeros among them."""
    rows, k = indices.shape
    indptr = np.arange(0, rows * k + 1, k, dtype=np.int64 if rows * k >= 2**31 else np.int32)
    return scipy.sparse.csr_matrix((values.ravel(), indices.ravel(), indptr), (rows, columns))


def graph_of(found: dict[str, Any]) -> Graph:
    return Graph(**found)


def find_neighbors(X: Any, k: int, how: dict[str, Any], watched: Watched) -> Graph:
    with watched as callback:
        found = core.find_neighbors(_arrays.native(X), k, how, callback)
    target, reached = how["knn"].get("target_recall"), found["recall"]
    asked = target is not None and how["knn"].get("n_iters") is None
    if scipy.sparse.issparse(X) and reached and asked and reached["mean"] < target:
        warn(
            f"the recall of the neighbours is {reached['mean']:.3f}, and {target:.3g} was asked "
            "for: use index nndescent or flat, or ask for less"
        )
    return graph_of(found)


def kneighbors_graph(
    X: Any,
    n_neighbors: int = 15,
    *,
    metric: str = "euclidean",
    metric_kwds: Any = None,
    index: Any = "auto",
    target_recall: float = 0.95,
    zero_vectors: str = "error",
    random_state: Any = 42,
    n_jobs: int | None = None,
    device: str = "auto",
    verbose: Any = False,
    callback: Callback | None = None,
) -> Graph:
    """The `n_neighbors` nearest other points of every point.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        Two rows or more, finite.
    n_neighbors : int
        In [1, n_samples - 1]; a point is not counted as its own neighbour.
    metric : str
        euclidean, cosine, manhattan, minkowski, hellinger, jaccard, hamming, haversine, ...: all of
        the page on metrics.
    metric_kwds : dict
        Parameters of the metric, by SciPy's names: ``{"p": 3}`` and ``"w"`` for minkowski, ``"V"``
        for seuclidean, ``"VI"`` for mahalanobis.
    index : str or dict
        ``"auto"``, ``"flat"`` (exact), ``"ivf"``, ``"hnsw"`` or ``"nndescent"``, with parameters as
        ``"ivf:nlist=100,nprobe=8"``.
    target_recall : float
        Of an approximate search.
    zero_vectors : {"error", "far"}
        Rows of zeros under cosine, constant ones under correlation: "error" lists them, "far" puts
        them at distance 0 from each other and far from all others.
    random_state : int, RandomState, Generator or None
        Ties, and what an approximate search draws.
    n_jobs : int or None
        Threads; None and -1 are every core. The result never depends on it.
    device : str
        auto, cpu, cuda or cuda:1.
    verbose : bool
        Whether a bar is shown.
    callback : callable
        ``callback(stage, done, total)``; False stops the search, which then raises `Cancelled`.

    Returns
    -------
    Graph

    Raises
    ------
    InvalidInput
        For wrong data or parameters; it is a ValueError.

    Notes
    -----
    The same bytes on any number of threads, and those of ``nearfold knn``. Exact search costs
    O(n^2 dim) at worst.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [3.0], [7.0]], dtype=np.float32)
    >>> graph = kneighbors_graph(X, 2, index="flat")
    >>> graph.indices
    array([[1, 2],
           [0, 2],
           [1, 0],
           [2, 1]], dtype=int32)
    """
    name, params = _settings.metric_of(metric, metric_kwds)
    how = search_settings(
        name, index, target_recall, zero_vectors, random_state, n_jobs, device, params
    )
    X = _arrays.host_array(X, keep_sparse=True)
    points = _arrays.points(X, how["metric"], keep_narrow=_arrays.stay_narrow(device))[0]
    return find_neighbors(points, n_neighbors, how, Watched(callback, verbose))


def search_settings(
    metric: str,
    index: Any,
    target_recall: float,
    zero_vectors: str,
    random_state: Any,
    n_jobs: int | None,
    device: str,
    params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "metric": core.metric_named(metric),
        "metric_params": params or {},
        "knn": _settings.index_params(index, target_recall),
        "zero_vectors": zero_vectors,
        "seed": _settings.seed_of(random_state),
        "threads": _settings.threads_of(n_jobs),
        "device": device,
    }


def as_graph(given: Any, n: int, metric: str) -> Graph:
    """A `Graph` from one, a sparse matrix of distances, or ``(indices, distances, ...)``."""
    if isinstance(given, Graph):
        graph = given
    elif scipy.sparse.issparse(given):
        graph = from_csr(given, metric)
    elif isinstance(given, (tuple, list)) and len(given) >= 2 and given[0] is not None:
        graph = from_knn(given[0], given[1], metric)
    else:
        raise InvalidInput(
            "precomputed_knn is neither a Graph, a sparse matrix of distances nor a tuple "
            "(indices, distances)"
        )
    if len(graph) != n:
        raise InvalidInput(f"the graph is of {len(graph)} points, and X has {n} rows")
    return graph


def from_knn(indices: Any, distances: Any, metric: str = "euclidean") -> Graph:
    """A graph from another search, points in their own rows or not, rows in any order."""
    ids = np.ascontiguousarray(indices, dtype=np.int64)
    values = np.ascontiguousarray(distances, dtype=np.float32)
    if ids.ndim != 2 or ids.shape != values.shape:
        raise InvalidInput(f"indices are {ids.shape} and distances {values.shape}; both are [n, k]")
    own = np.arange(ids.shape[0])[:, None]
    ascending = bool((values[:, 1:] >= values[:, :-1]).all())
    in_order = ascending and bool((np.abs(ids) < 2**31).all())
    if in_order and (ids[:, :1] == own).all():  # as_knn()'s form: ties keep their order
        return Graph(ids[:, 1:], values[:, 1:], metric)
    has_self = bool((ids == own).any(axis=1).mean() >= 0.5)
    if in_order and not has_self:
        return Graph(ids, values, metric)
    return graph_of(core.graph_from(ids, values, False, has_self, metric, "given"))


def from_csr(matrix: Any, metric: str = "euclidean") -> Graph:
    """A graph from a sparse [n, n] matrix of distances with as many entries in every row.

    Rows of KNeighborsTransformer hold the point itself, which is left out. Where rows are not
    equally long, each gives as many as the shortest has.
    """
    csr: Any = scipy.sparse.csr_matrix(matrix)
    n = csr.shape[0]
    if csr.shape != (n, n):
        raise InvalidInput(f"the graph is {csr.shape}; it must be square")
    csr = csr.copy()
    rows = np.repeat(np.arange(n), np.diff(csr.indptr))
    others = rows != csr.indices
    counts = np.bincount(rows[others], minlength=n)
    k = int(counts.min()) if n else 0
    if k == 0:
        raise InvalidInput(
            f"row {int(counts.argmin())} of the graph has no neighbour; give every point some"
        )
    rows, columns, values = rows[others], csr.indices[others], csr.data[others]
    order = np.lexsort((values, rows))  # stable: ties keep their order
    begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
    first = (begin[:, None] + np.arange(k)).ravel()
    taken = order[first]
    return from_knn(columns[taken].reshape(n, k), values[taken].reshape(n, k), metric)


def from_distances(matrix: Any, k: int, seed: int) -> Graph:
    """A graph from all distances between n points."""
    distances = _arrays.check_array(matrix, dtype=np.float32, order="C", ensure_min_samples=2)
    return graph_of(core.graph_from_distances(distances, k, seed))
