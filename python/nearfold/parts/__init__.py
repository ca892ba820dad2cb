"""The graph in parts, for points that no machine holds or searches alone.

A part holds the neighbours of some points, the queries, among some points, the data. Merged, the
parts are the graph of one run, byte for byte, whatever the ranges. Nothing here knows of an engine:
what runs the calls, and where, is the caller's; `nearfold.dask` is one such caller.
"""

from ._cells import Cells, train_cells
from ._merge import join, merge
from ._part import Part, load
from ._points import Points, scan, shards
from ._search import Shard, block

__all__ = [
    "Cells",
    "Part",
    "Points",
    "Shard",
    "block",
    "join",
    "load",
    "merge",
    "scan",
    "shards",
    "train_cells",
]
