"""Maps."""


class UMAP:
    pass


class TSNE:
    pass
