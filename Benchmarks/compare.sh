#!/bin/bash
# CPU per cached and per uncached query of Afterglow beside Unbound and Knot Resolver, in the same run.
#
#   sudo Benchmarks/compare.sh [ROUNDS]     three rounds unless told; AFTERGLOW_BINARY names the executable
#
# One namespace holds NSD with a root, a TLD and a zone of a wildcard; another the resolver and dnsperf. The figure is
# utime + stime of the resolver's processes from /proc, over the queries that dnsperf saw completed. Resolvers take
# turns within a round, so that a noisy machine hits them alike. Validation is off: the zones are unsigned.
set -u
rounds=${1:-3}
cached_queries=${CACHED_QUERIES:-100000}
uncached_queries=${UNCACHED_QUERIES:-20000}
root=$(cd "$(dirname "$0")/.." && pwd)
afterglow=${AFTERGLOW_BINARY:-$root/.build/release/afterglow}
export PATH=$PATH:/usr/sbin:/sbin

[ "$(id -u)" = 0 ] || { echo "SKIPPED: network namespaces need root"; exit 0; }
for tool in ip nsd dnsperf dig; do
    command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
server="afterglow-$$-server" client="afterglow-$$-client"
ip netns add "$server" 2>/dev/null || { echo "SKIPPED: ip netns is not allowed here"; rm -r "$work"; exit 0; }
ip netns add "$client"

finish() {
    for namespace in "$server" "$client"; do
        for process in $(ip netns pids "$namespace"); do kill -KILL "$process" 2>/dev/null; done
        wait 2>/dev/null
        ip netns delete "$namespace"
    done
    rm -r "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

ip -n "$server" link add wire type veth peer name wire netns "$client"
for namespace in "$server" "$client"; do
    ip -n "$namespace" link set lo up
    ip -n "$namespace" link set wire up
done
ip -n "$server" addr add 10.53.0.1/24 dev wire
ip -n "$client" addr add 10.53.0.2/24 dev wire

zone() { # ORIGIN, then records on standard input
    { echo "\$ORIGIN $1"; echo "\$TTL 1h"; echo "@ SOA ns.bench. hostmaster.bench. 1 1h 15m 2w 5m"; cat; } >"$work/zone$1"
    printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$1" "$work/zone$1" >>"$work/zones.conf"
}
zone . <<<$'@ NS ns.bench.\nbench. NS ns.bench.\nns.bench. A 10.53.0.1'
zone bench. <<<$'@ NS ns\nns A 10.53.0.1\nwild NS ns'
zone wild.bench. <<<$'@ NS ns.bench.\n* A 192.0.2.1'
{
    printf 'server:\n  ip-address: 10.53.0.1\n  server-count: 1\n  username: ""\n  database: ""\n  rrl-ratelimit: 0\n'
    printf '  zonesdir: "%s"\n  pidfile: "%s/nsd.pid"\n  xfrdfile: "%s/xfrd"\n' "$work" "$work" "$work"
    printf '  zonelistfile: "%s/zone.list"\n  xfrdir: "%s"\nremote-control:\n  control-enable: no\n' "$work" "$work"
    cat "$work/zones.conf"
} >"$work/nsd.conf"
ip netns exec "$server" nsd -d -c "$work/nsd.conf" >"$work/nsd.log" 2>&1 &
echo ". 3600000 IN NS ns.bench.
ns.bench. 3600000 IN A 10.53.0.1" >"$work/hints"

for number in $(seq 1000); do echo "name$number.wild.bench A"; done >"$work/cached"
seq "$uncached_queries" | sed 's/.*/fresh&.wild.bench A/' >"$work/uncached"

cat >"$work/afterglow.conf" <<CONF
listen: [{ address: 127.0.0.1, port: 53 }]
workers: 1
state-directory: $work/state
resolver: { root-hints: $work/hints, ipv6: false }
dnssec: { mode: off }
routing: { origin-dns: off }
http: off
CONF
cat >"$work/unbound.conf" <<CONF
server:
    interface: 127.0.0.1
    do-ip6: no
    num-threads: 1
    username: ""
    chroot: ""
    pidfile: ""
    directory: "$work"
    use-syslog: no
    module-config: "iterator"
    root-hints: "$work/hints"
    msg-cache-size: 128m
    rrset-cache-size: 256m
remote-control:
    control-enable: no
CONF
cat >"$work/kresd.conf" <<CONF
net.ipv6 = false
net.listen('127.0.0.1', 53)
trust_anchors.remove('.')
modules = { 'hints > iterate' }
hints.root({ ['ns.bench.'] = { '10.53.0.1' } })
cache.open(256 * MB, 'lmdb://$work/kresd')
CONF

resolver() { # NAME: becomes that resolver
    case $1 in
    Afterglow) exec ip netns exec "$client" "$afterglow" serve --config "$work/afterglow.conf" ;;
    Unbound) exec ip netns exec "$client" unbound -d -c "$work/unbound.conf" ;;
    "Knot Resolver") cd "$work/kresd" && exec ip netns exec "$client" kresd -n -q -c "$work/kresd.conf" "$work/kresd" ;;
    esac
}
ticks() { # PROCESS: utime + stime so far, in clock ticks
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}
load() { # PROCESS FILE TIMES: microseconds of CPU per completed query, and the queries lost
    local before after report completed
    before=$(ticks "$1") || return 1
    report=$(timeout 120 ip netns exec "$client" dnsperf -s 127.0.0.1 -d "$2" -n "$3" -l 60 -c 4 -q 50 2>&1)
    after=$(ticks "$1") || return 1
    completed=$(awk '/Queries completed:/ { print $3 }' <<<"$report")
    [ "${completed:-0}" -gt 0 ] || return 1
    awk -v t="$((after - before))" -v hz="$(getconf CLK_TCK)" -v n="$completed" \
        -v lost="$(awk '/Queries lost:/ { print $3 }' <<<"$report")" \
        'BEGIN { printf "%.2f %d\n", t / hz * 1e6 / n, lost }'
}
measure() { # NAME: appends to the files of its figures
    local process key=${1// /} figure
    rm -rf "$work/state" "$work/kresd"
    mkdir -p "$work/state" "$work/kresd"
    (resolver "$1") >"$work/$key.log" 2>&1 &
    process=$!
    for _ in $(seq 50); do
        ip netns exec "$client" dig -r @127.0.0.1 +tries=1 +time=1 ready.wild.bench 2>/dev/null |
            grep -q 192.0.2.1 && break
        sleep 0.1
    done
    if figure=$(load "$process" "$work/uncached" 1); then echo "$figure" >>"$work/$key.uncached"; fi
    load "$process" "$work/cached" 1 >/dev/null
    if figure=$(load "$process" "$work/cached" $((cached_queries / 1000))); then
        echo "$figure" >>"$work/$key.cached"
    fi
    kill -TERM "$process" 2>/dev/null
    for _ in $(seq 50); do [ -e "/proc/$process" ] || break; sleep 0.1; done
    kill -KILL "$process" 2>/dev/null
    wait "$process" 2>/dev/null
}
median() { # FILE
    [ -s "$1" ] || { echo "-"; return; }
    sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
lost() { cat "$work/$1".*cached 2>/dev/null | awk '{ sum += $2 } END { print sum + 0 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 > 0 && b + 0 > 0) printf "%.2f", a / b; else print "-" }'; }

names=()
[ -x "$afterglow" ] && names+=(Afterglow) || echo "Afterglow left out: no executable at $afterglow" >&2
command -v unbound >/dev/null && names+=(Unbound) || echo "Unbound left out: not installed" >&2
command -v kresd >/dev/null && names+=("Knot Resolver") || echo "Knot Resolver left out: not installed" >&2
for _ in $(seq "$rounds"); do
    for name in "${names[@]}"; do measure "$name"; done
done

echo "Medians of $rounds rounds; $cached_queries cached and $uncached_queries uncached queries a round; one thread each."
echo
echo "| resolver | µs CPU per cached query | against Unbound | µs CPU per uncached query | against Unbound | lost |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
base_cached=$(median "$work/Unbound.cached") base_uncached=$(median "$work/Unbound.uncached")
for name in "${names[@]}"; do
    key=${name// /}
    cached=$(median "$work/$key.cached") uncached=$(median "$work/$key.uncached")
    echo "| $name | $cached | $(ratio "$cached" "$base_cached") | $uncached | $(ratio "$uncached" "$base_uncached") |" \
        "$(lost "$key") |"
done
