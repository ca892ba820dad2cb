#!/usr/bin/env bash
# Builds the documentation site, build/site/index.html, from docs/, the headers, the docstrings and
# the manual that is built with the tool. Any warning fails: a link or an anchor that leads nowhere, a
# name that the reference misses. So does a page that would load something from elsewhere.
#
#   scripts/docs.sh [--external] [TOOL]     TOOL, in the folder where it was built, is
#                                           build/cpu-release/nearfold unless given; --external also
#                                           follows links to other sites
#
# Needs doxygen and python3-venv (scripts/install-deps.sh --docs), and network on the first run only.
set -euo pipefail
cd "$(dirname "$0")/.."

external=
if [[ ${1:-} == --external ]]; then external=1 && shift; fi
NEARFOLD_MANUAL=$(realpath "$(dirname "${1:-build/cpu-release/nearfold}")/manual/markdown")
export NEARFOLD_MANUAL
venv=.deps/docs-venv
site=build/site

scripts/pinned-venv.sh "$venv" docs/requirements.txt

sphinx() {
  "$venv/bin/sphinx-build" -c docs -d build/site-doctrees -j "$(nproc)" -q -W --keep-going "$@"
}

rm -rf build/doxygen "$site" build/site-doctrees
mkdir -p build
doxygen docs/Doxyfile
sphinx -b html . "$site"
if [[ -n $external ]]; then sphinx -b linkcheck . build/site-links; fi
cat >"$site/index.html" <<'PAGE'
<!DOCTYPE html>
<title>nearfold</title>
<meta http-equiv="refresh" content="0; url=docs/index.html">
<a href="docs/index.html">nearfold's documentation</a>
PAGE

# Whatever a page loads by itself; a link that is followed by hand is no part of this.
loads='(src|srcset|data|poster)="?(https?:)?//|<link[^>]*href="(https?:)?//|@import|url\(["'\'']?(https?:)?//'
if grep -rnoE --include='*.html' --include='*.css' "$loads" "$site"; then
  echo "docs: these would be loaded from other sites" >&2
  exit 1
fi
echo "docs: $(find "$site" -name '*.html' | wc -l) pages in $site"
