"""Maps of points that are on a cluster: the graph by all workers, the layout by one, new points by
all again."""

from __future__ import annotations

import importlib
import uuid
from typing import Any

import dask as untyped
import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from .._base import MapEstimator
from .._core import core
from .._errors import InvalidInput, InvalidType, Unsupported
from .._graph import Graph
from .._tsne import TSNE as OneTSNE
from .._umap import UMAP as OneUMAP
from .._warn import warn
from . import _cluster, _graph, _layout
from ._points import is_dask_array

dask: Any = untyped  # its functions have no types


class DaskMap(BaseEstimator):
    """What both methods share."""

    _kind: type[MapEstimator]

    def __init__(
        self,
        estimator: MapEstimator | None = None,
        *,
        client: Any = None,
        rows: int | None = None,
        resources: Any = None,
        layout: Any = "client",
        out: Any = None,
    ) -> None:
        self.estimator = estimator
        self.client = client
        self.rows = rows
        self.resources = resources
        self.layout = layout
        self.out = out

    def fit(self, X: Any, y: Any = None) -> Any:
        """Makes the map of `X`.

        Parameters
        ----------
        X : path, memmap, dask.array.Array or array-like
            As for `kneighbors_graph`.
        y : array-like of shape (n_samples,) or (n_samples, n_targets), or None
            What steers the map, as for the estimator's own fit; in the memory of this process.

        Returns
        -------
        self
        """
        one = self._checked_estimator()
        layout = self._layout_resources()
        work = _graph.Work(
            self.client,
            "flat" if one.index == "auto" else one.index,
            one.target_recall,
            one.metric,
            one.zero_vectors,
            one.random_state,
            self.resources,
            self.out,
        )
        if layout:
            _cluster.require_workers(work.client, layout)
        one.set_params(random_state=work.seed)
        work.scan(X)
        n = work.points.n
        one._targets_for(y, n)  # what is wrong with it, before the search
        work.search(core.neighbors_needed(one._method(n), n), self.rows)
        try:
            self._lay_out(work, one, layout, y)
        finally:
            work.forget()
        return self

    def _lay_out(self, work: Any, one: Any, layout: dict[str, float] | None, y: Any) -> None:
        self._token = uuid.uuid4().hex
        self._points, self._client, self._one = work.points, work.client, None
        if layout is None:
            self._one = _layout.lay_out(one, work.gathered(), work.points, y)
            self._model = None
            self.embedding_, self.info_ = self._one.embedding_, self._one.info_
        else:
            self._on_a_worker(work, one, layout, y)
        self.n_features_in_ = work.points.columns

    def _on_a_worker(self, work: Any, one: MapEstimator, layout: dict[str, float], y: Any) -> None:
        key = f"nearfold-layout-{self._token}"
        self._model = work.client.submit(
            _layout.lay_out_here,
            one,
            work.ranges,
            work.futures,
            work.points_future,
            work.about,
            y,
            key=key,
            resources=layout or None,
            pure=False,
        )
        map_and_info = work.client.submit(
            _layout.map_and_info, self._model, key=f"nearfold-embedding-{self._token}"
        )
        try:
            self.embedding_, self.info_ = _cluster.result(work.client, map_and_info, layout)
        except BaseException:
            work.client.cancel([*work.futures, self._model], force=True)
            raise
        for text in self.info_.pop("warnings"):
            warn(text)

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Makes the map of `X` and returns it: ndarray of shape (n_samples, n_components)."""
        self.fit(X, y)
        embedding: np.ndarray = self.embedding_
        return embedding

    def transform(self, X: Any) -> Any:
        """Puts new points on the map.

        Parameters
        ----------
        X : dask.array.Array or array-like of shape (n_rows, n_features)
            A Dask array is placed chunk by chunk by the workers, each of which reads the points of
            the fit from where they are; other arrays by this process.

        Returns
        -------
        dask.array.Array or ndarray of shape (n_rows, n_components), float32
            The bytes of the estimator's own transform, whatever the chunks. Of a map that was laid
            out in this process, a Dask array lasts as long as the worker to which the map was sent:
            call transform again where it was lost.
        """
        check_is_fitted(self, "embedding_")
        if not is_dask_array(X):
            return self.estimator_.transform(X)
        if X.ndim != 2 or X.shape[1] != self.n_features_in_:
            raise InvalidInput(
                f"X is a Dask array {X.shape}, and the map is of points with "
                f"{self.n_features_in_} columns"
            )
        arrays: Any = importlib.import_module("dask.array")
        model = dask.delayed(self._model_future())
        place = dask.delayed(_layout.place, pure=False)
        token, dims = uuid.uuid4().hex, self.embedding_.shape[1]
        placed = [
            arrays.from_delayed(
                place(
                    block,
                    model,
                    self._points,
                    self._token,
                    dask_key_name=(f"nearfold-transform-{token}", at),
                ),
                (rows, dims),
                np.float32,
            )
            for at, (block, rows) in enumerate(
                zip(X.rechunk({1: -1}).to_delayed().ravel(), X.chunks[0])
            )
        ]
        return arrays.concatenate(placed, allow_unknown_chunksizes=True)

    @property
    def estimator_(self) -> MapEstimator:
        """The fitted estimator, as if fitted on one machine; it maps its points from their file."""
        check_is_fitted(self, "embedding_")
        if self._one is None:
            self._one = _layout.whole(_cluster.fetched(self._client, self._model), self._points)
        one: MapEstimator = self._one
        return one

    def _model_future(self) -> Any:
        if self._model is not None:
            return self._model
        assert self._one is not None
        return self._client.scatter(_layout.without_points(self._one), direct=True, hash=False)

    def _checked_estimator(self) -> Any:
        one = self._kind(index="flat") if self.estimator is None else self.estimator
        if not isinstance(one, self._kind):
            raise InvalidType(
                f"estimator is {one!r}; give a nearfold.{self._kind.__name__}, or None"
            )
        one = clone(one)
        if one.metric == "precomputed" or isinstance(one.precomputed_knn, Graph):
            raise Unsupported(
                "a map on a cluster is made of points; fit the estimator itself where "
                "there are distances or a graph already"
            )
        one._check_parameters()
        return one

    def _layout_resources(self) -> dict[str, float] | None:
        """None: in this process."""
        if self.layout == "client":
            return None
        if self.layout == "worker":
            return {}
        if isinstance(self.layout, dict):
            return dict(self.layout)
        raise InvalidInput(
            f"layout is {self.layout!r}; it is 'client', 'worker', or the resources of a worker, "
            "as {'GPU': 1}"
        )


_PARAMETERS = """
    Parameters
    ----------
    estimator : nearfold.{kind} or None
        Its parameters are those of the map; None: the defaults. ``index`` may be "flat", "ivf" or
        "hnsw", as for `kneighbors_graph`; "auto" is "flat" here.
    client : distributed.Client or None
        None: the current one.
    rows, resources, out
        Of the graph, see `kneighbors_graph`.
    layout : {{"client", "worker"}} or dict
        Where the map is laid out: in this process, on any one worker, or on one worker that has
        these resources. It needs the graph and the points on one machine.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components), float32
    estimator_ : nearfold.{kind}
        As if fitted on one machine.
    info_ : dict
    n_features_in_ : int
"""


class UMAP(DaskMap):
    __doc__ = """A map by UMAP, of which a cluster makes the graph and places new points.

    The bytes are those of ``nearfold.UMAP`` on one machine, by an exact graph or ivf.
""" + _PARAMETERS.format(kind="UMAP")

    _kind = OneUMAP


class TSNE(DaskMap):
    __doc__ = """A map by t-SNE, of which a cluster makes the graph and places new points.

    The bytes are those of ``nearfold.TSNE`` on one machine, by an exact graph or ivf.
""" + _PARAMETERS.format(kind="TSNE")

    _kind = OneTSNE
