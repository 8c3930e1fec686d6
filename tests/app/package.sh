#!/bin/bash
# SPDX-License-Identifier: MIT
# The Debian package: what is in it, what it depends on, and that the program in it runs.
#
# Usage: package.sh BUILD_FOLDER
set -euo pipefail

build=$1
if ! command -v dpkg-shlibdeps >/dev/null; then
    echo "skipped: there is no dpkg-shlibdeps (Debian: dpkg-dev)"
    exit 77
fi
if [ ! -f "$build/fovea.1" ]; then
    echo "skipped: this build makes no manual page"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "package: $*" >&2
    exit 1
}

cpack --config "$build/CPackConfig.cmake" -G DEB -B "$folder" >"$folder/log" 2>&1 ||
    fail "cpack failed: $(cat "$folder/log")"
deb=$(ls "$folder"/fovea_*.deb)
mkdir "$folder/root"
dpkg-deb -x "$deb" "$folder/root"

for file in usr/bin/fovea usr/libexec/fovea-hdf5 usr/share/man/man1/fovea.1.gz usr/share/doc/fovea/changelog.gz usr/share/doc/fovea/copyright \
    usr/share/applications/fovea.desktop usr/share/thumbnailers/fovea.thumbnailer usr/share/mime/packages/fovea.xml; do
    [ -s "$folder/root/$file" ] || fail "the package has no $file"
done
others=$(dpkg-deb -c "$deb" | awk '{print $6}' | grep -vE '^\./(usr/(bin/|lib/|libexec/|share/.*)?)?$' | sort | xargs)
[ "$others" = "./usr/bin/fovea ./usr/libexec/fovea-hdf5" ] || fail "the package has $others"

depends=$(dpkg-deb -f "$deb" Depends)
needed=$(objdump -p "$folder/root/usr/bin/fovea" "$folder/root/usr/libexec/fovea-hdf5" | awk '/NEEDED/ {print $2}' | sort -u)
for library in $needed; do
    package=$(dpkg -S "*/$(gcc -dumpmachine)/$library" 2>/dev/null | sed -n '1s/:.*//p')
    [[ "$depends" == *"$package"* ]] || fail "nothing is said of $package, which has $library"
done
[[ "$depends" == *libsdl2-2.0-0* ]] || fail "it depends on $depends"

# Terms of what is in the program itself.
grep -q 'Permission is hereby granted' "$folder/root/usr/share/doc/fovea/copyright" || fail "there are no terms"
[ "$("$folder/root/usr/bin/fovea" --version)" = "fovea $(dpkg-deb -f "$deb" Version)" ] || fail "it is another version"
