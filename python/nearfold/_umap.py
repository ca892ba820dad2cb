"""UMAP by scikit-learn's contract, with umap-learn's parameters."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ._base import MapEstimator
from ._core import core
from ._errors import InvalidInput, Unsupported
from ._graph import kneighbors_graph
from ._run import Callback
from ._targets import targets_of
from ._warn import warn

_EVERY_EDGE = 1_000_000  # epochs, in which none is too light to count

# Of umap-learn: what changes its result, the value that it may have here, and what to do instead.
_ABSENT = {
    "output_metric_kwds": (None, "output metrics have no parameters here"),
    "target_metric_kwds": (None, "metrics have no parameters here"),
    "transform_mode": ("embedding", "graph_ has the memberships"),
}


class UMAP(MapEstimator):
    """A map by UMAP: uniform manifold approximation and projection.

    Parameters
    ----------
    n_neighbors : int, default 15
        Size of a neighbourhood, the point itself included. More than n_samples is reduced to
        n_samples - 1 with a warning, as in umap-learn.
    n_components : int, default 2
        Dimensions of the map, in [1, 100].
    metric : str, default "euclidean"
        euclidean, cosine, manhattan, minkowski, hellinger, jaccard, hamming, haversine, ...: all of
        the page on metrics; "precomputed" for distances in place of points, square, as the vector
        of ``scipy.spatial.distance.pdist``, or sparse with as many neighbours in each row.
    n_epochs : int or None
        None: 500 up to 10,000 points, 200 beyond.
    learning_rate : float, default 1.0
    init : {"spectral", "pca", "random", "landmarks"} or ndarray of (n_samples, n_components)
    min_dist, spread : float, defaults 0.1 and 1.0
        How closely points may lie, in units of the map, and the scale of the map.
    set_op_mix_ratio, local_connectivity, repulsion_strength, negative_sample_rate : float
    a, b : float or None
        The curve 1 / (1 + a d^2b), both or neither; None: fitted to min_dist and spread.
    random_state : int, RandomState, Generator or None, default 42
        An int gives the same bytes in every run, for any number of threads. None draws one from
        numpy.
    n_jobs : int or None
        Threads; None and -1 are every core. The map never depends on it.
    precomputed_knn : Graph, sparse matrix or tuple (indices, distances, ...)
        Neighbours of the points, with or without each point first in its own row; nothing is
        searched for then.
    index : str or dict, default "auto"
        How neighbours are searched for, see `kneighbors_graph`.
    target_recall : float, default 0.95
        Of an approximate search.
    zero_vectors : {"error", "far"}, default "error"
        Rows of zeros under cosine, constant ones under correlation: "error" lists them, "far" puts
        them at distance 0 from each other and far from all others.
    device : str, default "auto"
        auto, cpu, cuda or cuda:1.
    memory_limit : int, str or None
        Bytes, or "8GB", that a run may take. A run that needs more raises `OutOfMemory` before it
        allocates anything.
    callback : callable or None
        ``callback(stage, done, total)``; returning False ends the run and keeps the map so far.
    verbose : bool
        Whether progress is shown, by tqdm if it is installed.
    tqdm_kwds : dict or None
        Passed to tqdm.
    output_metric : {"euclidean", "sphere", "torus", "hyperboloid"}, default "euclidean"
        Where the map lies. "sphere", umap-learn's "haversine": ``embedding_`` has 3 columns, unit
        vectors. "torus": two angles in [0, 2 pi). "hyperboloid": x and y of the sheet
        z^2 = 1 + x^2 + y^2. On a surface ``n_components`` is 2, and `inverse_transform` is
        refused.
    target_metric : str or list of str, default "categorical"
        What `y` of a fit is: "categorical" for classes, "l2" for numbers; a list has one for each
        column of `y`.
    target_weight : float, default 0.5
        How much `y` counts beside `X`, in [0, 1]. Of numbers 0 is not at all and 1 alone; of
        classes 0 still parts them, and 1 leaves no edge between them.
    target_n_neighbors : int, default -1
        Of numbers: how many of the nearest each is compared with, itself included; -1 is
        n_neighbors.
    target_propagate : bool, default False
        Spreads the known classes over the graph to the other points first: for few known ones,
        which hardly change a map otherwise.
    densmap : bool, default False
        densMAP: the last epochs also make the local radii of the map correlate with those of the
        points, so that what is dense stays dense.
    dens_lambda, dens_frac, dens_var_shift : float, defaults 2.0, 0.3 and 0.1
        Of densMAP: the weight of the correlation, the share of the epochs that have it, and what
        is added to the variance of the map's log radii.
    output_dens : bool, default False
        Whether a fit leaves ``rad_orig_`` and ``rad_emb_``, and `fit_transform` returns them behind
        the map.
    low_memory, transform_queue_size, angular_rp_forest, transform_seed, \
    force_approximation_algorithm
        Accepted so that code written for umap-learn runs, and ignored: searches need little memory
        as they are, and a transform draws no random numbers.
    metric_kwds : dict or None
        Parameters of the metric, by SciPy's names: ``{"p": 3}`` and ``"w"`` for minkowski, ``"V"``
        for seuclidean, ``"VI"`` for mahalanobis.
    disconnection_distance : float or None
        Neighbours at this distance or farther are no edges. None, the default, takes all: of
        umap-learn it is the largest distance of bounded metrics.
    unique : bool, default False
        Whether equal rows are one: graph, ``knn_`` and map are of the distinct rows, in the order
        in which they come, and each sample gets the place of its row. Copies then neither fill each
        other's neighbourhoods nor lie apart. Of the `y` of equal rows the first that is known
        counts, and a warning says how many differ; `init` is of all samples. Neither for distances
        nor with ``precomputed_knn``.
    output_metric_kwds, target_metric_kwds, transform_mode
        umap-learn's. Values other than the defaults raise `Unsupported`, a NotImplementedError.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components), float32
    knn_ : Graph
    graph_ : scipy.sparse.csr_matrix
        Memberships.
    info_ : dict
        Report of the run: seconds by stage, index and recall, initialization, iterations.
    n_iter_ : int
    n_features_in_, feature_names_in_
    _unique_inverse_ : ndarray of shape (n_samples,), int32, or None
        With ``unique=True``: which of the distinct rows, those of ``knn_`` and ``graph_``, a sample
        is.
    rad_orig_, rad_emb_ : ndarray of shape (n_samples,), float32
        With ``output_dens=True``: the logarithm of each point's mean squared distance to those it
        has an edge with, weighed by memberships, among the points and in the map.
    remote_ : float
        Beyond this remoteness, see `transform`, a row is an outlier.

    Notes
    -----
    The same seed gives the same bytes, those of ``nearfold embed`` with the same settings.
    McInnes, Healy, Melville, "UMAP: Uniform Manifold Approximation and Projection", 2018; the
    objective and the defaults are umap-learn's. A fit with `y` is supervised: the edges of the
    graph are weighed by umap-learn's formulas, with classes that are not known (-1, NaN, None) and
    numbers that are not (NaN). `transform` compares rows alone, whatever steered the fit, and
    `update` refuses to go on with a map that `y` steered.

    Fitted estimators of the same rows can be combined: ``a * b`` is near where both are, ``a + b``
    where either is, ``a - b`` where `a` is and `b` is not. The result is a new fitted estimator
    with the parameters of `a`, which has no `transform`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nearfold import UMAP
    >>> X = load_iris().data
    >>> reducer = UMAP(n_neighbors=10).fit(X)
    >>> reducer.embedding_.shape
    (150, 2)
    >>> reducer.transform(X[:3] + 0.01).shape
    (3, 2)
    """

    _is_combined = False

    def __init__(
        self,
        n_neighbors: int = 15,
        n_components: int = 2,
        metric: Any = "euclidean",
        metric_kwds: Any = None,
        output_metric: Any = "euclidean",
        output_metric_kwds: Any = None,
        n_epochs: int | None = None,
        learning_rate: float = 1.0,
        init: Any = "spectral",
        min_dist: float = 0.1,
        spread: float = 1.0,
        low_memory: bool = True,
        n_jobs: int | None = -1,
        set_op_mix_ratio: float = 1.0,
        local_connectivity: float = 1.0,
        repulsion_strength: float = 1.0,
        negative_sample_rate: float = 5,
        transform_queue_size: float = 4.0,
        a: float | None = None,
        b: float | None = None,
        random_state: Any = 42,
        angular_rp_forest: bool = False,
        target_n_neighbors: int = -1,
        target_metric: Any = "categorical",
        target_metric_kwds: Any = None,
        target_weight: float = 0.5,
        transform_seed: int = 42,
        transform_mode: str = "embedding",
        force_approximation_algorithm: bool = False,
        verbose: Any = False,
        tqdm_kwds: dict[str, Any] | None = None,
        unique: bool = False,
        densmap: bool = False,
        dens_lambda: float = 2.0,
        dens_frac: float = 0.3,
        dens_var_shift: float = 0.1,
        output_dens: bool = False,
        disconnection_distance: float | None = None,
        precomputed_knn: Any = (None, None, None),
        *,
        index: Any = "auto",
        target_recall: float = 0.95,
        zero_vectors: str = "error",
        device: str = "auto",
        memory_limit: Any = None,
        callback: Callback | None = None,
        target_propagate: bool = False,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_components = n_components
        self.metric = metric
        self.metric_kwds = metric_kwds
        self.output_metric = output_metric
        self.output_metric_kwds = output_metric_kwds
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.init = init
        self.min_dist = min_dist
        self.spread = spread
        self.low_memory = low_memory
        self.n_jobs = n_jobs
        self.set_op_mix_ratio = set_op_mix_ratio
        self.local_connectivity = local_connectivity
        self.repulsion_strength = repulsion_strength
        self.negative_sample_rate = negative_sample_rate
        self.transform_queue_size = transform_queue_size
        self.a = a
        self.b = b
        self.random_state = random_state
        self.angular_rp_forest = angular_rp_forest
        self.target_n_neighbors = target_n_neighbors
        self.target_metric = target_metric
        self.target_metric_kwds = target_metric_kwds
        self.target_weight = target_weight
        self.transform_seed = transform_seed
        self.transform_mode = transform_mode
        self.force_approximation_algorithm = force_approximation_algorithm
        self.verbose = verbose
        self.tqdm_kwds = tqdm_kwds
        self.unique = unique
        self.densmap = densmap
        self.dens_lambda = dens_lambda
        self.dens_frac = dens_frac
        self.dens_var_shift = dens_var_shift
        self.output_dens = output_dens
        self.disconnection_distance = disconnection_distance
        self.precomputed_knn = precomputed_knn
        self.index = index
        self.target_recall = target_recall
        self.zero_vectors = zero_vectors
        self.device = device
        self.memory_limit = memory_limit
        self.callback = callback
        self.target_propagate = target_propagate

    def fit(self, X: Any, y: Any = None) -> Any:
        """Makes the map of `X`, steered by `y` where it is given.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Four rows or more, finite. With ``metric="precomputed"``: distances between all points,
            or a sparse matrix of each one's nearest, as `NearestNeighborsGraph` makes it.
        y : array-like of shape (n_samples,) or (n_samples, n_targets), or None
            Classes (numbers or texts; -1, NaN, None or "" where it is not known) or, with
            ``target_metric="l2"``, numbers (NaN where it is not known). Several columns are taken
            one after the other.

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
        return super().fit(X, y)

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Makes the map of `X`, steered by `y` where it is given, and returns it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets), or None
            Both as for `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_components), float32
            With ``output_dens=True`` a tuple of it, ``rad_orig_`` and ``rad_emb_``.
        """
        embedding = super().fit_transform(X, y)
        if not self.output_dens:
            return embedding
        self._measure_radii()
        return embedding, self.rad_orig_, self.rad_emb_

    def _measure_radii(self) -> None:
        how = {"method": self._method_of_fit}
        of_points = core.local_radii(self.knn_._as_dict(), how)
        embedding = self._distinct(self.embedding_)
        k = core.neighbors_needed(self._method_of_fit, len(embedding))
        in_map = kneighbors_graph(embedding, k, index="flat", n_jobs=self.n_jobs)
        of_map = core.local_radii(in_map._as_dict(), how)
        self.rad_orig_, self.rad_emb_ = self._of_all(of_points), self._of_all(of_map)

    def _targets_for(self, y: Any, n: int) -> list[dict[str, Any]]:
        return targets_of(
            y,
            n,
            self.target_metric,
            self.target_weight,
            self.target_n_neighbors,
            self.target_propagate,
        )

    def _metric_kwds(self) -> Any:
        return self.metric_kwds

    def _check_parameters(self) -> None:
        for name, (usual, remedy) in _ABSENT.items():
            value = getattr(self, name)
            if value != usual and value not in ({}, None):
                raise Unsupported(f"{name}={value!r} is not there: {remedy}")
        self._require_flat()

    def _method(self, n: int) -> dict[str, Any]:
        neighbors = self.n_neighbors
        if isinstance(neighbors, Real) and neighbors > n:
            warn(f"n_neighbors is {neighbors} and there are {n} points; {n - 1} are taken")
            neighbors = n - 1
        return {
            "kind": "umap",
            "n_neighbors": neighbors,
            "min_dist": self.min_dist,
            "spread": self.spread,
            "a": self.a,
            "b": self.b,
            "set_op_mix_ratio": self.set_op_mix_ratio,
            "local_connectivity": self.local_connectivity,
            "repulsion_strength": self.repulsion_strength,
            "negative_sample_rate": self.negative_sample_rate,
            "n_epochs": self.n_epochs,
            "learning_rate": self.learning_rate,
            "densmap": bool(self.densmap),
            "dens_lambda": self.dens_lambda,
            "dens_frac": self.dens_frac,
            "dens_var_shift": self.dens_var_shift,
            "disconnection_distance": self.disconnection_distance,
            "output_metric": self._output_metric(),
        }

    def _output_metric(self) -> str:
        if not isinstance(self.output_metric, str):
            raise Unsupported(
                f"output_metric={self.output_metric!r} is not there: give euclidean, sphere, torus "
                "or hyperboloid"
            )
        return self.output_metric

    def _require_flat(self) -> None:
        if self.output_dens and self._output_metric() != "euclidean":
            raise Unsupported(
                f"output_dens is of flat maps, and output_metric is {self.output_metric!r}"
            )

    # ---- graphs of two fits ------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        """A map on the union of both graphs: near in either."""
        return self._combined(other, "union")

    def __mul__(self, other: Any) -> Any:
        """A map on the intersection of both graphs: near in both."""
        return self._combined(other, "intersection")

    def __sub__(self, other: Any) -> Any:
        """A map on the difference of both graphs: near in this one and not in the other."""
        return self._combined(other, "difference")

    def _combined(self, other: Any, how: str) -> Any:
        """A new estimator with the parameters of this one; neither of the two changes."""
        if not isinstance(other, UMAP):
            return NotImplemented
        check_is_fitted(self)
        check_is_fitted(other)
        if len(self.knn_) != len(other.knn_):
            raise InvalidInput(
                f"one map is of {len(self.knn_)} points and the other of {len(other.knn_)}; only "
                "graphs of the same points can be combined"
            )
        if self._has_copies() or other._has_copies():
            raise Unsupported(
                "unique=True left the distinct rows of a map alone, and graphs are combined by "
                "sample; fit both without unique, or on their distinct rows"
            )
        graph = other._weights(n_epochs=_EVERY_EDGE)
        made = clone(self)
        made._seed, made._metric = self._seed, self._metric
        made._metric_params = self._metric_params
        made._method_of_fit = self._method_of_fit
        made._points_of_fit, made._offsets = None, None
        made._is_combined = True
        made._steered = True
        made._targets = [*self._targets, {"kind": "graph", "combine": how, **graph}]
        made.n_features_in_ = self.n_features_in_
        made._forget()
        made._run(self.knn_, None)
        return made

    def _weights(self, **changed: Any) -> dict[str, Any]:
        if self._steered and not self._targets:
            raise Unsupported("y steered this map, and a file of a map does not keep it; fit again")
        how = self._how_weighed(**changed)
        offsets, columns, weights = core.edge_weights(self.knn_._as_dict(), how)
        return {
            "offsets": [int(at) for at in offsets],
            "columns": np.ascontiguousarray(columns, dtype=np.int32),
            "weights": weights,
        }

    def _model_of_map(self) -> Any:
        if self._is_combined:
            raise Unsupported(
                "this map is of two combined graphs, and new rows of one kind have no place on it; "
                "use transform, update and save of the estimators that were combined"
            )
        return super()._model_of_map()

    def _start(self, has_points: bool) -> Any:
        return start_of(self.init, has_points)


def start_or_usual(init: Any, has_points: bool) -> Any:
    """None, the method's own, for "auto"."""
    if isinstance(init, str) and init == "auto":
        return None
    return start_of(init, has_points)


def start_of(init: Any, has_points: bool) -> Any:
    """The words as they are, an array as float32; a start by PCA needs points."""
    if not isinstance(init, str):
        start = np.ascontiguousarray(init, dtype=np.float32)
        if start.ndim != 2:
            raise InvalidInput(f"init is {init!r}; give a word or an array [n, n_components]")
        return start
    if init == "pca" and not has_points:
        raise InvalidInput("init='pca' needs points, and metric='precomputed' gives none")
    if init == "tswspectral":
        raise Unsupported("init='tswspectral' is not there; 'spectral' always converges here")
    return init
