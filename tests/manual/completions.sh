#!/usr/bin/env bash
# What bash, zsh and fish offer on lines of the tool, asked of the shells themselves: every flag that
# --help has, words of choices, files and folders.
#   completions.sh SHELL COMPLETIONS TOOL
# Ends with 77 where the shell is not here.
set -euo pipefail

shell=$1 made=$(realpath "$2") tool=$(realpath "$3")
command -v "$shell" >/dev/null || { echo "completions: no $shell here" && exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
touch "$out/points.npy" "$out/two words.csv"
mkdir "$out/runs"
cd "$out"

# What is offered, a line each, without descriptions.
offers_in_bash() {
  # shellcheck disable=SC1091
  source "$made/bash/nearfold"
  COMP_LINE=$1 COMP_POINT=${#1}
  _nearfold
  printf '%s\n' "${COMPREPLY[@]}"
}
# An option whose value follows '=' alone is offered with and without it.
offers_in_fish() {
  fish --no-config -c "source $made/fish/nearfold.fish; complete -C '$1'" | cut -f 1 | sed '/=$/d'
}
# One shell on a terminal of its own for all lines: Tab is pressed, then Ctrl-X prints the line.
zsh_asks=$(
  cat <<'EOF'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=($1/zsh \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep; PS1= KEYTIMEOUT=1
  show() { print -r -- \"<\$BUFFER>\"; BUFFER= }; zle -N show; bindkey '^X' show; print rea''dy"
zpty -r shell said '*ready*'
for line in ${@:2}; do
  zpty -w -n shell $line$'\t\x18'
  zpty -r shell said '*<*>*'
  print -r -- ${${said##*<}%%>*}
done
EOF
)

failed=0
fail() { echo "completions: $shell: $*" >&2 && failed=1; }
# expect LINE WORD...: exactly these are offered, in any order.
expect() {
  local got wanted
  got=$("offers_in_$shell" "$1" | sort -u | sed '/^$/d')
  wanted=$(printf '%s\n' "${@:2}" | sort -u | sed '/^$/d')
  [[ $got == "$wanted" ]] || fail "'$1' offers $(tr '\n' ' ' <<<"$got"), not ${*:2}"
}

if [[ $shell == zsh ]]; then
  lines=() wanted=()
  expect() { lines+=("$1") wanted+=("$2"); }
  expect 'nearfold em' 'nearfold embed '
  expect 'nearfold embed --met' 'nearfold embed --met'
  expect 'nearfold embed --metho' 'nearfold embed --method='
  expect 'nearfold embed --method um' 'nearfold embed --method umap '
  expect 'nearfold embed -m t' 'nearfold embed -m tsne '
  expect 'nearfold embed --method=t' 'nearfold embed --method=tsne '
  expect 'nearfold embed po' 'nearfold embed points.npy '
  expect 'nearfold embed --labels tw' 'nearfold embed --labels two\ words.csv '
  expect 'nearfold embed --checkpoint ru' 'nearfold embed --checkpoint runs/'
  expect 'nearfold embed --init sp' 'nearfold embed --init spectral '
  expect 'nearfold embed --init po' 'nearfold embed --init points.npy '
  expect 'nearfold compare a --metric cosine,man' 'nearfold compare a --metric cosine,manhattan,'
  expect 'nearfold generate sw' 'nearfold generate swiss-roll '
  expect 'nearfold embed --seed po' 'nearfold embed --seed po'
  mapfile -t got < <(zsh -f -c "$zsh_asks" asks "$made" "${lines[@]}")
  for i in "${!lines[@]}"; do
    [[ ${got[i]:-} == "${wanted[i]}" ]] || fail "'${lines[i]}' becomes '${got[i]:-}', not '${wanted[i]}'"
  done
  exit "$failed"
fi

commands=$("$tool" --help | sed -n '/^Subcommands/,$s/^  \([a-z-]\+\) .*/\1/p')
expect 'nearfold i' info inverse
# shellcheck disable=SC2086
[[ $shell == fish ]] && expect 'nearfold ' $commands
for command in $commands; do
  # shellcheck disable=SC2046
  expect "nearfold $command --" $("$tool" "$command" --help | grep -oE '^  -[^ :{[]+' | tr ',' '\n' |
    grep -oE -- '--.*')
done
expect 'nearfold embed -m ' localmap pacmap tsne umap
expect 'nearfold embed --method u' umap
expect 'nearfold embed po' points.npy
expect 'nearfold embed --labels two' 'two words.csv'
expect 'nearfold generate sw' swiss-roll
expect 'nearfold knn points.npy --index h' hnsw
expect 'nearfold embed --seed po'
case $shell in
  bash)
    expect 'nearfold embed --checkpoint ' runs
    expect 'nearfold embed --init ' auto landmarks pca spectral random points.npy 'two words.csv' runs
    expect 'nearfold embed --method=u' umap
    expect 'nearfold embed --standardize=r' robust
    expect 'nearfold embed --standardize po' points.npy
    expect 'nearfold compare points.npy --metric cosine,man' cosine,manhattan
    expect 'nearfold compare points.npy --index flat iv' ivf
    ;;
  fish)
    expect 'nearfold embed --checkpoint ru' runs/
    expect 'nearfold embed --init p' pca points.npy
    expect 'nearfold embed --method=u' --method=umap
    expect 'nearfold compare points.npy --metric cosine,man' cosine,manhattan
    ;;
esac
exit "$failed"
