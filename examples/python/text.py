"""Topics of text: five dimensions to cluster in and two to look at, by the calls BERTopic makes.

    python text.py FILE... [-o topics.png]

Every paragraph of the files is a document. BERTopic takes the same object:
``BERTopic(umap_model=nearfold.UMAP(n_components=5, min_dist=0.0, metric="cosine"))``; it calls
``fit(embeddings, y=None)``, then ``transform(embeddings)``.
"""

import argparse
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline

import nearfold

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("files", nargs="+", metavar="FILE")
parser.add_argument("-o", default="topics.png", metavar="PICTURE")
args = parser.parse_args()

text = "\n\n".join(pathlib.Path(file).read_text(encoding="utf-8") for file in args.files)
documents = [part for part in text.split("\n\n") if len(part.split()) >= 12]
print(len(documents), "documents")

# In place of a language model's embeddings: latent semantic analysis.
embed = make_pipeline(
    TfidfVectorizer(stop_words="english", sublinear_tf=True), TruncatedSVD(100, random_state=0)
)
embeddings = embed.fit_transform(documents).astype(np.float32)

umap_model = nearfold.UMAP(n_neighbors=10, n_components=5, min_dist=0.0, metric="cosine")
umap_model.fit(embeddings, y=None)
reduced = umap_model.transform(embeddings)  # of the fit's own rows: their places, exactly
assert np.array_equal(reduced, umap_model.embedding_)
topics = HDBSCAN(min_cluster_size=8).fit_predict(reduced)

counter = CountVectorizer(stop_words="english", token_pattern=r"[A-Za-z]{3,}")
counts = counter.fit_transform(documents)
words = counter.get_feature_names_out()
usual = np.asarray(counts.sum(axis=0)).ravel() + 1
names = {-1: None}
for topic in range(topics.max() + 1):
    inside = np.asarray(counts[topics == topic].sum(axis=0)).ravel()
    best = np.argsort(-inside / np.sqrt(usual))[:4]
    names[topic] = ", ".join(words[best])
    print(f"topic {topic}: {(topics == topic).sum()} documents: {names[topic]}")

# The graph of the first map serves the second.
shown = nearfold.UMAP(n_neighbors=10, metric="cosine", precomputed_knn=umap_model.knn_)
nearfold.plot(shown.fit(embeddings), [names[topic] for topic in topics], title="Topics")
plt.savefig(args.o, dpi=110, bbox_inches="tight")
print("wrote", args.o)
