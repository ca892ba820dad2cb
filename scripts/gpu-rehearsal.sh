#!/usr/bin/env bash
# Plays scripts/gpu-check.sh through where there is no GPU: in a bare Debian 12 with CUDA's libraries and,
# for a driver, the toolkit's stub, which refuses everything. What needs a device fails, each step by
# itself; what loads, lists and reads must not. Needs root and debootstrap.
#
#   scripts/gpu-rehearsal.sh BUNDLE.tar.xz
set -euo pipefail
cd "$(dirname "$0")/.."

bundle=${1:?what scripts/gpu-bundle.sh made}
root=$PWD/build/roots/gpu
rm -rf "$root"
mkdir -p "$root"
tar -C "$root" -xf "$(scripts/bare-root.sh)"
tar -C "$root" -xf "$bundle"
mkdir -p "$root/usr/local/cuda/lib64"
for library in libcublas libcublasLt libcufft libcudart; do
  cp -L "$(ldconfig -p | awk -v name="$library.so." 'index($1, name) == 1 { print $NF; exit }')" \
    "$root/usr/local/cuda/lib64/"
done
install -D /usr/local/cuda/lib64/stubs/libcuda.so "$root/usr/lib/x86_64-linux-gnu/libcuda.so.1"
mount -t proc proc "$root/proc"
trap 'umount "$root/proc"; rm -rf "$root"' EXIT

status=0
chroot "$root" /gpu-bundle/gpu-check.sh /results 300 || status=$?
if ((status != 1)); then echo "gpu-rehearsal: exit $status, not 1" && exit 1; fi
is() { grep -q "^$1	$2	" "$root/results/steps.tsv" || { echo "gpu-rehearsal: $1 is not '$2'" && exit 1; }; }
is libraries ok
is info ok
is context 'FAILED (1)'
is test:CudaErrors.AreWhatACallerCanDoAboutThem ok
is test:OnGpu.UmapIsTheCpus 'FAILED (1)'
is umap-flat 'FAILED (1)'
if grep -q CRASHED "$root/results/steps.tsv"; then echo "gpu-rehearsal: something crashed" && exit 1; fi
echo "gpu-rehearsal: ok"
