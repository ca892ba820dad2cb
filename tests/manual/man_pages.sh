#!/usr/bin/env bash
# Every command has a man page that names all its flags, and groff and mandoc have nothing to say.
#   man_pages.sh MANUAL TOOL DOCS
set -euo pipefail

manual=$1 tool=$2 docs=$3
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$manual" "$out" "$docs/tool.md" 2026-01-31
fail() { echo "man_pages: $*" >&2 && exit 1; }

# Of `nearfold --help` the commands, of `nearfold COMMAND --help` the flags.
commands=$("$tool" --help | sed -n '/^Subcommands/,$s/^  \([a-z-]\+\) .*/\1/p')
[[ $(wc -w <<<"$commands") -ge 12 ]] || fail "--help names these commands: $commands"
for command in '' $commands; do
  page=$out/man1/nearfold${command:+-$command}.1
  [[ -f $page ]] || fail "no page of $command"
  text=$(sed 's/\\f[BIR]//g; s/\\-/-/g' "$page")
  for flag in $("$tool" $command --help | grep -oE '^  -[^ :{]+' | tr ',' ' '); do
    grep -qE -- "^(-.*, )?$flag([ ,[]|$)" <<<"$text" || fail "$page does not list $flag"
  done
  [[ -f $out/markdown/nearfold${command:+-$command}.md ]] || fail "no Markdown of $command"
done
grep -q '^\\fBnearfold embed .*tsne' "$out/man1/nearfold-embed.1" || fail "embed has no examples"

# docs/tool.md has the same exit codes in the same words.
codes=$(sed -n '/^Exit codes:/,/^$/p' "$docs/tool.md" | tr '\n' ' ' | tr -d '`')
while IFS='|' read -r _ code meaning _; do
  case $code in
    ' 129 ' | ' 130 ' | ' 143 ') meaning=${meaning#* interrupted by } ;; # named together
    *) meaning="${code# }${meaning# }" ;;
  esac
  [[ $codes == *"${meaning% }"* ]] || fail "docs/tool.md does not have '${meaning% }'"
done < <(sed -n '/^| code/,$p' "$out/markdown/nearfold.md" | tail -n +3 | tr -d '`')

checkers=0
for page in "$out"/man1/*; do
  if command -v groff >/dev/null; then
    said=$(groff -man -ww -Tutf8 -z "$page" 2>&1) && [[ -z $said ]] || fail "$said"
    checkers=1
  fi
  if command -v mandoc >/dev/null; then
    said=$(mandoc -T lint -W warning "$page" 2>&1) && [[ -z $said ]] || fail "$said"
    checkers=1
  fi
done
if ((!checkers)); then echo "man_pages: neither groff nor mandoc is here" && exit 77; fi
echo "man_pages: ok"
