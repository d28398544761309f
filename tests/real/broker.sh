#!/usr/bin/env bash
# Runs a private RabbitMQ on free ports of the loopback interface, with the management UI and metrics for Prometheus:
#   broker.sh start DIR      starts a new broker, or the one of DIR again with its ports, password and data
#   broker.sh stop DIR       shuts it down
#   broker.sh kill DIR       kills it, like a crash; fails if it does not run
#   broker.sh end DIR        ends it without the time of a shutdown, and does nothing if it does not run
#   broker.sh ctl DIR ARGS   runs rabbitmqctl on it
# start writes DIR/env (0600): F2B_NODE, F2B_AMQP_PORT, F2BBROKER_API (the management API's URL with the operator's login),
# F2B_METRICS_PORT.
# If DIR/extra.config exists before a start, its Erlang terms are added to the broker's advanced.config:
#   {rabbit, [{consumer_timeout, 5000}]}
# The files DIR/conf.d/*.conf are read in addition to the broker's rabbitmq.conf.
# If DIR/network exists, it contains a network namespace and an address there. The broker runs in it, on that address. This needs root.
# F2B_CLUSTER names a folder with a file "shared", from which a new broker takes epmd's port, password and Erlang cookie: see cluster.sh.
# F2B_RABBITMQ_ROOT names the root folder of another Debian whose RabbitMQ is used instead of this machine's. It needs root. "/" is this
# machine's.
set -euo pipefail

command=$1
dir=$(realpath "$2")
shift 2
umask 077
# shellcheck source=tests/real/process.sh
. "$(dirname "$(realpath "$0")")/process.sh"
# The scripts in /usr/sbin change the user, these do not.
root=${F2B_RABBITMQ_ROOT:-}
root=${root%/}
programs=$(compgen -G "$root/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin" | tail -n 1)

namespace=/proc/self/ns/net address=127.0.0.1
! [ -s "$dir/network" ] || read -r namespace address <"$dir/network"
[ /proc/self/ns/net -ef "$namespace" ] || exec nsenter --net="$namespace" "$0" "$command" "$dir" "$@"

configure() {
    local amqp api epmd dist metrics password cookie='' host=localhost
    [ "$address" = 127.0.0.1 ] || host=$address
    read -r amqp api epmd dist metrics < <(free_ports 5)
    password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -p "$dir"/{home,mnesia,log,conf.d}
    if [ -n "${F2B_CLUSTER:-}" ]; then
        read -r epmd password cookie <"$F2B_CLUSTER/shared"
        printf %s "$cookie" >"$dir/home/.erlang.cookie"
        chmod 400 "$dir/home/.erlang.cookie"
    fi
    cat >"$dir/rabbitmq.conf" <<CONF
listeners.tcp.1 = $address:$amqp
management.tcp.ip = $address
management.tcp.port = $api
prometheus.tcp.ip = $address
prometheus.tcp.port = $metrics
default_user = operator
default_pass = $password
collect_statistics_interval = 1000
disk_free_limit.absolute = 50MB
CONF
    echo '[rabbitmq_auth_mechanism_ssl,rabbitmq_management,rabbitmq_prometheus].' >"$dir/plugins"
    cat >"$dir/env" <<ENV
F2B_NODE=f2b$amqp@$host
F2B_AMQP_PORT=$amqp
F2BBROKER_API=http://operator:$password@$address:$api
F2B_EPMD_PORT=$epmd
F2B_DIST_PORT=$dist
F2B_METRICS_PORT=$metrics
ENV
}

# on_node COMMAND...: replaces this shell with a program of RabbitMQ on this node.
on_node() {
    # shellcheck source=/dev/null
    . "$dir/env"
    export HOME=$dir/home RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME=$F2B_NODE RABBITMQ_MNESIA_BASE=$dir/mnesia \
        RABBITMQ_LOG_BASE=$dir/log RABBITMQ_CONFIG_FILE=$dir/rabbitmq.conf RABBITMQ_CONFIG_FILES=$dir/conf.d \
        RABBITMQ_ADVANCED_CONFIG_FILE=$dir/advanced.config \
        RABBITMQ_ENABLED_PLUGINS_FILE=$dir/plugins RABBITMQ_PID_FILE=$dir/broker.pid RABBITMQ_DIST_PORT=$F2B_DIST_PORT \
        ERL_EPMD_PORT=$F2B_EPMD_PORT ERL_EPMD_ADDRESS=$address ERL_FLAGS="-start_epmd false"
    [ "$address" = 127.0.0.1 ] || export RABBITMQ_USE_LONGNAME=true
    cd "$dir" # Erlang writes its crash dump here.
    [ -n "$root" ] || exec "$@"
    # It also sees the folders beside its own, which have certificates, for example.
    # shellcheck disable=SC2016
    exec unshare --mount sh -ec 'mount --rbind "$1" "$0$1" && mount -t proc proc "$0/proc" && shift && exec chroot "$0" "$@"' \
        "$root" "/$(cut -d/ -f2 <<<"$dir")" env --chdir="$dir" "$@"
}

start() {
    if [ -s "$dir/env" ]; then
        run || fail
        return
    fi
    for _ in 1 2 3; do
        configure
        ! run || return 0
        # Another program may have taken a port after it was found free.
        grep -q eaddrinuse "$dir/log/output" || break
        stop
        rm -rf "$dir"/{env,home,mnesia}
    done
    fail
}

# Starts the broker of the folder. Fails if it does not answer.
run() {
    local extra=''
    ! [ -f "$dir/extra.config" ] || extra=", $(cat "$dir/extra.config")"
    echo "[{kernel, [{inet_dist_use_interface, {${address//./,}}}]}$extra]." >"$dir/advanced.config"
    # shellcheck source=/dev/null
    . "$dir/env"
    answers "$address" "$F2B_EPMD_PORT" || start_epmd
    (on_node setsid "${programs#"$root"}/rabbitmq-server") </dev/null >"$dir/log/output" 2>&1 &
    echo $! >"$dir/script.pid"
    wait_until_up $! 60 both_ports_answer
}

# epmd is started here, so that its process is known. Erlang would start one and leave it running.
start_epmd() {
    setsid epmd -port "$F2B_EPMD_PORT" -address "$address" </dev/null >"$dir/log/epmd" 2>&1 &
    echo $! >"$dir/epmd.pid"
    wait_until_up $! 10 answers "$address" "$F2B_EPMD_PORT" || fail
}

both_ports_answer() { answers "$address" "$F2B_AMQP_PORT" && answers "$address" "${F2BBROKER_API##*:}"; }

fail() {
    echo "RabbitMQ did not start:" >&2
    tail -n 20 "$dir/log/output" >&2
    stop
    exit 1
}

stop() {
    for name in broker script epmd; do
        end_process_of "$dir/$name.pid" 30
    done
}

crash() {
    kill -9 "$(cat "$dir/broker.pid")"
    stop
}

end() { if [ -s "$dir/broker.pid" ]; then crash; else stop; fi; }

case $command in
    start | stop | end) "$command" ;;
    kill) crash ;;
    ctl) on_node "${programs#"$root"}/rabbitmqctl" "$@" ;;
esac
