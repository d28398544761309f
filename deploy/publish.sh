#!/usr/bin/env bash
# Publishes the operator's command and both daemons into FOLDER, as the package installs them:
#   publish.sh [--arch ARCH] FOLDER [ARTIFACTS]
# ARCH is amd64 (the default) or arm64. The new folder ARTIFACTS keeps what the build writes in between. The programs share one
# folder with the .NET runtime, and so its memory. They are compiled ahead of time: see
# docs/decisions/22-compiled-ahead-of-time.md. Needs the .NET SDK.
set -euo pipefail
root=$(realpath "$(dirname "$0")/..")
arch=amd64
if [ "${1:-}" = --arch ]; then
    arch=$2
    shift 2
fi
case $arch in
    amd64) target=x64 ;;
    arm64) target=arm64 ;;
    *) echo "'$arch' is not amd64 or arm64." >&2 && exit 2 ;;
esac
out=$1
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR=$work/tmp # dotnet leaves folders there.
artifacts=${2:-$work/build}

# Not into the checkout's obj and bin folders, because tests may run from there. The programs contain no path of this machine.
for program in Admin Producer Consumer; do
    dotnet publish "$root/src/$program" -c Release -r "linux-$target" --self-contained -o "$out" --artifacts-path "$artifacts" \
        --nologo -v quiet -p:UseSharedCompilation=false -p:DebugType=none \
        -p:PublishDocumentationFiles=false -p:PathMap="$root=/f2bbroker%2c$artifacts=/build" >&2
done

# The compiler of the SDK, from NuGet.
compiler=$(dotnet msbuild "$root/src/Producer" -restore -t:ResolveFrameworkReferences,ResolveReadyToRunCompilers \
    -getItem:Crossgen2Tool -p:RuntimeIdentifier="linux-$target" -p:SelfContained=true -p:PublishReadyToRun=true \
    -p:UseArtifactsOutput=true -p:ArtifactsPath="$work/compiler" | sed -n 's/^ *"FullPath": "\(.*\)",$/\1/p')

# What the daemons load when they start. Only code that is compiled together can contain another assembly's generic types.
cd "$out"
together=({F2bBroker,f2bbroker,MassTransit,Microsoft.Extensions,OpenTelemetry,RabbitMQ,Serilog,Spectre}*.dll Microsoft.Win32.Primitives.dll)
for assembly in Collections Collections.Concurrent Collections.NonGeneric Collections.Specialized CommandLine ComponentModel \
    ComponentModel.Primitives Console Diagnostics.DiagnosticSource Diagnostics.Process Diagnostics.Tracing IO.Compression \
    IO.FileSystem.Watcher IO.Pipelines Linq Memory Net.Http Net.Mail Net.NameResolution Net.NetworkInformation Net.Primitives \
    Net.Security Net.Sockets Numerics.Vectors Private.CoreLib Private.Uri Reflection.Emit.ILGeneration \
    Reflection.Emit.Lightweight Reflection.Primitives Runtime Runtime.InteropServices Runtime.Intrinsics Security.Cryptography \
    Text.Encoding.Extensions Text.Encodings.Web Text.Json Text.RegularExpressions Threading Threading.Channels \
    Threading.RateLimiting Threading.Thread Threading.ThreadPool; do
    together+=("System.$assembly.dll")
done
mkdir "$work/compiled"
"$compiler" "${together[@]}" --reference '*.dll' --composite --inputbubble --targetos linux --targetarch "$target" -O \
    --out "$work/compiled/f2bbroker.r2r.dll" >"$work/log" || {
    cat "$work/log" >&2
    exit 1
}
cp "$work"/compiled/*.dll .
find . -type f ! -name '*.*' -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
