"""t-SNE by scikit-learn's contract."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from ._base import MapEstimator
from ._errors import InvalidInput
from ._run import Callback
from ._umap import start_or_usual
from ._warn import warn

# scikit-learn's and openTSNE's words for how repulsion is summed.
_METHODS = {
    "auto": "auto",
    "barnes_hut": "auto",
    "bh": "auto",
    "exact": "exact",
    "fft": "fft",
    "interpolation": "fft",
}
_LEAST = 1.3  # perplexity that four points can have


class TSNE(MapEstimator):
    """A map by t-SNE, t-distributed stochastic neighbour embedding.

    Parameters
    ----------
    n_components : int, default 2
        1 to 10. In other than 2 and 3 dimensions up to 30,000 points, as all pairs are summed.
    perplexity : float or list of float, default 30.0
        Effective neighbours of a point. Where there are fewer than 3 perplexity + 1 points,
        (n_samples - 1) / 3 is taken, with a warning, as in openTSNE. Several: the mean of the
        affinities of each.
    early_exaggeration : float, default 12.0
    learning_rate : float or "auto"
        openTSNE's, which is four times scikit-learn's; "auto": n_samples / exaggeration.
    max_iter : int, default 750
        All iterations, those of early exaggeration included.
    n_iter_without_progress, min_grad_norm, angle
        scikit-learn's, accepted so that its code runs, and ignored; `early_stop` ends a run that
        makes no progress.
    metric : str, default "euclidean"
        As for `UMAP`.
    metric_params : dict or None
        Parameters of the metric, by SciPy's names: ``"w"`` for minkowski, ``"V"`` for seuclidean,
        ``"VI"`` for mahalanobis.
    init : {"auto", "pca", "spectral", "random", "landmarks"} or ndarray
        "auto": PCA, or spectral if there are distances instead of points. "landmarks": a map of a
        tenth of the points, from 2,000 to 20,000, and the others beside those nearest to them. An
        array has the shape (n_samples, n_components).
    verbose : bool or int
    random_state : int, RandomState, Generator or None, default 42
        An int gives the same bytes in every run, for any number of threads.
    method : {"auto", "exact", "fft"}
        How repulsion is summed: over all pairs, or by an FFT (2-D). "auto": exact below 3,000
        points. "barnes_hut", scikit-learn's, is "auto".
    n_jobs : int or None
        Threads; None and -1 are every core. The map never depends on it.
    early_exaggeration_iter : int, default 250
    exaggeration : float, default 1.0
        Of the iterations after the early ones.
    late_exaggeration : float, default 1.0
    late_exaggeration_iter : int, default 0
        So many iterations at the end have `late_exaggeration` instead.
    dof : float, default 1.0
        Degrees of freedom of the kernel (1 + d^2 / dof)^-dof, as openTSNE's: below 1 heavier tails
        and finer clusters.
    affinities : {"perplexity", "uniform"}, default "perplexity"
        "uniform": the same to each of the `k_neighbors` nearest, as openTSNE's ``Uniform``.
    k_neighbors : int, default 30
    symmetrize : {"max", "mean"}, default "max"
        Of uniform affinities: the larger of both directions of an edge, or their mean.
    early_stop : bool, default False
        Ends early exaggeration, and the run, when the KL divergence hardly falls (opt-SNE's rules).
    initial_momentum, final_momentum, max_step_norm : float
    precomputed_knn, index, target_recall, zero_vectors, device, unique, memory_limit, callback
        As for `UMAP`.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components), float32
    kl_divergence_ : float
        Without exaggeration.
    learning_rate_ : float
    n_iter_ : int
    knn_, graph_, info_, remote_, n_features_in_
        As of `UMAP`; ``graph_`` has the joint probabilities.

    Notes
    -----
    Unlike scikit-learn's, it has `transform`, `update` and `inverse_transform`. The same seed gives
    the same bytes, those of ``nearfold embed``. van der Maaten, Hinton, "Visualizing data using
    t-SNE", 2008; defaults are openTSNE's (Policar, Strazar, Zupan, 2019).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nearfold import TSNE
    >>> TSNE(perplexity=10).fit_transform(load_iris().data).shape
    (150, 2)
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        perplexity: Any = 30.0,
        early_exaggeration: float = 12.0,
        learning_rate: Any = "auto",
        max_iter: int = 750,
        n_iter_without_progress: int = 300,
        min_grad_norm: float = 1e-7,
        metric: Any = "euclidean",
        metric_params: Any = None,
        init: Any = "auto",
        verbose: Any = 0,
        random_state: Any = 42,
        method: str = "auto",
        angle: float = 0.5,
        n_jobs: int | None = None,
        early_exaggeration_iter: int = 250,
        exaggeration: float = 1.0,
        late_exaggeration: float = 1.0,
        late_exaggeration_iter: int = 0,
        dof: float = 1.0,
        affinities: str = "perplexity",
        k_neighbors: int = 30,
        symmetrize: str = "max",
        early_stop: bool = False,
        initial_momentum: float = 0.8,
        final_momentum: float = 0.8,
        max_step_norm: float = 5.0,
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
        self.perplexity = perplexity
        self.early_exaggeration = early_exaggeration
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.n_iter_without_progress = n_iter_without_progress
        self.min_grad_norm = min_grad_norm
        self.metric = metric
        self.metric_params = metric_params
        self.init = init
        self.verbose = verbose
        self.random_state = random_state
        self.method = method
        self.angle = angle
        self.n_jobs = n_jobs
        self.early_exaggeration_iter = early_exaggeration_iter
        self.exaggeration = exaggeration
        self.late_exaggeration = late_exaggeration
        self.late_exaggeration_iter = late_exaggeration_iter
        self.dof = dof
        self.affinities = affinities
        self.k_neighbors = k_neighbors
        self.symmetrize = symmetrize
        self.early_stop = early_stop
        self.initial_momentum = initial_momentum
        self.final_momentum = final_momentum
        self.max_step_norm = max_step_norm
        self.precomputed_knn = precomputed_knn
        self.index = index
        self.target_recall = target_recall
        self.zero_vectors = zero_vectors
        self.device = device
        self.unique = unique
        self.memory_limit = memory_limit
        self.callback = callback

    def _metric_kwds(self) -> Any:
        return self.metric_params

    def _check_parameters(self) -> None:
        if self.method not in _METHODS:
            raise InvalidInput(f"method is {self.method!r}; it is auto, exact or fft")

    def _method(self, n: int) -> dict[str, Any]:
        several = isinstance(self.perplexity, (list, tuple, np.ndarray))
        scales = [
            self._perplexity(one, n) for one in (self.perplexity if several else [self.perplexity])
        ]
        if not scales:
            raise InvalidInput("perplexity is an empty list; give one number or more")
        return {
            "kind": "tsne",
            "perplexity": scales[0],
            "perplexities": scales if several and len(scales) > 1 else [],
            "affinities": self.affinities,
            "k_neighbors": self.k_neighbors,
            "symmetrize": self.symmetrize,
            "dof": self.dof,
            "late_exaggeration": self.late_exaggeration,
            "late_exaggeration_iter": self.late_exaggeration_iter,
            "early_exaggeration": self.early_exaggeration,
            "early_exaggeration_iter": self.early_exaggeration_iter,
            "exaggeration": self.exaggeration,
            "max_iter": self.max_iter,
            "early_stop": bool(self.early_stop),
            "learning_rate": None if self.learning_rate == "auto" else self.learning_rate,
            "initial_momentum": self.initial_momentum,
            "final_momentum": self.final_momentum,
            "max_step_norm": self.max_step_norm,
            "negative_gradient_method": _METHODS[self.method],
        }

    def _perplexity(self, given: Any, n: int) -> Any:
        if isinstance(given, np.generic):
            given = given.item()
        if (
            self.affinities == "uniform"
            or not isinstance(given, Real)
            or int(3 * float(given)) <= n - 1
        ):
            return given
        taken = max(_LEAST, (n - 1) / 3)
        warn(f"perplexity is {given} and there are {n} points; {taken:.3g} is taken")
        return taken

    def _start(self, has_points: bool) -> Any:
        return start_or_usual(self.init, has_points)

    @property
    def kl_divergence_(self) -> float:
        """KL(P || Q) of the map, without exaggeration."""
        return float(self.info_["kl_divergence"])

    @property
    def learning_rate_(self) -> float:
        """Of the iterations after the early ones."""
        if self.learning_rate != "auto":
            return float(self.learning_rate)
        last = self.late_exaggeration if self.late_exaggeration_iter > 0 else self.exaggeration
        return float(self.embedding_.shape[0] / last)
