"""Maps of several data sets, aligned: umap-learn's AlignedUMAP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from . import _settings
from ._core import core
from ._errors import Cancelled, Interrupted, InvalidInput, InvalidType, Unsupported
from ._graph import find_neighbors
from ._run import Callback, Watched
from ._umap import UMAP
from ._warn import warn

_EPOCHS = 200  # umap-learn's, whatever the number of points

# What a list may give to each set.
_OF_EACH = (
    "n_neighbors min_dist spread learning_rate repulsion_strength negative_sample_rate "
    "set_op_mix_ratio local_connectivity"
).split()
# What every set's estimator is given.
_OF_ALL = (
    "n_components metric metric_kwds init low_memory transform_queue_size a b angular_rp_forest "
    "target_n_neighbors target_metric target_metric_kwds target_weight transform_seed "
    "force_approximation_algorithm n_jobs index target_recall zero_vectors device "
    "memory_limit callback"
).split()


class AlignedUMAP(BaseEstimator):
    """Maps of several data sets in a row by UMAP, in which related rows lie near each other.

    For slices of time, batches, overlapping windows, or the same rows under other parameters.

    Parameters
    ----------
    n_neighbors : int or list of int, default 15
        As of ``nearfold.UMAP``; a list has one for each set.
    n_components : int, default 2
    metric : str, default "euclidean"
    n_epochs : int or None
        None: 200, whatever the number of rows. The same for all sets.
    learning_rate : float or list of float, default 1.0
    init : {"spectral", "pca", "random"}
        Each set's is rotated, reflected and moved to lie as near to the one before as may be.
    alignment_regularisation : float, default 0.01
        How strongly related rows pull each other, from 0, not at all, on.
    alignment_window_size : int, default 3
        How many sets before and behind a set pull its rows; one that is o sets away pulls
        e^-(o-1) times as strongly.
    min_dist, spread : float or list of float, defaults 0.1 and 1.0
    set_op_mix_ratio, local_connectivity, repulsion_strength, negative_sample_rate : float or list
    a, b : float or None
    random_state : int, RandomState, Generator or None, default 42
        An int gives the same bytes in every run, for any number of threads.
    target_n_neighbors, target_metric, target_weight
        Of `y`, as of ``nearfold.UMAP``.
    verbose : bool
    low_memory, transform_queue_size, angular_rp_forest, transform_seed, \
    force_approximation_algorithm
        Accepted so that code written for umap-learn runs, and ignored.
    target_metric_kwds, unique
        umap-learn's. Values other than the defaults raise `Unsupported`; of equal rows give one.
    metric_kwds, n_jobs, index, target_recall, zero_vectors, memory_limit, callback
        As of ``nearfold.UMAP``.
    device : {"auto", "cpu"}
        Aligned maps are made on the processor alone.

    Attributes
    ----------
    embeddings_ : list of ndarray of shape (n_samples, n_components), float32
        A map of each set.
    mappers_ : list of nearfold.UMAP
        A fitted estimator of each set, whose map is the aligned one: new rows of a set are put on
        it by its `transform`.
    n_models_ : int
        Number of sets.
    dict_relations_ : list of dict
        Row of a set to row of the next.
    related_ : list of dict
        Of each two neighbouring sets: "rows", how many are related; "similarity", the mean share of
        the neighbours of two related rows that are common; "distance", the mean distance of related
        rows in units of the maps' root mean square distance from their centres.
    info_ : list of dict
        Report of each set's run.

    Notes
    -----
    Every set is prepared as a fit of ``nearfold.UMAP``. All maps are then optimised together; after
    each epoch every row moves towards the rows that it is related to, the more, the more their
    neighbourhoods have in common, and about as much in an epoch as in umap-learn. One set alone
    gives the bytes of ``nearfold.UMAP`` with as many epochs. umap-learn's window leaves out the set
    furthest behind and, on the way forward, the last set; here all are in it, and ``min_dist``,
    ``spread``, ``repulsion_strength`` and ``learning_rate``, which it does not hand on, count.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nearfold import AlignedUMAP
    >>> X = load_iris().data
    >>> windows = [X[:100], X[50:]]
    >>> shared = {row + 50: row for row in range(50)}
    >>> aligned = AlignedUMAP(n_neighbors=10).fit(windows, relations=[shared])
    >>> [embedding.shape for embedding in aligned.embeddings_]
    [(100, 2), (100, 2)]
    """

    embeddings_: list[np.ndarray]
    mappers_: list[UMAP]
    n_models_: int
    dict_relations_: list[dict[int, int]]
    related_: list[dict[str, Any]]
    info_: list[dict[str, Any]]

    def __init__(
        self,
        n_neighbors: Any = 15,
        n_components: int = 2,
        metric: Any = "euclidean",
        metric_kwds: Any = None,
        n_epochs: int | None = None,
        learning_rate: Any = 1.0,
        init: Any = "spectral",
        alignment_regularisation: float = 1.0e-2,
        alignment_window_size: int = 3,
        min_dist: Any = 0.1,
        spread: Any = 1.0,
        low_memory: bool = False,
        set_op_mix_ratio: Any = 1.0,
        local_connectivity: Any = 1.0,
        repulsion_strength: Any = 1.0,
        negative_sample_rate: Any = 5,
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
        force_approximation_algorithm: bool = False,
        verbose: Any = False,
        unique: bool = False,
        *,
        n_jobs: int | None = -1,
        index: Any = "auto",
        target_recall: float = 0.95,
        zero_vectors: str = "error",
        device: str = "auto",
        memory_limit: Any = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_components = n_components
        self.metric = metric
        self.metric_kwds = metric_kwds
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.init = init
        self.alignment_regularisation = alignment_regularisation
        self.alignment_window_size = alignment_window_size
        self.min_dist = min_dist
        self.spread = spread
        self.low_memory = low_memory
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
        self.force_approximation_algorithm = force_approximation_algorithm
        self.verbose = verbose
        self.unique = unique
        self.n_jobs = n_jobs
        self.index = index
        self.target_recall = target_recall
        self.zero_vectors = zero_vectors
        self.device = device
        self.memory_limit = memory_limit
        self.callback = callback

    def fit(
        self, X: Any, y: Any = None, *, relations: Any = None, window_size: int | None = None
    ) -> AlignedUMAP:
        """Makes a map of each data set in `X`.

        Parameters
        ----------
        X : list of array-like of shape (n_samples, n_features)
            One or more sets of four rows or more; rows and columns may differ in number.
        y : list of (array-like or None), or None
            What steers each set's map, as in a fit of ``nearfold.UMAP``.
        relations : list of dict, of arrays of shape (m, 2), or of "same"
            Between each set and the next: a dict from rows to rows of the next set, pairs of them,
            or "same" where row i is row i in both. A row has one counterpart at most.
        window_size : int or None
            In place of ``alignment_window_size``.

        Returns
        -------
        self

        Raises
        ------
        InvalidInput
            For wrong data, relations or parameters, naming set and row; it is a ValueError.
        Interrupted
            On Ctrl-C, with the maps so far in a list.
        """
        sets = _list_of(X, "X", "data sets")
        steering = [None] * len(sets) if y is None else _list_of(y, "y", "targets")
        if len(steering) != len(sets):
            raise InvalidInput(f"y has {len(steering)} entries for {len(sets)} sets; give one each")
        self._seed = _settings.seed_of(self.random_state)
        mappers = [self._mapper(s, len(sets)) for s in range(len(sets))]
        prepared = [_prepare(*one) for one in zip(mappers, sets, steering)]
        pairs = self._pairs(relations, [one["n"] for one in prepared])
        self._run(mappers, prepared, pairs, window_size)
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, relations: Any = None, window_size: int | None = None
    ) -> list[np.ndarray]:
        """Makes a map of each data set in `X` and returns them.

        Parameters
        ----------
        X, y, relations, window_size
            As for `fit`.

        Returns
        -------
        list of ndarray of shape (n_samples, n_components), float32
        """
        return self.fit(X, y, relations=relations, window_size=window_size).embeddings_

    def update(
        self, X: Any, y: Any = None, *, relations: Any = None, window_size: int | None = None
    ) -> AlignedUMAP:
        """Adds the map of a further set; the others stay as they are, bit for bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The set behind the last one. Where a parameter is a list, it has the last value.
        y : array-like or None
        relations : dict, array of shape (m, 2), or "same"
            From rows of the last set to rows of this one.
        window_size : int or None
            In place of ``alignment_window_size``.

        Returns
        -------
        self
            ``embeddings_`` has one map more.
        """
        check_is_fitted(self)
        mapper = self._mapper(self.n_models_, self.n_models_ + 1)
        added = _prepare(mapper, X, y)
        before = [
            _as_set(one, embedding) for one, embedding in zip(self.mappers_, self.embeddings_)
        ]
        given = [*self.dict_relations_, relations]
        pairs = self._pairs(given, [*(one["n"] for one in before), added["n"]])
        self._run([*self.mappers_, mapper], [*before, added], pairs, window_size)
        return self

    # ---- the run --------------------------------------------------------------------------------

    def _mapper(self, which: int, count: int) -> UMAP:
        """The estimator of one set."""
        if self.unique:
            raise Unsupported(
                "unique=True is of one map, and relations name rows of the sets; leave it out, or "
                "give the distinct rows of each set"
            )
        own = {name: _value(getattr(self, name), which, count, name) for name in _OF_EACH}
        shared = {name: getattr(self, name) for name in _OF_ALL}
        if shared["device"] == "auto":
            shared["device"] = "cpu"
        epochs = _EPOCHS if self.n_epochs is None else self.n_epochs
        return UMAP(**own, **shared, n_epochs=epochs, random_state=self._seed)

    def _pairs(self, relations: Any, rows: Sequence[int]) -> list[np.ndarray]:
        if relations is None and len(rows) > 1:
            raise InvalidInput(
                "relations are needed: give fit(X, relations=[...]) a dict from rows to rows of "
                "the next set for each set but the last"
            )
        given = [] if relations is None else _list_of(relations, "relations", "relations")
        if len(given) != len(rows) - 1:
            raise InvalidInput(
                f"there are {len(rows)} sets and {len(given)} relations; give one between each set "
                f"and the next, {len(rows) - 1} in all"
            )
        return [_pairs_of(one, r, rows[r], rows[r + 1]) for r, one in enumerate(given)]

    def _run(
        self,
        mappers: list[UMAP],
        sets: list[dict[str, Any]],
        pairs: list[np.ndarray],
        window_size: int | None,
    ) -> None:
        window = self.alignment_window_size if window_size is None else window_size
        with Watched(self.callback, self.verbose) as callback:
            maps, infos, related, raised = core.embed_aligned(
                sets, pairs, float(self.alignment_regularisation), int(window), callback
            )
        if isinstance(raised, KeyboardInterrupt):
            raise Interrupted(maps, infos) from None
        if raised is not None:
            raise raised
        if maps is None:
            raise Cancelled("callback stopped the run before it had maps")
        for s, info in enumerate(infos):
            for text in info.pop("warnings"):
                warn(f"set {s}: {text}")
        if not infos[-1]["finished"]:
            warn(f"callback stopped the run after {infos[-1]['iterations']} iterations")
        for mapper, embedding, info in zip(mappers, maps, infos):
            mapper._forget()
            mapper.embedding_, mapper.info_ = embedding, info
            mapper.n_iter_ = info["iterations"]
        self.embeddings_, self.info_, self.related_ = maps, infos, related
        self.mappers_, self.n_models_ = mappers, len(mappers)
        self.dict_relations_ = [dict(one.tolist()) for one in pairs]


def _list_of(given: Any, name: str, what: str) -> list[Any]:
    if isinstance(given, (list, tuple)) or (isinstance(given, np.ndarray) and given.ndim == 3):
        return list(given)
    raise InvalidType(
        f"{name} is a {type(given).__name__}; give a list of {what}, one for each set"
    )


def _value(given: Any, which: int, count: int, name: str) -> Any:
    if not isinstance(given, (list, tuple, np.ndarray)):
        return given
    if len(given) not in (count, count - 1) or len(given) == 0:
        raise InvalidInput(f"{name} has {len(given)} values for {count} sets; give one each")
    return given[min(which, len(given) - 1)]


def _prepare(mapper: UMAP, X: Any, y: Any) -> dict[str, Any]:
    """A set, once it is checked and its neighbours are found; `mapper` keeps both."""
    X, points = mapper._prepared(X)
    mapper._targets = mapper._targets_for(y, X.shape[0])
    mapper._steered = bool(mapper._targets)
    graph = mapper._given_graph(X)
    if graph is None:
        assert points is not None  # or there were a graph
        k = core.neighbors_needed(mapper._method_of_fit, X.shape[0])
        graph = find_neighbors(points, k, mapper._settings(True), mapper._watched())
    mapper.knn_ = graph
    return _as_set(mapper, None)


def _as_set(mapper: UMAP, embedding: np.ndarray | None) -> dict[str, Any]:
    points = mapper._points_of_fit
    return {
        "n": len(mapper.knn_),
        "points": points,
        "graph": mapper.knn_._as_dict(),
        "how": mapper._settings(points is not None),
        "map": None if embedding is None else np.ascontiguousarray(embedding, dtype=np.float32),
    }


def _pairs_of(relation: Any, which: int, rows: int, next_rows: int) -> np.ndarray:
    """Pairs [m, 2], int64; that there are such rows is checked with the sets."""
    between = f"relation {which}, of sets {which} and {which + 1},"
    if isinstance(relation, str):
        if relation != "same":
            raise InvalidInput(f"{between} is {relation!r}; give a dict, pairs, or 'same'")
        if rows != next_rows:
            raise InvalidInput(
                f"{between} is 'same', and they have {rows} and {next_rows} rows; give a dict"
            )
        return np.repeat(np.arange(rows, dtype=np.int64)[:, None], 2, axis=1)
    given = list(relation.items()) if isinstance(relation, Mapping) else relation
    pairs = np.asarray(given if len(given) else np.empty((0, 2), dtype=np.int64))
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise InvalidInput(
            f"{between} is of shape {pairs.shape} and {pairs.dtype}; give a dict from row to row, "
            "or whole numbers of shape (m, 2)"
        )
    return np.ascontiguousarray(pairs, dtype=np.int64)
