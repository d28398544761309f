#!/usr/bin/env bash
# Runs the README's commands in DIR: creates an authority if it does not exist, and a certificate for NAME.
#   tls.sh DIR NAME
set -euo pipefail
# shellcheck disable=SC2034 # The commands use it.
NAME=$2
commands=$(grep '^    openssl ' "$(dirname "$0")/../../README.md")
umask 077
cd "$1"
[ -e ca.pem ] || eval "$(grep -w ca.key <<<"$commands" | grep -v -- -CAkey)"
eval "$(grep -F "\$NAME.csr" <<<"$commands")"
