#!/usr/bin/env python3
"""Instructions and allocations of Afterglow for each cached and each uncached query, and for each connection of TCP with one
cached query, counted by callgrind.

    sudo Benchmarks/instructions.py [--queries 2000] [--signed] [--without-log] [--functions 40] [--keep FOLDER]

With --signed instead for each name of a signed domain that nobody asked for, validated, as the row `dnssec` of compare.py.

The figures do not depend on how busy or fast the machine is: only user space counts, the kernel's part does not. Needs what
compare.py needs, and valgrind. AFTERGLOW_BINARY names the executable.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))

from load import dnsperf, uniform, write
from machine import Machine, Skipped, wait_for
from resolvers import afterglow
from rows import WITHOUT_LOG
from servers import Internet
from signed import SAMPLE, SignedInternet


def control(machine, process, *arguments):
    subprocess.run(["callgrind_control", *arguments, str(process.pid)], check=True, capture_output=True)


def is_up(machine, name):
    command = machine.within("client", 1, ["dig", "-r", "@127.0.0.1", "+tries=1", "+time=2", "+short", name])
    return subprocess.run(command, capture_output=True, text=True).stdout.startswith("192.0.2.1")


# What of these is put off belongs to them as well: the log is committed within a second or two.
LOGGED = ["uncached", "signed"]
CONNECTIONS = ["-m", "tcp", "-O", "num-queries-per-conn=1"]


def count(machine, process, name, names, runs, more, keep):
    """Asks the names and returns the queries answered and the profile of them alone."""
    output = machine.path("callgrind.out")
    for old in os.listdir(machine.folder):
        if old.startswith("callgrind.out"):
            os.remove(machine.path(old))
    control(machine, process, "-i", "on")
    load = dnsperf(machine, process, names, "-c", 4, "-q", 50, "-n", runs, "-t", 60, *more)
    if name in LOGGED:
        time.sleep(2.5)
    control(machine, process, "-i", "off")
    control(machine, process, "-d")
    wait_for(lambda: any(each.startswith("callgrind.out.") for each in os.listdir(machine.folder)))
    time.sleep(1)
    dumps = sorted(each for each in os.listdir(machine.folder) if each.startswith("callgrind.out"))
    profile = machine.path([each for each in dumps if each != "callgrind.out"][-1])
    if keep:
        shutil.copy(profile, os.path.join(keep, f"callgrind.{name.split(',')[0]}{len(more)}"))
    return load.completed, profile


def annotate(profile, *options):
    return subprocess.run(
        ["callgrind_annotate", "--threshold=100", *options, profile], capture_output=True, text=True).stdout


def instructions(profile):
    match = re.search(r"([\d,]+) \(100\.0%\)\s+PROGRAM TOTALS", annotate(profile))
    return int(match.group(1).replace(",", "")) if match else 0


def calls(profile, functions):
    """How often functions whose name ends so were called, from the profile's call lines."""
    names, total, current = {}, 0, None
    with open(profile) as file:
        for line in file:
            if line.startswith("cfn="):
                number, _, name = line[4:].strip().partition(" ")
                if name:
                    names[number] = name
                current = names.get(number, "")
            elif line.startswith("fn="):
                number, _, name = line[3:].strip().partition(" ")
                if name:
                    names[number] = name
            elif line.startswith("calls=") and current in functions:
                total += int(line[6:].split()[0])
    return total


def began(machine, command, name):
    """Afterglow under callgrind, once it answers."""
    # Valgrind 3.19 gives up on debug information of DWARF 5; names of functions are enough.
    stripped = machine.path("afterglow")
    subprocess.run(["objcopy", "--strip-debug", command[0], stripped], check=True)
    command = [
        "valgrind", "--tool=callgrind", "--instr-atstart=no",
        f"--callgrind-out-file={machine.path('callgrind.out')}", stripped, *command[1:]]
    process = machine.start("client", 0, command)
    if not wait_for(lambda: is_up(machine, name), 120):
        raise Skipped("no answer under valgrind within two minutes")
    # The tables of the log are made while answers are given already.
    time.sleep(10)
    return process


def plain(machine, options):
    """What is to be counted: a name, the names asked, how often, and how dnsperf is to ask."""
    command = afterglow(machine, Internet(machine, 10).hints, more=WITHOUT_LOG if options.without_log else "")
    process = began(machine, command, "ready.wild.bench")
    hits = write(machine, "hits", uniform("name", 200))
    dnsperf(machine, process, hits, "-c", 4, "-q", 50, "-n", 1, "-t", 60)
    misses = write(machine, "misses", uniform("fresh", options.queries))
    turns = options.queries // 200
    return process, [
        ("cached", hits, turns, []), ("uncached", misses, 1, []),
        ("cached, on a connection of TCP each", hits, turns, CONNECTIONS)]


def signed(machine, options):
    internet = SignedInternet(machine, options.queries)
    process = began(machine, afterglow(machine, internet.hints, internet.anchor), SAMPLE)
    return process, [("signed", write(machine, "names", internet.names()), 1, [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--signed", action="store_true", help="count cold queries for signed names")
    parser.add_argument("--without-log", action="store_true", help="turn the reachability log off")
    parser.add_argument("--functions", type=int, default=0, help="print so many of the costliest functions")
    parser.add_argument("--keep", help="folder for the profiles")
    options = parser.parse_args()
    try:
        with Machine() as machine:
            if not shutil.which("valgrind"):
                raise Skipped("valgrind is not installed")
            process, parts = (signed if options.signed else plain)(machine, options)
            print("| | instructions a query | allocations a query |\n| --- | ---: | ---: |")
            listings = []
            for name, names, runs, more in parts:
                answered, profile = count(machine, process, name, names, runs, more, options.keep)
                allocations = calls(profile, {"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"})
                cost = instructions(profile) / max(1, answered)
                print(f"| {name} | {cost:,.0f} | {allocations / max(1, answered):.1f} |", flush=True)
                if options.functions:
                    listings.append((name, annotate(profile, "--auto=no").splitlines()[:options.functions + 25]))
            for name, lines in listings:
                print(f"\n{name}:", *lines, sep="\n")
    except Skipped as reason:
        print(f"SKIPPED: {reason}")


main()
