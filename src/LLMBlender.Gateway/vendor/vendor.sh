#!/bin/sh
# Copies the page's libraries from their packages of npm, in the versions and with the checksums of package-lock.json.
# For another version: npm install --omit-lockfile-registry-resolved marked@VERSION, then this script.
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp package.json package-lock.json "$folder"
npm ci --ignore-scripts --no-audit --no-fund --prefix "$folder"
to=../wwwroot/page/vendor
mkdir -p "$to/marked" "$to/temml"
cp "$folder/node_modules/marked/LICENSE" "$folder/node_modules/marked/lib/marked.esm.js" "$to/marked/"
cp "$folder/node_modules/temml/LICENSE" "$folder/node_modules/temml/dist/temml.min.js" "$to/temml/"
