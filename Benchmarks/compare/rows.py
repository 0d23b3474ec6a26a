"""What is measured. Each row starts a resolver afresh, asks, and returns figures by name; None is not measured."""

import json
import os
import random
import subprocess
import sys
import time
from os.path import dirname, join

import together
from load import Load, dnsperf, dnsperf_begun, found, uniform, write, zipf
from machine import resident_octets, seconds_beside, wait_for
from programs import CLIENTS, answers, echo_started, printed, started
from resolvers import AFTERGLOW
from signed import ALTERED, SAMPLE


class Row:
    """A kind of work: its figures, with units, and what is aimed at as a ratio to the best peer.

    `measure` takes one turn of one resolver, or `together` all turns of all of them and of the program that only sends datagrams
    back; `floor_aim` is what is aimed at as a ratio to that.
    """

    def __init__(self, title, figures, measure=None, together=None, floor_aim=None):
        self.title = title
        self.figures = figures
        self.measure = measure
        self.together = together
        self.floor_aim = floor_aim


def echoed(run, source):
    """Processor time for each datagram of a program that only sends them back."""
    names = write(run.machine, "names", uniform("name", 10_000))
    process = echo_started(run, source)
    load = dnsperf(run.machine, process, names, *CLIENTS, "-n", run.scaled(40))
    run.machine.stop(process)
    return load.microseconds


def sockets(run, resolver):
    """What the kernel takes for a datagram in and one out, by each of the ways that it has; no resolver is asked."""
    if resolver is not AFTERGLOW:
        return {}
    shown = {"recvmmsg and sendmmsg": "echo", "io_uring": "echo_uring", "UDP segmentation": "echo_gso"}
    return {name: echoed(run, source) for name, source in shown.items()}


def miss(run, resolver):
    names = write(run.machine, "names", uniform("fresh", run.scaled(40_000)))
    process = started(run, resolver)
    before = run.machine.packets()
    load = dnsperf(run.machine, process, names, *CLIENTS, "-n", 1)
    packets = run.machine.packets() - before
    return {"µs a query": load.microseconds, "packets a query": packets / max(1, load.completed)}


WITHOUT_LOG = "reachability: { database: off }"


def log(run, resolver):
    """What the reachability log costs: `cached` and `miss` with it and without it, which one goes first by turns.

    The worker does the same in both: what the log takes is the difference of the other threads, which are told apart because
    the worker's own time varies by far more from one run to the next.
    """
    if resolver is not AFTERGLOW:
        return {}
    run.log_turns += 1
    totals, beside = {}, {}
    for more in ["", WITHOUT_LOG] if run.log_turns % 2 else [WITHOUT_LOG, ""]:
        kind = "without" if more else "with"
        process = started(run, resolver, more=more)
        hits = write(run.machine, "names", uniform("name", 10_000))
        misses = write(run.machine, "fresh", uniform("fresh", run.scaled(40_000)))
        dnsperf(run.machine, process, hits, *CLIENTS, "-n", 2)
        for work, names, times in [("cached", hits, run.scaled(40)), ("miss", misses, 1)]:
            # What was put off before, and what is put off of this: commits come within a second.
            time.sleep(2)
            before = seconds_beside(process, "worker-0")
            load = dnsperf(run.machine, process, names, *CLIENTS, "-n", times)
            time.sleep(2)
            totals[work, kind] = load.microseconds
            beside[work, kind] = (seconds_beside(process, "worker-0") - before) / load.completed * 1e6
        run.machine.stop(process)
    shown = {f"µs, {work}, {kind}": value for (work, kind), value in totals.items()}
    for work in ["cached", "miss"]:
        cost = beside[work, "with"] - beside[work, "without"]
        shown[f"µs of the log, {work}"] = cost
        shown[f"% of the log, {work}"] = cost / totals[work, "without"] * 100
    return shown


def cold(run, resolver):
    names = write(run.machine, "names", run.internet.names())
    process = started(run, resolver)
    before = run.machine.packets()
    load = dnsperf(run.machine, process, names, *CLIENTS, "-n", 1)
    packets = run.machine.packets() - before
    return {"µs a query": load.microseconds, "packets a query": packets / max(1, load.completed)}


def dnssec(run, resolver):
    """`cold` with everything signed; nothing is measured of who does not validate."""
    names = write(run.machine, "names", run.signed.names())
    process = started(run, resolver, signed=True)
    sound, altered = (shown(run, name) for name in [SAMPLE, ALTERED])
    if "status: NOERROR" not in sound or " ad" not in sound or "status: SERVFAIL" not in altered:
        raise RuntimeError(f"does not validate: {sound}; {altered}")
    before = run.machine.packets()
    load = dnsperf(run.machine, process, names, *CLIENTS, "-n", 1)
    packets = run.machine.packets() - before
    if load.good < run.signed.domains:
        raise RuntimeError(f"answered {load.good} of {run.signed.domains} signed names")
    return {"µs a query": load.microseconds, "packets a query": packets / max(1, load.completed)}


def shown(run, name):
    """Status and flags of an answer."""
    command = run.machine.within("client", 1, ["dig", "-r", "@127.0.0.1", "+adflag", "+tries=1", "+time=5", name])
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return " ".join(line.split(", id")[0].split("; QUERY")[0] for line in lines if "status:" in line or "flags: qr" in line)


def memory(run, resolver):
    """Fills the cache, then asks its names as people do: most of them hardly ever."""
    process = started(run, resolver)
    before = resident_octets(process)
    fill = write(run.machine, "fill", uniform("mass", run.names))
    filled = dnsperf(run.machine, process, fill, "-c", 4, "-q", 100, "-n", 1)
    octets = (resident_octets(process) - before) / max(1, filled.good)
    popular = write(run.machine, "popular", zipf("mass", run.names, run.scaled(400_000)))
    load = dnsperf(run.machine, process, popular, *CLIENTS, "-n", 1)
    kept = octets if resolver.keeps_cache_in_memory else None
    return {"octets a name": kept, "µs a query, Zipf": load.microseconds}


# A small cache, and what another has more; names for each MiB of that, more than it holds.
SMALL_MEGABYTES = 16
MORE_MEGABYTES = 64
NAMES_A_MEGABYTE = 12_000


def limit(run, resolver):
    """How far the resident size follows `cache.memory`, with more names asked than fit: of a small cache and of one with 64 MiB more,
    for what the process needs beside is the same with both; of ours alone."""
    if resolver is not AFTERGLOW:
        return {}
    names = write(run.machine, "fill", uniform("limit", (SMALL_MEGABYTES + MORE_MEGABYTES) * NAMES_A_MEGABYTE))
    grown = []
    for megabytes in [SMALL_MEGABYTES, SMALL_MEGABYTES + MORE_MEGABYTES]:
        process = started(run, resolver, megabytes=megabytes)
        before = resident_octets(process)
        dnsperf(run.machine, process, names, "-c", 4, "-q", 100, "-n", 1)
        grown.append((resident_octets(process) - before) / (1 << 20))
        run.machine.stop(process)
    return {
        "MiB grown, 16 MiB": grown[0], "MiB grown, 80 MiB": grown[1],
        "for 64 MiB more": (grown[1] - grown[0]) / MORE_MEGABYTES}


def growth(run, resolver):
    """Cached answers from a cache of 10,000 names and from a full one, any name as likely as any other."""
    process = started(run, resolver)
    costs = []
    for count in [10_000, run.names]:
        fill = write(run.machine, "fill", uniform("mass", count))
        dnsperf(run.machine, process, fill, "-c", 4, "-q", 100, "-n", 1)
        draw = random.Random(1)
        asked = (f"mass{draw.randrange(count)}.wild.bench" for _ in range(run.scaled(400_000)))
        names = write(run.machine, "names", asked)
        costs.append(dnsperf(run.machine, process, names, *CLIENTS, "-n", 1).microseconds)
    return {"µs a query, 10,000 names": costs[0], "µs a query, all names": costs[1], "ratio": costs[1] / costs[0]}


def start(run, resolver):
    """Milliseconds from the start of the process to its first answer, which takes one exchange."""
    return {"ms to the first answer": first_answer(run, run.command(resolver))}


def first_answer(run, command):
    own = join(dirname(__file__), "first_answer.py")
    asked = run.machine.within("client", 0, [sys.executable, own, json.dumps(command)])
    shown = subprocess.run(asked, capture_output=True, text=True, cwd=run.machine.folder)
    return float(shown.stdout) if shown.stdout else None


def restart(run, resolver):
    """Milliseconds from a start with a full snapshot to the first answer that comes from it; ours alone keeps one."""
    if resolver is not AFTERGLOW:
        return {}
    command = run.command(resolver, snapshot=True)
    process = run.machine.start("client", 0, command, run.machine.folder)
    if not wait_for(lambda: answers(run)):
        raise RuntimeError("gave no answer within 30 s of its start")
    fill = write(run.machine, "fill", uniform("mass", run.names))
    dnsperf(run.machine, process, fill, "-c", 4, "-q", 100, "-n", 1)
    run.machine.stop(process)
    with os.scandir(run.machine.path("state-afterglow")) as files:
        snapshot = next(file.stat().st_size for file in files if file.name == "cache.snapshot")
    shown = first_answer(run, command)
    return {"ms to the first answer": shown, "MiB of the snapshot": snapshot / (1 << 20)}


OVERLOADED_SHARE = 0.4


def overload(run, resolver):
    """Misses at three times the rate that the resolver reaches, beside a trickle of cached names.

    The resolver has a part of its processor only, so that name servers and load, which share the other, have time to spare.
    """
    process = started(run, resolver)
    run.machine.limit(process, OVERLOADED_SHARE)
    hits = write(run.machine, "names", uniform("name", 1_000))
    dnsperf(run.machine, process, hits, *CLIENTS, "-n", 1)
    _, top = flood(run, "calm", 0, 5)
    before = resident_octets(process)
    trickle = dnsperf_begun(run.machine, hits, "-Q", 500, "-l", 6, "-t", 2)
    offered, good = flood(run, "flood", int(top * 3), 6)
    cached = Load(trickle.communicate()[0], 0)
    return {
        "top misses a second": top, "offered of it": offered / max(1, top), "goodput of it": good / max(1, top),
        "cached answered meanwhile": cached.good / max(1, cached.sent),
        "MiB resident": resident_octets(process) / (1 << 20), "MiB grown": (resident_octets(process) - before) / (1 << 20)}


def flood(run, prefix, rate, seconds):
    """New names asked at a rate, or as fast as they are answered with 0: queries and good answers a second."""
    shown = printed(run, "flood", "127.0.0.1", prefix, rate, seconds)
    return found(r"^sent a second: (\d+)", shown), found(r"^answered a second: (\d+)", shown)


ROWS = {
    "cached": Row(
        "Cached answers, 10,000 names", {"µs a query": 0.85}, together=together.cached, floor_aim=1.12),
    "popular": Row(
        "Cached answers, names by Zipf's law", {"µs a query": 0.85}, together=together.popular, floor_aim=1.12),
    "miss": Row("One upstream exchange a query", {"µs a query": 0.70, "packets a query": 1.0}, miss),
    "log": Row(
        "Afterglow with the reachability log and without it", {"% of the log, cached": None, "% of the log, miss": None}, log),
    "cold": Row(
        "Cold delegations of three levels", {"µs a query": 0.75, "packets a query": 1.0}, cold),
    "dnssec": Row(
        "Cold delegations of three levels, signed with ECDSA P-256 and validated",
        {"µs a query": 0.75, "packets a query": 1.0}, dnssec),
    "memory": Row(
        "Memory of a full cache, and its names by Zipf's law",
        {"octets a name": 0.6, "µs a query, Zipf": 0.85}, memory),
    "limit": Row(
        "Resident size by `cache.memory`",
        {"MiB grown, 16 MiB": None, "MiB grown, 80 MiB": None, "for 64 MiB more": None}, limit),
    "growth": Row(
        "Cached answers as the cache grows",
        {"µs a query, 10,000 names": None, "µs a query, all names": None, "ratio": None}, growth),
    "workers": Row(
        "Cached answers by one worker and by two",
        {"a second, one worker": None, "a second, two workers": None, "two workers to one": None}, together=together.workers),
    "latency": Row(
        "Latency at half of the best peer's top rate",
        {"p50 ms": 1.0, "p99 ms": 1.0, "p50 µs, one at a time": None, "processor": None},
        together=together.latency),
    "tcp": Row(
        "Cached answers over TCP",
        {"µs a query, pipelined": 1.0, "µs a query, a connection each": 1.0, "µs a query, a connection each, from afar": 1.0},
        together=together.tcp),
    "start": Row("Start with an empty cache", {"ms to the first answer": None}, start),
    "restart": Row(
        "Start with a full snapshot", {"ms to the first answer": None, "MiB of the snapshot": None}, restart),
    "sockets": Row(
        "Ways to the kernel, µs a query of a program that only sends datagrams back",
        {"recvmmsg and sendmmsg": None, "io_uring": None, "UDP segmentation": None}, sockets),
    "overload": Row(
        "Misses at three times the top rate",
        {"top misses a second": None, "offered of it": None, "goodput of it": None,
         "cached answered meanwhile": None, "MiB resident": None, "MiB grown": None}, overload),
}
