"""Metrics and their parameters, by the names of SciPy and umap-learn, for the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._core import core
from ._errors import InvalidInput, InvalidType, Unsupported

# What umap-learn, scikit-learn and pynndescent have beside ours.
_OTHER_METRICS = frozenset(
    "hyperboloid kulsinski kantorovich ll_dirichlet nan_euclidean ordinal poincare symmetric_kl "
    "tsss true_angular spherical_gaussian_energy diagonal_gaussian_energy gaussian_energy count "
    "wasserstein word".split()
)

# A name of a parameter, the metric it is for, the library's name of it. umap-learn calls the
# variances sigma, and the inverse covariance vinv.
_PARAMETERS = {
    ("minkowski", "p"): "p",
    ("minkowski", "w"): "w",
    ("seuclidean", "V"): "V",
    ("seuclidean", "sigma"): "V",
    ("mahalanobis", "VI"): "VI",
    ("mahalanobis", "vinv"): "VI",
    ("mahalanobis", "V"): "covariance",
}


def metric_of(metric: Any, kwds: Any = None, p: Any = None) -> tuple[str, dict[str, Any]]:
    """The library's name of a metric, and its parameters; `p` is a parameter of an estimator, for
    ``"minkowski"`` alone."""
    if callable(metric):
        raise Unsupported(
            "metric is a function; give the name of a metric, or metric='precomputed' and a matrix"
        )
    if not isinstance(metric, str):
        raise InvalidType(f"metric is {metric!r}; give the name of a metric")
    if metric in _OTHER_METRICS:
        raise Unsupported(
            f"metric={metric!r} is not there yet; use scikit-learn's distances and "
            "metric='precomputed', or a neighbour graph"
        )
    name: str = core.metric_named(metric)
    params = _checked(name, kwds)
    if name != "minkowski":
        return name, params
    params.setdefault("p", 2.0 if p is None else float(p))
    if metric in ("wminkowski", "weighted_minkowski") and "w" not in params:
        raise InvalidInput(f"metric={metric!r} needs w, a weight for each column")
    plain = {1.0: "manhattan", 2.0: "euclidean", np.inf: "chebyshev"}
    if "w" not in params and params["p"] in plain:
        return plain[params["p"]], {}
    return name, params


def metric_named(metric: Any, p: Any = None) -> str:
    """The library's name of a metric without parameters."""
    name, params = metric_of(metric, None, p)
    if params:
        raise Unsupported(f"metric={metric!r} with p={p} is not there; use p=1, 2 or infinity")
    return name


def _checked(name: str, kwds: Any) -> dict[str, Any]:
    if kwds is None:
        return {}
    if not isinstance(kwds, Mapping):
        raise InvalidType(f"the metric's parameters are {kwds!r}; give a dict as {{'p': 3}}")
    params: dict[str, Any] = {}
    for key, value in kwds.items():
        known = _PARAMETERS.get((name, key))
        if known is None:
            takes = sorted(key for metric, key in _PARAMETERS if metric == name)
            raise InvalidInput(
                f"{key!r} is no parameter of metric {name!r}, which takes "
                f"{', '.join(takes) if takes else 'none'}"
            )
        if known == "p":
            params["p"] = float(value)
            continue
        array: np.ndarray = np.asarray(value, dtype=np.float64)
        if known == "covariance":
            if array.ndim != 2 or array.shape[0] != array.shape[1]:
                raise InvalidInput(f"V is {array.shape}; mahalanobis takes a square covariance")
            known, array = "VI", np.linalg.inv(array)
        if known == "VI":
            array = (array + array.T) / 2 if np.allclose(array, array.T) else array
        params[known] = array.ravel().tolist()
    return params
