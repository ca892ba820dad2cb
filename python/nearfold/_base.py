"""What the estimators of maps share: the graph, the run, the model that a map leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
import scipy.spatial.distance
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from . import _arrays, _graph, _settings
from ._core import core
from ._errors import Cancelled, Interrupted, InvalidInput, Unsupported
from ._run import Callback, Made, Watched
from ._warn import warn

_MIN_SAMPLES = 4


class MapEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Fits a map; subclasses say by which method."""

    # Parameters, set by subclasses, that are looked at here.
    n_components: int
    metric: Any
    random_state: Any
    n_jobs: int | None
    precomputed_knn: Any
    index: Any
    target_recall: float
    zero_vectors: str
    device: str
    unique: bool
    memory_limit: Any
    callback: Callback | None
    verbose: Any

    embedding_: np.ndarray
    knn_: _graph.Graph
    info_: dict[str, Any]
    n_iter_: int
    n_features_in_: int
    moved_: np.ndarray
    _points_of_fit: Any  # an array, or sparse rows; None of distances alone
    _offsets: np.ndarray | None
    _metric: str
    _metric_params: dict[str, Any]
    _method_of_fit: dict[str, Any]
    _model: Made
    _seed: int
    _unique_rows: Any = None  # the first sample of each distinct row, of a fit by unique
    _unique_inverse_: Any = None  # which of them a sample is
    _targets: list[dict[str, Any]] = []  # that steer the fit; none after load()
    _steered = False

    # ---- of the method -----------------------------------------------------------------------

    def _method(self, n: int) -> dict[str, Any]:
        """The method's parameters for n points."""
        raise NotImplementedError

    def _start(self, has_points: bool) -> Any:
        """The initialization, None for the method's own."""
        raise NotImplementedError

    def _check_parameters(self) -> None:
        """Refuses what this library does not have."""

    def _targets_for(self, y: Any, n: int) -> list[dict[str, Any]]:
        """What steers a fit of n points to `y`."""
        return []

    # ---- scikit-learn's contract ----------------------------------------------------------------

    def fit(self, X: Any, y: Any = None) -> Any:
        """Makes the map of `X`.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Four rows or more, finite. With ``metric="precomputed"``: distances between all points,
            or a sparse matrix of each one's nearest, as `NearestNeighborsGraph` makes it.
        y : Ignored
            Present for pipelines.

        Returns
        -------
        self

        Raises
        ------
        InvalidInput
            For wrong data or parameters; it is a ValueError.
        Interrupted
            On Ctrl-C, with the map so far.
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: Any, y: Any = None
    ) -> np.ndarray:
        """Makes the map of `X` and returns it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            As for `fit`.
        y : Ignored
            Present for pipelines.

        Returns
        -------
        ndarray of shape (n_samples, n_components), float32
        """
        X, points = self._prepared(X, keep_narrow=True)
        self._targets = self._targets_for(y, X.shape[0])
        self._steered = bool(self._targets)
        self._forget()
        self._run(self._given_graph(X), points)
        return self.embedding_

    def transform(self, X: Any, *, return_remoteness: bool = False) -> Any:
        """Puts new points on the map, whose own points stay where they are.

        A row's place is a function of the fitted map and of the row alone: the same bytes alone, in
        any batch, in any order. A row equal to one of the fit gets exactly its place.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_rows, n_features)
            Of either kind for a fit of sparse points; a sparse one is made dense for a fit of
            others, with a warning.
        return_remoteness : bool
            Whether to return also how far each row is from the points of the fit: its distance to
            the nearest of them over that point's distance to its own k-th neighbour. Beyond
            ``remote_`` a row is an outlier.

        Returns
        -------
        ndarray of shape (n_rows, n_components), float32
            Or a tuple of it and of an array of shape (n_rows,).
        """
        model = self._model_of_map()
        rows = self._rows(X)
        with self._watched() as callback:
            placed = model.transform(_arrays.native(rows), self._how(), callback)
        if return_remoteness:
            return placed["map"], placed["remoteness"]
        return placed["map"]

    def inverse_transform(self, X: Any) -> np.ndarray:
        """The row of data that would lie at a place of the map.

        The mean of the 15 nearest points there, weighted by a Gaussian of their distances: a row
        within the range of the data that changes smoothly with the place.

        Parameters
        ----------
        X : array-like of shape (n_places, n_components)

        Returns
        -------
        ndarray of shape (n_places, n_features)
        """
        model = self._model_of_map()
        places = _arrays.to_float32(_arrays.check_array(X, dtype="numeric"))
        with self._watched() as callback:
            rows: np.ndarray = model.inverse(places, self._how(), callback)["rows"]
        return rows if self._offsets is None else rows + self._offsets

    def update(self, X: Any, *, old_points: str = "fixed", iterations: int | None = None) -> Any:
        """Lets new points join the map, and optimises on.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_rows, n_features)
            As for `transform`. No rows, ``X[:0]``, and `iterations` resume the optimisation of the
            map as it is.
        old_points : {"fixed", "free"}
            Whether the points of the fit stay where they are, bit for bit, or move with the others.
        iterations : int or None
            None: a quarter of UMAP's epochs, 100 of the others.

        Returns
        -------
        self
            ``embedding_`` has the new points behind the old ones, ``moved_`` how far each old one
            went.
        """
        if old_points not in ("fixed", "free"):
            raise InvalidInput(f"old_points is {old_points!r}; it is 'fixed' or 'free'")
        model = self._model_of_map()
        if self._has_copies():
            raise Unsupported(
                "the rows of this map share places by unique=True, and an update moves rows alone; "
                "place new rows by transform, or fit again on all rows"
            )
        rows = self._rows(X, min_samples=0)
        with self._watched() as callback:
            grown = model.update(
                _arrays.native(rows), old_points == "fixed", iterations, self._how(), callback
            )
        self._forget()
        assert self._points_of_fit is not None  # or there were no model
        stack: Any = scipy.sparse.vstack if scipy.sparse.issparse(rows) else np.vstack
        self._points_of_fit = stack([self._points_of_fit, rows])
        self._unique_rows = self._unique_inverse_ = None
        self._model.value, self._model.of = grown["model"], grown["map"]
        self.embedding_ = grown["map"]
        self.knn_ = _graph.graph_of(grown["graph"])
        self.moved_ = grown["moved"]
        return self

    def save(self, path: Any) -> None:
        """Writes the fitted map to a file, see `nearfold.save`."""
        from ._model_file import save

        save(self, path)

    @property
    def graph_(self) -> scipy.sparse.csr_matrix:
        """The weighted graph that the map was optimised on, CSR [n_samples, n_samples]; with
        ``unique=True`` that of the distinct rows."""
        check_is_fitted(self)
        if self._steered and not self._targets:
            raise Unsupported("y steered this map, and a file of a map does not keep it; fit again")
        n = len(self.knn_)
        offsets, columns, weights = core.edge_weights(self.knn_._as_dict(), self._how_weighed())
        return scipy.sparse.csr_matrix((weights, columns, offsets), (n, n))

    @property
    def remote_(self) -> float:
        """Beyond this remoteness a row is an outlier: one in a hundred of the fit's points is."""
        return float(self._model_of_map().remote(self._how()))

    @property
    def _n_features_out(self) -> int:
        return int(self.embedding_.shape[1])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    # ---- samples that share rows, by unique=True ----------------------------------------------

    def _check_unique(self) -> None:
        if self.unique and self.metric == "precomputed":
            raise InvalidInput(
                "unique=True compares rows of points, and metric='precomputed' has distances "
                "alone; leave one of them out"
            )

    def _find_unique(self, points: Any) -> int:
        """Which rows are distinct, and how many."""
        self._unique_rows, self._unique_inverse_ = core.unique_rows(
            _arrays.native(points), self._how()
        )
        distinct = len(self._unique_rows)
        if distinct < _MIN_SAMPLES:
            raise InvalidInput(
                f"X has {distinct} distinct rows of {points.shape[0]}; a map needs {_MIN_SAMPLES}"
            )
        return distinct

    def _has_copies(self) -> bool:
        return self._unique_rows is not None and len(self._unique_rows) < len(self._unique_inverse_)

    def _distinct(self, of_samples: Any) -> Any:
        """Rows of the samples that stand for all others."""
        return of_samples[self._unique_rows] if self._has_copies() else of_samples

    def _of_all(self, of_distinct: np.ndarray) -> np.ndarray:
        return of_distinct[self._unique_inverse_] if self._has_copies() else of_distinct

    def _how_weighed(self, **changed: Any) -> dict[str, Any]:
        """What `core.edge_weights` makes of ``knn_``."""
        how = {
            "method": {**self._method_of_fit, **changed},
            "targets": self._targets,
            "seed": self._seed,
        }
        if self._has_copies():
            how["unique_rows"], how["unique_of"] = self._unique_rows, self._unique_inverse_
        return how

    # ---- the run --------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._model = Made()
        self.__dict__.pop("moved_", None)

    def _watched(self) -> Watched:
        return Watched(self.callback, self.verbose, getattr(self, "tqdm_kwds", None))

    def _how(self) -> dict[str, Any]:
        return {"threads": _settings.threads_of(self.n_jobs), "device": self.device}

    def _prepared(self, X: Any, keep_narrow: bool = False) -> tuple[Any, Any]:
        """`X` once it is checked, with the parameters, and as points that are compared; None where
        there are only distances. Points of a narrow type stay so with `keep_narrow`."""
        self._check_parameters()
        self._check_unique()
        if self.metric == "precomputed":
            X = self._validated_graph(X)
        else:
            X = _arrays.validated(self, X, reset=True, min_samples=_MIN_SAMPLES, keep_sparse=True)
        self._resolve_metric()
        self._points_of_fit, self._offsets = None, None
        if self.metric != "precomputed":
            self._points_of_fit, self._offsets = _arrays.points(
                X, self._metric, keep_narrow=keep_narrow and _arrays.stay_narrow(self.device)
            )
        self._unique_rows, self._unique_inverse_ = None, None
        n = self._find_unique(self._points_of_fit) if self.unique else X.shape[0]
        self._resolve_method(n)
        return X, self._points_of_fit

    def _resolve(self, n: int) -> None:
        """What the parameters mean for n points."""
        self._resolve_metric()
        self._resolve_method(n)

    def _resolve_method(self, n: int) -> None:
        self._seed = _settings.seed_of(self.random_state)
        self._method_of_fit = self._method(n)

    def _resolve_metric(self) -> None:
        precomputed = self.metric == "precomputed"
        self._metric, self._metric_params = (
            ("precomputed", {})
            if precomputed
            else _settings.metric_of(self.metric, self._metric_kwds())
        )

    def _metric_kwds(self) -> Any:
        """Parameters of the metric; estimators differ in what they call them."""
        return None

    def _validated_graph(self, X: Any) -> Any:
        if isinstance(X, _graph.Graph):
            X = X.to_csr()
        if np.ndim(X) == 1:  # as scipy.spatial.distance.pdist() has them
            X = scipy.spatial.distance.squareform(np.asarray(X), checks=False)
        X = _arrays.validate_data(
            self, X, reset=True, accept_sparse="csr", dtype=np.float32, ensure_min_samples=2
        )
        if X.shape[0] != X.shape[1]:
            raise InvalidInput(
                f"X is {X.shape}; with metric='precomputed' it must be a square distance matrix"
            )
        if X.shape[0] < _MIN_SAMPLES:
            raise InvalidInput(f"X has {X.shape[0]} samples; a map needs {_MIN_SAMPLES}")
        return X

    def _rows(self, X: Any, min_samples: int = 1) -> Any:
        """New rows as the points of the fit: sparse among sparse ones, else dense."""
        sparse = scipy.sparse.issparse(self._points_of_fit)
        X = _arrays.validated(self, X, reset=False, min_samples=min_samples, keep_sparse=sparse)
        return _arrays.sparse_rows(X) if sparse else _arrays.to_float32(X, self._offsets)

    def _given_graph(self, X: Any) -> _graph.Graph | None:
        """What is given in place of a search; None where there is to be one."""
        given = self.precomputed_knn
        # umap-learn's default is (None, None, None).
        absent = isinstance(given, (tuple, list)) and all(part is None for part in given)
        if given is not None and not absent:
            if self.unique:
                raise InvalidInput(
                    "unique=True makes the graph of the distinct rows itself, and precomputed_knn "
                    "gives one; leave one of them out"
                )
            return _graph.as_graph(given, X.shape[0], self._metric)
        if self.metric != "precomputed":
            return None
        if scipy.sparse.issparse(X):
            return _graph.from_csr(X, "precomputed")
        k = core.neighbors_needed(self._method_of_fit, X.shape[0])
        return _graph.from_distances(X, k, self._seed)

    def _settings(self, has_points: bool) -> dict[str, Any]:
        settings = {
            **self._how(),
            "method": self._method_of_fit,
            "init": self._start(has_points),
            "knn": _settings.index_params(self.index, self.target_recall),
            "n_components": self.n_components,
            "seed": self._seed,
            "memory_limit": _settings.bytes_of(self.memory_limit),
            "targets": self._targets,
            "unique": bool(self.unique) and has_points,
        }
        if has_points:
            settings["metric"] = self._metric
            settings["metric_params"] = self._metric_params
            settings["zero_vectors"] = self.zero_vectors
        return settings

    def _run(self, graph: _graph.Graph | None, points: Any) -> None:
        given = None if graph is None else graph._as_dict()
        settings = self._settings(points is not None)
        by_landmarks = isinstance(settings["init"], str) and settings["init"] == "landmarks"
        with self._watched() as callback:
            if by_landmarks:
                settings["init"] = self._landmarks(points, settings, callback)
            embedding, info, made, raised = core.embed(
                given, _arrays.native(points), settings, callback
            )
        if isinstance(raised, KeyboardInterrupt):
            raise Interrupted(embedding, info) from None
        if raised is not None:
            raise raised
        for text in info.pop("warnings"):
            warn(text)
        if embedding is None:
            raise Cancelled("callback stopped the run before it had a map")
        if not info["finished"]:
            warn(f"callback stopped the run after {info['iterations']} iterations")
        self.embedding_ = embedding
        self.knn_ = _graph.graph_of(made) if graph is None else graph
        self.info_ = info
        self.n_iter_ = info["iterations"]

    def _landmarks(
        self, points: Any, settings: dict[str, Any], callback: Callback | None
    ) -> np.ndarray:
        if points is None:
            raise InvalidInput("init='landmarks' draws some of the points, and there are none")
        start, raised = core.landmark_init(
            _arrays.native(points), {**settings, "init": None, "device": "cpu"}, callback
        )
        if raised is not None:
            raise raised
        if start is None:
            raise Cancelled("callback stopped the run before it had a map")
        return np.asarray(start)

    def _model_of_map(self) -> Any:
        check_is_fitted(self)
        if self._points_of_fit is None:
            raise Unsupported(
                "new points cannot be put on a map made of distances alone (metric='precomputed'); "
                "fit on the points, with precomputed_knn if there is a graph"
            )
        if not scipy.sparse.issparse(self._points_of_fit):
            self._points_of_fit = _arrays.to_float32(self._points_of_fit)
        if self._model.of is not self.embedding_:  # nothing yet, or a map that was exchanged
            self._model.value = core.Model.make(
                _arrays.native(self._points_of_fit),
                self.knn_._as_dict(),
                np.ascontiguousarray(self.embedding_, dtype=np.float32),
                {**self._settings(True), "targets": [], "steered": self._steered},
                None,
            )
            self._model.of = self.embedding_
        return self._model.value
