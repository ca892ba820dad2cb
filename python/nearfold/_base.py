"""What the estimators of maps share: the graph, the run, the model that a map leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
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
    memory_limit: Any
    callback: Callback | None
    verbose: Any

    embedding_: np.ndarray
    knn_: _graph.Graph
    info_: dict[str, Any]
    n_iter_: int
    n_features_in_: int
    moved_: np.ndarray
    _points_of_fit: np.ndarray | None
    _offsets: np.ndarray | None
    _metric: str
    _method_of_fit: dict[str, Any]
    _model: Made
    _seed: int
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
        X : array-like of shape (n_samples, n_features)
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
        X, points = self._prepared(X)
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
        X : array-like of shape (n_rows, n_features)
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
            placed = model.transform(rows, self._how(), callback)
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
        X : array-like of shape (n_rows, n_features)
            No rows, ``X[:0]``, and `iterations` resume the optimisation of the map as it is.
        old_points : {"fixed", "free"}
            Whether the points of the fit stay where they are, bit for bit, or move with the others.
        iterations : int or None
            None: a quarter of UMAP's epochs, 100 of t-SNE.

        Returns
        -------
        self
            ``embedding_`` has the new points behind the old ones, ``moved_`` how far each old one
            went.
        """
        if old_points not in ("fixed", "free"):
            raise InvalidInput(f"old_points is {old_points!r}; it is 'fixed' or 'free'")
        model = self._model_of_map()
        rows = self._rows(X, min_samples=0)
        with self._watched() as callback:
            grown = model.update(rows, old_points == "fixed", iterations, self._how(), callback)
        self._forget()
        assert self._points_of_fit is not None  # or there were no model
        self._points_of_fit = np.vstack([self._points_of_fit, rows])
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
        """The weighted graph that the map was optimised on, CSR [n_samples, n_samples]."""
        check_is_fitted(self)
        if self._steered and not self._targets:
            raise Unsupported("y steered this map, and a file of a map does not keep it; fit again")
        n = len(self.knn_)
        how = {"method": self._method_of_fit, "targets": self._targets, "seed": self._seed}
        offsets, columns, weights = core.edge_weights(self.knn_._as_dict(), how)
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

    # ---- the run --------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._model = Made()
        self.__dict__.pop("moved_", None)

    def _watched(self) -> Watched:
        return Watched(self.callback, self.verbose, getattr(self, "tqdm_kwds", None))

    def _how(self) -> dict[str, Any]:
        return {"threads": _settings.threads_of(self.n_jobs), "device": self.device}

    def _prepared(self, X: Any) -> tuple[Any, np.ndarray | None]:
        """`X` once it is checked, with the parameters, and as points that are compared; None where
        there are only distances."""
        self._check_parameters()
        if self.metric == "precomputed":
            X = self._validated_graph(X)
        else:
            X = _arrays.validated(self, X, reset=True, min_samples=_MIN_SAMPLES)
        self._resolve(X.shape[0])
        self._points_of_fit, self._offsets = None, None
        if self.metric != "precomputed":
            self._points_of_fit, self._offsets = _arrays.points(X, self._metric)
        return X, self._points_of_fit

    def _resolve(self, n: int) -> None:
        """What the parameters mean for n points."""
        self._seed = _settings.seed_of(self.random_state)
        self._method_of_fit = self._method(n)
        precomputed = self.metric == "precomputed"
        self._metric = "precomputed" if precomputed else _settings.metric_named(self.metric)

    def _validated_graph(self, X: Any) -> Any:
        if isinstance(X, _graph.Graph):
            X = X.to_csr()
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

    def _rows(self, X: Any, min_samples: int = 1) -> np.ndarray:
        X = _arrays.validated(self, X, reset=False, min_samples=min_samples)
        return _arrays.to_float32(X, self._offsets)

    def _given_graph(self, X: Any) -> _graph.Graph | None:
        """What is given in place of a search; None where there is to be one."""
        given = self.precomputed_knn
        # umap-learn's default is (None, None, None).
        absent = isinstance(given, (tuple, list)) and all(part is None for part in given)
        if given is not None and not absent:
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
        }
        if has_points:
            settings["metric"] = self._metric
            settings["zero_vectors"] = self.zero_vectors
        return settings

    def _run(self, graph: _graph.Graph | None, points: np.ndarray | None) -> None:
        given = None if graph is None else graph._as_dict()
        with self._watched() as callback:
            embedding, info, made, raised = core.embed(
                given, points, self._settings(points is not None), callback
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

    def _model_of_map(self) -> Any:
        check_is_fitted(self)
        if self._points_of_fit is None:
            raise Unsupported(
                "new points cannot be put on a map made of distances alone (metric='precomputed'); "
                "fit on the points, with precomputed_knn if there is a graph"
            )
        if self._model.of is not self.embedding_:  # nothing yet, or a map that was exchanged
            self._model.value = core.Model.make(
                self._points_of_fit,
                self.knn_._as_dict(),
                np.ascontiguousarray(self.embedding_, dtype=np.float32),
                {**self._settings(True), "targets": [], "steered": self._steered},
                None,
            )
            self._model.of = self.embedding_
        return self._model.value
