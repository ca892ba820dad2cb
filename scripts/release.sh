#!/usr/bin/env bash
# Makes a release in dist/: wheel, sdist, Debian packages, source and documentation, each installed in a
# bare Debian 12 and tried there, and SHA256SUMS of all; the container is built and tried as well. Tags and
# pushes nothing. Needs root.
#
#   scripts/release.sh VERSION          as 0.1.0
#
# The version is written in CMakeLists.txt; Python, packages and pages take it from there.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?the version, as 0.1.0}
fail() { echo "release: $*" >&2 && exit 1; }

[[ -z $(git status --porcelain) ]] || fail "there are changes that are not committed"
written=$(sed -n 's/^project(nearfold VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[[ $written == "$version" ]] || fail "CMakeLists.txt says $written, not $version"
heading=$(grep -m 1 '^## ' CHANGELOG.md)
[[ $heading =~ ^"## [$version] - "[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] ||
  fail "CHANGELOG.md begins with '$heading', not '## [$version] - YYYY-MM-DD'"
if git rev-parse -q --verify "refs/tags/v$version" >/dev/null; then fail "v$version is tagged already"; fi

scripts/install-deps.sh --release
scripts/install-deps.sh --docs
scripts/wheel.sh
scripts/deb.sh
scripts/docs.sh build/packages/nearfold
git archive --prefix="nearfold-$version/" HEAD | xz -9 >"dist/nearfold-$version-source.tar.xz"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C build \
  --transform "s,^site,nearfold-$version-site," -cJf "dist/nearfold-$version-site.tar.xz" site

for file in "nearfold-$version-*.whl" "nearfold-$version.tar.gz" "*nearfold*_${version}_*.deb"; do
  compgen -G "dist/$file" >/dev/null || fail "there is no dist/$file"
done
scripts/install-check.sh dist/*.whl "dist/nearfold-$version.tar.gz" dist/*.deb
scripts/container-check.sh
(cd dist && sha256sum -- *.whl *.tar.* *.deb >SHA256SUMS)

echo "release: dist/ is $version:"
cat dist/SHA256SUMS
echo "release: now  git tag -a v$version -m 'nearfold $version' $(git rev-parse --short HEAD)"
