"""Rows that arrive later, block by block: a map of a sample, everything else put on it.

    python streaming.py [-n 60000] [-o streaming.png]

A row's place depends on the fitted map and on the row alone, so blocks may be of any size, come in
any order, and be made on several machines from one pickle.
"""

import argparse
import pickle
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import nearfold

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("-n", type=int, default=60_000, metavar="ROWS")
parser.add_argument("-o", default="streaming.png", metavar="PICTURE")
args = parser.parse_args()

# Rows around closed curves in 30 dimensions.
rng = np.random.default_rng(3)
curves = rng.normal(0, 2, (25, 4, 30))
y = rng.integers(25, size=args.n)
t = rng.random(args.n) * 2 * np.pi
basis = np.stack([np.cos(t), np.sin(t), np.cos(2 * t) / 2, np.ones_like(t)], axis=1)
X = np.einsum("nb,nbc->nc", basis, curves[y]) + rng.normal(0, 0.2, (args.n, 30))
X = X.astype(np.float32)
sample = 10_000
umap = nearfold.UMAP(index="hnsw").fit(X[:sample])  # an index, for fast placing
worker = pickle.loads(pickle.dumps(umap))

embedding = np.empty((args.n, 2), np.float32)
far = 0
begin = time.perf_counter()
for first in range(0, args.n, 4096):
    block = X[first : first + 4096]
    placed, remoteness = worker.transform(block, return_remoteness=True)
    embedding[first : first + len(block)] = placed
    far += int((remoteness > worker.remote_).sum())
seconds = time.perf_counter() - begin
print(f"{args.n / seconds:,.0f} rows a second; {far} lie farther out than the sample's own")
assert np.array_equal(embedding[:sample], umap.embedding_)  # rows of the fit take their places
assert np.array_equal(embedding[-100:], umap.transform(X[-100:]))
scores = nearfold.quality_new(
    X[:sample], umap.embedding_, X[-2000:], embedding[-2000:], y[:sample], y[-2000:]
)
print({name: round(score["value"], 3) for name, score in scores.items()})
nearfold.plot(embedding, y, title=f"{sample:,} fitted, {args.n - sample:,} placed", legend=False)
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)
