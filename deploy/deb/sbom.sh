#!/usr/bin/env bash
# Describes what the package contains: sbom.sh VERSION BUILD PROGRAMS DOCS. BUILD is the artifacts folder of "dotnet publish",
# and PROGRAMS has its output. Into DOCS it writes
#   sbom.cdx.json               a CycloneDX SBOM of the NuGet packages and the .NET runtime
#   third-party-notices.txt.gz  their licences and copyrights, and the notices that they contain
# The time in the SBOM is SOURCE_DATE_EPOCH. Needs the .NET SDK and jq.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
version=$1 build=$2 programs=$3 docs=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work # dotnet leaves folders there.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')

# nuget NAME VERSION: the folder of a NuGet package.
nuget() { echo "${cache%/}/${1,,}/${2,,}"; }

# The operator's command references the packages of both daemons too.
cd "$root"
dotnet tool restore >/dev/null
dotnet CycloneDX src/Admin/Admin.csproj --base-intermediate-output-path "$build" --disable-package-restore --no-serial-number \
    --set-name f2bbroker --set-version "$version" --spec-version 1.6 --output-format json --output "$work" --filename packages.json \
    >"$work/log" || { cat "$work/log" >&2; exit 1; }

# The tool does not know the runtime, which "dotnet publish" copies from its own NuGet package.
pack=$(jq -r '.libraries | keys[] | select(startswith("runtimepack."))' "$programs/f2bbroker.deps.json")
runtime=${pack#runtimepack.}
runtime_folder=$(nuget "${runtime%/*}" "${runtime#*/}")
jq -n --arg name "${runtime%/*}" --arg version "${runtime#*/}" \
    --arg hash "$(base64 -d "$runtime_folder"/*.nupkg.sha512 | od -An -v -tx1 | tr -d ' \n')" \
    '"pkg:nuget/\($name)@\($version)" as $purl | {
        type: "framework", "bom-ref": $purl, authors: [{name: "Microsoft"}], $name, $version, description: "The .NET runtime",
        scope: "required", hashes: [{alg: "SHA-512", content: ($hash | ascii_upcase)}], licenses: [{license: {id: "MIT"}}],
        copyright: ".NET Foundation and Contributors", $purl
    }' >"$work/runtime.json"

# The tool lists the licences of "A OR B" as if both applied. The package has the expression.
jq -r '.components[] | select(.licenses | length > 1) | "\(.name) \(.version)"' "$work/packages.json" | while read -r name number; do
    sed -n 's|.*<license type="expression">\(.*\)</license>.*|\1|p' "$(nuget "$name" "$number")"/*.nuspec |
        jq -R --arg name "$name" '{($name): .}'
done | jq -s 'add // {}' >"$work/expressions.json"

mkdir -p "$docs"
jq --slurpfile runtime "$work/runtime.json" --slurpfile expressions "$work/expressions.json" \
    --arg time "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" '
    # Analyzers are not in the package.
    [.components[] | select(.scope == "excluded")["bom-ref"]] as $excluded
    | .metadata.timestamp = $time
    | .metadata.component.licenses = [{license: {id: "Apache-2.0"}}]
    | .components |= [.[] | select(.scope != "excluded")
        | $expressions[0][.name] as $expression
        | if $expression then .licenses = [{$expression}] else . end] + $runtime
    | .metadata.component["bom-ref"] as $main
    | .dependencies |= [.[] | select(.ref | IN($excluded[]) | not) | .dependsOn = (.dependsOn // []) - $excluded
        | if .ref == $main then .dependsOn += [$runtime[0].purl] else . end] + [{ref: $runtime[0].purl, dependsOn: []}]
    ' "$work/packages.json" >"$docs/sbom.cdx.json"

# Prints the name, version, licence and copyright of each component.
list() {
    jq -r '.components[] | [.name, .version, (.licenses | map(.license.id // .expression) | join(", ")),
        .copyright // (.authors | map(.name) | join(", "))] | @tsv' "$docs/sbom.cdx.json"
}
{
    echo "The package f2bbroker contains these NuGet packages. /usr/share/doc/f2bbroker/copyright has the texts of the licences."
    list | while IFS=$'\t' read -r name number licence copyright; do
        printf '\n%s %s\n    Licence: %s\n    %s\n' "$name" "$number" "$licence" "$copyright"
    done
    # Many packages contain the same file.
    list | while IFS=$'\t' read -r name number _; do
        find "$(nuget "$name" "$number")" -maxdepth 1 -type f \( -iname '*licen[cs]e*' -o -iname '*notice*' \) | LC_ALL=C sort |
            while read -r file; do
                hash=$(sha256sum <"$file" | cut -d' ' -f1)
                [ -e "$work/$hash.text" ] || tr -d '\r' <"$file" | sed '1s/^\xef\xbb\xbf//' >"$work/$hash.text"
                echo "$name $number: ${file##*/}" >>"$work/$hash.names"
                grep -qs "$hash" "$work/order" || echo "$hash" >>"$work/order"
            done
    done
    while read -r hash; do
        printf '\n%s\n' ----------------------------------------------------------------------
        cat "$work/$hash.names"
        echo
        cat "$work/$hash.text"
    done <"$work/order"
} | gzip -9n >"$docs/third-party-notices.txt.gz"
