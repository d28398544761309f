#!/usr/bin/env bash
# Takes the pictures of docs/management-ui.md: starts three servers with demo.sh, opens RabbitMQ's management UI in a real browser, and
# fails if the UI does not show what that page describes. Prints the results as TAP.
#   take.sh [FOLDER]   writes the pictures to FOLDER instead of docs/pictures
# Installs Debian's chromium and node if they are missing. Leaves no process running, and no files except node_modules.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
pictures=$(realpath "${1:-$here}")
cd "$here/../.."

work=$(mktemp -d "${TMPDIR:-/tmp}/f2bbroker-ui.XXXXXX")
export TMPDIR=$work # Everything that runs below writes its temporary files there.
finish() {
    # demo.sh's last line names the folder of the group if it is running.
    local group
    group=$(sed -n 's/^End it: .* --end //p' "$work/demo.out" 2>/dev/null || true)
    [ -z "$group" ] || ./demo.sh --end "$group"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

tests/real/install.sh ui
npm ci --prefix "$here" --cache "$work/npm" --no-audit --no-fund --no-update-notifier --loglevel=error >&2
echo "Starting a group." >&2
./demo.sh --keep >"$work/demo.out" || { cat "$work/demo.out" >&2; exit 1; }
group=$(sed -n 's/^End it: .* --end //p' "$work/demo.out")

# shellcheck source=/dev/null
. "$group/broker/env"
mkdir "$work/home"
HOME=$work/home F2BBROKER_API=$F2BBROKER_API node --test-reporter=tap "$here/take.mjs" "$group" "$pictures"
