#!/usr/bin/env bash
# Measures how a group of many servers receives bans, on a private broker, and prints a table and its summary:
#   bench/scale.sh [SERVERS] [RATE] [classic|stream] [SECONDS]
# RATE is the number of bans per second in the group. The defaults are 1000 10 stream 60.
# Each of the SERVERS is a light receiver with its own login. One producer and three consumers are the built programs.
# The exit code is 1 if one of these consumers has not written each ban exactly once, or if f2bbroker status is incomplete.
#   bench/scale.sh table [SECONDS]
# prints the summaries of 10, 100, 300 and 1,000 servers at 10 bans/s, with a queue each and with the stream.
# F2B_RABBITMQ_ROOT selects another RabbitMQ: see tests/real/broker.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/real/install.sh
export LC_ALL=C MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[ -n "${F2B_PROGRAMS:-}" ] || dotnet build F2bBroker.sln -c Release --nologo -v quiet -p:UseSharedCompilation=false >/dev/null

if [ "${1:-}" = table ]; then
    failed=0
    # The runs of a table share the programs.
    F2B_PROGRAMS=$(mktemp -d "${TMPDIR:-/tmp}/f2bbroker-scale.XXXXXX")
    export F2B_PROGRAMS
    trap 'rm -rf "$F2B_PROGRAMS"' EXIT
    deploy/publish.sh "$F2B_PROGRAMS"
    for servers in 10 100 300 1000; do
        for type in classic stream; do
            # The first run prints the head of the table, too.
            lines=$([ "$servers$type" = 10classic ] && echo 3 || echo 1)
            bench/scale.sh "$servers" 10 "$type" "${2:-60}" | tee /dev/stderr | tail -n "$lines" || failed=1
        done
    done
    exit "$failed"
fi

servers=${1:-1000} rate=${2:-10} type=${3:-stream} seconds=${4:-60}
# Each server has one to three connections, and the broker opens the stream's file for each reader.
ulimit -n $((10000 + 10 * servers))

# shellcheck source=bench/setup.sh
. bench/setup.sh
make_folder scale
# RabbitMQ's default. The tests' broker counts more often.
echo 'collect_statistics_interval = 5000' >"$dir/broker/conf.d/scale.conf"
start_broker
enroll() {
    mkdir "$dir/$1"
    cat >"$dir/$1/f2bbroker.conf" <<CONF
[producer]
logpath = $dir/$1/fail2ban.log
checkpoint = $dir/$1/checkpoint
start = beginning
[consumer]
logpath = $dir/$1/bans.log
maxbans = 1000000/10m
CONF
    "$F2BBROKER" enroll "$@" --uri "amqp://127.0.0.1:$F2B_AMQP_PORT/f2b" --out "$dir/$1/f2bbroker.local" 2>/dev/null
}
enroll origin --role reporter
stream=()
[ "$type" != stream ] || stream=(--stream)
for server in peer1 peer2 peer3; do
    enroll "$server" "${stream[@]}"
done
bench/bin/Release/net10.0/bench scale "$dir" "$servers" "$rate" "$type" "$seconds"
