"""The docstrings of installed packages as TF-IDF: 30 words or more each, labels by package.

    python bench/sparse/texts.py TEXTS.npz LABELS.txt
    nearfold embed TEXTS.npz --metric cosine --method umap --labels LABELS.txt --plot texts.png -o texts.npy
"""

import ast
import importlib.util
import pathlib
import sys

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

PACKAGES = ["numpy", "scipy", "sklearn", "numba", "pandas", "matplotlib", "joblib"]


def docstrings(package):
    found = importlib.util.find_spec(package)
    for path in sorted(pathlib.Path(found.origin).parent.rglob("*.py")) if found else []:
        if "test" in str(path):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = ast.get_docstring(node) or ""
                if len(text.split()) >= 30:
                    yield text


pairs = [(text, package) for package in PACKAGES for text in docstrings(package)]
X = TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32).fit_transform(
    [text for text, _ in pairs]
)
kept = np.flatnonzero(X.getnnz(axis=1) > 0)
scipy.sparse.save_npz(sys.argv[1], X[kept], compressed=False)
pathlib.Path(sys.argv[2]).write_text("".join(pairs[i][1] + "\n" for i in kept))
print(X[kept].shape, X.nnz / len(kept))
