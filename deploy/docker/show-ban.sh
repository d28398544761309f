#!/usr/bin/env bash
# Shows how a ban is shared: an address fails to log in to web1 by ssh, and each server's fail2ban bans it. Fails if a server does not ban
# it within a minute.
#   show-ban.sh [ADDRESS]
set -euo pipefail
cd "$(dirname "$0")/../.."
ip=${1:-203.0.113.7}

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
# on SERVER COMMAND...: runs a command in the container of the server's fail2ban.
on() { "${compose[@]}" exec -T "$1-fail2ban" "${@:2}" </dev/null; }

# wait_for_ban SERVER JAIL: waits until fail2ban reports the ban.
wait_for_ban() {
    for _ in $(seq 60); do
        if on "$1" fail2ban-client status "$2" | grep -F 'Banned IP list:' | tr '\t' ' ' | grep -qwF "$ip"; then
            echo "$1: fail2ban's jail $2 bans $ip"
            return
        fi
        sleep 1
    done
    echo "$1: fail2ban's jail $2 did not ban $ip within a minute." >&2
    exit 1
}

# Removes the bans of an earlier run.
on web1 fail2ban-client set sshd unbanip "$ip" >/dev/null
for server in web2 web3; do on "$server" fail2ban-client set f2bbroker unbanip "$ip" >/dev/null; done

echo "web1: somebody at $ip fails to log in by ssh, three times"
# shellcheck disable=SC2016
on web1 sh -c 'for try in 1 2 3; do
    echo "$(date "+%b %e %H:%M:%S") web1 sshd[$$]: Failed password for invalid user admin from $1 port 50022 ssh2" >>/var/log/auth.log
done' sh "$ip"
wait_for_ban web1 sshd
for server in web2 web3; do wait_for_ban "$server" f2bbroker; done
echo "In web2's monitored log:"
on web2 grep -F " $ip " /var/log/f2bbroker/bans.log | tail -n 1
