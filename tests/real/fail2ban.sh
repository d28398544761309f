#!/usr/bin/env bash
# Writes the configuration of a private fail2ban into DIR: fail2ban.sh DIR
# It has the machine's filters and defaults, a jail for ssh that reads DIR/auth.log, and the shipped jail f2bbroker, which reads
# DIR/bans.log. Its ban action only appends to DIR/banned and does not change a firewall. Start it with
#   fail2ban-server -c DIR/etc -s DIR/socket -p DIR/pid -xf start
set -euo pipefail

mkdir -p "$1"
dir=$(realpath "$1")
deploy=$(realpath "$(dirname "$0")/../../deploy/fail2ban")

cp -r /etc/fail2ban "$dir/etc"
rm -f "$dir"/etc/jail.d/* "$dir"/etc/*.local
cp "$deploy/filter.d/f2bbroker.conf" "$dir/etc/filter.d/"
cp "$deploy/jail.d/f2bbroker.conf" "$dir/etc/jail.d/"
touch "$dir/auth.log" "$dir/bans.log" "$dir/banned"

cat >"$dir/etc/fail2ban.local" <<CONF
[Definition]
logtarget = $dir/fail2ban.log
socket = $dir/socket
pidfile = $dir/pid
dbfile = $dir/fail2ban.sqlite3
CONF

cat >"$dir/etc/action.d/record.conf" <<CONF
[Definition]
actionban = echo "<ip>" >> $dir/banned
actionunban =
CONF

# The shipped jail must override this default backend. fail2ban does not enforce a ban that is older than bantime when it reads it.
cat >"$dir/etc/jail.local" <<CONF
[DEFAULT]
backend = systemd
banaction = record
banaction_allports = record
bantime = 1d

[sshd]
enabled = true
backend = auto
logpath = $dir/auth.log
maxretry = 3

[f2bbroker]
logpath = $dir/bans.log
CONF
