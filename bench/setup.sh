# Sourced by run.sh and scale.sh.

# make_folder NAME: creates a temporary folder, dir, with the programs in dir/bin. It is removed at the end, and the broker in it ended.
make_folder() {
    dir=$(mktemp -d "${TMPDIR:-/tmp}/f2bbroker-$1.XXXXXX")
    trap clean_up EXIT
    trap 'exit 1' INT TERM HUP
    if [ -n "${F2B_PROGRAMS:-}" ]; then
        ln -s "$F2B_PROGRAMS" "$dir/bin"
    else
        deploy/publish.sh "$dir/bin"
    fi
    mkdir -p "$dir/broker/conf.d"
}

clean_up() {
    tests/real/broker.sh stop "$dir/broker" || true
    rm -rf "$dir"
}

# start_broker: starts and initializes the private broker in the folder.
start_broker() {
    tests/real/broker.sh start "$dir/broker"
    # shellcheck source=/dev/null
    . "$dir/broker/env"
    export F2BBROKER_API F2B_AMQP_PORT F2BBROKER=$dir/bin/f2bbroker
    "$F2BBROKER" init 2>/dev/null
}
