"""Neighbours as scikit-learn's KNeighborsTransformer gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from . import _arrays, _graph, _settings
from ._core import core
from ._errors import InvalidInput, Unsupported
from ._run import Callback, Made, Watched


class NearestNeighborsGraph(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A sparse graph of nearest neighbours, exact or approximate; as KNeighborsTransformer.

    Parameters
    ----------
    mode : {"distance", "connectivity"}
        "distance": rows of ``n_neighbors + 1`` distances, a point's own among them. "connectivity":
        rows of `n_neighbors` ones.
    n_neighbors : int, default 5
    metric : str
        As for `UMAP`; "minkowski" with `p`.
    p : int
        1 or 2, of "minkowski".
    algorithm, leaf_size
        scikit-learn's, accepted and ignored: its trees find the same neighbours, and `index` says
        how they are searched for here.
    metric_params : dict or None
        Parameters of the metric, by SciPy's names: ``"w"`` for minkowski, ``"V"`` for seuclidean,
        ``"VI"`` for mahalanobis.
    n_jobs : int or None
    index, target_recall, zero_vectors, random_state, device, verbose, callback
        As for `kneighbors_graph`. New rows are searched for exactly, or through an index that
        ``"ivf"`` or ``"hnsw"`` has.

    Attributes
    ----------
    knn_ : Graph
        Of the rows of the fit.
    n_samples_fit_, n_features_in_ : int

    Examples
    --------
    A graph that is made once, for t-SNE:

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from nearfold import TSNE, NearestNeighborsGraph
    >>> knn = NearestNeighborsGraph(n_neighbors=90)
    >>> tsne = make_pipeline(knn, TSNE(metric="precomputed", perplexity=30))
    >>> tsne.fit_transform(load_iris().data).shape
    (150, 2)
    """

    def __init__(
        self,
        *,
        mode: str = "distance",
        n_neighbors: int = 5,
        algorithm: str = "auto",
        leaf_size: int = 30,
        metric: Any = "minkowski",
        p: int = 2,
        metric_params: Any = None,
        n_jobs: int | None = None,
        index: Any = "auto",
        target_recall: float = 0.95,
        zero_vectors: str = "error",
        random_state: Any = 42,
        device: str = "auto",
        verbose: Any = False,
        callback: Callback | None = None,
    ) -> None:
        self.mode = mode
        self.n_neighbors = n_neighbors
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.metric = metric
        self.p = p
        self.metric_params = metric_params
        self.n_jobs = n_jobs
        self.index = index
        self.target_recall = target_recall
        self.zero_vectors = zero_vectors
        self.random_state = random_state
        self.device = device
        self.verbose = verbose
        self.callback = callback

    def fit(self, X: Any, y: Any = None) -> NearestNeighborsGraph:
        """Finds the neighbours of every row of `X` among the others.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : Ignored
        """
        if self.mode not in ("distance", "connectivity"):
            raise InvalidInput(f"mode is {self.mode!r}; it is 'distance' or 'connectivity'")
        X = _arrays.validated(self, X, reset=True, min_samples=2, keep_sparse=True)
        self._metric, params = _settings.metric_of(self.metric, self.metric_params, self.p)
        self._points_of_fit, self._offsets = _arrays.points(
            X, self._metric, keep_narrow=_arrays.stay_narrow(self.device)
        )
        self.n_samples_fit_ = X.shape[0]
        self._how = _graph.search_settings(
            self._metric,
            self.index,
            self.target_recall,
            self.zero_vectors,
            self.random_state,
            self.n_jobs,
            self.device,
            params,
        )
        self._index = Made()
        self.knn_ = _graph.find_neighbors(
            self._points_of_fit, self._others(), self._how, Watched(self.callback, self.verbose)
        )
        return self

    def fit_transform(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: Any, y: Any = None
    ) -> scipy.sparse.csr_matrix:
        """`fit`, and the graph of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : Ignored
        """
        self.fit(X)
        count = self._row_length()
        indices, distances = self.knn_.as_knn()
        return self._csr(indices[:, :count], distances[:, :count], self.mode)

    def transform(self, X: Any) -> scipy.sparse.csr_matrix:
        """The nearest rows of the fit for every row of `X`, CSR [n_rows, n_samples_fit]."""
        check_is_fitted(self)
        return self.kneighbors_graph(X, self._row_length(), self.mode)

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """The nearest rows of the fit.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or None
            None: the rows of the fit, each without itself.
        n_neighbors : int or None
            None: that of the estimator.
        return_distance : bool

        Returns
        -------
        distances, indices : ndarray of shape (n_rows, n_neighbors)
            Or the indices alone.
        """
        check_is_fitted(self)
        count = self.n_neighbors if n_neighbors is None else n_neighbors
        indices, distances = self._nearest(X, count)
        return (distances, indices) if return_distance else indices

    def kneighbors_graph(
        self, X: Any = None, n_neighbors: int | None = None, mode: str = "connectivity"
    ) -> scipy.sparse.csr_matrix:
        """`kneighbors` as a sparse matrix: ones, or distances.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or None
            None: the rows of the fit, each without itself.
        n_neighbors : int or None
            None: that of the estimator.
        mode : {"connectivity", "distance"}
        """
        distances, indices = self.kneighbors(X, n_neighbors)
        return self._csr(indices, distances, mode)

    def _csr(
        self, indices: np.ndarray, distances: np.ndarray, mode: str
    ) -> scipy.sparse.csr_matrix:
        values = np.ones_like(distances) if mode == "connectivity" else distances
        return _graph.csr_of(
            np.ascontiguousarray(indices), np.ascontiguousarray(values), self.n_samples_fit_
        )

    @property
    def _n_features_out(self) -> int:
        return int(self.n_samples_fit_)

    def _row_length(self) -> int:
        """Of a row of the graph, a point of the fit itself among its neighbours."""
        return self.n_neighbors + (self.mode == "distance")

    def _others(self) -> int:
        """Neighbours without the point itself that the graph has to have."""
        if self.n_neighbors < 1:
            raise InvalidInput(f"n_neighbors is {self.n_neighbors}; it must be 1 or more")
        return max(1, self._row_length() - 1)

    def _nearest(self, X: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
        watched = Watched(self.callback, self.verbose)
        if X is None:
            graph = self.knn_
            if count > graph.k:
                graph = _graph.find_neighbors(self._points_of_fit, count, self._how, watched)
            return graph.indices[:, :count], graph.distances[:, :count]
        sparse = scipy.sparse.issparse(self._points_of_fit)
        kind = self._how["knn"]["kind"]
        if sparse and kind in ("ivf", "hnsw"):
            raise Unsupported(
                f"{kind} has no index of sparse points that new rows are looked up in; use "
                "index='flat' or 'auto'"
            )
        rows = _arrays.validated(self, X, reset=False, min_samples=1, keep_sparse=sparse)
        rows = _arrays.sparse_rows(rows) if sparse else _arrays.to_float32(rows, self._offsets)
        with watched as callback:
            if kind in ("ivf", "hnsw"):
                found = self._index_of_fit().search(
                    rows, _arrays.native(self._points_of_fit), count, self._how, callback
                )
            else:
                how = {**self._how, "knn": {"kind": "flat"}}
                found = core.search(
                    _arrays.native(rows), _arrays.native(self._points_of_fit), count, how, callback
                )
        return found["indices"], found["distances"]

    def _index_of_fit(self) -> Any:
        if self._index.value is None:
            self._index.value = core.build_index(
                _arrays.native(self._points_of_fit), self._how, None
            )
        return self._index.value

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
