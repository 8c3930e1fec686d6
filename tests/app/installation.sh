#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs a build into an empty folder and uses it from there.
#
# Usage: installation.sh BUILD_FOLDER
set -euo pipefail

build=$1
if [ ! -f "$build/fovea.1" ]; then
    echo "skipped: this build makes no manual page"
    exit 77
fi
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

fail() {
    echo "installation: $*" >&2
    exit 1
}

cmake --install "$build" --prefix "$prefix" >/dev/null
cd "$prefix"
fovea="$prefix/bin/fovea"
manual="$prefix/share/man/man1/fovea.1"
for file in "$fovea" "$manual" share/applications/fovea.desktop share/icons/hicolor/scalable/apps/fovea.svg \
    share/doc/fovea/README.md share/doc/fovea/copyright share/mime/packages/fovea.xml share/thumbnailers/fovea.thumbnailer \
    share/metainfo/fovea.metainfo.xml share/bash-completion/completions/fovea libexec/fovea-hdf5; do
    [ -s "$file" ] || fail "$file was not installed"
done

version=$(env -i "$fovea" --version)
[[ "$version" =~ ^fovea\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "--version printed \"$version\""
width=$(env -i "$fovea" info --json sim:64x48,type=u16 | grep -oE '"width":[[:space:]]*[0-9]+') || fail "info failed"
[[ "$width" =~ 64$ ]] || fail "info printed $width"

# HDF5 files are read by a program of their own, which is found from where the first one is, and told of where it is not.
cp "$(dirname "$0")/../fuzz/corpus/hdf5/plain" image.h5
env -i "$fovea" info image.h5 >/dev/null || fail "no HDF5 file is read"
mv libexec/fovea-hdf5 libexec/elsewhere
told=$(env -i "$fovea" info image.h5 2>&1 >/dev/null) && fail "an HDF5 file was read by nobody"
[[ "$told" == *"image.h5: the program fovea-hdf5, which reads HDF5 files, is missing"* && $(wc -l <<<"$told") -eq 1 ]] ||
    fail "of a program that is missing it said: $told"
printf '#!/bin/sh\nexit 4\n' >libexec/fovea-hdf5
chmod +x libexec/fovea-hdf5
told=$(env -i "$fovea" info image.h5 2>&1 >/dev/null) && fail "an HDF5 file was read by a stranger"
[[ "$told" == *"is of another version than this one; start Fovea again"* && $(wc -l <<<"$told") -eq 1 ]] ||
    fail "of a program of another version it said: $told"
mv libexec/elsewhere libexec/fovea-hdf5
code=0
told=$(env -i libexec/fovea-hdf5 image.h5 2>&1) || code=$?
[[ $code -eq 2 && "$told" == "fovea-hdf5: this program reads HDF5 files for fovea, which starts it" ]] ||
    fail "fovea-hdf5 ended with $code and said: $told"

grep -q '^\.SS VIEW OPTIONS' "$manual" || fail "the manual page has no options"
grep -q 'contrast\.auto' "$manual" || fail "the manual page has no commands"
! grep -rnE '@[A-Z_]+@' "$manual" share/applications share/mime share/thumbnailers share/metainfo ||
    fail "an installed file has holes"
if command -v groff >/dev/null; then
    warnings=$(groff -man -Tutf8 -ww -z "$manual" 2>&1)
    [ -z "$warnings" ] || fail "groff says: $warnings"
fi
if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate share/applications/fovea.desktop
fi
