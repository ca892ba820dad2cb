"""Counts as of single cells: normalised, on principal components, mapped, handed to scanpy.

    python cells.py [-n 6000] [-o cells.png]

The counts are made: types on a tree, some of them rare, with depths that differ from cell to cell.
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

import nearfold
from nearfold import export

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("-n", type=int, default=6000, metavar="CELLS")
parser.add_argument("-o", default="cells.png", metavar="PICTURE")
args = parser.parse_args()

rng = np.random.default_rng(0)
genes, types = 1000, 12
expression = np.zeros((types, genes))
for child in range(1, types):  # each differs from an earlier one in some genes
    expression[child] = expression[rng.integers(child)]
    expression[child, rng.choice(genes, 90, replace=False)] += rng.normal(0, 2, 90)
share = rng.dirichlet(np.full(types, 2.0))
cell_type = rng.choice(types, args.n, p=share)
rate = np.exp(expression[cell_type] + rng.normal(-1, 1, genes))
depth = rng.lognormal(0, 0.4, (args.n, 1))
counts = rng.poisson(rate * depth * rng.gamma(2, 0.5, rate.shape))

normalised = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4)
components = PCA(50, random_state=0).fit_transform(normalised).astype(np.float32)

graph = nearfold.kneighbors_graph(components, 90)
umap = nearfold.UMAP(precomputed_knn=graph, min_dist=0.3).fit(components)
# Exaggeration keeps types together in maps of many cells (Kobak and Berens 2019).
tsne = nearfold.TSNE(precomputed_knn=graph, exaggeration=1.5).fit(components)
axes = plt.subplots(1, 2, figsize=(14, 6))[1]
for ax, name, fitted in zip(axes, ("UMAP", "t-SNE"), (umap, tsne)):
    nearfold.plot(fitted, cell_type, ax=ax, title=name, legend=fitted is tsne)
    print(
        name,
        round(
            nearfold.quality(components, fitted.embedding_, cell_type)["knn_label_accuracy"][
                "value"
            ],
            3,
        ),
    )
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)

try:
    adata = export.to_anndata(umap)
    adata.obs["type"] = cell_type.astype(str)
    export.to_anndata(tsne, adata)
    print(adata)
except ImportError:
    print("anndata is not installed: nothing for scanpy")
