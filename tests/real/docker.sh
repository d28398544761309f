#!/usr/bin/env bash
# A private container engine, with images that replace those of deploy/docker, built from Debian's packages and this machine's .NET:
#   docker.sh start DIR      starts the engine, and writes the variables for its clients to DIR/env: DOCKER_HOST, DOCKER_API_VERSION,
#                            DOCKER_CONFIG (with Compose 2), ENGINE_PID
#   docker.sh images DIR     creates the images under their public names: debian and dotnet, rabbitmq, or one of the two with a third
#                            argument
#   docker.sh run DIR ARGS   runs a command as a client of the engine. It can reach the ports that containers publish: so tests can use this
#                            RabbitMQ
#   docker.sh stop DIR       stops the engine and everything that runs in it. Then DIR can be removed
# The engine runs in its own namespaces, so it affects neither the machine's firewall nor its engine. Needs root and access to a Debian
# mirror.
set -euo pipefail

command=$1
dir=$(realpath "$2")
shift 2
here=$(realpath "$(dirname "$0")")
cgroup=f2bbroker-${dir##*/}
mirror=http://deb.debian.org/debian

start() {
    mkdir -p "$dir/config/cli-plugins"
    echo '{}' >"$dir/daemon.json"
    # Of its process ids, networks and mounts none is left when its first process ends.
    setsid unshare --mount --net --pid --fork --kill-child "$here/docker.sh" engine "$dir" </dev/null >"$dir/engine.log" 2>&1 &
    echo $! >"$dir/unshare.pid"
    wait_for 'the engine' test -s "$dir/inside.pid"
    local pid
    pid=$(pgrep -P "$(cat "$dir/unshare.pid")")
    # The way out for builds, without a rule in the machine's firewall.
    setsid slirp4netns --configure --disable-host-loopback "$pid" tap0 </dev/null >"$dir/slirp.log" 2>&1 &
    echo $! >"$dir/slirp.pid"
    export DOCKER_HOST=unix://$dir/docker.sock
    wait_for 'the engine' docker version
    printf 'DOCKER_HOST=%s\nDOCKER_API_VERSION=%s\nDOCKER_CONFIG=%s\nENGINE_PID=%s\n' \
        "$DOCKER_HOST" "$(docker version --format '{{.Server.APIVersion}}')" "$dir/config" "$pid" >"$dir/env"
}

# Becomes the engine, within its namespaces.
engine() {
    mount -t proc proc /proc
    ip link set lo up
    echo $$ >"$dir/inside.pid"
    exec dockerd --config-file "$dir/daemon.json" --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/exec" \
        --pidfile "$dir/dockerd.pid" \
        --cgroup-parent "/$cgroup"
}

wait_for() {
    local what=$1
    shift
    for _ in $(seq 300); do
        ! "$@" >/dev/null 2>&1 || return 0
        kill -0 "$(cat "$dir/unshare.pid")" 2>/dev/null || break
        sleep 0.1
    done
    echo "$what did not start:" >&2
    tail -n 20 "$dir/engine.log" >&2
    stop
    exit 1
}

stop() {
    # Dockerd is told to end in an orderly way, which ends its containers.
    local pid
    for pid in "$(pgrep -P "$(cat "$dir/unshare.pid")" || true)" "$(cat "$dir/slirp.pid" 2>/dev/null || true)"; do
        [ -n "$pid" ] || continue
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 600); do
            grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
    done
    # Control groups outlive their processes. Docker's builder has its own below the usual name; one that is in use stays.
    find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null || true
    rmdir /sys/fs/cgroup/{,*/}docker{/buildkit,} 2>/dev/null || true
}

run() {
    set -a
    # shellcheck source=/dev/null
    . "$dir/env"
    # The image is not needed here: everything it would remove ends with the engine.
    export TESTCONTAINERS_RYUK_DISABLED=true
    exec nsenter --net --target "$ENGINE_PID" "$@"
}

# in_root ROOT COMMAND
# shellcheck disable=SC2016
in_root() { unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" sh -ec "$1"' "$dir/$1" "$2"; }

# make_root ROOT SUITE PACKAGES
make_root() {
    # Its mounts are its own: were it killed, a /proc would stay in a folder that is to be removed. unsafe-io: nothing of it has to outlive
    # the machine.
    DPKG_FORCE=unsafe-io unshare --mount debootstrap --variant=minbase ${3:+--include="$3"} "$2" "$dir/$1" "$mirror" >"$dir/$1.log" \
        || { tail -n 20 "$dir/$1.log" >&2; return 1; }
    rm -rf "$dir/$1"/var/cache/apt/archives/*.deb
}

# import ROOT IMAGE CHANGE...
import() {
    local root=$1 image=$2 changes=() change
    shift 2
    for change; do changes+=(--change "$change"); done
    tar -C "$dir/$root" -c --exclude=./proc/* --exclude=./sys/* . | docker import "${changes[@]}" - "$image" >/dev/null
}

images() {
    # shellcheck source=/dev/null
    . "$dir/env"
    export DOCKER_HOST DOCKER_API_VERSION
    case ${1:-} in
        dotnet) debian_and_dotnet ;;
        rabbitmq) rabbitmq ;;
        *) debian_and_dotnet; rabbitmq ;;
    esac
}

debian_and_dotnet() {
    local dotnet
    dotnet=$(dirname "$(realpath "$(command -v dotnet)")")
    make_root bookworm bookworm
    import bookworm debian:bookworm-slim 'CMD ["bash"]'
    in_root bookworm 'apt-get -qq update; apt-get -qq -y install --no-install-recommends \
            ca-certificates libicu72 libssl3 libstdc++6 tzdata >/dev/null 2>&1
        groupadd --gid 1654 app; useradd --no-log-init --uid 1654 --gid 1654 --create-home app'
    mkdir -p "$dir/bookworm/usr/share/dotnet/shared"
    cp -r "$dotnet"/{dotnet,host} "$dir/bookworm/usr/share/dotnet/"
    cp -r "$dotnet/shared/Microsoft.NETCore.App" "$dir/bookworm/usr/share/dotnet/shared/"
    ln -s ../share/dotnet/dotnet "$dir/bookworm/usr/bin/dotnet"
    import bookworm mcr.microsoft.com/dotnet/runtime:10.0 'ENV APP_UID=1654 DOTNET_RUNNING_IN_CONTAINER=true' 'CMD ["bash"]'
    cp -r "$dotnet/." "$dir/bookworm/usr/share/dotnet/"
    # Whom this machine trusts, and where it has its packages from.
    cp /etc/ssl/certs/ca-certificates.crt "$dir/bookworm/etc/ssl/certs/"
    ! [ -f ~/.nuget/NuGet/NuGet.Config ] || install -D -m 644 ~/.nuget/NuGet/NuGet.Config "$dir/bookworm/root/.nuget/NuGet/NuGet.Config"
    import bookworm mcr.microsoft.com/dotnet/sdk:10.0 \
        'ENV APP_UID=1654 DOTNET_NOLOGO=true DOTNET_CLI_TELEMETRY_OPTOUT=1 NUGET_CERT_REVOCATION_MODE=offline' 'CMD ["bash"]'
}

# As the public image: user 999, which is taken if root starts it, conf.d, the words on standard output, the management plugin.
rabbitmq() {
    make_root trixie trixie rabbitmq-server,gosu
    in_root trixie 'groupmod --gid 999 rabbitmq; usermod --uid 999 rabbitmq
        mkdir -p /etc/rabbitmq/conf.d /var/log/rabbitmq
        printf "loopback_users.guest = false\nlog.console = true\n" >/etc/rabbitmq/conf.d/10-defaults.conf
        echo "[rabbitmq_management,rabbitmq_prometheus]." >/etc/rabbitmq/enabled_plugins
        rm -rf /var/lib/rabbitmq/* /var/lib/rabbitmq/.erlang.cookie
        chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /etc/rabbitmq /var/log/rabbitmq
        chmod 1777 /var/lib/rabbitmq /etc/rabbitmq /etc/rabbitmq/conf.d /var/log/rabbitmq
        ln -s /usr/lib/rabbitmq/lib/rabbitmq_server-* /opt/rabbitmq
        ln -sf /var/lib/rabbitmq/.erlang.cookie /root/.erlang.cookie'
    cat >"$dir/trixie/usr/local/bin/docker-entrypoint.sh" <<'SCRIPT'
#!/bin/bash
set -euo pipefail
if [[ "$1" == rabbitmq* ]] && [ "$(id -u)" = 0 ]; then
    [ "$1" != rabbitmq-server ] || find /var/lib/rabbitmq ! -user rabbitmq -exec chown rabbitmq '{}' +
    exec gosu rabbitmq "$0" "$@"
fi
exec "$@"
SCRIPT
    chmod 755 "$dir/trixie/usr/local/bin/docker-entrypoint.sh"
    import trixie rabbitmq:4-management 'ENV PATH=/opt/rabbitmq/sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        'ENV HOME=/var/lib/rabbitmq LANG=C.UTF-8 LC_ALL=C.UTF-8 RABBITMQ_DATA_DIR=/var/lib/rabbitmq RUNNING_UNDER_SYSTEMD=true' \
        'VOLUME /var/lib/rabbitmq' 'EXPOSE 4369 5671 5672 15671 15672 15691 15692 25672' \
        'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["rabbitmq-server"]'
    # Compose 2, which Debian 12 lacks.
    in_root trixie 'cd /tmp; apt-get -qq update; apt-get -qq download docker-compose 2>/dev/null; dpkg-deb -x docker-compose_*.deb compose'
    cp -L "$dir/trixie/tmp/compose/usr/libexec/docker/cli-plugins/docker-compose" "$dir/config/cli-plugins/"
}

case $command in
    start | engine | images | run | stop) "$command" "$@" ;;
esac
