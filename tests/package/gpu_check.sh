#!/usr/bin/env bash
# scripts/gpu-check.sh over programs that play those of a bundle: what fails, crashes, hangs or differs
# is written down, and everything else is done nevertheless.
#
#   gpu_check.sh SOURCE SCRATCH
set -euo pipefail

source=$1 scratch=$2
rm -rf "$scratch"
mkdir -p "$scratch"/bundle/{bin,lib,data/digits}
cd "$scratch"
cp "$source/scripts/gpu-check.sh" bundle/
touch bundle/data/{points.npy,digits/digits.npy}
echo abc1234 >bundle/commit
printf '%s\n' 'digits-umap-flat right' 'digits-tsne-flat other' >bundle/expected
program() { # NAME, its text on standard input
  { echo '#!/bin/bash' && cat; } >"bundle/bin/$1"
  chmod +x "bundle/bin/$1"
}
program cuda_test <<'END'
[[ $1 == --gtest_list_tests ]] && printf 'OnGpu.\n  Good\n  Bad\n  Crashes\n  Hangs\nErrors.\n  Also\n' && exit
case $2 in
  *Bad) exit 1 ;;
  *Crashes) kill -SEGV $$ ;;
  *Hangs) sleep 100 ;;
esac
END
program gpu_rates <<'END'
[[ $# == 0 ]] && printf 'context\ncopies\n' && exit
echo "$1 device-read-and-written 4300 GB/s"
END
program gpu_runs <<'END'
[[ $3 == ivf ]] && echo '{"turn":"first","map":"one"}' && echo '{"turn":"second","map":"another"}' && exit
[[ $4 == 1000 ]] && exit 4
echo '{"turn":"first","map":"right"}'
echo '{"turn":"second","map":"right"}'
END
program nearfold <<'END'
[[ $1 == knn ]] && echo '{
  "recall": 1}'
[[ $1 != embed ]]
END
for tool in nvidia-smi compute-sanitizer; do
  echo 'echo "Played GPU"' | program $tool
done
export PATH=$PWD/bundle/bin:$PATH

status=0
STEP_LIMIT=1 bundle/gpu-check.sh results >said || status=$?
[[ $status == 1 ]]
is() { grep -q "^$1	$2	" results/steps.tsv || { echo "$1 is not '$2'" && cat results/steps.tsv && exit 1; }; }
is libraries ok
is test:OnGpu.Good ok
is test:OnGpu.Bad 'FAILED (1)'
is test:OnGpu.Crashes 'CRASHED (SEGV)'
is test:OnGpu.Hangs 'TOO LONG'
is test:Errors.Also ok
is digits-umap-flat-twice-the-same ok
is digits-umap-flat-as-the-processor ok
is digits-tsne-flat-as-the-processor 'FAILED (1)'
is tsne-flat 'FAILED (4)'
is umap-ivf-twice-the-same 'FAILED (1)'
is 1M-knn-flat ok
is 1M-tsne 'FAILED (1)'
is memcheck ok
grep -q '"step":"1M-knn-flat",  "recall": 1}' results/runs.jsonl
grep -q '^context device-read-and-written 4300 GB/s' results/page.md
grep -q 'Played GPU' results/page.md

# A second call has nothing left to do; without the rows of two it does these.
before=$(cat results/steps.tsv)
STEP_LIMIT=1 bundle/gpu-check.sh results >said || true
[[ $(cat results/steps.tsv) == "$before" ]]
sed -i '/^umap-flat	/d; /^driver	/d' results/steps.tsv
STEP_LIMIT=1 bundle/gpu-check.sh results >said || true
[[ $(tail -n 2 results/steps.tsv | cut -f 1) == $'driver\numap-flat' ]]

# Without time nothing is begun, and nothing is said to have failed.
bundle/gpu-check.sh late 0 >said
[[ ! -s late/steps.tsv ]]
