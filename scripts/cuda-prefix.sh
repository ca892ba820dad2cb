#!/usr/bin/env bash
# Builds the tool for GPUs and installs it with the libraries of FAISS and CUDA that it needs, so that the
# folder runs on another machine of the same Debian. What that has to install is in PREFIX/needs. After
# scripts/install-deps.sh --cuda ARCHITECTURES.
#
#   scripts/cuda-prefix.sh ARCHITECTURES PREFIX
set -euo pipefail
cd "$(dirname "$0")/.."

architectures=${1:?as 90, or 80;86;90} prefix=${2:?a folder}
build=build/cuda-prefix
export PATH=$PATH:/usr/local/cuda/bin

# By an RPATH that is the libraries' too, which need each other.
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DNEARFOLD_CUDA=ON \
  -DNEARFOLD_ARCH=x86-64-v3 -DCMAKE_CUDA_ARCHITECTURES="$architectures" \
  -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_RPATH="\$ORIGIN/../lib" \
  -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags >/dev/null
cmake --build "$build" --target nearfold_tool manual >"$build/log" || { tail -n 40 "$build/log" && exit 1; }
cmake --install "$build" --component tool --strip >/dev/null

multiarch=$(gcc -print-multiarch)
mkdir -p "$prefix/lib"
: >"$prefix/needs"
ldd "$build/nearfold" | awk '/=> \// { print $3 }' | while read -r library; do
  owner=$(dpkg -S "$(realpath "$library")" 2>/dev/null ||
    dpkg -S "*/$multiarch/${library##*/}" 2>/dev/null || true)
  if [[ -n $owner ]]; then
    echo "${owner%%:*}" >>"$prefix/needs"
  else
    cp -L "$library" "$prefix/lib/"
  fi
done
echo fonts-dejavu-core >>"$prefix/needs"
sort -u -o "$prefix/needs" "$prefix/needs"
"$prefix/bin/nearfold" info >/dev/null
echo "cuda-prefix: $prefix, $(du -sm "$prefix" | cut -f 1) MB"
