#!/usr/bin/env bash
# Runs the commands of docs/tls.md in DIR: makes the authority if there is none yet, and a certificate for NAME.
#   tls.sh DIR NAME
set -euo pipefail
name=$2
commands=$(grep '^    openssl ' "$(dirname "$0")/../../docs/tls.md" | sed "s/NAME/$name/g")
umask 077
cd "$1"
[ -e ca.pem ] || eval "$(grep -w ca.key <<<"$commands" | grep -v -- -CAkey)"
eval "$(grep -w "$name.csr" <<<"$commands")"
