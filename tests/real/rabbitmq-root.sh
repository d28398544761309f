#!/usr/bin/env bash
# Installs another Debian's RabbitMQ in an empty folder, for F2B_RABBITMQ_ROOT of broker.sh: rabbitmq-root.sh DIR [SUITE]
# SUITE is forky (RabbitMQ 4.3) by default; trixie has 4.0. It needs root, debootstrap and Debian's mirror.
set -euo pipefail

dir=$(realpath "$1")
suite=${2:-forky}
# An older debootstrap has no script for a newer suite, but the one of sid is the same. What the packages start ends with debootstrap.
unshare --mount --pid --fork debootstrap --variant=minbase --include=rabbitmq-server,libfaketime "$suite" "$dir" \
    http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid >/dev/null || {
    tail -n 20 "$dir/debootstrap/debootstrap.log" >&2
    exit 1
}
cp /etc/hosts "$dir/etc/hosts"
