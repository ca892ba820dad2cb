"""Graphs and maps from the workers of a Dask cluster; ``pip install nearfold[dask]``.

The bytes are those of one machine, whatever the workers, the blocks, and what is lost on the way.
"""

from ._graph import kneighbors_graph
from ._maps import TSNE, UMAP

__all__ = ["TSNE", "UMAP", "kneighbors_graph"]
