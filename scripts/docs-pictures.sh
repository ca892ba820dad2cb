#!/usr/bin/env bash
# Makes the pictures of docs/tutorials again, docs/pictures/*.png, with the commands that the pages
# show. The last one, of a million points, takes minutes. numpy is that of scripts/docs.sh, to run
# before.
#
#   scripts/docs-pictures.sh [TOOL]         TOOL is build/cpu-release/nearfold unless given
set -euo pipefail
cd "$(dirname "$0")/.."

python=$PWD/.deps/docs-venv/bin/python
tool=$(realpath "${1:-build/cpu-release/nearfold}")
pictures=$PWD/docs/pictures
digits=$PWD/data/digits/digits.npy labels=$PWD/data/digits/labels.npy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$pictures"
cd "$work"

# embed POINTS MAP FLAGS...: a map without its progress.
embed() { "$tool" embed "$1" -o "$2.npy" --quiet "${@:3}"; }
# draw PICTURE FLAGS... of `nearfold plot`
draw() { "$tool" plot -o "$pictures/$1.png" --force "${@:2}"; }
pair=(--width 1000 --height 560 --columns 2)

embed "$digits" UMAP --method umap
embed "$digits" t-SNE --method tsne
draw first-map UMAP.npy t-SNE.npy --labels "$labels" --title "1,797 handwritten digits" "${pair[@]}"

"$tool" grid "$digits" --labels "$labels" -o umap --n-neighbors 5,15,150 --min-dist 0,0.1,0.5 \
  --plot "$pictures/choosing-umap.png" --width 700 --force --quiet
"$tool" grid "$digits" --labels "$labels" -o tsne --method tsne --perplexity 5,30,100 \
  --exaggeration 1,4 --plot "$pictures/choosing-tsne.png" --width 560 --force --quiet

for init in spectral pca random; do embed "$digits" "$init" --method umap --init "$init"; done
draw choosing-init spectral.npy pca.npy random.npy --labels "$labels" --title "UMAP from three starts" \
  --width 1000 --height 420 --columns 3

"$tool" convert "$digits" -o - --quiet | awk -F, -v OFS=, \
  '{b = 0.2 + 0.8 * (NR * 0.618034 % 1); for (i = 1; i <= NF; i++) $i *= b; print}' >dimmed.csv
for metric in euclidean cosine; do embed dimmed.csv "$metric" --method umap --metric "$metric"; done
draw choosing-metric euclidean.npy cosine.npy --labels "$labels" \
  --title "Digits of uneven brightness" "${pair[@]}"

"$tool" convert "$digits" -o - --quiet |
  awk -F, -v OFS=, '{for (i = 1; i <= NF; i++) $i = ($i >= 8); print}' >sets.csv
embed "$digits" "euclidean, grey values" --method umap
embed sets.csv "jaccard, dark pixels" --method umap --metric jaccard
draw metrics "euclidean, grey values.npy" "jaccard, dark pixels.npy" --labels "$labels" \
  --title "Digits, and the sets of their dark pixels" "${pair[@]}"

"$tool" convert "$digits" -o - --quiet |
  awk 'NR % 90 == 1 {for (i = 0; i < 50; ++i) print} {print}' >copies.csv
"$python" - "$labels" <<'PYTHON'
import sys

import numpy

y = numpy.load(sys.argv[1])
numpy.save("copied-labels.npy", numpy.repeat(y, numpy.where(numpy.arange(len(y)) % 90, 1, 51)))
PYTHON
embed copies.csv "as they are" --method umap
embed copies.csv "unique" --method umap --unique
draw equal-rows "as they are.npy" unique.npy --labels copied-labels.npy \
  --title "Digits, of which twenty come fifty times more" "${pair[@]}"

"$python" - <<'PYTHON'
import numpy

random = numpy.random.default_rng(0)
groups = random.normal(size=(4, 500, 20))
groups[0] *= 4
groups[:, :, 0] += [[0], [30], [45], [200]]
numpy.save("groups.npy", groups.reshape(-1, 20))
names = ["A: wide, at 0", "B: at 30", "C: at 45", "D: at 200"]
numpy.save("names.npy", numpy.repeat(names, 500))
PYTHON

"$tool" compare "$digits" --labels "$labels" --method tsne --index flat ivf hnsw nndescent \
  --plot "$pictures/neighbours.png" --width 1000 --height 380 --force --quiet >/dev/null

embed groups.npy UMAP --method umap --force
embed groups.npy t-SNE --method tsne --force
draw clusters UMAP.npy t-SNE.npy --labels names.npy --title "Four groups of 500 points" "${pair[@]}"
"$tool" generate uniform -n 500 --dim 20 -o noise.npy --quiet
embed noise.npy "perplexity 3" --method tsne --perplexity 3
embed noise.npy "perplexity 50" --method tsne --perplexity 50
draw noise "perplexity 3.npy" "perplexity 50.npy" --title "t-SNE of uniform noise" "${pair[@]}"

"$python" -c 'import numpy, sys
labels = numpy.load(sys.argv[1]).astype(int)
numpy.save("few.npy", numpy.where(numpy.arange(len(labels)) % 10 == 0, labels, -1))' "$labels"
embed "$digits" "no labels" --method umap
embed "$digits" "all labels" --method umap --target "$labels"
embed "$digits" "one in ten" --method umap --target few.npy
embed "$digits" "one in ten, spread" --method umap --target few.npy --target-propagate
draw supervised "no labels.npy" "all labels.npy" "one in ten.npy" "one in ten, spread.npy" \
  --labels "$labels" --title "Digits by UMAP, steered by labels" --width 1000 --height 1000 --columns 2

"$python" - <<'PYTHON'
import numpy

random = numpy.random.default_rng(0)
groups = random.normal(size=(4, 500, 20)) * [[[0.5]], [[1]], [[2]], [[4]]]
groups[:, :, :4] += 15 * numpy.eye(4)[:, None]
numpy.save("widths.npy", groups.reshape(-1, 20))
numpy.save("width-names.npy", numpy.repeat(["0.5 wide", "1 wide", "2 wide", "4 wide"], 500))
PYTHON
embed widths.npy UMAP --method umap --force
embed widths.npy densMAP --method umap --densmap
draw densities UMAP.npy densMAP.npy --labels width-names.npy \
  --title "Four groups of 500 points" "${pair[@]}"

embed "$digits" PaCMAP --method pacmap
embed "$digits" LocalMAP --method localmap
draw pacmap PaCMAP.npy LocalMAP.npy --labels "$labels" --title "1,797 handwritten digits" "${pair[@]}"

embed "$digits" sphere --method umap --output-metric sphere
draw sphere sphere.npy --map-metric sphere --labels "$labels" --title "Digits on both hemispheres" \
  --width 1000 --height 560

"$python" - "$digits" <<'PYTHON'
import sys

import numpy

digits = numpy.load(sys.argv[1])
numpy.save("upper.npy", digits[:, :32])
numpy.save("lower.npy", digits[:, 32:])
PYTHON
"$tool" knn lower.npy -k 14 -o lower.npz --quiet
embed upper.npy "upper half" --method umap
embed lower.npy "lower half" --method umap
embed upper.npy both --method umap --target lower.npz --target-metric intersection
draw combining "upper half.npy" "lower half.npy" both.npy --labels "$labels" \
  --title "Digits by their halves" --width 1200 --height 480 --columns 3

embed "$digits" "t-SNE" --method tsne --force
embed "$digits" "dof 0.5" --method tsne --dof 0.5
embed "$digits" "perplexities 10 and 100" --method tsne --perplexity 10,100
embed "$digits" "late exaggeration" --method tsne --late-exaggeration 4 --late-exaggeration-iter 250
draw tsne-family t-SNE.npy "dof 0.5.npy" "perplexities 10 and 100.npy" "late exaggeration.npy" \
  --labels "$labels" --title "Digits by t-SNE" --width 1000 --height 1000 --columns 2

embed "$digits" model --method umap --save-model digits.nfm
"$tool" generate deformed --from "$digits" --from-labels "$labels" -n 300 --seed 7 -o new.npy \
  --labels new-labels.npy --quiet
"$tool" transform digits.nfm new.npy -o placed.npy --labels new-labels.npy --quiet \
  --title "300 deformed digits" --plot "$pictures/new-points.png" --width 900 --height 600 --force

"$python" - "$digits" "$labels" <<'PYTHON'
import sys

import numpy

digits, labels = (numpy.load(name) for name in sys.argv[1:])
order = numpy.argsort(labels.astype(int), kind="stable")
for window in range(4):
    rows = order[300 * window : 300 * window + 600]
    numpy.save(f"window {window + 1}.npy", digits[rows])
    numpy.save(f"window-labels-{window + 1}.npy", labels[rows])
pairs = numpy.arange(300, 600)
numpy.save("shifted.npy", numpy.stack([pairs, pairs - 300], axis=1).astype("int32"))
PYTHON
"$tool" aligned "window "{1,2,3,4}.npy --labels window-labels-{1,2,3,4}.npy --relations shifted.npy \
  -o aligned --plot "$pictures/aligned.png" --title "Digits in four windows, half of each in the next" \
  --width 1000 --height 1000 --force --quiet

"$tool" generate deformed --from "$digits" --from-labels "$labels" -n 1000000 -o million.npy \
  --labels million-labels.npy --quiet
embed million.npy million-map --method umap --index auto
draw million million-map.npy --labels million-labels.npy --title "1,000,000 deformed digits" \
  --width 600 --height 540

ls -l "$pictures"
