#!/usr/bin/env python3
"""What answering costs Afterglow, Unbound, Knot Resolver, PowerDNS Recursor and BIND, in turn in one run.

    sudo Benchmarks/compare.py [--rows cached,miss] [--rounds 3] [--scale 1] [--names 1000000]

Needs root, NSD, dnsperf, dig, cc and the release build (AFTERGLOW_BINARY names another); leaves out the resolvers that are
not installed. Everything runs in two network namespaces that it makes. Prints Markdown; --svg and --json name files.
"""

import argparse
import json
import os
import platform
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))

import report
import rows
from machine import Machine, Skipped
from resolvers import AFTERGLOW, PEERS, binary, reserve
from servers import Internet
from signed import SignedInternet


class Run:
    """One comparison: the machine, its Internet, and how much is asked."""

    def __init__(self, machine, options):
        self.machine = machine
        self.scale = options.scale
        self.names = options.names
        self.log_turns = 0
        self.internet = Internet(machine, self.scaled(5_000) if "cold" in options.rows else 10)
        self.signed = SignedInternet(machine, self.scaled(5_000)) if "dnssec" in options.rows else None

    def scaled(self, count):
        return max(1, int(count * self.scale))

    def command(self, resolver, signed=False, **own):
        """What starts a resolver; `own` is its address, and what Afterglow alone can be told."""
        internet = self.signed if signed else self.internet
        return resolver.configure(self.machine, internet.hints, internet.anchor, **own)

    def start(self, resolver, signed=False, processors="0", **own):
        return self.machine.start("client", processors, self.command(resolver, signed, **own), self.machine.folder)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ",".join(rows.ROWS)
    parser.add_argument("--rows", default=known, help=f"of {known}")
    parser.add_argument("--only", help="resolvers, by name, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each resolver; medians are shown")
    parser.add_argument("--scale", type=float, default=1, help="multiplies the number of queries")
    parser.add_argument("--names", type=int, default=1_000_000, help="names of the rows memory, growth, restart")
    parser.add_argument("--svg", help="file for the chart")
    parser.add_argument("--json", help="file for every turn's figures")
    options = parser.parse_args()
    options.rows = options.rows.split(",")
    for row in options.rows:
        if row not in rows.ROWS:
            parser.error(f"no row {row}; there are {known}")
    return options


def contenders(options):
    chosen = [AFTERGLOW] + PEERS
    if options.only:
        chosen = [each for each in chosen if each.name in options.only.split(",")]
    present = []
    for resolver in chosen:
        if resolver.is_installed:
            present.append(resolver)
        else:
            where = f"no executable at {binary()}" if resolver is AFTERGLOW else "not installed"
            print(f"{resolver.name} left out: {where}", file=sys.stderr)
    return present


def turn(run, row, resolver):
    """One turn of one resolver; no figures when it fails."""
    try:
        return row.measure(run, resolver)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as problem:
        print(f"{resolver.name}: {problem}", file=sys.stderr)
        return {}
    finally:
        for process in list(run.machine.processes):
            if process not in run.servers:
                run.machine.stop(process)


def measure(run, key, resolvers, rounds):
    row = rows.ROWS[key]
    if row.together:
        print(f"{key}, all in turn", file=sys.stderr, flush=True)
        return row.together(run, resolvers, rounds)
    turns = {}
    for number in range(rounds if key not in ["memory", "growth"] else 1):
        for resolver in resolvers:
            print(f"{key}, turn {number + 1}: {resolver.name}", file=sys.stderr, flush=True)
            turns.setdefault(resolver.name, []).append(turn(run, row, resolver))
    return turns


def main():
    options = parse()
    reserve(options.names)
    resolvers = contenders(options)
    results, every = {}, {}
    try:
        with Machine() as machine:
            run = Run(machine, options)
            run.servers = list(machine.processes)
            print("Repeat with: " + " ".join(["Benchmarks/compare.py", *sys.argv[1:]]))
            print(f"\n{os.cpu_count()} processors, Linux {platform.release()}, {options.rounds} turns each.\n")
            for key in options.rows:
                every[key] = measure(run, key, resolvers, options.rounds)
                results[key] = {name: report.medians(turns) for name, turns in every[key].items()}
                print(report.table(rows.ROWS[key], results[key]), flush=True)
    except Skipped as reason:
        print(f"SKIPPED: {reason}")
        return
    if options.svg:
        with open(options.svg, "w") as file:
            file.write(report.chart(results, rows.ROWS))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(every, file, indent=1)


main()
