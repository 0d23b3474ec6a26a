#!/bin/sh
# What the route table costs beside bgpdump, BIRD and GoBGP, in one run. Needs the release build of route-benchmark;
# leaves out the programs that are missing. Takes some minutes and 2 GB of memory. With `receive`, only what it costs to
# receive the table over BGP.
#
#     swift build -c release --product route-benchmark
#     sudo Benchmarks/routes.sh [rounds] [receive]
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
parts=${2:-all}
benchmark=${ROUTE_BENCHMARK:-.build/release/route-benchmark}
folder=$(mktemp -d)
trap 'for child in $children; do kill "$child" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
children=""
table=$folder/table.mrt
routes=$("$benchmark" make "$table" 1 | awk '/^make:/ {print $2}')
table4=$folder/table4.mrt
[ "$parts" = receive ] || "$benchmark" make "$table4" 4

# The table as other programs read it, in one form.
compare_readers() {
    interoperation=Tests/Interoperation/make_mrt.py
    "$benchmark" print "$table" | LC_ALL=C sort > "$folder/own"
    for reader in bgpdump mrtparse; do
        if python3 "$interoperation" routes "$table" --reader $reader > "$folder/theirs" 2>/dev/null; then
            if LC_ALL=C sort "$folder/theirs" | cmp -s - "$folder/own"; then
                echo "read: $(wc -l < "$folder/own") routes, the same as $reader"
            else
                echo "read: not the same as $reader" >&2
                exit 1
            fi
        fi
    done
    rm -f "$folder/own" "$folder/theirs"
}

# What needs no receiver.
measure_alone() {
    "$benchmark" load "$table"
    "$benchmark" load "$table4"
    if command -v bgpdump >/dev/null; then
        echo "load: bgpdump -m > /dev/null: user and system $(sh -c 'bgpdump -m "$1" > /dev/null 2>&1; times' sh "$table" | tail -n 1)"
    fi
    "$benchmark" lookup "$table"
    "$benchmark" updates "$table"
    "$benchmark" down "$table"
}

now() { date +%s.%N; }
# Seconds of processor time that a process took.
spent() { awk -v ticks="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / ticks}' "/proc/$1/stat"; }

# The most that is waited for a receiver, in seconds.
patience=300

# Sends the table to a BGP receiver on 127.0.0.1 and waits until it has all routes that it takes.
#   receive NAME PORT PROCESS PAUSE STILL COUNT-COMMAND
# Counting costs some programs much: the pause between two counts is theirs. Some refuse a route: a count that stands still
# for STILL seconds is the last.
receive() {
    before=$(spent "$3")
    begin=$(date +%s)
    rm -f "$folder/send.$1"
    "$benchmark" send "$table" 127.0.0.1 "$2" 64511 > "$folder/send.$1" &
    sender=$!
    children="$children $sender"
    while ! [ -s "$folder/send.$1" ]; do
        sleep 0.05
        kill -0 "$sender" 2>/dev/null || { echo "$1: the sender ended"; return; }
        if [ $(($(date +%s) - begin)) -ge "$patience" ]; then
            echo "receive: $1: did not take the whole table within $patience s"
            kill "$sender"
            return
        fi
    done
    start=$(sed 's/.* from \([0-9.]*\) .*/\1/' "$folder/send.$1")
    count=0
    last=0
    still=0
    reached=$start
    bound=""
    while [ "${count:-0}" -lt "$routes" ]; do
        if [ $(($(date +%s) - begin)) -ge "$patience" ]; then
            bound="; not awaited beyond $patience s"
            break
        fi
        count=$(eval "$6" || echo 0)
        if [ "${count:-0}" != "$last" ]; then
            last=${count:-0}
            still=$(date +%s)
            reached=$(now)
        elif [ "$last" != 0 ] && [ $(($(date +%s) - still)) -ge "$5" ]; then
            bound="; then none for $5 s"
            break
        fi
        sleep "$4"
    done
    echo "receive: $1: $last of $routes routes in $(echo "$reached $start" | awk '{printf "%.2f", $1 - $2}') s, of the processor" \
        "$(echo "$(spent "$3") $before" | awk '{printf "%.2f", $1 - $2}') s$bound"
    kill "$sender"
    wait "$sender" 2>/dev/null || true
}

[ "$parts" = receive ] || compare_readers
round=1
while [ "$round" -le "$rounds" ]; do
    echo "round $round"
    [ "$parts" = receive ] || measure_alone
    if command -v bird >/dev/null; then
        cat > "$folder/bird.conf" <<END
router id 127.0.0.3;
protocol device { }
protocol bgp feed {
  local 127.0.0.1 port 11791 as 64512;
  neighbor 127.0.0.1 as 64511;
  multihop;
  passive;
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}
END
        bird -f -c "$folder/bird.conf" -s "$folder/bird.ctl" -P "$folder/bird.pid" > /dev/null 2>&1 &
        bird=$!
        children="$children $bird"
        sleep 1
        receive bird 11791 "$bird" 0.05 5 "birdc -s $folder/bird.ctl show route count | awk '/^Total:/ {print \$2}'"
        kill "$bird"
        wait "$bird" 2>/dev/null || true
    fi
    if command -v gobgpd >/dev/null; then
        cat > "$folder/gobgp.toml" <<END
[global.config]
  as = 64512
  router-id = "127.0.0.3"
  port = 11792
  local-address-list = ["127.0.0.1"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "127.0.0.1"
    peer-as = 64511
  [neighbors.transport.config]
    passive-mode = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
END
        gobgpd -f "$folder/gobgp.toml" --pprof-disable --api-hosts 127.0.0.1:50099 > /dev/null 2>&1 &
        gobgp=$!
        children="$children $gobgp"
        sleep 1
        receive gobgp 11792 "$gobgp" 2 60 "gobgp -p 50099 neighbor 127.0.0.1 | awk '/Accepted/ {print \$2}'"
        kill "$gobgp"
        wait "$gobgp" 2>/dev/null || true
    fi
    "$benchmark" receive 11793 > "$folder/receive" &
    receiver=$!
    children="$children $receiver"
    sleep 1
    receive afterglow 11793 "$receiver" 0.05 5 "tail -n 1 $folder/receive"
    kill "$receiver"
    wait "$receiver" 2>/dev/null || true
    round=$((round + 1))
done
