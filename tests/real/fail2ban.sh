#!/usr/bin/env bash
# Writes the configuration of a private fail2ban into DIR: fail2ban.sh DIR
# It has the machine's own filters and defaults, a jail for ssh that reads DIR/auth.log, and the jail that we ship, reading DIR/bans.log.
# Its ban action only records to DIR/banned: no firewall is touched. Start it with
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

# The default backend is the one that our jail has to withstand. What fail2ban finds later than bantime it bans no more.
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
