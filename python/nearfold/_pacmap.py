"""PaCMAP and LocalMAP by scikit-learn's contract, with the parameters of the package pacmap."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from ._base import MapEstimator
from ._core import core
from ._errors import InvalidInput, InvalidType
from ._run import Callback
from ._umap import start_or_usual
from ._warn import warn

_EARLY = (100, 100)  # iterations of the first two phases where the last alone is given


class PaCMAP(MapEstimator):
    """A map by PaCMAP: pairwise controlled manifold approximation.

    Parameters
    ----------
    n_components : int, default 2
        Dimensions of the map, in [1, 100].
    n_neighbors : int or None, default 10
        Near pairs of each point, the point itself not counted; None: 10 up to 10,000 points, then
        10 + 15 (log10 n_samples - 4). Where there are too few points for so many pairs, fewer are
        taken, with a warning.
    MN_ratio, FP_ratio : float, defaults 0.5 and 2.0
        Mid-near and further pairs for each near pair, in [0, 100].
    lr : float, default 1.0
        Of Adam.
    num_iters : tuple of three int, or int, default (100, 100, 250)
        Iterations of the phases; an int is that of the last, after 100 and 100.
    metric : str, default "euclidean"
        As for `UMAP`. "precomputed" needs ``MN_ratio=0``: mid-near pairs are found by measuring
        points that are drawn by chance.
    init : {"auto", "pca", "spectral", "random"} or ndarray of shape (n_samples, n_components)
        "auto": PCA, or spectral if there are distances instead of points. All are scaled.
    random_state : int, RandomState, Generator or None, default 42
        An int gives the same bytes in every run, for any number of threads.
    n_jobs : int or None
        Threads; None and -1 are every core. The map never depends on it.
    verbose : bool
    precomputed_knn, index, target_recall, zero_vectors, device, unique, memory_limit, callback
        As for `UMAP`; n_neighbors + 50 neighbours are searched for.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components), float32
    graph_ : scipy.sparse.csr_matrix
        Near pairs: 1, or 2 where either end chose the other.
    n_iter_ : int
    knn_, info_, remote_, n_features_in_
        As of `UMAP`.

    Notes
    -----
    Wang, Huang, Rudin, Shaposhnik, "Understanding how dimension reduction tools work", JMLR 2021;
    defaults are those of the package pacmap 0.9. Unlike there, neighbours are those of all columns,
    not of 100 principal components (a pipeline with PCA has those), and the map does not depend on
    the unit of the data. The same
    seed gives the same bytes, those of ``nearfold embed``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nearfold import PaCMAP
    >>> PaCMAP(n_neighbors=8).fit_transform(load_iris().data).shape
    (150, 2)
    """

    _kind = "pacmap"

    def __init__(
        self,
        n_components: int = 2,
        n_neighbors: int | None = 10,
        MN_ratio: float = 0.5,
        FP_ratio: float = 2.0,
        *,
        lr: float = 1.0,
        num_iters: Any = (100, 100, 250),
        metric: Any = "euclidean",
        init: Any = "auto",
        random_state: Any = 42,
        n_jobs: int | None = None,
        verbose: Any = False,
        precomputed_knn: Any = None,
        index: Any = "auto",
        target_recall: float = 0.95,
        zero_vectors: str = "error",
        device: str = "auto",
        unique: bool = False,
        memory_limit: Any = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.MN_ratio = MN_ratio
        self.FP_ratio = FP_ratio
        self.lr = lr
        self.num_iters = num_iters
        self.metric = metric
        self.init = init
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.precomputed_knn = precomputed_knn
        self.index = index
        self.target_recall = target_recall
        self.zero_vectors = zero_vectors
        self.device = device
        self.unique = unique
        self.memory_limit = memory_limit
        self.callback = callback

    def _check_parameters(self) -> None:
        if self.metric == "precomputed" and self.MN_ratio != 0:
            raise InvalidInput(
                "metric='precomputed' gives no points, by which mid-near pairs are found; fit on "
                "the points, with precomputed_knn if there is a graph, or set MN_ratio=0"
            )

    def _method(self, n: int) -> dict[str, Any]:
        method = {
            "kind": self._kind,
            "n_neighbors": self.n_neighbors,
            "MN_ratio": self.MN_ratio,
            "FP_ratio": self.FP_ratio,
            "num_iters": _phases(self.num_iters),
            "lr": self.lr,
        }
        fewer = self._fitting(method, n)
        if fewer != self.n_neighbors:
            warn(f"n_neighbors is {self.n_neighbors} and there are {n} points; {fewer} is taken")
            method["n_neighbors"] = fewer
        return method

    def _fitting(self, method: dict[str, Any], n: int) -> Any:
        """As many near pairs as n points have room for, with the others."""
        neighbors = self.n_neighbors
        if not isinstance(neighbors, Integral) or n < 4:
            return neighbors
        for fewer in range(min(int(neighbors), n - 1), 0, -1):
            try:
                core.neighbors_needed({**method, "n_neighbors": fewer}, n)
            except InvalidInput:
                continue
            return fewer
        return neighbors

    def _start(self, has_points: bool) -> Any:
        return start_or_usual(self.init, has_points)


class LocalMAP(PaCMAP):
    """A map by LocalMAP: PaCMAP with a locally adjusted graph, whose clusters part more clearly.

    The last phase draws further pairs anew every tenth iteration, among points that are near on
    the map, and near pairs attract less the further they are apart.

    Parameters
    ----------
    n_components, n_neighbors, MN_ratio, FP_ratio, lr, num_iters, metric, init, random_state, \
    n_jobs, verbose
        As for `PaCMAP`.
    low_dist_thres : float, default 10.0
        Units of the map: how near a further pair is that the last phase draws.
    precomputed_knn, index, target_recall, zero_vectors, device, unique, memory_limit, callback
        As for `UMAP`.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components), float32
    n_iter_ : int
    knn_, graph_, info_, remote_, n_features_in_
        As of `PaCMAP`.

    Notes
    -----
    Wang, Sun, Huang, Rudin, "Dimension reduction with locally adjusted graphs", AAAI 2025. What is
    said of `PaCMAP` holds for it, too.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nearfold import LocalMAP
    >>> LocalMAP(low_dist_thres=5).fit_transform(load_iris().data).shape
    (150, 2)
    """

    _kind = "localmap"

    def __init__(
        self,
        n_components: int = 2,
        n_neighbors: int | None = 10,
        MN_ratio: float = 0.5,
        FP_ratio: float = 2.0,
        *,
        lr: float = 1.0,
        num_iters: Any = (100, 100, 250),
        low_dist_thres: float = 10.0,
        metric: Any = "euclidean",
        init: Any = "auto",
        random_state: Any = 42,
        n_jobs: int | None = None,
        verbose: Any = False,
        precomputed_knn: Any = None,
        index: Any = "auto",
        target_recall: float = 0.95,
        zero_vectors: str = "error",
        device: str = "auto",
        unique: bool = False,
        memory_limit: Any = None,
        callback: Callback | None = None,
    ) -> None:
        super().__init__(
            n_components,
            n_neighbors,
            MN_ratio,
            FP_ratio,
            lr=lr,
            num_iters=num_iters,
            metric=metric,
            init=init,
            random_state=random_state,
            n_jobs=n_jobs,
            verbose=verbose,
            precomputed_knn=precomputed_knn,
            index=index,
            target_recall=target_recall,
            zero_vectors=zero_vectors,
            device=device,
            unique=unique,
            memory_limit=memory_limit,
            callback=callback,
        )
        self.low_dist_thres = low_dist_thres

    def _method(self, n: int) -> dict[str, Any]:
        return {**super()._method(n), "low_dist_thres": self.low_dist_thres}


def _phases(num_iters: Any) -> list[int]:
    """Three whole numbers; those of the first phases are pacmap's where one is given."""
    phases = [*_EARLY, num_iters] if isinstance(num_iters, Integral) else num_iters
    try:
        whole = [int(phase) for phase in phases]
        right = len(whole) == 3 and all(a == b for a, b in zip(whole, phases))
    except (TypeError, ValueError):
        right = False
    if not right:
        raise InvalidType(
            f"num_iters is {num_iters!r}; give three whole numbers, or that of the last phase"
        )
    return whole
