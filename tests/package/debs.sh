#!/usr/bin/env bash
# cpack makes Debian packages of what is built: where their files are, what they depend on.
#   debs.sh BUILD VERSION
# Ends with 77 where Debian's tools are not here.
set -euo pipefail

build=$1 version=$2
for tool in dpkg-deb dpkg-shlibdeps cpack; do
  command -v "$tool" >/dev/null || { echo "debs: no $tool here" && exit 77; }
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
fail() { echo "debs: $*" >&2 && exit 1; }
(cd "$build" && cpack -G DEB -B "$out") >"$out/log" 2>&1 || { cat "$out/log" && exit 1; }

# expect PACKAGE FILE...: it has these, as patterns.
expect() {
  local package listing file
  package=$(compgen -G "$out/$1_${version}_*.deb") || fail "no package $1"
  listing=$(dpkg-deb -c "$package" | awk '{ print $6 }')
  for file in "${@:2}"; do
    grep -qE "^\./usr/$file$" <<<"$listing" || fail "$1 has no $file, but $listing"
  done
  if grep -vE '^\./usr/' <<<"$listing" | grep -v '^\./$'; then fail "$1 has files outside of /usr"; fi
}
man() { for page in '' -embed -knn -transform; do echo "share/man/man1/nearfold$page\.1\.gz"; done; }
# shellcheck disable=SC2046
expect nearfold bin/nearfold $(man) share/bash-completion/completions/nearfold \
  'share/zsh/.*/_nearfold' share/fish/vendor_completions.d/nearfold.fish \
  share/doc/nearfold/copyright share/doc/nearfold/changelog.gz
expect libnearfold-dev include/nearfold/nearfold.hpp 'lib/.*pkgconfig/nearfold\.pc' \
  'lib/.*cmake/nearfold/nearfold-config\.cmake' share/doc/libnearfold-dev/copyright

depends=$(dpkg-deb -f "$out"/nearfold_*.deb Depends)
for wanted in libc6 libcairo2 libpango libzip4 zlib1g fonts-dejavu-core; do
  [[ $depends == *$wanted* ]] || fail "nearfold depends on $depends, not on $wanted"
done
gzip -t <(dpkg-deb --fsys-tarfile "$out"/nearfold_*.deb | tar -xO ./usr/share/man/man1/nearfold.1.gz)
echo "debs: ok"
