#!/usr/bin/env bash
# Fuzzes the parsers with SharpFuzz and AFL, beginning with the inputs in tests/Fuzz/corpus:
#   fuzz.sh [--seconds N] [--jobs N] [--found DIR] [TARGET...]
#   --seconds N   fuzzes each target for that long instead of an hour
#   --jobs N      fuzzes that many targets at the same time instead of one
#   --found DIR   copies the inputs that reach something new into DIR/TARGET, without those that add nothing to the others (afl-cmin)
# The targets are the folders of the corpus; without one, all are fuzzed. Prints a table, and for inputs that break a rule or take too long,
# at most five a target, a command that repeats it. Fails if there is one. Needs AFL, which tests/real/install.sh fuzz installs.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=3600 jobs=1 found=''
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2 ;;
        --jobs) jobs=$2 ;;
        --found) found=$(realpath -m "$2") ;;
        -*) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
        *) break ;;
    esac
    shift 2
done
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(ls tests/Fuzz/corpus)
for target in "${targets[@]}"; do
    [ -d "tests/Fuzz/corpus/$target" ] || { echo "No target $target. Targets: $(ls -x -w 0 tests/Fuzz/corpus)" >&2; exit 2; }
done

work=$(mktemp -d -t f2bbroker-fuzz-XXXXXX)
# The targets write small files. In memory, flushing them to disk takes no time.
memory=$(mktemp -d -p /dev/shm f2bbroker-fuzz-XXXXXX)
running=()
cleanup() {
    for id in "${running[@]}"; do kill "$id" 2>/dev/null || true; done
    wait
    # The fuzzed process ends itself when it finds that its parent, which AFL has killed, is gone.
    for ((i = 0; i < 100; i++)); do pgrep -f "$work/program/" >/dev/null || break; sleep 0.1; done
    rm -rf "$work" "$memory"
}
trap cleanup EXIT

# The instrumented assemblies are copies. Those in bin are not changed.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_EnableDiagnostics=0
TMPDIR=$work dotnet publish tests/Fuzz/Fuzz.csproj -c Release --nologo -v quiet -p:UseSharedCompilation=false -o "$work/program"
plain=tests/Fuzz/bin/Release/net10.0/F2bBroker.Fuzz.dll
dotnet "$plain" --instrument \
    "$work"/program/{F2bBroker.Contracts,F2bBroker.Shared,f2bbroker-producer,f2bbroker,Microsoft.Extensions.Configuration.Ini}.dll

outcome=0
# AFL passes over an input of the corpus that already fails.
for target in "${targets[@]}"; do
    { timeout 300 dotnet "$plain" "$target" "tests/Fuzz/corpus/$target"/* >"$work/$target.log" 2>&1; } 2>/dev/null && continue
    outcome=1
    printf '%s fails on the last of these inputs of the corpus:\n' "$target"
    tail -n 20 "$work/$target.log"
done

# AFL neither changes the machine (core_pattern, CPU frequency) nor binds itself to a CPU. dotnet itself is not instrumented.
export AFL_NO_UI=1 AFL_NO_COLOR=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
# On a busy machine, .NET takes seconds to start. A parser takes less than a millisecond.
export AFL_FORKSRV_INIT_TMOUT=120000 AFL_HANG_TMOUT=10000 AFL_ALLOW_TMP=1
limits=(-t 10000 -m none)
ulimit -c 0

program=$work/program/F2bBroker.Fuzz.dll

fuzz() {
    TMPDIR=$memory exec nice -n 19 afl-fuzz -i "tests/Fuzz/corpus/$1" -o "$work/$1" "${limits[@]}" -D -G 10000 -V "$seconds" \
        -x tests/Fuzz/dictionary.txt -- dotnet "$program" "$1" >"$work/$1.log" 2>&1
}

# minimise TARGET: copies what was found.
minimise() {
    mkdir -p "$found"
    TMPDIR=$memory nice -n 19 afl-cmin -e "${limits[@]}" -i "$work/$1/default/queue" -o "$found/$1" \
        -- "$(command -v dotnet)" "$program" "$1" >"$work/$1.log" 2>&1
}

for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
    fuzz "$target" &
    running+=($!)
done
wait
running=()

# stat TARGET NAME: a value of AFL's statistics.
stat() { sed -n "s/^$2 *: //p" "$work/$1/default/fuzzer_stats"; }

# failing TARGET: the inputs that broke a rule or took too long.
failing() { find "$work/$1/default" -path '*/crashes/id*' -o -path '*/hangs/id*' | sort; }

# repeat TARGET FILE: prints the beginning of the error message.
repeat() {
    { timeout 60 dotnet "$plain" "$1" <"$2" || echo "Exit status $?"; } 2>&1 | grep -v '^$' | head -n 3 || true
}

echo "| target | seconds | executions | a second | inputs | branches | crashes | hangs |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
for target in "${targets[@]}"; do
    if [ ! -s "$work/$target/default/fuzzer_stats" ]; then
        outcome=1
        continue
    fi
    row=$target
    for name in run_time execs_done execs_per_sec corpus_count edges_found saved_crashes saved_hangs; do
        row+=" | $(stat "$target" $name)"
    done
    echo "| $row |"
done

for target in "${targets[@]}"; do
    if [ ! -s "$work/$target/default/fuzzer_stats" ]; then
        printf '\n%s did not run:\n' "$target"
        tail -n 30 "$work/$target.log"
        continue
    fi
    mapfile -t inputs < <(failing "$target")
    [ ${#inputs[@]} -eq 0 ] || outcome=1
    for input in "${inputs[@]:0:5}"; do
        printf '\n%s: %s. To repeat it:\n' "$target" "${input#"$work/$target/default/"}"
        echo "base64 -d <<<$(base64 -w 0 "$input") | dotnet $plain $target"
        repeat "$target" "$input"
    done
    [ -z "$found" ] || minimise "$target" || { tail "$work/$target.log"; outcome=1; }
done
exit "$outcome"
