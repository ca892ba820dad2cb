"""Handwritten digits: UMAP and t-SNE side by side, scored, with new digits on both maps.

    python mnist.py [IMAGES.npy LABELS.npy] [-o digits.png]

Without files, the 1,797 digits that scikit-learn comes with.
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import nearfold

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("files", nargs="*", metavar="FILE")
parser.add_argument("-o", default="digits.png", metavar="PICTURE")
args = parser.parse_args()

X, y = [np.load(file) for file in args.files] if args.files else load_digits(return_X_y=True)
X = X.reshape(len(X), -1).astype(np.float32)
new = np.arange(len(X)) % 10 == 9

# One graph serves both: t-SNE takes 3 perplexity neighbours of it, UMAP n_neighbors - 1.
graph = nearfold.kneighbors_graph(X[~new], 90)
maps = {
    "UMAP": nearfold.UMAP(precomputed_knn=graph).fit(X[~new]),
    "t-SNE": nearfold.TSNE(precomputed_knn=graph).fit(X[~new]),
}
axes = plt.subplots(2, 2, figsize=(13, 11))[1]
for row, (name, fitted) in zip(axes, maps.items()):
    seconds = sum(fitted.info_["seconds"].values())
    scores = nearfold.quality(X[~new], fitted.embedding_, y[~new])
    print(f"{name}: {seconds:.1f} s", {key: round(one["value"], 3) for key, one in scores.items()})
    nearfold.plot(fitted, y[~new], ax=row[0], title=name, legend=False)

    placed = fitted.transform(X[new])
    scores = nearfold.quality_new(X[~new], fitted.embedding_, X[new], placed, y[~new], y[new])
    print(f"  {new.sum()} new digits: labels right {scores['knn_label_accuracy']['value']:.3f}")
    row[1].scatter(*fitted.embedding_.T, s=2, c="#e1e4e9", linewidths=0)
    nearfold.plot(placed, y[new], ax=row[1], title=f"{name}: new digits")
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)
