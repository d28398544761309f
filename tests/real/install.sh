#!/usr/bin/env bash
# Installs the Debian packages that the tests and the demo need and the machine does not have: RabbitMQ, fail2ban, systemd's journal,
# openssl, libfaketime, iproute2, Prometheus, and Python's RabbitMQ client. No service is started.
#   install.sh package   also installs the tools that build, check and install the f2bbroker package
#   install.sh rabbitmq  also installs the tool that creates the root folder of another Debian
#   install.sh docker    also installs the tools for a private container engine and its images
#   install.sh fuzz      also installs AFL
#   install.sh ui        also installs the browser for the management UI, and Node.js
set -euo pipefail

if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK is missing: install it from https://dotnet.microsoft.com/download (10.0 or a later 10.x)." >&2
    exit 1
fi

# dpkg also knows packages that are not installed, or were removed.
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
compgen -G '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server' >/dev/null || missing+=(rabbitmq-server)
command -v fail2ban-server >/dev/null || missing+=(fail2ban)
[ -x /lib/systemd/systemd-journald ] || missing+=(systemd)
/usr/bin/python3 -c 'import systemd.journal' 2>/dev/null || missing+=(python3-systemd)
/usr/bin/python3 -c 'import pika' 2>/dev/null || missing+=(python3-pika)
command -v openssl >/dev/null || missing+=(openssl)
[ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 ] || missing+=(faketime)
command -v busybox >/dev/null || missing+=(busybox)
command -v pgrep >/dev/null || missing+=(procps)
command -v ip >/dev/null || missing+=(iproute2)
command -v promtool >/dev/null || missing+=(prometheus)
if [ "${1:-}" = package ]; then
    for tool in debootstrap lintian dpkg-dev systemd-container jq apt-utils gnupg qemu-user-static; do
        is_installed "$tool" || missing+=("$tool")
    done
elif [ "${1:-}" = rabbitmq ]; then
    is_installed debootstrap || missing+=(debootstrap)
elif [ "${1:-}" = docker ]; then
    for tool in debootstrap docker.io docker-compose slirp4netns; do
        is_installed "$tool" || missing+=("$tool")
    done
elif [ "${1:-}" = fuzz ]; then
    command -v afl-fuzz >/dev/null || missing+=(afl++)
elif [ "${1:-}" = ui ]; then
    [ -x /usr/bin/chromium ] || missing+=(chromium)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
fi
[ ${#missing[@]} -gt 0 ] || exit 0

fail() {
    echo "Missing: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
}

echo "Missing: ${missing[*]}. Installing these packages without starting a service."
command -v apt-get >/dev/null || fail
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; } || fail
    as_root=(sudo)
fi

# With this policy, Debian's packages do not start their services. An existing policy is restored.
policy=/usr/sbin/policy-rc.d
restore() {
    "${as_root[@]}" rm -f "$policy"
    ! [ -e "$policy.f2bbroker-saved" ] || "${as_root[@]}" mv "$policy.f2bbroker-saved" "$policy"
}
trap restore EXIT
! [ -e "$policy" ] || "${as_root[@]}" mv "$policy" "$policy.f2bbroker-saved"
printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
"${as_root[@]}" chmod 755 "$policy"

"${as_root[@]}" apt-get -qq update || echo "apt-get update failed. Trying with the known packages." >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
    install --no-install-recommends "${missing[@]}" >/dev/null || fail
