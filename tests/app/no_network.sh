#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs are started without any library that fetches from web addresses, or that such a library needs.
#
# Usage: no_network.sh VIEWER WORKER
set -euo pipefail

libraries=$(ldd "$1" "$2")
grep -q 'libSDL2' <<<"$libraries" || {
    echo "no_network: ldd does not tell the libraries of $1" >&2
    exit 1
}
if ldd "$1" | grep libhdf5 || nm -C "$1" 2>/dev/null | grep -w H5open; then
    echo "no_network: libhdf5 is in $1" >&2
    exit 1
fi
if grep -E 'lib(curl|ssl|gnutls|nghttp2|ssh2?|gssapi_krb5|krb5|ldap|rtmp|idn2|psl)[.-]' <<<"$libraries"; then
    echo "no_network: the libraries above are loaded" >&2
    exit 1
fi
