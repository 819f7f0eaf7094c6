#!/usr/bin/env bash
# Makes everything that a release consists of, in a folder:
#   packages/    the NuGet packages of the libraries, and of the tool: one for each platform, and the one that names them
#   llmblender-VERSION-PLATFORM.tar.gz (Windows: .zip)  a self-contained program in a single file beside its models and native libraries
#   sbom.json    the bill of materials (CycloneDX) of the program
#   SHA256SUMS   the checksums of all of them
# deploy/release.sh [--to FOLDER] [--platforms "linux-x64 …"] [--without-sbom]
# The image is built by the Dockerfile. Nothing is published.
set -euo pipefail
cd "$(dirname "$0")/.."
to=artifacts/release platforms='linux-x64 linux-arm64 osx-arm64 win-x64' sbom=yes
while [ $# -gt 0 ]; do
    case $1 in
        --to) to=$2; shift 2 ;;
        --platforms) platforms=$2; shift 2 ;;
        --without-sbom) sbom=no; shift ;;
        *) echo "release.sh: \"$1\" is no option: --to FOLDER, --platforms \"…\", --without-sbom" >&2; exit 2 ;;
    esac
done

version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' Directory.Build.props)
mkdir -p "$to/packages"
to=$(cd "$to" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -z "$(find "$to" -type f -print -quit)" ] || { echo "release.sh: $to is not empty" >&2; exit 2; }

echo "packages of the libraries"
for project in Abstractions Core Inference Client Local AI.Evaluation Aspire.Hosting; do
    dotnet pack "src/LLMBlender.$project" -c Release -v q -p:ContinuousIntegrationBuild=true -o "$to/packages"
done

echo "packages of the tool"
dotnet pack src/LLMBlender.Cli -c Release -v q -p:ContinuousIntegrationBuild=true "-p:ToolPackageRuntimeIdentifiers=\"${platforms// /;}\"" -o "$to/packages"

for platform in $platforms; do
    echo "program for $platform"
    folder=llmblender-$version-$platform
    dotnet publish src/LLMBlender.Cli -c Release -v q -r "$platform" --self-contained -p:PublishSingleFile=true \
        -p:ContinuousIntegrationBuild=true -o "$work/$folder"
    cp LICENSE CHANGELOG.md "$work/$folder/"
    case $platform in
        win-*) (cd "$work" && python3 -m zipfile -c "$to/$folder.zip" "$folder") ;;
        *) tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -czf "$to/$folder.tar.gz" "$folder" ;;
    esac
    rm -rf "${work:?}/$folder"
done

if [ $sbom = yes ]; then
    echo "bill of materials"
    dotnet tool install CycloneDX --version 6.3.1 --tool-path "$work/tools" >/dev/null
    "$work/tools/dotnet-CycloneDX" src/LLMBlender.Cli/LLMBlender.Cli.csproj -o "$to" -fn sbom.json -F Json --disable-package-restore \
        --set-name llmblender --set-version "$version" --exclude-dev >/dev/null
fi

(cd "$to" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS)
cat "$to/SHA256SUMS"
