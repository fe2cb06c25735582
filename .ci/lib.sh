# shellcheck shell=bash
# Shared by the scripts in this folder: steps that say what they do, how long they took, and which one failed.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Nothing here may wait for a person.
exec </dev/null

# Whoever builds once only pays for incremental state and full debug information; a developer's own build keeps both.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=line-tables-only

# Tools are kept beside the scripts, so that nothing of the machine's own is changed.
export PATH="$PWD/.ci/cache/bin:$PATH"

times=()
current="the start"

# step NAME COMMAND...: the first failure ends the script, through `summary`.
step() {
  current=$1
  local start=$SECONDS
  printf '\n==> %s\n' "$current"
  "${@:2}"
  times+=("$(printf '%6d s  %s' $((SECONDS - start)) "$current")")
}

# What a step can not do here is said aloud, never passed over.
skip() { echo "skipped: $1"; }

fail() { echo "$1" >&2; return 1; }

# tool NAME VERSION: a program from crates.io; costs nothing when that version is here already. Not optimized: it compiles in
# well under half the time, and what these tools do themselves takes a second.
tool() {
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --locked --root .ci/cache "$1@$2"
}

summary() {
  local status=$?
  printf '\n'
  [ ${#times[@]} -eq 0 ] || printf '%s\n' "${times[@]}"
  if [ "$status" -eq 0 ]; then
    printf '%6d s  in all, %d steps passed\n' "$SECONDS" "${#times[@]}"
  else
    printf 'FAILED at "%s", after %d s, with status %d\n' "$current" "$SECONDS" "$status" >&2
  fi
}
trap summary EXIT
