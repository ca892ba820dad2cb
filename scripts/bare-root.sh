#!/usr/bin/env bash
# Makes a bare Debian 12 as an archive, where there is none yet, and prints its name. Needs root and
# debootstrap.
#
#   scripts/bare-root.sh
#
# BARE_ROOT (build/roots/bookworm.tar): the archive.
set -euo pipefail
cd "$(dirname "$0")/.."

bare=${BARE_ROOT:-build/roots/bookworm.tar}
if [[ ! -f $bare ]]; then
  mkdir -p "$(dirname "$bare")"
  root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  debootstrap --variant=minbase bookworm "$root" >"$bare.log"
  rm -rf "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" -cf "$bare.part" . && mv "$bare.part" "$bare"
fi
echo "$bare"
