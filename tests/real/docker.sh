#!/usr/bin/env bash
# Runs a private container engine, with images made from Debian's packages and this machine's .NET. They replace the public images that
# deploy/docker names.
#   docker.sh start DIR           starts the engine. DIR/env is for its clients: DOCKER_HOST, DOCKER_API_VERSION, DOCKER_CONFIG (with
#                                 Compose 2) and ENGINE_PID
#   docker.sh images DIR [NAME]   creates the images under their public names. NAME limits this to dotnet (with debian) or rabbitmq
#   docker.sh run DIR COMMAND     runs a client where the published ports of the containers can be reached, such as the tests
#   docker.sh stop DIR            stops the engine and its containers. DIR can be removed then
# It runs in its own namespaces, so it does not affect the machine's firewall or engine. It needs root and Debian's mirror.
set -euo pipefail

command=$1
dir=$(realpath "$2")
shift 2
here=$(realpath "$(dirname "$0")")
cgroup=f2bbroker-${dir##*/}
mirror=http://deb.debian.org/debian
# shellcheck source=tests/real/process.sh
. "$here/process.sh"

start() {
    mkdir -p "$dir/config/cli-plugins"
    echo '{}' >"$dir/daemon.json"
    # Its processes, networks and mounts end with its first process.
    setsid unshare --mount --net --pid --fork --kill-child "$here/docker.sh" engine "$dir" </dev/null >"$dir/engine.log" 2>&1 &
    echo $! >"$dir/unshare.pid"
    wait_for_engine test -s "$dir/inside.pid"
    local pid
    pid=$(pgrep -P "$(cat "$dir/unshare.pid")")
    # Gives builds access to the network without a rule in the machine's firewall.
    setsid slirp4netns --configure --disable-host-loopback "$pid" tap0 </dev/null >"$dir/slirp.log" 2>&1 &
    echo $! >"$dir/slirp.pid"
    export DOCKER_HOST=unix://$dir/docker.sock
    wait_for_engine docker version
    printf 'DOCKER_HOST=%s\nDOCKER_API_VERSION=%s\nDOCKER_CONFIG=%s\nENGINE_PID=%s\n' \
        "$DOCKER_HOST" "$(docker version --format '{{.Server.APIVersion}}')" "$dir/config" "$pid" >"$dir/env"
}

# Becomes the engine, in its namespaces.
engine() {
    mount -t proc proc /proc
    ip link set lo up
    echo $$ >"$dir/inside.pid"
    exec dockerd --config-file "$dir/daemon.json" --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/exec" \
        --pidfile "$dir/dockerd.pid" \
        --cgroup-parent "/$cgroup"
}

wait_for_engine() {
    ! wait_until_up "$(cat "$dir/unshare.pid")" 30 "$@" || return 0
    echo "The engine did not start:" >&2
    tail -n 20 "$dir/engine.log" >&2
    stop
    exit 1
}

stop() {
    # dockerd shuts down, which ends its containers.
    local pid
    for pid in $(pgrep -P "$(cat "$dir/unshare.pid")"); do
        end_process "$pid" 60
    done
    end_process_of "$dir/slirp.pid" 60
    # Control groups outlive their processes. Docker's builder has its own under the usual name. A group in use is not removed.
    find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null || true
    rmdir /sys/fs/cgroup/{,*/}docker{/buildkit,} 2>/dev/null || true
}

run() {
    set -a
    # shellcheck source=/dev/null
    . "$dir/env"
    # Testcontainers' clean-up container is not needed: everything that it removes ends with the engine.
    export TESTCONTAINERS_RYUK_DISABLED=true
    exec nsenter --net --target "$ENGINE_PID" "$@"
}

# in_root ROOT COMMAND
# shellcheck disable=SC2016
in_root() { unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" sh -ec "$1"' "$dir/$1" "$2"; }

# make_root ROOT SUITE PACKAGES
make_root() {
    # In a mount namespace, so that no /proc stays mounted if it is killed. unsafe-io: its files need not survive a crash of the machine.
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
    # This machine's certificate authorities and package sources.
    cp /etc/ssl/certs/ca-certificates.crt "$dir/bookworm/etc/ssl/certs/"
    ! [ -f ~/.nuget/NuGet/NuGet.Config ] || install -D -m 644 ~/.nuget/NuGet/NuGet.Config "$dir/bookworm/root/.nuget/NuGet/NuGet.Config"
    import bookworm mcr.microsoft.com/dotnet/sdk:10.0 \
        'ENV APP_UID=1654 DOTNET_NOLOGO=true DOTNET_CLI_TELEMETRY_OPTOUT=1 NUGET_CERT_REVOCATION_MODE=offline' 'CMD ["bash"]'
}

# Like the public image: user 999 even if root starts it, conf.d, the log on standard output, and the management plugin.
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
    # Compose 2, which Debian 12 does not have.
    in_root trixie 'cd /tmp; apt-get -qq update; apt-get -qq download docker-compose 2>/dev/null; dpkg-deb -x docker-compose_*.deb compose'
    cp -L "$dir/trixie/tmp/compose/usr/libexec/docker/cli-plugins/docker-compose" "$dir/config/cli-plugins/"
}

case $command in
    start | engine | images | run | stop) "$command" "$@" ;;
esac
