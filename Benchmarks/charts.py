#!/usr/bin/env python3
"""How long charts take on a log of real size: fills a log by SQL, starts the resolver on it, and asks its page for charts.

    AFTERGLOW_BINARY=.build/release/afterglow python3 Benchmarks/charts.py [--servers 200] [--days 30]

Every minute has a row for each server, for each prefix (one for four servers), each AS (one for eight), and the uplink; hours go back
ninety days, days a year. One AS has twelve name servers. Times are of whole pages over HTTP, each span asked six times: the first, and the
median of the others; then of the command `plot`, the median of five.
"""
import argparse
import http.client
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

PAGES = ["1h", "6h", "24h", "7d", "30d", "90d"]
PLOTS = ["1h", "24h", "2d", "50h", "7d", "30d", "90d", "365d"]
WATCHED = 64500


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Resolver:
    """The resolver with its state in a folder; nothing is asked of it but pages."""

    def __init__(self, binary, folder):
        self.port = free_port()
        configuration = os.path.join(folder, "charts.yaml")
        with open(configuration, "w") as file:
            file.write(
                f"listen: [{{ address: 127.0.0.1, port: {free_port()} }}]\nstate-directory: {folder}\nworkers: 1\n"
                f"http: {{ listen: 127.0.0.1:{self.port} }}\nrouting: {{ origin-dns: off }}\n"
                "reachability: { retention: { observations: 400d, size: off } }\n")
        self.process = subprocess.Popen(
            [binary, "serve", "--config", configuration], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        start = time.perf_counter()
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        elapsed = time.perf_counter() - start
        assert reply.status == 200, (path, reply.status, body[:300])
        return elapsed * 1000, body

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def strip(parts, step, sent, answered):
    """The parts of an hour or a day in one value, as Journal/HistoryStrip.swift has it."""
    octets = bytearray()
    for part in range(parts):
        for number in (step if part else 0, sent, answered):
            while number >= 0x80:
                octets.append(number & 0x7F | 0x80)
                number >>= 7
            octets.append(number)
    return bytes(octets)


def fill(path, servers, days, now):
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    entities = []
    for index in range(servers):
        asn = WATCHED if index < 12 else WATCHED + 1 + (index - 12) // 8
        address, prefix = f"10.{index >> 8}.{index & 255}.1", f"10.{index >> 8}.{index & 252}.0/22"
        entities.append(("server", address, asn, prefix))
        database.execute(
            "INSERT OR REPLACE INTO server (address, prefix, asn, first_seen, last_seen, last_answer, asns, as_name)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (address, prefix, asn, now - days * 86400, now, now, f"AS{asn}", f"EXAMPLE-{asn}"))
    entities += sorted({("prefix", e[3], e[2], e[3]) for e in entities})
    entities += sorted({("asn", f"AS{e[2]}", e[2], None) for e in entities})
    entities.append(("uplink", "uplink", None, None))
    database.execute("CREATE TEMP TABLE entity (scope TEXT, key TEXT, asn INTEGER, prefix TEXT)")
    database.executemany("INSERT INTO entity VALUES (?, ?, ?, ?)", sorted(entities))
    end = now - now % 60
    series = "WITH RECURSIVE moment (ts) AS (SELECT ? UNION ALL SELECT ts + ? FROM moment WHERE ts + ? < ?)"
    database.execute(
        f"""{series} INSERT INTO observation (ts, bucket_s, scope, key, af, transport, asn, as_name, prefix, sent, answered,
        timeouts, unreachable, refused, servfail, rtt_p50_ms, rtt_p95_ms, baseline_ratio, belief_up, state)
        SELECT ts, 60, scope, key, 4, 'udp', asn, 'EXAMPLE-' || asn, prefix, 40, 39, 1, 0, 0, 0, 21.5, 48.25, 0.99, 0.98, 'up'
        FROM moment CROSS JOIN entity ORDER BY ts, scope, key""", (end - days * 86400, 60, 60, end))
    database.execute(
        f"""{series} INSERT INTO client_service SELECT ts, 'asn', 'AS{WATCHED}', 60, 38, 1, 1, 0, 0, 0 FROM moment""",
        (end - days * 86400, 60, 60, end))
    database.execute(
        f"""{series} INSERT INTO route (ts, asn, af, bucket_s, announcements, withdrawals, prefixes_visible,
        slash24_or_48_visible, peers) SELECT ts, {WATCHED}, 4, 60, 3, 1, 20, 256, 5 FROM moment""",
        (end - days * 86400, 60, 60, end))
    hour = now - now % 3600
    for length, back in [(3600, 90 * 86400), (86400, 365 * 86400)]:
        start = (hour - back) // length * length
        last = hour // length * length
        database.execute(
            f"""{series} INSERT OR REPLACE INTO observation_rollup (scope, key, bucket_s, af, transport, ts, sent, answered,
            timeouts, unreachable, refused, servfail, asn) SELECT scope, key, {length}, 4, 'udp', ts, 2400, 2390, 10, 0, 0, 0, asn
            FROM entity CROSS JOIN moment ORDER BY scope, key, ts""", (start, length, length, last))
        database.execute(
            f"""{series} INSERT OR REPLACE INTO client_service_rollup SELECT 'asn', 'AS{WATCHED}', {length}, ts, 2300, 60, 40, 0, 0, 0
            FROM moment""", (start, length, length, last))
        database.execute(
            f"""{series} INSERT OR REPLACE INTO route_rollup SELECT {WATCHED}, {length}, 4, ts, 180, 60, 20, 256, 5
            FROM moment""", (start, length, length, last))
    for length, back, value in [
        (3600, days * 86400, strip(60, 60, 40, 39)), (86400, 90 * 86400, strip(24, 3600, 2400, 2390))]:
        start = (hour - back) // length * length
        database.execute(
            f"""{series} INSERT OR REPLACE INTO observation_strip (scope, key, span_s, ts, af, transport, counts)
            SELECT scope, key, {length}, ts, 4, 'udp', ? FROM entity CROSS JOIN moment""",
            (start, length, length, hour // length * length, value))
    # What goes on is not added up yet.
    for length in (3600, 86400):
        for kind in ("observation", "service", "route"):
            database.execute(
                "INSERT OR REPLACE INTO rollup_pending VALUES (?, ?, ?)", (kind, length, hour // length * length))
    database.commit()
    rows = database.execute("SELECT count(*) FROM observation").fetchone()[0]
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=200)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--keep", help="a folder for the log, which is used again")
    options = parser.parse_args()
    binary = os.path.abspath(os.environ.get("AFTERGLOW_BINARY", ".build/release/afterglow"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        path = os.path.join(folder, "reachability.sqlite")
        if not os.path.exists(path):
            os.makedirs(folder, exist_ok=True)
            resolver = Resolver(binary, folder)
            deadline = time.time() + 10
            while not os.path.exists(path) and time.time() < deadline:
                time.sleep(0.1)
            resolver.stop()
            rows = fill(path, options.servers, options.days, int(time.time()))
            print(f"{rows} rows of minutes, {os.path.getsize(path) >> 20} MiB", flush=True)
        resolver = Resolver(binary, folder)
        try:
            print("span   octets    first    others  (ms)")
            for span in PAGES:
                times = []
                for _ in range(6):
                    elapsed, body = resolver.get(f"/as/{WATCHED}?span={span}")
                    times.append(elapsed)
                print(f"{span:5} {len(body):8} {times[0]:8.0f} {statistics.median(times[1:]):9.0f}", flush=True)
        finally:
            resolver.stop()
        print("plot         ms (the whole command)")
        for span in PLOTS:
            times = []
            for _ in range(5):
                start = time.perf_counter()
                subprocess.run(
                    [binary, "plot", "--asn", str(WATCHED), "--since", span, "--database", path, "-o", os.path.join(folder, "chart.svg")],
                    check=True)
                times.append((time.perf_counter() - start) * 1000)
            print(f"{span:5} {statistics.median(times):8.0f}", flush=True)
    return 0


sys.exit(main())
