#!/usr/bin/env bash
# Writes the configuration of a private fail2ban into DIR: fail2ban.sh DIR
# It has the machine's filters and defaults, a jail for ssh that reads DIR/auth.log, and the shipped jails, which read DIR/bans.log;
# f2bbroker-pardon is not enabled. Its ban action only appends to DIR/banned and does not change a firewall. Start it with
#   fail2ban-server -c DIR/etc -s DIR/socket -p DIR/pid -xf start
set -euo pipefail

mkdir -p "$1"
dir=$(realpath "$1")
deploy=$(realpath "$(dirname "$0")/../../deploy/fail2ban")

cp -r /etc/fail2ban "$dir/etc"
rm -f "$dir"/etc/jail.d/* "$dir"/etc/*.local
cp -r "$deploy"/*.d "$dir/etc/"
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

[f2bbroker-pardon]
logpath = $dir/bans.log
CONF
