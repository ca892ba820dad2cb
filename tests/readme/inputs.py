"""The files that the commands of the documentation take for granted, small ones."""

import ast
import csv
import gzip
import pathlib
import random
import shutil
import subprocess

ROWS = 500


def write_table(path, header, rows, delimiter=","):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "wt", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])


def make_tables(draw):
    """Three kinds of row, each with columns of its own size; and what is not a feature."""

    def rows(columns, *others):
        for i in range(ROWS):
            yield [
                *(f"{draw.gauss(3 * (i % 3 == j % 3), 1):.3f}" for j in range(columns)),
                *(other(i) for other in others),
            ]

    def species(i):
        return ("setosa", "versicolor", "virginica")[i % 3]

    def region(i):
        return ("north", "south")[i % 2]

    iris = ["sepal length", "sepal width", "petal length", "petal width", "species"]
    write_table("iris.csv", iris, rows(4, species))
    write_table("table.csv", iris, rows(4, species))
    write_table("wine.csv", ["alcohol", "ash", "hue", "id", "region"], rows(3, int, region))
    write_table("diabetes.csv", ["bmi", "age", "target"], rows(2, lambda i: 25 + i % 300))
    genes = [f"gene {j}" for j in range(50)]
    cells = (
        [i, region(i), "", *(row[1:] + [""] if i % 9 else row)] for i, row in enumerate(rows(50))
    )
    write_table("cells.tsv.gz", ["cell", "batch", "note", *genes], cells, "\t")
    pathlib.Path("age.csv").write_text("".join(f"{i % 90}\n" for i in range(ROWS)))


def cut_npy(source, rows, target):
    """Some rows of a .npy file (version 1)."""
    data = source.read_bytes()
    begin = 10 + int.from_bytes(data[8:10], "little")
    header = ast.literal_eval(data[10:begin].decode())
    row = (len(data) - begin) // header["shape"][0]
    header["shape"] = (len(rows), *header["shape"][1:])
    values = data[begin + rows.start * row : begin + rows.stop * row]
    target.write_bytes(data[:10] + repr(header).ljust(begin - 11).encode() + b"\n" + values)


def make_inputs(tool, digits):
    """In the working folder: of the handwritten digits in the folder `digits`, and in data/digits
    fewer of them than in the checkout."""

    def nearfold(*words):
        subprocess.run([tool, *words, "--quiet"], check=True)

    here = pathlib.Path()
    for rows, points, labels in (
        (range(ROWS), "points.npy", "labels.npy"),
        (range(ROWS, ROWS + 60), "new.npy", "new-labels.npy"),
    ):
        cut_npy(digits / "digits.npy", rows, here / points)
        cut_npy(digits / "labels.npy", rows, here / labels)
    (here / "data/digits").mkdir(parents=True)
    for copy in ("before.npy", "mnist.npy", "images.npy", "data/digits/digits.npy"):
        shutil.copy("points.npy", copy)
    shutil.copy("labels.npy", "data/digits")
    nearfold("convert", "points.npy", "-o", "points.csv")
    nearfold("generate", "uniform", "-n", "20", "--dim", "2", "-o", "places.npy")
    make_tables(random.Random(1))
