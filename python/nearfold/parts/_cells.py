"""Cells of IVF that parts share."""

from __future__ import annotations

from typing import Any

from .. import _settings
from .._core import core
from .._errors import InvalidInput
from .._run import Callback, Watched
from ._points import Points, search_of


class Cells:
    """The cells of an IVF of all points, by which parts become the graph of one search by IVF, byte
    for byte; `train_cells` makes them. They can be pickled: 4 bytes a point, and the centroids.

    Attributes
    ----------
    fingerprint : str
    candidates : int
        Of a query, of which the nearest are taken when parts are merged.
    index : str
        "ivf:nlist=1058,nprobe=24"
    """

    def __init__(self, trained: Any, how: dict[str, Any], points: str) -> None:
        self.core, self._how, self._points = trained, how, points

    @property
    def fingerprint(self) -> str:
        return str(self.core.fingerprint())

    @property
    def candidates(self) -> int:
        return int(self.core.candidates())

    @property
    def index(self) -> str:
        return str(self.core.description())

    @property
    def params(self) -> dict[str, Any]:
        return dict(self._how["knn"])

    def require(self, points: Points, k: int, seed: int) -> None:
        """Refuses what they were not trained for."""
        if points.fingerprint != self._points:
            raise InvalidInput("the cells are of other points: train them with these")
        if (k, seed) != (self._how["k"], self._how["seed"]):
            raise InvalidInput(
                f"the cells are for n_neighbors={self._how['k']} and "
                f"random_state={self._how['seed']}, and {k} and {seed} are given: give those"
            )

    def __reduce__(self) -> Any:
        return _again, (self.core.arrays(), self._how, self._points)


def _again(arrays: dict[str, Any], how: dict[str, Any], points: str) -> Cells:
    given = {name: it for name, it in how.items() if name != "k"}
    return Cells(core.cells_from(arrays, given), how, points)


def train_cells(
    points: Points,
    n_neighbors: int,
    *,
    index: Any = "ivf",
    target_recall: float = 0.95,
    random_state: int = 42,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> Cells:
    """Trains the cells, and finds the effort that reaches the target: the first half of a search of
    all points by IVF. All points are needed, and its memory.

    Parameters
    ----------
    points : Points
    n_neighbors : int
        Of the graph.
    index : str or dict
        ``"ivf"``, with parameters as ``"ivf:nlist=100,nprobe=8"``.
    target_recall, random_state, n_jobs, callback
        As for `kneighbors_graph`.
    """
    how = {
        **search_of(points.metric, points.zero_vectors, None),
        "knn": _settings.index_params(index, target_recall),
        "seed": _settings.seed_of(random_state),
    }
    threads = {"threads": _settings.threads_of(n_jobs)}
    with Watched(callback, False) as function:
        trained = core.train_cells(
            points.rows(0, points.n), n_neighbors, {**how, **threads}, function
        )
    return Cells(trained, {**how, "k": n_neighbors}, points.fingerprint)
