"""Maps for other programs: AnnData (scanpy) and Parquet (Embedding Atlas)."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from ._errors import InvalidInput


def to_anndata(estimator: Any, adata: Any = None, *, key: str | None = None) -> Any:
    """A fitted map in scanpy's form.

    Parameters
    ----------
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP, fitted
    adata : AnnData, optional
        Of the same observations, to which things are added; None makes a new one without X.
    key : str, optional
        "X_umap", "X_tsne", ... by the method unless given.

    Returns
    -------
    AnnData
        ``obsm[key]``; ``obsp["distances"]`` and ``obsp["connectivities"]``, CSR; and
        ``uns["neighbors"]``, which names them, as ``scanpy.pp.neighbors`` leaves it.
    """
    import anndata

    n = estimator.embedding_.shape[0]
    if adata is None:
        adata = anndata.AnnData(shape=(n, 0))
    if adata.n_obs != n:
        raise InvalidInput(f"adata has {adata.n_obs} observations, and the map {n} points")
    graph = estimator.knn_
    method = estimator.info_["method"]
    adata.obsm[key or f"X_{method}"] = estimator.embedding_
    adata.obsp["distances"] = graph.to_csr()
    adata.obsp["connectivities"] = estimator.graph_
    adata.uns["neighbors"] = {
        "connectivities_key": "connectivities",
        "distances_key": "distances",
        "params": {"n_neighbors": graph.k + 1, "method": method, "metric": graph.metric},
    }
    return adata


def to_parquet(
    estimator: Any,
    path: str | os.PathLike[str],
    data: Any = None,
    *,
    neighbors: int = 15,
) -> None:
    """A fitted map as a table that Embedding Atlas opens.

    ``embedding-atlas FILE --x x --y y --neighbors neighbors``

    Parameters
    ----------
    estimator : nearfold.UMAP, nearfold.TSNE, nearfold.PaCMAP or nearfold.LocalMAP, fitted
        Of two columns or more, of which the first two are written.
    path : path
    data : mapping from names to columns, or a data frame, optional
        Written beside the map.
    neighbors : int
        Of each point, written as row numbers and distances; 0 for none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    embedding = estimator.embedding_
    if embedding.shape[1] < 2:
        raise InvalidInput("the map has one column, and the table needs x and y")
    columns: dict[str, Any] = {}
    if data is not None:
        for name in data.keys() if hasattr(data, "keys") else data.columns:
            columns[str(name)] = np.asarray(data[name])
    columns["x"], columns["y"] = embedding[:, 0], embedding[:, 1]
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInput(f"columns are not equally long: {lengths}")
    table = pa.table(columns)
    if neighbors > 0:
        graph = estimator.knn_
        rows = [
            {"ids": ids.tolist(), "distances": distances.tolist()}
            for ids, distances in zip(graph.indices[:, :neighbors], graph.distances[:, :neighbors])
        ]
        table = table.append_column("neighbors", pa.array(rows))
    pq.write_table(
        table.replace_schema_metadata({"nearfold": json.dumps(_report(estimator))}), path
    )


def _report(estimator: Any) -> dict[str, Any]:
    return {name: value for name, value in estimator.info_.items() if value is not None}
