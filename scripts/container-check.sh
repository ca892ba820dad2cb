#!/usr/bin/env bash
# Builds the image of packaging/Containerfile with buildah, on a bare Debian 12 instead of a registry's
# debian:12-slim, and maps data/digits in it. Needs root, buildah, debootstrap and Debian's archive.
#
#   scripts/container-check.sh
set -euo pipefail
cd "$(dirname "$0")/.."

store=$PWD/build/containers
rm -rf "$store"
mkdir -p "$store/data"
export BUILDAH_ISOLATION=chroot
image() { buildah --root "$store/storage" --runroot "$store/run" --storage-driver vfs "$@"; }

base=$(image from scratch)
image add -q "$base" "$(scripts/bare-root.sh)" / >/dev/null
image commit -q "$base" localhost/debian >/dev/null
image bud --network host --build-arg DEBIAN=localhost/debian -f packaging/Containerfile -t nearfold . \
  >"$store/log" 2>&1 || { tail -n 40 "$store/log" && exit 1; }

cp data/digits/digits.npy "$store/data/"
chmod 777 "$store/data"
container=$(image from localhost/nearfold)
image run -v "$store/data:/data" "$container" -- sh -c '[ "$(id -u)" = 1000 ] &&
  nearfold embed digits.npy -o map.npy --method umap -q && nearfold info map.npy'
[[ $(image inspect --format '{{.OCIv1.Config.Entrypoint}}' "$container") == '[nearfold]' ]]
test -s "$store/data/map.npy"
rm -rf "$store"
echo "container-check: ok"
