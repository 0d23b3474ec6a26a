#!/bin/sh
# Installs the name servers and clients that the laboratory tests against. Where that is not possible the
# laboratory's tests say that they are skipped.
set -eu
missing=""
for pair in nsd:nsd knotd:knot kdig:knot-dnsutils dig:bind9-dnsutils dnsperf:dnsperf ip:iproute2; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, laboratory tests will be skipped:$missing" >&2
    exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends $missing
