"""A million points: what it will need, a bar while it runs, and Ctrl-C that keeps the map so far.

    python million.py [-n 1000000] [--columns 50] [-o million.png]

Points lie around curves in space. They are written to a file and mapped into memory: float32 is not
copied, so they are read as they are needed.
"""

import argparse
import os
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import nearfold

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("-n", type=int, default=1_000_000, metavar="POINTS")
parser.add_argument("--columns", type=int, default=50)
parser.add_argument("-o", default="million.png", metavar="PICTURE")
args = parser.parse_args()

path = os.path.join(tempfile.mkdtemp(), "points.npy")
points = np.lib.format.open_memmap(path, "w+", np.float32, (args.n, args.columns))
rng = np.random.default_rng(2)
curves = rng.normal(0, 3, (20, 4, args.columns))
which = rng.integers(20, size=args.n)
for begin in range(0, args.n, 50_000):
    some = which[begin : begin + 50_000]
    t = rng.random((len(some), 1))
    basis = np.stack([np.cos(3 * t), np.sin(3 * t), t, np.ones_like(t)], axis=1)
    on_curve = (curves[some] * basis).sum(axis=1)
    points[begin : begin + 50_000] = on_curve + rng.normal(0, 0.4, on_curve.shape)
points = np.load(path, mmap_mode="r")

umap = nearfold.UMAP(verbose=True)
need = nearfold.plan(*points.shape, umap)
print(f"needs {need['host_bytes'] / 1e9:.1f} GB and about {need['seconds']:.0f} s")
try:
    umap.fit(points)
    embedding, info = umap.embedding_, umap.info_
except nearfold.Interrupted as stopped:
    if stopped.embedding is None:
        raise
    embedding, info = stopped.embedding, stopped.info
print({stage: round(seconds, 1) for stage, seconds in info["seconds"].items()})
print(info["index"], "recall", info["recall"] and round(info["recall"]["mean"], 3))
nearfold.plot(embedding, which, title=f"UMAP of {args.n:,} points", legend=False)
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)
os.remove(path)
