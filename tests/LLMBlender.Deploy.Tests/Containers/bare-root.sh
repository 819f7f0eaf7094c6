#!/usr/bin/env bash
# Runs a command as the image's containers do, inside a bare root of Debian's: as user 1654, with no capability and no way to
# gain one, with everything read-only but /tmp, the program in /app and .NET in its place.
#   bare-root.sh ROOT DOTNET APP COMMAND…
# The command takes this process's place, so that signals reach it. Wants root's rights, for mounts of its own.
set -euo pipefail
root=$1 dotnet=$2 app=$3
shift 3
mkdir -p "$root/app" "$root/usr/share/dotnet"
exec unshare --mount bash -euc '
    root=$1 dotnet=$2 app=$3
    shift 3
    mount --make-rprivate /
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --bind "$dotnet" "$root/usr/share/dotnet"
    mount --bind "$app" "$root/app"
    mount -t tmpfs -o mode=1777,size=256m,nosuid,nodev tmpfs "$root/tmp"
    for folder in "$root" "$root/usr/share/dotnet" "$root/app"; do
        mount -o remount,bind,ro "$folder"
    done
    exec chroot "$root" /usr/bin/setpriv --reuid=1654 --regid=1654 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
        /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp DOTNET_RUNNING_IN_CONTAINER=true DOTNET_EnableDiagnostics=0 \
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 LLMBLENDER_MODELS=/models --chdir=/app "$@"
' _ "$root" "$dotnet" "$app" "$@"
