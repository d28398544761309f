#!/usr/bin/env bash
# Compares the built daemons with RabbitMQ.Client alone, on the same private broker in one run, and prints a table with ratios.
# bench/run.sh runs all measurements, bench/run.sh a c only these: a publish, b consume, c latency, d read, e idle, f history, g health,
# h following live. F2B_PROGRAMS names a folder with programs to measure instead of new ones.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/real/install.sh
export LC_ALL=C MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build F2bBroker.sln -c Release --nologo -v quiet -p:UseSharedCompilation=false >/dev/null

# shellcheck source=bench/setup.sh
. bench/setup.sh
make_folder bench
start_broker
for server in origin peer follower; do
    mkdir "$dir/$server"
    # A server that follows the stream reads a part of it at its first start.
    history=0
    [ "$server" != follower ] || history=1s
    cat >"$dir/$server/f2bbroker.conf" <<CONF
[producer]
logpath = $dir/$server/fail2ban.log
checkpoint = $dir/$server/checkpoint
start = beginning
[consumer]
logpath = $dir/$server/bans.log
maxbans = 1000000/10m
history = $history
CONF
    stream=()
    [ "$server" != follower ] || stream=(--stream)
    "$F2BBROKER" enroll "$server" "${stream[@]}" --uri "amqp://127.0.0.1:$F2B_AMQP_PORT/f2b" \
        --out "$dir/$server/f2bbroker.local" 2>/dev/null
done
# For (e), with one jail.
tests/real/fail2ban.sh "$dir/fail2ban"
printf '[f2bbroker]\nenabled = false\n' >"$dir/fail2ban/etc/jail.d/bench.local"
# As in the units.
export DOTNET_EnableDiagnostics=0
bench/bin/Release/net10.0/bench "$dir" "$@"
