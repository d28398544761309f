#!/usr/bin/env bash
# A private RabbitMQ on loopback, on free ports, with the management UI and metrics for Prometheus:
#   broker.sh start DIR      starts a new broker, or that of DIR again, with its ports, its password and its data
#   broker.sh stop DIR       stops the broker
#   broker.sh kill DIR       kills the broker, like a crash
#   broker.sh ctl DIR ARGS   runs rabbitmqctl on the broker
# start writes DIR/env (0600): F2B_AMQP_PORT, F2BBROKER_API, the management API's URL with the operator's login, and F2B_METRICS_PORT.
# If DIR/extra.config exists at a start, its Erlang terms are added to the broker's advanced.config:
#   {rabbit, [{consumer_timeout, 5000}]}
# The broker reads DIR/conf.d/*.conf in addition to its rabbitmq.conf.
# F2B_CLUSTER names a folder. A new broker reads its epmd port, its password and its Erlang cookie from the file "shared" there: see
# cluster.sh.
# F2B_RABBITMQ_ROOT names the root of another Debian system, whose RabbitMQ is used instead of this machine's (needs root).
set -euo pipefail

command=$1
dir=$(realpath "$2")
shift 2
umask 077
# The scripts in /usr/sbin change the user; these do not.
root=${F2B_RABBITMQ_ROOT:-}
programs=$(compgen -G "$root/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin" | tail -n 1)

free_ports() {
    python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
print(*(s.getsockname()[1] for s in sockets))'
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

configure() {
    local amqp api epmd dist metrics password cookie=''
    read -r amqp api epmd dist metrics < <(free_ports)
    password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -p "$dir"/{home,mnesia,log,conf.d}
    if [ -n "${F2B_CLUSTER:-}" ]; then
        read -r epmd password cookie <"$F2B_CLUSTER/shared"
        printf %s "$cookie" >"$dir/home/.erlang.cookie"
        chmod 400 "$dir/home/.erlang.cookie"
    fi
    cat >"$dir/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $api
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $metrics
default_user = operator
default_pass = $password
collect_statistics_interval = 1000
disk_free_limit.absolute = 50MB
CONF
    echo '[rabbitmq_auth_mechanism_ssl,rabbitmq_management,rabbitmq_prometheus].' >"$dir/plugins"
    printf 'F2B_AMQP_PORT=%s\nF2BBROKER_API=http://operator:%s@127.0.0.1:%s\nF2B_EPMD_PORT=%s\nF2B_DIST_PORT=%s\nF2B_METRICS_PORT=%s\n' \
        "$amqp" "$password" "$api" "$epmd" "$dist" "$metrics" >"$dir/env"
}

# on_node COMMAND...: replaces this shell by a program of RabbitMQ, on our node.
on_node() {
    # shellcheck source=/dev/null
    . "$dir/env"
    export HOME=$dir/home RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME=f2b$F2B_AMQP_PORT@localhost RABBITMQ_MNESIA_BASE=$dir/mnesia \
        RABBITMQ_LOG_BASE=$dir/log RABBITMQ_CONFIG_FILE=$dir/rabbitmq.conf RABBITMQ_CONFIG_FILES=$dir/conf.d \
        RABBITMQ_ADVANCED_CONFIG_FILE=$dir/advanced.config \
        RABBITMQ_ENABLED_PLUGINS_FILE=$dir/plugins RABBITMQ_PID_FILE=$dir/broker.pid RABBITMQ_DIST_PORT=$F2B_DIST_PORT \
        ERL_EPMD_PORT=$F2B_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
    cd "$dir" # Where Erlang leaves its crash dump.
    [ -n "$root" ] || exec "$@"
    mkdir -p "$root$dir"
    # shellcheck disable=SC2016
    exec unshare --mount sh -c 'mount --bind "$1" "$0$1" && mount -t proc proc "$0/proc" && cd "$1" && shift && exec chroot "$0" "$@"' \
        "$root" "$dir" env --chdir="$dir" "$@"
}

start() {
    [ -s "$dir/env" ] || configure
    local extra=''
    ! [ -f "$dir/extra.config" ] || extra=", $(cat "$dir/extra.config")"
    echo "[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]}$extra]." >"$dir/advanced.config"
    # shellcheck source=/dev/null
    . "$dir/env"
    answers "$F2B_EPMD_PORT" || start_epmd
    (on_node setsid "${programs#"$root"}/rabbitmq-server") </dev/null >"$dir/log/output" 2>&1 &
    echo $! >"$dir/script.pid"
    wait_until_up "$F2B_AMQP_PORT" "${F2BBROKER_API##*:}"
}

# Our own, so that its process is known: the broker would start one and leave it behind.
start_epmd() {
    setsid epmd -port "$F2B_EPMD_PORT" -address 127.0.0.1 </dev/null >"$dir/log/epmd" 2>&1 &
    echo $! >"$dir/epmd.pid"
    for _ in $(seq 100); do
        ! answers "$F2B_EPMD_PORT" || return 0
        sleep 0.1
    done
}

wait_until_up() {
    for _ in $(seq 600); do
        ! { answers "$1" && answers "$2"; } || return 0
        kill -0 "$(cat "$dir/script.pid")" 2>/dev/null || break
        sleep 0.1
    done
    echo "RabbitMQ did not start:" >&2
    tail -n 20 "$dir/log/output" >&2
    stop
    exit 1
}

stop() {
    end_process "$dir/broker.pid"
    end_process "$dir/script.pid"
    end_process "$dir/epmd.pid"
}

crash() {
    kill -9 "$(cat "$dir/broker.pid")"
    stop
}

end_process() {
    [ -s "$1" ] || return 0
    local pid
    pid=$(cat "$1")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 300); do
        runs "$pid" || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$1"
}

# A process that has ended may stay as a zombie until somebody asks for it.
runs() { grep -q '^State:[[:space:]]*[^Z]' "/proc/$1/status" 2>/dev/null; }

case $command in
    start | stop) "$command" ;;
    kill) crash ;;
    ctl) on_node "${programs#"$root"}/rabbitmqctl" "$@" ;;
esac
