#!/bin/sh
# Installs the name servers, routers and clients that the laboratory tests against. Where that is not possible the
# laboratory's tests say that they are skipped.
set -eu

# A second reader of MRT; Debian's is of before version 2, with another interface.
has_mrtparse() { python3 -c "import mrtparse; assert int(mrtparse.__version__.split('.')[0]) >= 2" 2>/dev/null; }
get_mrtparse() {
    has_mrtparse || python3 -m pip install --quiet --retries 1 --timeout 15 --break-system-packages "mrtparse>=2.2" || \
        echo "mrtparse is not installed: MRT files will be compared with bgpdump alone" >&2
}

missing=""
for pair in nsd:nsd knotd:knot kdig:knot-dnsutils kzonecheck:knot-dnssecutils dig:bind9-dnsutils \
    dnssec-signzone:bind9-utils unbound:unbound kzonesign:knot-dnssecutils ldns-signzone:ldnsutils \
    named:bind9 faketime:faketime named-checkzone:bind9-utils dnsperf:dnsperf ip:iproute2 \
    chromium:chromium promtool:prometheus openssl:openssl csvjson:csvkit xmllint:libxml2-utils \
    bird:bird2 /usr/lib/frr/bgpd:frr gobgpd:gobgpd exabgp:exabgp bgpdump:bgpdump \
    zonemaster-cli:zonemaster-cli; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair#*:}"
done
# Readers of what is exported.
for program in jq sqlite3 python3; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
# The validator that ours is compared with; Debian's interpreter finds it.
/usr/bin/python3 -c "import cryptography, dns.dnssec" 2>/dev/null ||
    missing="$missing python3-dnspython python3-cryptography"
has_mrtparse || python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
# Data to compare with, without a program.
[ -e /usr/share/dns/root.ds ] || missing="$missing dns-root-data"
[ -n "$missing" ] || { get_mrtparse; exit 0; }
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, laboratory tests will be skipped:$missing" >&2
    exit 0
fi
apt-get update -qq
# Releases name some packages otherwise; those that this one lacks must not keep the others out.
known=""
for package in $missing; do
    if apt-cache show "$package" >/dev/null 2>&1; then known="$known $package"; else echo "unknown to apt: $package" >&2; fi
done
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends $known
get_mrtparse
