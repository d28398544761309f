#!/usr/bin/env bash
# Functions for scripts that start processes in the background. Source it.

# The waits start no program but sleep: on a busy machine, further programs take the CPU time of what is waited for.

# A process that has ended stays as a zombie until its parent waits for it.
is_running() {
    local status
    mapfile -t status 2>/dev/null <"/proc/$1/status" && [[ ${status[2]:-Z} != *Z* ]]
}

# answers ADDRESS PORT: tells whether a program listens there.
answers() { true 2>/dev/null 3<>"/dev/tcp/$1/$2"; }

# end_process PID SECONDS: asks the process to end, waits for its end, and kills it after that time.
end_process() {
    kill "$1" 2>/dev/null || true
    for _ in $(seq $(($2 * 5))); do
        is_running "$1" || break
        sleep 0.2
    done
    kill -9 "$1" 2>/dev/null || true
}

# end_process_of FILE SECONDS: the same for the process whose id the file contains. Removes the file.
end_process_of() {
    [ -s "$1" ] || return 0
    end_process "$(cat "$1")" "$2"
    rm -f "$1"
}

# wait_until_up PID SECONDS COMMAND...: waits until the command succeeds. Fails if the process ends first, or after that time.
wait_until_up() {
    local pid=$1 seconds=$2
    shift 2
    for _ in $(seq $((seconds * 5))); do
        ! "$@" >/dev/null 2>&1 || return 0
        is_running "$pid" || return 1
        sleep 0.2
    done
    return 1
}

# free_ports COUNT: prints ports below those that the system gives to outgoing connections, which would take them again. A broker that
# is stopped and has a file "env" in a temporary folder keeps its ports. The tests use ports below 13,000 for other programs.
free_ports() {
    python3 -c 'import glob, os, random, re, socket, sys
folders = os.environ.get("F2B_TEST_RUN", os.environ.get("TMPDIR", "/tmp")) + "/f2bbroker-*"
kept = set()
for file in glob.glob(folders + "/env") + glob.glob(folders + "/*/env"):
    try:
        with open(file, errors="ignore") as env:
            kept.update(map(int, re.findall("[=:]([0-9]+)$", env.read(), re.MULTILINE)))
    except OSError:
        pass
sockets = []
while len(sockets) < int(sys.argv[1]):
    port = random.randrange(13000, 32000)
    try:
        if port not in kept:
            sockets.append(socket.create_server(("127.0.0.1", port)))
    except OSError:
        pass
ports = [s.getsockname()[1] for s in sockets]
for s in sockets:
    s.close() # Whoever reads the ports may test at once whether a program listens on them.
print(*ports)' "$1"
}
