#!/usr/bin/env bash
# Installs what nearfold needs on Debian 12.
#
#   scripts/install-deps.sh         build and test
#   scripts/install-deps.sh --tool  build the tool
#   scripts/install-deps.sh --format
#                                   clang-format and nothing else
#   scripts/install-deps.sh --docs  what the documentation site is built with, and nothing else
#   scripts/install-deps.sh --dev   also clang, clang-format, clang-tidy, ccache, Chromium, git, Python, and
#                                   what checks man pages and completions
#   scripts/install-deps.sh --packages
#                                   also what makes Debian packages
#   scripts/install-deps.sh --release
#                                   also what checks those, and bare roots to install them in
#   scripts/install-deps.sh --cuda 86;90
#                                   also builds FAISS with its GPU part for these architectures, as
#                                   CMake has them, into .deps/faiss-gpu: about 10 minutes on two
#                                   cores. The CUDA Toolkit has to be there.
#
# Works as root or with sudo, asks nothing, and does nothing when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  cmake g++ ninja-build pkg-config
  libxxhash-dev
  fonts-dejavu-core libcli11-dev libhdf5-dev libpango1.0-dev libzip-dev nlohmann-json3-dev zlib1g-dev
)
if [[ ${1:-} != --tool ]]; then packages+=(libbenchmark-dev libeigen3-dev libgtest-dev python3); fi
if [[ ${1:-} == --dev ]]; then
  # FAISS: for examples/faiss_graph.cpp alone.
  packages+=(ccache chromium chromium-driver clang clang-format clang-tidy fish git groff-base
    libclang-rt-dev libfaiss-dev mandoc python3-dev python3-venv zsh)
fi

if [[ ${1:-} =~ ^--(packages|release|dev)$ ]]; then packages+=(dpkg-dev file); fi
if [[ ${1:-} == --release ]]; then packages+=(buildah debootstrap lintian python3-dev python3-venv); fi

say() { echo "install-deps: $*"; }

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "run this as root, or install by hand: ${missing[*]}" >&2
    return 1
  fi
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Installs those of the named packages that are missing.
ensure_packages() {
  missing=()
  local package
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return; fi
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# The deb-src line of the archive that this machine already takes FAISS from.
faiss_source_line() {
  apt-cache madison libfaiss-dev | awk -F '|' '/Packages/ {
    split($3, where, " "); split(where[2], suite, "/")
    print "deb-src", where[1], suite[1], suite[2]; exit }'
}

# Debian's source package, unpacked to .deps/work. The package lists stay there as well, so that the
# machine's own apt configuration is not touched.
fetch_faiss() {
  local work=$PWD/.deps/work
  mkdir -p "$work/source" "$work/lists/partial"
  faiss_source_line >"$work/sources.list"
  [[ -s $work/sources.list ]] || return 1
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::Lists=$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root)
  "${apt[@]}" update || return 1
  (cd "$work" && "${apt[@]}" source --download-only faiss) || return 1
  tar -xf "$work"/faiss_*.orig.tar.* -C "$work/source" --strip-components=1
}

# AVX2 and FMA make searches several times faster than Debian's binary, which runs on any x86-64.
faiss_flags() {
  if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then echo "-march=x86-64-v3"; fi
}

# A compiler cache, where there is one.
with_ccache() {
  if command -v ccache >/dev/null; then
    CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache "$@"
  else
    "$@"
  fi
}

# Shared, as a static one has to be linked in a way of its own.
ensure_faiss_gpu() {
  local build=.deps/work/build-gpu
  if [[ -f .deps/faiss-gpu-is && $(<.deps/faiss-gpu-is) == "$1" ]]; then return; fi
  rm -rf .deps/faiss-gpu .deps/faiss-gpu-is .deps/work
  fetch_faiss
  say "building FAISS for GPUs $1 (about ten minutes on two cores)"
  PATH=$PATH:/usr/local/cuda/bin with_ccache cmake -S .deps/work/source -B "$build" -G Ninja -Wno-dev \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS="$(faiss_flags)" -DBUILD_SHARED_LIBS=ON \
    -DBUILD_TESTING=OFF -DBLA_VENDOR=OpenBLAS -DFAISS_OPT_LEVEL=generic -DFAISS_ENABLE_GPU=ON \
    -DFAISS_ENABLE_PYTHON=OFF -DCMAKE_CXX_STANDARD=17 -DCMAKE_CUDA_STANDARD=17 \
    -DCMAKE_CUDA_ARCHITECTURES="$1" -DCMAKE_CUDA_FLAGS="-Xfatbin=-compress-all" \
    -DCMAKE_INSTALL_PREFIX="$PWD/.deps/faiss-gpu" -DCMAKE_INSTALL_LIBDIR=lib >/dev/null
  cmake --build "$build" --target faiss >"$build/log" || { tail -n 20 "$build/log" && return 1; }
  cmake --install "$build" >/dev/null
  echo "$1" >.deps/faiss-gpu-is
  rm -rf .deps/work
}

if [[ ${1:-} == --format ]]; then ensure_packages clang-format && exit; fi
if [[ ${1:-} == --docs ]]; then ensure_packages doxygen python3-venv && exit; fi
if [[ ${1:-} == --cuda ]]; then packages+=(libopenblas-openmp-dev); fi
ensure_packages "${packages[@]}"
if [[ ${1:-} == --cuda ]]; then ensure_faiss_gpu "${2:?the architectures, as 86;90}"; fi
say "done"
