"""Made texts, as sparse points: n texts of up to 100 of 30,000 words, half of them from one of n / 50
stories of 120 words, a fifth from the topic of the story (of 200, of 600 words), the others from all
words by Zipf's law; counts of 1 to 3.

    python bench/sparse/stories.py N STORIES.npz
    nearfold knn STORIES.npz -k 14 --metric cosine --index nndescent -o graph.npz
"""

import sys

import numpy as np
import scipy.sparse

WORDS, LENGTH, TOPICS = 30_000, 125, 200


def zipf(size, power):
    weights = 1 / np.arange(1, size + 1) ** power
    return np.cumsum(weights / weights.sum())


n = int(sys.argv[1])
draw = np.random.default_rng(1)
of_all, of_topic = zipf(WORDS, 1.0), zipf(600, 0.8)
topic_words = np.stack([draw.permutation(WORDS)[:600] for _ in range(TOPICS)]).astype(np.int32)
story_words = draw.integers(200, WORDS, (n // 50, 120)).astype(np.int32)
story_topic = draw.integers(0, TOPICS, n // 50)
columns, lengths = [], []
for first in range(0, n, 20_000):
    rows = min(20_000, n - first)
    story = draw.integers(0, n // 50, rows)
    at, kind = draw.random((rows, LENGTH)), draw.random((rows, LENGTH))
    own = story_words[story[:, None], (at * 120).astype(int)]
    topic = topic_words[
        story_topic[story][:, None], np.minimum(np.searchsorted(of_topic, at), 599)
    ]
    common = np.minimum(np.searchsorted(of_all, at), WORDS - 1)
    words = np.where(kind < 0.5, own, np.where(kind < 0.7, topic, common)).astype(np.int64)
    words.sort(axis=1)
    new = np.ones(words.shape, bool)
    new[:, 1:] = words[:, 1:] != words[:, :-1]
    kept = new & (np.cumsum(new, axis=1) <= 100)
    columns.append(words[kept].astype(np.int32))
    lengths.append(kept.sum(axis=1))
indices = np.concatenate(columns)
indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
counts = (1 + np.random.default_rng(2).integers(0, 3, len(indices))).astype(np.float32)
X = scipy.sparse.csr_matrix((counts, indices, indptr), (n, WORDS))
scipy.sparse.save_npz(sys.argv[2], X, compressed=False)
print(X.shape, X.nnz / n)
