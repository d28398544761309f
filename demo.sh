#!/usr/bin/env bash
# Three servers on this machine share their bans, with a real RabbitMQ, real fail2bans and the built daemons, but without a firewall.
#   ./demo.sh                shows how bans are shared, and cleans up
#   ./demo.sh --keep         leaves the group running in a folder and prints how to use it; the last line is the command that ends it
#   ./demo.sh --end FOLDER   ends a group that --keep left running
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/real/process.sh
. tests/real/process.sh

clean_up() {
    for pid in "$dir"/*/*.pid; do
        end_process_of "$pid" 15
    done
    ! [ -d "$dir/broker" ] || tests/real/broker.sh stop "$dir/broker"
    rm -rf "$dir"
}

case "${1:-}" in
    '' | --keep) keep=${1:-} ;;
    --end)
        dir=${2:-}
        [ -s "$dir/broker/env" ] || { echo "No group of this demo runs in '$dir'." >&2; exit 2; }
        clean_up
        exit
        ;;
    *) echo "usage: ./demo.sh [--keep | --end FOLDER]" >&2; exit 2 ;;
esac

tests/real/install.sh
export LC_ALL=C MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_EnableDiagnostics=0
program() { echo "$PWD/src/$1/bin/Release/net10.0/$2"; }
producer=$(program Producer f2bbroker-producer)
consumer=$(program Consumer f2bbroker-consumer)
f2bbroker=$(program Admin f2bbroker)
probe=$PWD/tests/Probe/bin/Release/net10.0/probe
dir=$(mktemp -d "${TMPDIR:-/tmp}/f2bbroker-demo.XXXXXX")
outcome=failure

finish() {
    if [ "$outcome" = failure ]; then
        echo "FAILURE. The last lines of each program:"
        tail -n 3 "$dir"/*/*.out 2>/dev/null || true
    fi
    clean_up
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

echo "Building."
mkdir "$dir/tmp" # dotnet leaves folders there.
build() { TMPDIR=$dir/tmp dotnet build F2bBroker.sln -c Release --nologo -v quiet -p:UseSharedCompilation=false; }
build >/dev/null || { build; exit 1; }

# start NAME SERVER COMMAND...: starts a process of that server, with its output in NAME.out and its id in NAME.pid.
start() {
    local name=$1 server=$2
    shift 2
    setsid "$@" </dev/null >"$dir/$server/$name.out" 2>&1 &
    echo $! >"$dir/$server/$name.pid"
}

now() { date +%s%3N; }

# wait_for PATTERN FILE [SINCE]: waits until a line of the file matches, and prints the milliseconds since then, or since the call.
wait_for() {
    local since=${3:-$(now)}
    until grep -q -- "$1" "$2" 2>/dev/null; do
        [ $(($(now) - since)) -lt 60000 ] || { echo "'$1' did not appear in $2 within a minute." >&2; return 1; }
        sleep 0.02
    done
    echo $(($(now) - since))
}

# holds ADDRESS SERVER: succeeds if a jail of that server's fail2ban holds the address.
holds() {
    fail2ban-client -c "$dir/$2/etc" -s "$dir/$2/socket" banned "$1" | grep -q "'"
}

# wait_until_released ADDRESS SERVER SINCE: prints the milliseconds since then.
wait_until_released() {
    while holds "$1" "$2"; do
        [ $(($(now) - $3)) -lt 60000 ] || { echo "$2 still holds $1 after a minute." >&2; return 1; }
        sleep 0.1
    done
    echo $(($(now) - $3))
}

attack() {
    for _ in 1 2 3; do
        echo "$(date '+%b %e %H:%M:%S') $1 sshd[$2]: Failed password for invalid user admin from $3 port 50022 ssh2" >>"$dir/$1/auth.log"
    done
}

echo "Starting a private RabbitMQ on loopback."
mkdir "$dir/broker"
tests/real/broker.sh start "$dir/broker"
# shellcheck source=/dev/null
. "$dir/broker/env"
export F2BBROKER_API
echo "The operator sets the broker up:"
"$f2bbroker" init 2>&1 | sed 's/^/    /'

for server in web1 web2 web3; do
    mkdir "$dir/$server"
    cat >"$dir/$server/f2bbroker.conf" <<CONF
[producer]
logpath = $dir/$server/fail2ban.log
checkpoint = $dir/$server/producer.checkpoint
[consumer]
logpath = $dir/$server/bans.log
CONF
    "$f2bbroker" enroll "$server" --uri "amqp://127.0.0.1:$F2B_AMQP_PORT/f2b" --out "$dir/$server/f2bbroker.local" 2>&1 | sed 's/^/    /'
    tests/real/fail2ban.sh "$dir/$server"
    printf '[f2bbroker-pardon]\nenabled = true\n' >"$dir/$server/etc/jail.d/pardon.local"
    start fail2ban "$server" fail2ban-server -c "$dir/$server/etc" -s "$dir/$server/socket" -p "$dir/$server/pid" -xf start
done
for server in web1 web2 web3; do
    wait_for "Jail 'sshd' started" "$dir/$server/fail2ban.log" >/dev/null
    start consumer "$server" "$consumer" --config "$dir/$server/f2bbroker.conf"
    start producer "$server" "$producer" --config "$dir/$server/f2bbroker.conf"
    wait_for 'Receiving from' "$dir/$server/consumer.out" >/dev/null
    wait_for 'Following' "$dir/$server/producer.out" >/dev/null
done
echo "Three servers are up, each with its own fail2ban, producer and consumer:"
until "$f2bbroker" status | grep -cE 'consumer[^,]*, producer' | grep -qx 3; do sleep 0.5; done
"$f2bbroker" status | sed 's/^/    /'

echo "1. Somebody at 203.0.113.7 fails to log in to web1 by ssh, three times."
attack web1 101 203.0.113.7
wait_for '^203.0.113.7$' "$dir/web1/banned" >/dev/null
banned_at=$(now)
echo "   fail2ban on web1 bans 203.0.113.7."
for server in web2 web3; do
    took=$(wait_for '^203.0.113.7$' "$dir/$server/banned" "$banned_at")
    echo "   fail2ban on $server bans 203.0.113.7, $took ms later. It has read this line:"
    echo "       $(cat "$dir/$server/bans.log")"
done

echo "2. web2 goes down. Meanwhile web1 bans 2001:db8::7."
for name in producer consumer fail2ban; do end_process_of "$dir/web2/$name.pid" 15; done
attack web1 102 2001:db8::7
wait_for '^2001:db8::7$' "$dir/web3/banned" >/dev/null
echo "   fail2ban on web3 bans it too. web2 is offline. It starts again:"
started_at=$(now)
start fail2ban web2 fail2ban-server -c "$dir/web2/etc" -s "$dir/web2/socket" -p "$dir/web2/pid" -xf start
start producer web2 "$producer" --config "$dir/web2/f2bbroker.conf"
start consumer web2 "$consumer" --config "$dir/web2/f2bbroker.conf"
took=$(wait_for '^2001:db8::7$' "$dir/web2/banned" "$started_at")
echo "   fail2ban on web2 bans 2001:db8::7, $took ms after its start."

echo "3. Somebody has stolen the credentials of web3, and tries them on the broker:"
"$probe" "$dir/web3/f2bbroker.local" web1 web2 | sed 's/^/       /'
echo "   The broker refuses both."

echo "4. 203.0.113.7 was banned by mistake. The operator takes the ban back:"
"$f2bbroker" pardon 203.0.113.7 --reason "our office" 2>&1 | sed 's/^/       /'
pardoned_at=$(now)
for server in web1 web2 web3; do
    took=$(wait_until_released 203.0.113.7 "$server" "$pardoned_at")
    echo "   fail2ban on $server does not hold 203.0.113.7 any more, $took ms later."
done

outcome=success
if [ "$keep" = --keep ]; then
    trap - EXIT
    login=${F2BBROKER_API#http://}
    echo "SUCCESS. The group keeps running, in $dir."
    echo "Management UI: http://${login#*@}/ (user ${login%%:*}, password $(cut -d: -f2 <<<"${login%@*}"))"
    echo "Ban somebody:  fail2ban-client -c $dir/web1/etc -s $dir/web1/socket set sshd banip 198.51.100.9"
    echo "See it arrive: cat $dir/web2/banned"
    echo "End it:        ./demo.sh --end $dir"
else
    echo "SUCCESS"
fi
