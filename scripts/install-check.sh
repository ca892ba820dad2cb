#!/usr/bin/env bash
# Installs packages of nearfold in bare Debian 12 roots, each kind in one of its own, and maps the digits of
# data/ there. Needs root, debootstrap, and the archives of Debian and PyPI.
#
#   scripts/install-check.sh FILE...    .deb (all of them together), .whl, .tar.gz (an sdist)
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD/build/roots/one
certificates=/etc/ssl/certs/ca-certificates.crt

say() { echo "install-check: $*"; }
in_root() { chroot "$root" env -u PIP_FIND_LINKS HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
# apt and pip in the root trust whom this machine trusts.
apt_install() {
  in_root apt-get update -qq
  in_root apt-get install -y -qq --no-install-recommends "$@" >"$root/apt.log" 2>&1 ||
    { tail -n 20 "$root/apt.log" && return 1; }
  if [[ -f $certificates ]]; then install -D -m 644 "$certificates" "$root$certificates"; fi
}

fresh_root() {
  rm -rf "$root"
  mkdir -p "$root"
  tar -C "$root" -xf "$(scripts/bare-root.sh)"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  mkdir -p "$root/packages"
  cp "$@" "$root/packages/"
  cp -r data/digits "$root/digits"
}

in_packages() { (cd "$root" && compgen -G "./packages/$1"); }
# The tool alone first, as most want it; then the library, which a program is compiled with.
check_debs() {
  local begin=$SECONDS
  fresh_root "$@"
  apt_install "$(in_packages 'nearfold_*.deb')"
  map_digits nearfold map
  say "nearfold: installed, and a map made, in $((SECONDS - begin)) s"
  # The loader takes code for this processor, or for any, as asked; both give the same bytes.
  map_digits "/lib64/ld-linux-x86-64.so.2 --glibc-hwcaps-mask none /usr/bin/nearfold" plain
  cmp "$root/map.npy" "$root/plain.npy"
  in_root nearfold --version | grep -q "$(instructions)"
  in_root test -s /usr/share/man/man1/nearfold-embed.1.gz -o -f /etc/dpkg/dpkg.cfg.d/docker
  in_root bash -c '. /usr/share/bash-completion/completions/nearfold; complete -p nearfold' >/dev/null

  # shellcheck disable=SC2046
  apt_install $(in_packages 'libnearfold*.deb') cmake g++ make pkg-config
  cp -r tests/package/consumer "$root/consumer"
  # shellcheck disable=SC2016
  in_root sh -c 'cd /consumer && c++ -std=c++20 main.cpp $(pkg-config --cflags --libs nearfold) -o by_pkg &&
    ./by_pkg && cmake -B by_cmake . >/dev/null && cmake --build by_cmake >/dev/null && by_cmake/consumer'
  in_root dpkg --purge nearfold libnearfold-dev 'libnearfold0.1' >/dev/null
  say "libnearfold-dev: a program by pkg-config, one by CMake; removed again"
}
instructions() { if grep -qw avx2 /proc/cpuinfo; then echo AVX2; else echo SSE2; fi; }
map_digits() { # TOOL NAME
  # shellcheck disable=SC2086
  in_root $1 embed /digits/digits.npy -o "/$2.npy" --method umap --labels /digits/labels.npy --plot "/$2.png" -q
  test -s "$root/$2.png"
}

# Of an sdist for this processor alone: half the time.
check_python() { # FILE, what else apt has to install
  local begin=$SECONDS
  fresh_root "$1"
  apt_install ca-certificates python3-venv "${@:2}"
  in_root python3 -m venv /venv
  in_root /venv/bin/pip install --quiet --config-settings=cmake.define.NEARFOLD_LEVELS=native \
    "/packages/$(basename "$1")"
  in_root /venv/bin/python -c '
import nearfold, numpy
map = nearfold.UMAP(random_state=42).fit_transform(numpy.load("/digits/digits.npy"))
assert map.shape == (1797, 2) and numpy.isfinite(map).all()'
  say "$(basename "$1"): installed, and a map made, in $((SECONDS - begin)) s"
}

debs=()
for file in "$@"; do
  case $file in
    *.deb) debs+=("$file") ;;
    *.whl) check_python "$file" ;;
    *.tar.gz) check_python "$file" g++ make python3-dev ;;
    *) say "$file is no .deb, .whl or .tar.gz" >&2 && exit 2 ;;
  esac
done
if ((${#debs[@]})); then check_debs "${debs[@]}"; fi
rm -rf "$root"
say ok
