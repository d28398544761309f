#!/usr/bin/env bash
# Takes the pictures of docs/management-ui.md: starts three servers with demo.sh and opens RabbitMQ's management UI in a real browser. Fails
# if the UI does not show what that page describes. Prints each check as TAP.
#   take.sh [FOLDER]   pictures go to FOLDER instead of docs/pictures
# Installs Debian's chromium, and node if it is missing. Leaves no process behind, and no file except node_modules.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
pictures=$(realpath "${1:-$here}")
cd "$here/../.."

work=$(mktemp -d "${TMPDIR:-/tmp}/f2bbroker-ui.XXXXXX")
export TMPDIR=$work # All that builds, runs and looks leaves its traces there.
finish() {
    # If the group runs, the last line of demo.sh names its folder.
    local group
    group=$(sed -n 's/^End it: .* --end //p' "$work/demo.out" 2>/dev/null || true)
    [ -z "$group" ] || ./demo.sh --end "$group"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

tests/real/install.sh ui
npm ci --prefix "$here" --cache "$work/npm" --no-audit --no-fund --no-update-notifier --loglevel=error >&2
echo "Bringing up a group." >&2
./demo.sh --keep >"$work/demo.out" || { cat "$work/demo.out" >&2; exit 1; }
group=$(sed -n 's/^End it: .* --end //p' "$work/demo.out")

# shellcheck source=/dev/null
. "$group/broker/env"
mkdir "$work/home"
HOME=$work/home F2BBROKER_API=$F2BBROKER_API node --test-reporter=tap "$here/take.mjs" "$group" "$pictures"
