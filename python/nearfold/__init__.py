"""t-SNE, UMAP and PaCMAP over exact or approximate nearest neighbours.

Estimators by scikit-learn's contract: `UMAP`, `TSNE`, `PaCMAP`, `LocalMAP`,
`NearestNeighborsGraph`; of several data sets `AlignedUMAP`.
Functions: `kneighbors_graph`, `quality`, `quality_new`, `agreement`, `plan`, `compare`, `grid`,
`plot`, `show`.
The same seed gives the same bytes, for any number of threads.
"""

from ._aligned import AlignedUMAP
from ._core import core as _core
from ._errors import (
    Cancelled,
    DeviceFailure,
    Interrupted,
    InvalidInput,
    InvalidType,
    IoError,
    NearfoldError,
    NoDevice,
    OutOfMemory,
    Unsupported,
    WorkersLost,
)
from ._functions import agreement, compare, grid, plan, quality, quality_new
from ._graph import Graph, kneighbors_graph
from ._model_file import load, save
from ._neighbors import NearestNeighborsGraph
from ._pacmap import LocalMAP, PaCMAP
from ._page import Page, show
from ._plot import plot
from ._tsne import TSNE
from ._umap import UMAP

__version__: str = _core.version()

__all__ = [
    "TSNE",
    "UMAP",
    "AlignedUMAP",
    "Cancelled",
    "DeviceFailure",
    "Graph",
    "Interrupted",
    "InvalidInput",
    "InvalidType",
    "IoError",
    "LocalMAP",
    "NearestNeighborsGraph",
    "NearfoldError",
    "NoDevice",
    "OutOfMemory",
    "PaCMAP",
    "Page",
    "Unsupported",
    "WorkersLost",
    "agreement",
    "compare",
    "grid",
    "kneighbors_graph",
    "load",
    "plan",
    "plot",
    "quality",
    "quality_new",
    "save",
    "show",
]
