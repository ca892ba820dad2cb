"""Functions over maps and graphs: scores, plans, comparisons, grids."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import scipy.sparse
from sklearn.base import clone

from . import _arrays, _graph, _settings
from ._base import MapEstimator
from ._core import core
from ._errors import InvalidInput
from ._run import Callback, Watched


def quality(
    X: Any,
    embedding: Any,
    labels: Any = None,
    *,
    metric: str = "euclidean",
    ks: Sequence[int] = (10, 50),
    random_state: Any = 0,
    map_metric: str = "euclidean",
    n_jobs: int | None = None,
    verbose: Any = False,
    callback: Callback | None = None,
) -> dict[str, dict[str, float]]:
    """How good a map is, on exact neighbours.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
    embedding : array-like of shape (n_samples, n_components)
    labels : array-like of shape (n_samples,), optional
        Of any type; None and NaN mean no label.
    metric : str
        Of the points.
    map_metric : {"euclidean", "sphere", "torus", "hyperboloid"}
        Of the map, as ``output_metric`` of `UMAP` made it.
    ks : sequence of int
        Of ``knn_recall@k``; values of n_samples or more are left out.
    random_state : int
        Draws the sample: of more than 5,000 points 2,000 are scored.

    Returns
    -------
    dict
        By the name of each score, "value", "standard_error" of sampling, and "sample":
        knn_recall@k, trustworthiness@15, continuity@15, triplet_accuracy, cpd_spearman, and with
        labels knn_label_accuracy and silhouette.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import nearfold
    >>> X, y = load_iris(return_X_y=True)
    >>> scores = nearfold.quality(X, nearfold.UMAP().fit_transform(X), y)
    >>> scores["trustworthiness@15"]["value"] > 0.9
    True
    """
    how = {**_scoring(metric, n_jobs), "map_metric": map_metric}
    points = _points(X, how)
    kept = [k for k in ks if k < points.shape[0]]
    with Watched(callback, verbose) as function:
        scores: dict[str, dict[str, float]] = core.evaluate(
            _arrays.native(points),
            _map(embedding),
            _codes(labels),
            kept,
            _settings.seed_of(random_state),
            how,
            function,
        )
    return scores


def quality_new(
    X: Any,
    embedding: Any,
    X_new: Any,
    embedding_new: Any,
    labels: Any = None,
    labels_new: Any = None,
    *,
    metric: str = "euclidean",
    ks: Sequence[int] = (10, 50),
    random_state: Any = 0,
    map_metric: str = "euclidean",
    n_jobs: int | None = None,
    verbose: Any = False,
    callback: Callback | None = None,
) -> dict[str, dict[str, float]]:
    """How good the places of new points on a map are: what ``transform`` returned, scored.

    Each new row is compared with the map's own points alone. Beside `quality`'s neighbour scores:
    "lost", the share of rows far from all their neighbours, and "spacing", near 0 where rows sit on
    points of the map and near 1 where they lie as its own points do. `metric`, `map_metric`, `ks`
    and `random_state` as for `quality`. `X_new` may be sparse or dense where `X` is sparse.
    """
    how = {**_scoring(metric, n_jobs), "map_metric": map_metric}
    points, offsets = _arrays.points(_arrays.host_array(X, keep_sparse=True), how["metric"])
    rows = _rows_like(points, X_new, offsets)
    both = (
        (None, None)
        if labels is None or labels_new is None
        else np.split(_arrays.codes_of([*labels, *labels_new]), [points.shape[0]])
    )
    with Watched(callback, verbose) as function:
        scores: dict[str, dict[str, float]] = core.evaluate_new(
            _arrays.native(points),
            _map(embedding),
            both[0],
            _arrays.native(rows),
            _map(embedding_new),
            both[1],
            [k for k in ks if k < points.shape[0]],
            _settings.seed_of(random_state),
            how,
            function,
        )
    return scores


def agreement(
    a: Any,
    b: Any,
    k: int = 10,
    *,
    map_metric: str = "euclidean",
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> dict[str, Any]:
    """How much two maps of the same points agree.

    Parameters
    ----------
    a, b : array-like of shape (n_samples, n_components)
    k : int
    map_metric : {"euclidean", "sphere", "torus", "hyperboloid"}
        Of both maps, as ``output_metric`` of `UMAP` made them.

    Returns
    -------
    dict
        "overlap@k", the mean share of a point's k nearest that both maps have, and, of flat maps,
        "procrustes", scipy's disparity: 0 for equal shapes.
    """
    how = {"threads": _settings.threads_of(n_jobs), "map_metric": map_metric}
    result: dict[str, Any] = core.compare_layouts(
        _map(a), _map(b), k, _settings.seed_of(random_state), how, None
    )
    return result


def plan(
    n_samples: int,
    n_features: int,
    estimator: MapEstimator,
    *,
    stored: int | None = None,
    dtype: str = "float32",
    mapped: bool = False,
) -> dict[str, Any]:
    """Bytes and seconds that a fit will need, by stage.

    Parameters
    ----------
    n_samples, n_features : int
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP
    stored : int or None
        Values that a sparse matrix of this shape stores, ``X.nnz``; None: the points are dense.
    dtype : {"float32", "float16", "bfloat16", "int8", "uint8"}
        Of dense points, as they are in memory.
    mapped : bool
        Whether they are on disk, as ``numpy.load(..., mmap_mode="r")`` leaves them.

    Returns
    -------
    dict
        "host_bytes", "device_bytes", "seconds" (an order of magnitude), "stages".

    Examples
    --------
    >>> import nearfold
    >>> need = nearfold.plan(1_000_000, 784, nearfold.UMAP())
    >>> need["host_bytes"] > 1e9
    True
    """
    how = _how_of(estimator, n_samples)
    needed: dict[str, Any] = core.plan(
        n_samples, n_features, False, how, -1 if stored is None else stored, dtype, mapped
    )
    return needed


def compare(
    X: Any,
    n_neighbors: int,
    indexes: Sequence[Any],
    estimator: MapEstimator,
    labels: Any = None,
    *,
    verbose: Any = False,
    callback: Callback | None = None,
) -> list[dict[str, Any]]:
    """Exact against approximate neighbours: what a search costs, and how good the map over it is.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
    n_neighbors : int
        A point's others, as many as `estimator` needs at least.
    indexes : sequence of str or dict
        Searches to compare with the exact one, as ``["ivf", "hnsw:M=32"]``.
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP
    labels : array-like of shape (n_samples,), optional

    Returns
    -------
    list of dict
        The exact one first: "info", "build_seconds", "search_seconds", "total_seconds",
        "embedding", "quality", and "agreement" with the exact map.
    """
    X = _arrays.host_array(X, keep_sparse=True)
    how = _how_of(estimator, X.shape[0])
    points = _arrays.points(X, how["metric"])[0]
    asked = [_settings.index_params(index, estimator.target_recall) for index in indexes]
    with Watched(callback, verbose) as function:
        rows: list[dict[str, Any]] = core.compare_graphs(
            _arrays.native(points), _codes(labels), n_neighbors, asked, how, function
        )
    return rows


def grid(
    X: Any,
    estimator: MapEstimator,
    parameters: dict[str, Sequence[Any]],
    y: Any = None,
    *,
    verbose: Any = False,
    callback: Callback | None = None,
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """A map for every combination of parameters, over one graph.

    Neighbours are found once, for the largest of them; what combinations share is made once. Each
    map is, byte for byte, what a fit of its own from that graph would give.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP
    parameters : dict
        From names of parameters of the method to values, the last one varying fastest.
    y : array-like of shape (n_samples,) or (n_samples, n_targets), optional
        What steers the maps, as for `UMAP.fit`; by the target parameters of `estimator`.

    Yields
    ------
    parameters : dict
    embedding : ndarray of shape (n_samples, n_components)

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import nearfold
    >>> maps = nearfold.grid(
    ...     load_iris().data, nearfold.UMAP(), {"n_neighbors": [5, 20], "min_dist": [0.1, 0.5]}
    ... )
    >>> [settings for settings, _ in maps][1]
    {'n_neighbors': 5, 'min_dist': 0.5}
    """
    settings = [dict(zip(parameters, values)) for values in itertools.product(*parameters.values())]
    each = [_fresh(estimator, **one) for one in settings]
    for one in each:
        one._check_parameters()
    shared = _fresh(estimator)
    X, points = shared._prepared(X)
    shared._targets = shared._targets_for(y, X.shape[0])
    n = len(shared._unique_rows) if shared._unique_rows is not None else X.shape[0]
    methods = [one._method(n) for one in each]
    needed = [core.neighbors_needed(method, n) for method in methods]
    shared._method_of_fit = methods[int(np.argmax(needed))]
    how = shared._settings(points is not None)
    graph = shared._given_graph(X)
    if graph is None:
        assert points is not None  # or distances were given
        searched = shared._distinct(points)
        graph = _graph.find_neighbors(searched, max(needed), how, Watched(callback, verbose))
    made: list[np.ndarray] = []
    with Watched(callback, verbose) as function:
        core.embed_grid(
            graph._as_dict(),
            None if points is None else _arrays.native(points),
            methods,
            how,
            lambda which, embedding, info: made.append(embedding),
            function,
        )
    return zip(settings, made)


def _fresh(estimator: MapEstimator, **parameters: Any) -> MapEstimator:
    made: Any = clone(estimator)
    made.set_params(**parameters)
    return cast(MapEstimator, made)


def _how_of(estimator: MapEstimator, n: int) -> dict[str, Any]:
    if not isinstance(estimator, MapEstimator):
        raise InvalidInput(
            f"estimator is {estimator!r}; give a UMAP, a TSNE, a PaCMAP or a LocalMAP"
        )
    asked = _fresh(estimator)
    asked._check_parameters()
    asked._resolve(n)
    return asked._settings(has_points=True)


def _scoring(metric: str, n_jobs: int | None) -> dict[str, Any]:
    return {"metric": _settings.metric_named(metric), "threads": _settings.threads_of(n_jobs)}


def _points(X: Any, how: dict[str, Any]) -> Any:
    return _arrays.points(_arrays.host_array(X, keep_sparse=True), how["metric"])[0]


def _rows_like(points: Any, X: Any, offsets: Any) -> Any:
    """New rows as `points` are, sparse or dense."""
    sparse = scipy.sparse.issparse(points)
    rows = _arrays.host_array(X, keep_sparse=sparse)
    return _arrays.sparse_rows(rows) if sparse else _arrays.to_float32(rows, offsets)


def _map(embedding: Any) -> np.ndarray:
    return np.ascontiguousarray(embedding, dtype=np.float32)


def _codes(labels: Any) -> np.ndarray | None:
    return None if labels is None else _arrays.codes_of(labels)
