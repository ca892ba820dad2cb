"""Fingerprints of molecules: Jaccard (Tanimoto) distances by scikit-learn, the map over them.

    python fingerprints.py [-n 3000] [-o fingerprints.png]

Bits as of Morgan fingerprints are made: scaffolds, and substituents that they share.
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import pairwise_distances

import nearfold

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("-n", type=int, default=3000, metavar="MOLECULES")
parser.add_argument("-o", default="fingerprints.png", metavar="PICTURE")
args = parser.parse_args()

rng = np.random.default_rng(1)
bits, scaffolds, groups = 1024, 15, 40
of_scaffold = rng.random((scaffolds, bits)) < 0.03
of_group = rng.random((groups, bits)) < 0.006
scaffold = rng.integers(scaffolds, size=args.n)
fingerprints = of_scaffold[scaffold].copy()
for molecule in fingerprints:
    for group in rng.choice(groups, rng.integers(1, 4), replace=False):
        molecule |= of_group[group]
    molecule &= rng.random(bits) > 0.05

distances = pairwise_distances(fingerprints, metric="jaccard")
umap = nearfold.UMAP(metric="precomputed", n_neighbors=20, min_dist=0.05).fit(distances)
print(umap.knn_, f"{sum(umap.info_['seconds'].values()):.2f} s")
nearest = umap.knn_.indices[:, 0]
print("nearest neighbour of the same scaffold:", round((scaffold == scaffold[nearest]).mean(), 3))
nearfold.plot(umap, [f"scaffold {one}" for one in scaffold], title="UMAP of Jaccard distances")
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)
