"""Fitted maps as files, which the tool's ``transform``, ``update`` and ``quality`` read as well.

An uncompressed .npz of arrays and JSON, nothing that is run, which every later version reads.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import scipy.sparse

from . import _arrays
from ._base import MapEstimator
from ._core import core
from ._errors import InvalidInput, IoError, Unsupported
from ._files import replaced
from ._graph import Graph
from ._metrics import metric_of
from ._pacmap import LocalMAP, PaCMAP
from ._tsne import TSNE
from ._umap import UMAP

_FORMAT, _SPARSE_FORMAT = 1, 2  # the second has sparse points
_KWDS = {"umap": "metric_kwds", "tsne": "metric_params"}
# Parameters whose names a file and an estimator do not share.
_NAMES = {"negative_gradient_method": "method"}
_KINDS = {"umap": UMAP, "tsne": TSNE, "pacmap": PaCMAP, "localmap": LocalMAP}


def save(estimator: MapEstimator, path: str | os.PathLike[str]) -> None:
    """Writes a fitted map, by convention to a name that ends with ``.nfm``.

    Parameters
    ----------
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP, fitted
    path : path
        What is there is replaced, at once and when all of it is written.

    Notes
    -----
    `load` reads it, and so does ``nearfold transform map.nfm new.npy -o placed.npy``. Unlike a
    pickle it is safe to read from others, and does not depend on versions of Python or of packages.
    Of a fit with ``unique=True`` it has the distinct rows and their places alone.
    """
    model = estimator._model_of_map()
    graph = estimator.knn_
    points: Any = estimator._distinct(estimator._points_of_fit)
    sparse = scipy.sparse.issparse(points)
    about = {
        "kind": "model",
        "format": _SPARSE_FORMAT if sparse else _FORMAT,
        "version": core.version(),
        **model.settings(),
    }
    about_graph = {
        "metric": about["metric"],
        "self_included": False,
        "index": graph.index,
        "recall": graph.recall,
        "seed": about["seed"],
        "fingerprint": "",
        "version": core.version(),
    }
    entries: dict[str, Any] = {
        "meta": _text(about),
        "map": estimator._distinct(estimator.embedding_),
        "graph/meta": _text(about_graph),
        "graph/indices": graph.indices,
        "graph/distances": graph.distances,
    }
    if sparse:
        shape = np.array(points.shape, np.int64)
        parts = zip(("indptr", "indices", "data"), _arrays.native(points)[2:])
        entries |= {"points/shape": shape, **{f"points/{name}": part for name, part in parts}}
    else:
        entries["points"] = points
    if estimator._offsets is not None:
        entries["preparation/offsets"] = estimator._offsets
    with replaced(path) as file:
        np.savez(file, **entries)


def load(path: str | os.PathLike[str]) -> MapEstimator:
    """A fitted estimator from a file of `save` or of ``nearfold embed --save-model``.

    Parameters
    ----------
    path : path

    Returns
    -------
    nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP
        Which transforms as the one that was saved, byte for byte.

    Raises
    ------
    IoError, InvalidInput
        For a file that cannot be opened, and for one that is no model.
    Unsupported
        For a model of the tool whose data was scaled, projected or filled in before the fit.
    """
    shown = repr(os.fspath(path))
    try:
        with np.load(path, allow_pickle=False) as file:
            entries = {name: file[name] for name in file.files if not name.startswith("index/")}
    except OSError as error:
        raise IoError(f"cannot read {shown}: {error}") from error
    except Exception as error:  # whatever zipfile and numpy find wrong with it
        raise InvalidInput(f"{shown} is no model: {error}") from error
    try:
        return _estimator(entries, shown)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{shown} is no model: {error!r}") from error


def _text(about: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(json.dumps(about, indent=2).encode(), dtype=np.uint8)


def _json(entry: np.ndarray) -> dict[str, Any]:
    read = json.loads(entry.tobytes().decode())
    if not isinstance(read, dict):
        raise TypeError("meta is no JSON object")
    return read


def _estimator(entries: dict[str, np.ndarray], shown: str) -> MapEstimator:
    about = _json(entries["meta"])
    if about.get("kind") != "model":
        raise InvalidInput(f"{shown} is no model")
    if about["format"] not in (_FORMAT, _SPARSE_FORMAT):
        raise InvalidInput(
            f"{shown} has format {about['format']}, and this version ({core.version()}) reads "
            f"1 and 2; it was written by version {about.get('version', 'unknown')}"
        )
    steps = {name.partition("/")[2] for name in entries if name.startswith("preparation/")}
    if steps - {"offsets"}:
        raise Unsupported(
            f"the data of {shown} was prepared by the tool ({', '.join(sorted(steps))}); "
            "place new rows by nearfold transform"
        )
    kind: Any = _KINDS[about["method"]]
    if "metric_params" in about and about["method"] not in _KWDS:
        raise Unsupported(
            f"the metric of {shown} has the parameters {', '.join(about['metric_params'])}, which "
            f"{kind.__name__} takes in the tool alone; place new rows by nearfold transform"
        )
    knn = about["knn"]
    made: MapEstimator = kind(
        **{_NAMES.get(name, name): value for name, value in _params(about).items()},
        n_components=about["n_components"],
        metric=about["metric"],
        random_state=about["seed"],
        index={"kind": knn["kind"], **knn["params"]},
        zero_vectors=about["zero_vectors"],
        **({_KWDS[about["method"]]: _kwds(about)} if "metric_params" in about else {}),
    )
    points = _points(entries, about["format"] == _SPARSE_FORMAT)
    graph = _json(entries["graph/meta"])
    made.embedding_ = np.ascontiguousarray(entries["map"], dtype=np.float32)
    made.knn_ = Graph(
        entries["graph/indices"],
        entries["graph/distances"],
        about["metric"],
        graph.get("index", "given"),
        graph.get("recall"),
    )
    made.info_ = {"version": about.get("version"), "method": about["method"], "finished": True}
    made.n_features_in_ = points.shape[1]
    made._seed = about["seed"]
    made._targets, made._steered = [], bool(about.get("steered", False))
    made._metric, made._metric_params = metric_of(about["metric"], _kwds(about))
    made._method_of_fit = {"kind": about["method"], **about["params"]}
    made._offsets = entries.get("preparation/offsets")
    made._points_of_fit = points
    made._forget()
    made._model_of_map()  # so that what does not fit together is refused here
    return made


def _points(entries: dict[str, np.ndarray], sparse: bool) -> Any:
    if not sparse:
        return np.ascontiguousarray(entries["points"], dtype=np.float32)
    data, indices, indptr = (entries[f"points/{name}"] for name in ("data", "indices", "indptr"))
    shape = tuple(int(size) for size in entries["points/shape"])
    try:
        return scipy.sparse.csr_matrix(
            (data.astype(np.float32, copy=False), indices, indptr), shape
        )
    except ValueError as error:  # scipy's, of parts that do not fit together
        raise InvalidInput(f"sparse points of the model: {error}") from error


def _kwds(about: dict[str, Any]) -> dict[str, Any]:
    """The inverse covariance as the matrix that it is; the other parameters are rows."""
    params = dict(about.get("metric_params", {}))
    if "VI" in params:
        size = int(len(params["VI"]) ** 0.5)
        params["VI"] = np.reshape(params["VI"], (size, size))
    return params


def _params(about: dict[str, Any]) -> dict[str, Any]:
    params = dict(about["params"])
    if params.get("learning_rate", 1) is None:
        params["learning_rate"] = "auto"
    if scales := params.pop("perplexities", []):
        params["perplexity"] = scales
    return params
