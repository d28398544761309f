#!/usr/bin/env bash
# Runs a cluster of three RabbitMQ nodes on the loopback interface. Each is a broker of broker.sh in its own folder: DIR/1, DIR/2, DIR/3.
#   cluster.sh start DIR          creates, starts and joins the nodes, or starts those of DIR again
#   cluster.sh stop DIR           stops all nodes
# If DIR/1/network, DIR/2/network and DIR/3/network exist, each node runs in the network namespace that its file names: see broker.sh.
#   broker.sh kill DIR/2          kills one node; "stop" shuts it down, "start" starts it again
# All nodes have the same operator's password, as in docs/production.md.
set -euo pipefail

dir=$(realpath "$2")
broker=$(dirname "$(realpath "$0")")/broker.sh
umask 077
# shellcheck source=tests/real/process.sh
. "$(dirname "$broker")/process.sh"

start() {
    local joined=''
    if [ -s "$dir/shared" ]; then joined=1; else share; fi
    [ -s "$dir/1/network" ] || start_epmd # Otherwise each node starts one in its namespace.
    on_each start_node 1 2 3
    [ -z "$joined" ] || return 0
    on_each stop_app 2 3
    for node in 2 3; do join "$node"; done
}

start_epmd() {
    local port
    port=$(cut -d' ' -f1 "$dir/shared")
    setsid epmd -port "$port" -address 127.0.0.1 </dev/null >"$dir/epmd.log" 2>&1 &
    echo $! >"$dir/epmd.pid"
    wait_until_up $! 10 answers 127.0.0.1 "$port" || { echo "epmd did not start: $(cat "$dir/epmd.log")" >&2; exit 1; }
}

# on_each COMMAND NODE...: runs the command for all nodes at the same time.
on_each() {
    local command=$1 job jobs=()
    shift
    for node in "$@"; do
        "$command" "$node" &
        jobs+=("$!")
    done
    for job in "${jobs[@]}"; do wait "$job"; done
}

start_node() {
    mkdir -p "$dir/$1/conf.d"
    echo 'cluster_partition_handling = pause_minority' >"$dir/$1/conf.d/cluster.conf"
    F2B_CLUSTER=$dir "$broker" start "$dir/$1"
}

stop_app() { "$broker" ctl "$dir/$1" stop_app; }

# Writes what the nodes share: epmd's port, the operator's password, and Erlang's cookie.
share() {
    local port
    port=$(free_ports 1)
    echo "$port $(secret) $(secret)" >"$dir/shared"
}

secret() { od -An -N12 -tx1 /dev/urandom | tr -d ' \n'; }

join() {
    local first
    first=$(sed -n 's/^F2B_NODE=//p' "$dir/1/env")
    "$broker" ctl "$dir/$1" join_cluster "$first"
    "$broker" ctl "$dir/$1" start_app
}

stop() {
    for node in 3 2 1; do
        ! [ -d "$dir/$node" ] || "$broker" stop "$dir/$node"
    done
    end_process_of "$dir/epmd.pid" 30
}

case $1 in
    start | stop) "$1" ;;
esac
