#!/bin/bash
# SPDX-License-Identifier: MIT
# What desktops and shells are told: types of files, small pictures, completion.
#
# Usage: desktop.sh BUILD_FOLDER
set -euo pipefail

build=$1
for tool in update-mime-database gio desktop-file-validate appstreamcli; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: there is no $tool (Debian: shared-mime-info, libglib2.0-bin, desktop-file-utils, appstream)"
        exit 77
    fi
done
if [ ! -f "$build/fovea.xml" ]; then
    echo "skipped: this build makes no files for desktops"
    exit 77
fi
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

faults=0
fault() {
    echo "desktop: $*" >&2
    faults=$((faults + 1))
}

cmake --install "$build" --prefix "$prefix" >/dev/null
fovea="$prefix/bin/fovea"
share="$prefix/share"
mkdir -p "$share/mime/packages" "$prefix/files"
cp /usr/share/mime/packages/freedesktop.org.xml "$share/mime/packages/"
warnings=$(env XDG_DATA_HOME="$share" update-mime-database "$share/mime" 2>&1) || fault "update-mime-database failed"
[ -z "$warnings" ] || fault "update-mime-database says: $warnings"

# Names, or where several formats have the same name how the file begins, tell the type; the program opens it.
type_of() {
    env HOME="$prefix" XDG_DATA_HOME="$prefix/none" XDG_DATA_DIRS="$share" \
        gio info -a standard::content-type "$1" | sed -n 's/.*standard::content-type: //p'
}
check_type() { # NAME TYPE BEGINNING
    local file="$prefix/files/$1" type
    printf '%b' "${3-}" >"$file"
    head -c 1024 /dev/zero >>"$file"
    type=$(type_of "$file")
    [ "$type" = "$2" ] || fault "$1 is taken for $type, not $2"
    grep -q "^MimeType=.*$2;" "$share/applications/fovea.desktop" || fault "the desktop entry does not have $2"
}
check_type a.cbf image/x-cbf
check_type a.edf image/x-edf
check_type a.npy application/x-npy
check_type a.npz application/x-npz
check_type a.nxs application/x-hdf5
check_type a.fits application/fits
check_type a.mccd image/x-marccd 'II*\0'
check_type a.tif image/tiff 'II*\0'
check_type a.sfrm image/x-bruker-frame
check_type a.mar2300 image/x-mar345
check_type smv.img image/x-smv '{\nHEADER_BYTES=512;\n'
check_type oxford.img image/x-oxford-diffraction 'OD SAPPHIRE  4.0\n'
check_type raxis.img image/x-raxis 'R-AXIS4   '
check_type nameless image/x-nrrd 'NRRD0004\n'
type=$(type_of "$build/fovea.1")
[[ "$type" != image/* ]] || fault "a manual page is taken for $type"

desktop-file-validate "$share/applications/fovea.desktop" || fault "the desktop entry is not valid"
# There is no server whose name the identifier could begin with.
faulty=$(appstreamcli validate --no-net --no-color "$share/metainfo/fovea.metainfo.xml" |
    grep -E '^[EW]:' | grep -v cid-desktopapp-is-not-rdns || true)
[ -z "$faulty" ] || fault "appstreamcli says: $faulty"

# The thumbnailer's command makes the picture.
command=$(sed -n 's/^Exec=fovea //p' "$share/thumbnailers/fovea.thumbnailer")
"$fovea" export -o "$prefix/files/a.png" --size 300x200 sim:300x200
arguments=${command//%s/64}
arguments=${arguments//%o/$prefix/files/small.png}
arguments=${arguments//%i/$prefix/files/a.png}
# shellcheck disable=SC2086
"$fovea" $arguments || fault "the thumbnailer's command failed"
size=$(od -A n -t u1 -j 16 -N 8 "$prefix/files/small.png" | tr -s ' ')
[ "$size" = " 0 0 0 64 0 0 0 43" ] || fault "the thumbnail's size is$size"

# Completion.
# shellcheck source=/dev/null
source "$share/bash-completion/completions/fovea"
completed() { # WORDS...
    COMP_WORDS=("$fovea" "$@")
    COMP_CWORD=$#
    _fovea "$fovea"
    echo "${COMPREPLY[*]-}"
}
check_completion() { # WANTED WORDS...
    local wanted=$1 got
    shift
    got=$(completed "$@")
    [ "$got" = "$wanted" ] || fault "\"fovea $*\" is completed by \"$got\", not \"$wanted\""
}
check_completion "export" ex
check_completion "--thumbnail" export --thu
check_completion "--range --reverse --rate --rotate --reduce" view --r
check_completion "--json" info --js
check_completion "upper lower" export --origin ""
check_completion "mean" --reduce me
check_completion "" view --mask fil

[ $faults -eq 0 ]
