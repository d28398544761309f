#!/usr/bin/env bash
# Builds, checks the format and runs the tests. First it installs RabbitMQ and fail2ban if they are missing.
# Options are passed to xunit and select tests: ./test.sh -class '*SubnetTests'
#   ./test.sh --slow      runs only the tests that need the most CPU time. Without arguments, ./test.sh leaves them out, so that it takes
#                         less than 18 minutes on two slow cores.
#   ./test.sh --soak      runs only the tests that have a long form, in that form, and prints tables of their results. Some of them have
#                         no short form and run only here.
#   ./test.sh --package   runs only the tests that build the Debian package and install it; they need root and Debian's mirror
#   ./test.sh --docker    runs only the test of docker-compose.yml in a private engine; it needs root and Debian's and NuGet's servers
#   ./test.sh --ui        runs only the checks of RabbitMQ's management UI with a real browser (docs/pictures/take.sh)
#   ./test.sh --upgrade   runs only the test of an upgrade from RabbitMQ 4.0 (trixie) to 4.3 (forky)
#   ./test.sh --mutation [PROJECT ...]   runs only the mutation tests (docs/mutation.md); they need NuGet's server
#   ./test.sh --rabbitmq SUITE ...   runs only the end-to-end tests, or those of --slow, --soak, --ui or xunit's options, on the RabbitMQ of
#                         that suite of Debian: bookworm (3.10), trixie (4.0) or forky (4.3)
#   ./test.sh --fuzz ...  runs only AFL on the parsers, an hour each: tests/fuzz.sh has the options
# --rabbitmq and --upgrade need root and Debian's mirror, or folders that tests/real/rabbitmq-root.sh has installed: F2B_RABBITMQ_ROOT and
# F2B_NEWER_RABBITMQ_ROOT.
set -euo pipefail
cd "$(dirname "$0")"
mode=part
suite='' newer=''
if [ "${1:-}" = --rabbitmq ]; then
    case "${2:-}" in
        bookworm | 3.10) suite=bookworm ;;
        trixie | 4.0) suite=trixie ;;
        forky | 4.3) suite=forky ;;
        *) echo "usage: ./test.sh --rabbitmq bookworm|3.10|trixie|4.0|forky|4.3 ..." >&2; exit 2 ;;
    esac
    shift 2
    case "${1:-}" in
        --package | --docker | --upgrade | --fuzz | --mutation) echo "$1 does not use that RabbitMQ." >&2; exit 2 ;;
    esac
    tests/real/install.sh rabbitmq
fi
if [ "${1:-}" = --fuzz ]; then
    shift
    tests/real/install.sh fuzz
    exec tests/fuzz.sh "$@"
elif [ "${1:-}" = --mutation ]; then
    shift
    exec tests/mutation.sh "$@"
elif [ "${1:-}" = --soak ]; then
    shift
    [ $# -gt 0 ] || mode=whole
    set -- -trait Form=long "$@"
    export F2BBROKER_SOAK=1
    tests/real/install.sh
elif [ "${1:-}" = --package ]; then
    shift
    set -- -trait Form=package "$@"
    tests/real/install.sh package
elif [ "${1:-}" = --upgrade ]; then
    shift
    suite=trixie newer=forky
    set -- -trait Form=upgrade "$@"
    tests/real/install.sh
    tests/real/install.sh rabbitmq
elif [ "${1:-}" = --docker ]; then
    shift
    set -- -trait Form=docker "$@"
    tests/real/install.sh docker
elif [ "${1:-}" = --ui ]; then
    mode=ui
    tests/real/install.sh ui
else
    if [ "${1:-}" = --slow ]; then
        shift
        [ $# -gt 0 ] || mode=slow
        set -- -trait Form=slow "$@"
    elif [ $# -eq 0 ]; then
        mode=whole
        [ -n "$suite" ] || set -- -trait- Form=slow
    fi
    set -- -trait- Form=package -trait- Form=docker -trait- Form=soak -trait- Form=upgrade "$@"
    tests/real/install.sh
fi

# No build server keeps running.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Without this, a killed process leaves its debugger's pipes in /tmp.
export DOTNET_EnableDiagnostics=0

results=$(mktemp -d)
chmod 755 "$results"
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# Ends what a cancelled run has started, and removes what it has written.
clean_up() {
    local signal id
    for signal in TERM KILL; do
        for id in $(running); do kill "-$signal" "$id" 2>/dev/null || true; done
        for _ in {1..100}; do [ -n "$(running)" ] || break 2; sleep 0.1; done
    done
    grep -o " $results/[^ ]*" /proc/mounts | xargs --no-run-if-empty umount --lazy || true
    rm -rf --one-file-system "$results"
}

# Prints the ids of what the tests have started: all of it has this variable, and writes to this folder.
running() { grep -lsz "^F2B_TEST_RUN=$results$" /proc/[0-9]*/environ | cut -d / -f 3; }

# It leaves folders where it may write temporary files.
dotnet() { TMPDIR=$results command dotnet "$@"; }

dotnet build F2bBroker.sln -c Release --nologo -v quiet -p:UseSharedCompilation=false
check_format() {
    dotnet format F2bBroker.sln --verify-no-changes --no-restore
    echo "Built without warnings; the format is correct."
}
if [ "$mode" = whole ] || [ "$mode" = slow ]; then
    # The tests start our programs thousands of times. Those of the package need the least CPU time, an eighth less without .NET's
    # protection of compiled code.
    export F2B_PROGRAMS=$results/programs DOTNET_EnableWriteXorExecute=0
    F2B_TEST_RUN=$results deploy/publish.sh "$F2B_PROGRAMS" &
    publishing=$!
    F2B_TEST_RUN=$results check_format >"$results/format.out" 2>&1 &
    # What runs beside the tests, and must succeed.
    parallel=($!)
else
    check_format
fi
passed=0 failed=0 skipped=0 outcome=0

# count FILE: adds the counts of a result file. Fails if the file has none, for example after a crash.
count() {
    local counters
    counters=$(grep -o '<Counters [^>]*>' "$1") || return 1
    attribute() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
    passed=$((passed + $(attribute passed)))
    failed=$((failed + $(attribute failed) + $(attribute error)))
    skipped=$((skipped + $(attribute notExecuted)))
}

# run NAME PROJECT OPTIONS...: runs a test program and keeps its results and tables under that name. Its niceness is $niceness.
run() {
    local name=$1 project=$2
    shift 2
    mkdir "$results/$name"
    F2B_TEST_RUN=$results F2BBROKER_SOAK_TABLES=$results/$name \
        nice -n "${niceness:-0}" "tests/$project/bin/Release/net10.0/F2bBroker.${project}Tests" \
        -noColor -noLogo -result-trx "$results/$name.trx" "$@" &
    # Unlike a program in the foreground, it does not delay the end of a cancelled run.
    wait $!
}

# start NAME PROJECT OPTIONS...: the same in the background, with the output in a file.
start() {
    run "$@" >"$results/$1.out" 2>&1 &
    parallel+=($!)
}

# add_counts NAME: adds the counts of a run.
add_counts() { count "$results/$1.trx" || { echo "The run '$1' ended without a result." >&2; outcome=1; }; }

# Adds the counts of the browser's results, which are in TAP.
count_ui() {
    grep -q '^# fail ' "$results/ui.tap" || return 1
    number() { sed -n "s/^# $1 //p" "$results/ui.tap"; }
    passed=$((passed + $(number pass)))
    failed=$((failed + $(number fail) + $(number cancelled)))
    skipped=$((skipped + $(number skipped)))
}

# use_rabbitmq SUITE VARIABLE: exports the root folder of that Debian. The folder of this machine's Debian is /. If the variable has a
# value, that folder is used.
use_rabbitmq() {
    codename() { sed -n 's/^VERSION_CODENAME=//p' "$1/etc/os-release"; }
    local folder=${!2:-/}
    if [ -z "${!2:-}" ] && [ "$(codename /)" != "$1" ]; then
        folder=$results/$1
        mkdir "$folder"
        tests/real/rabbitmq-root.sh "$folder" "$1"
    fi
    [ "$(codename "$folder")" = "$1" ] || { echo "$2=$folder is not $1." >&2; exit 2; }
    export "$2=$folder"
    echo "RabbitMQ $(basename "$folder"/usr/lib/rabbitmq/lib/rabbitmq_server-* | cut -d- -f2) ($1)"
}

# run_units OPTIONS...: runs the unit tests and adds their counts.
run_units() {
    run unit Unit "$@" || outcome=1
    add_counts unit
}

[ -z "$suite" ] || use_rabbitmq "$suite" F2B_RABBITMQ_ROOT
[ -z "$newer" ] || use_rabbitmq "$newer" F2B_NEWER_RABBITMQ_ROOT

case $mode in
ui)
    docs/pictures/take.sh "$results" | tee "$results/ui.tap" || outcome=1
    count_ui || { echo "docs/pictures/take.sh ended without a result." >&2; outcome=1; }
    ;;
whole | slow)
    # Tests mostly wait, so several programs run them in parallel, each with its own broker. Tests that use the machine's journal are all
    # in one of them, producing.
    e2e=F2bBroker.EndToEndTests
    declare -A parts=(
        [faults]="Faults"
        [health]="Health Tls"
        [commands]="Commands TakenOver"
        [consuming]="Consuming"
        [producing]="Producing"
    )
    [ -z "${F2BBROKER_SOAK:-}" ] || parts=([faults]=Faults [cluster]=Cluster [model]=Model)
    programs=(others "${!parts[@]}")
    # The unit tests need no RabbitMQ.
    if [ -n "${F2BBROKER_SOAK:-}" ] && [ -z "$suite" ]; then
        # They calculate for an hour. The others need the processors only now and then, but without a delay.
        niceness=19 start unit Unit "$@"
        programs+=(unit)
    elif [ "$mode" = whole ] && [ -z "$suite" ]; then
        TMPDIR=$results F2B_TEST_RUN=$results tests/real/vulnerable.sh >"$results/vulnerable.out" &
        parallel+=($!)
        run_units "$@"
    fi
    wait "$publishing"
    elsewhere=()
    for part in "${!parts[@]}"; do
        namespaces=()
        for name in ${parts[$part]}; do
            namespaces+=(-namespace "$e2e.$name")
            elsewhere+=(-namespace- "$e2e.$name")
        done
        start "$part" EndToEnd "$@" "${namespaces[@]}"
    done
    run others EndToEnd "$@" "${elsewhere[@]}" || outcome=1
    for id in "${parallel[@]}"; do
        wait "$id" || outcome=1
    done
    cat "$results/format.out"
    for program in "${programs[@]}"; do
        ! [ -e "$results/$program.out" ] || cat "$results/$program.out"
        add_counts "$program"
    done
    ! [ -e "$results/vulnerable.out" ] || cat "$results/vulnerable.out"
    ;;
part)
    [ -n "$suite" ] || run_units "$@"
    run selected EndToEnd "$@" || outcome=1
    add_counts selected
    ;;
esac

for left in $(running); do
    echo "Still running: $(tr '\0' ' ' <"/proc/$left/cmdline")"
    outcome=1
done
for left in $(compgen -G "$results/f2bbroker-*"); do
    echo "Left behind: $left with $(ls "$left")"
    outcome=1
done

if [ -n "${F2BBROKER_SOAK:-}" ]; then
    for table in "$results"/*/*.md; do
        [ ! -e "$table" ] || { echo; cat "$table"; }
    done
    echo
fi

[ $((passed + failed)) -gt 0 ] || { echo "No test ran." >&2; outcome=1; }
[ "$failed" -eq 0 ] || outcome=1
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
exit "$outcome"
