#!/usr/bin/env bash
# Mutation testing of Contracts, parsing and rules with Stryker. docs/mutation.md describes it and its results.
#   mutation.sh [PROJECT ...]   mutates these projects of src: Contracts, Shared, Producer, Consumer; all of them by default
# F2BBROKER_MUTATION=DIR keeps the reports in that folder.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- Contracts Shared Producer Consumer

# Stryker replaces built assemblies, so it works in a copy of the checkout.
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir "$work/copy" "$work/tmp"
git ls-files -z --cached --others --exclude-standard | tar --null -T - --ignore-failed-read -c | tar -x -C "$work/copy"
reports=$(realpath -m "${F2BBROKER_MUTATION:-$work/reports}")
cd "$work/copy/tests/Unit"

export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 UseSharedCompilation=false TMPDIR=$work/tmp

# print_survivors REPORT: prints each mutant that no test killed.
print_survivors() {
    python3 - "$1" "$work/copy/" <<'END'
import json, sys

for file, report in json.load(open(sys.argv[1]))["files"].items():
    lines = report["source"].split("\n")
    for mutant in report["mutants"]:
        if mutant["status"] in ("Survived", "NoCoverage"):
            start = mutant["location"]["start"]["line"]
            change = f"{lines[start - 1].strip()} => {' '.join(mutant['replacement'].split())}"
            print(f"{file.removeprefix(sys.argv[2])}:{start}: {mutant['status']}: {change}")
END
}

dotnet tool restore
# Stryker analyses only projects that are restored and built.
dotnet build --nologo -v quiet
outcome=0
for project in "$@"; do
    # Each mutant must be killed by an example in the tests of its own project, not by generated input.
    dotnet stryker --skip-version-check --project "$project.csproj" --output "$reports/$project" \
        --test-case-filter "FullyQualifiedName~UnitTests.$project.&FullyQualifiedName!~FuzzTests&FullyQualifiedName!~LogTailModelTests" \
        || outcome=1
    print_survivors "$reports/$project/reports/mutation-report.json" || outcome=1
done
exit "$outcome"
