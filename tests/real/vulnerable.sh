#!/usr/bin/env bash
# Reports the packages of the solution that have known vulnerabilities, and fails if there are any. If the source has no data about
# vulnerabilities, or does not answer, it says that nothing was checked, and succeeds. The solution must have been built.
#   vulnerable.sh [SOURCE]   reads the vulnerabilities from that NuGet source instead of nuget.org
set -euo pipefail
cd "$(dirname "$0")/../.."

source=${1:-https://api.nuget.org/v3/index.json}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without an audit source, NuGet reports no vulnerable package if a source has no such data.
cat >"$work/nuget.config" <<CONFIG
<configuration>
  <packageSources><clear /><add key="packages" value="$source" allowInsecureConnections="true" /></packageSources>
  <auditSources><clear /><add key="audit" value="$source" allowInsecureConnections="true" /></auditSources>
</configuration>
CONFIG

# Nothing is taken from the cache, and nothing is left in it.
export NUGET_HTTP_CACHE_PATH=$work/cache TMPDIR=$work

echo "Vulnerable packages:"
timeout 120 dotnet list F2bBroker.sln package --vulnerable --include-transitive --no-restore --format json --config "$work/nuget.config" \
    >"$work/list.json" 2>"$work/errors" || {
    echo "    not checked: $(grep -h -m 1 '[^[:space:]]' "$work/list.json" "$work/errors" || echo "$source does not answer.")"
    exit 0
}
python3 - "$work/list.json" <<'PYTHON'
import json, sys

with open(sys.argv[1]) as file:
    answer = json.load(file)
vulnerable = {
    f"{package['id']} {package['resolvedVersion']}: {vulnerability['severity']}, {vulnerability['advisoryurl']}"
    for project in answer["projects"]
    for framework in project.get("frameworks", [])
    for package in framework.get("topLevelPackages", []) + framework.get("transitivePackages", [])
    for vulnerability in package.get("vulnerabilities", [])}
problems = {problem["text"] for problem in answer.get("problems", [])}
for line in sorted(vulnerable) + [f"not checked: {text}" for text in sorted(problems)] or ["none"]:
    print("   ", line)
sys.exit(1 if vulnerable else 0)
PYTHON
