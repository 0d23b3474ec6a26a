"""Rows in which all programs are up at once, each at an address of its own, and are asked in short turns one after the other: what
else the machine does falls on all alike, and a figure is the median of many turns."""

import sys
import time

from load import dnsperf, found, uniform, write, zipf
from machine import processor_seconds
from programs import CLIENTS, echo_started, printed, started
from report import BUSY, FLOOR, OWN, best_peer
from resolvers import AFTERGLOW

# Short turns in each of the turns that are asked for: of half a second of queries as fast as they are answered at a scale of 0.3, and
# of seconds for latencies.
CACHED_TURNS = 10
LATENCY_TURNS = 5
SECONDS = 1
TCP_TURNS = 3
WORKER_TURNS = 6
# Longer than what is put off waits: the log is written within a second.
SETTLED = 1.5
# Microseconds between the steps of a client that is some way off.
DISTANCE = 1000
# What each worker may take of a processor: so little that the load, which shares one, always has more for it.
WORKER_SHARE = 0.2


class Program:
    """A program that is up and answers at an address of its own."""

    def __init__(self, run, name, address, process):
        self.run, self.name, self.address, self.process = run, name, address, process

    def asked(self, names, *options):
        return dnsperf(self.run.machine, self.process, names, *options, address=self.address)


def contenders(resolvers, busy=False):
    """Name, resolver and what it is told, of each that is compared; with `busy` Afterglow also with busy polling."""
    kinds = [(each.name, each, {}) for each in resolvers]
    if busy and AFTERGLOW in resolvers:
        kinds.append((BUSY, AFTERGLOW, {"more": "busy-poll: 50us", "name": "busy"}))
    return kinds


def programs(run, kinds, fill, echo):
    """Starts the resolvers, and with `echo` the program that only sends datagrams back. `fill` has each know the names that will be
    asked."""
    up = []
    for name, resolver, own in kinds:
        address = run.machine.address()
        try:
            process = started(run, resolver, address=address, **own)
        except RuntimeError as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            continue
        program = Program(run, name, address, process)
        fill(program)
        up.append(program)
    if echo:
        address = run.machine.address()
        up.append(Program(run, FLOOR, address, echo_started(run, "echo", address)))
    return up


def measured(run, kinds, count, fill, turn, echo=True):
    """Every program's figures: a list for each, of short turns in which who goes first moves on.

    `turn` is called with all programs before each turn, and returns what measures one of them.
    """
    every = programs(run, kinds, fill, echo)
    try:
        turns = {program.name: [] for program in every}
        for number in range(count):
            measure = turn(number, every)
            first = number % len(every)
            for program in every[first:] + every[:first]:
                turns[program.name].append(measure(program))
        return turns
    finally:
        for program in every:
            run.machine.stop(program.process)


def asking(names):
    """Has a program know the names of a file."""
    return lambda program: program.asked(names, *CLIENTS, "-n", 2)


def cached(run, resolvers, rounds):
    names = write(run.machine, "names", uniform("name", 10_000))

    def measure(program):
        return {"µs a query": program.asked(names, *CLIENTS, "-n", run.scaled(10)).microseconds}

    return measured(run, contenders(resolvers), rounds * CACHED_TURNS, asking(names), lambda *_: measure)


def popular(run, resolvers, rounds):
    """As `cached` with `--names` names in the cache, asked as people do: most of them hardly ever, other ones in each turn."""
    every = write(run.machine, "fill", uniform("mass", run.names))

    def turn(number, _):
        drawn = write(run.machine, "popular", zipf("mass", run.names, run.scaled(100_000), seed=number))
        return lambda program: {"µs a query": program.asked(drawn, *CLIENTS, "-n", 1).microseconds}

    def fill(program):
        program.asked(every, "-c", 4, "-q", 100, "-n", 1)

    return measured(run, contenders(resolvers), rounds * CACHED_TURNS, fill, turn)


def latency(run, resolvers, rounds):
    names = write(run.machine, "names", uniform("name", 10_000))
    rates = []

    def turn(_, every):
        if not rates:
            tops = {each.name: {"rate": each.asked(names, *CLIENTS, "-l", 3).rate} for each in every}
            best = best_peer(tops, "rate", more_is_better=True)
            rates.append(int((best[1] if best else tops[FLOOR]["rate"]) / 2))
        return measure

    def measure(program):
        load = program.asked(names, "-c", 4, "-v", "-Q", rates[0], "-l", SECONDS)
        alone = printed(run, "turns", program.address, SECONDS)
        return {
            "p50 ms": load.quantile(0.5), "p99 ms": load.quantile(0.99),
            "processor": load.seconds / load.elapsed if load.elapsed else None,
            "p50 µs, one at a time": found(r"^p50: ([\d.]+)", alone)}

    return measured(run, contenders(resolvers, busy=True), rounds * LATENCY_TURNS, asking(names), turn)


def tcp(run, resolvers, rounds):
    """Cached names over TCP. What was put off is waited for, as each program rests while the others are asked."""
    names = write(run.machine, "names", uniform("name", 1_000))

    def settled(program, ask):
        before = processor_seconds(program.process)
        answered = ask()
        time.sleep(SETTLED)
        return (processor_seconds(program.process) - before) / answered * 1e6 if answered else None

    def single(program, distance):
        return found(r"^answered: (\d+)", printed(run, "connections", program.address, 32, run.scaled(10_000), distance))

    def measure(program):
        return {
            "µs a query, pipelined": settled(
                program, lambda: program.asked(names, "-m", "tcp", *CLIENTS, "-n", run.scaled(100)).completed),
            "µs a query, a connection each": settled(program, lambda: single(program, 0)),
            "µs a query, a connection each, from afar": settled(program, lambda: single(program, DISTANCE))}

    return measured(run, contenders(resolvers), rounds * TCP_TURNS, asking(names), lambda *_: measure, echo=False)


def workers(run, resolvers, rounds):
    """Cached answers by one worker on either processor and by two on both, all of them with as much to do as they may.

    Of ours alone; figures are those of one turn, so that the ratio is that of what was measured within seconds.
    """
    if AFTERGLOW not in resolvers:
        return {}
    names = write(run.machine, "names", uniform("name", 10_000))
    clients = ["-c", 32, "-q", 1000]
    places = {"0": 1, "1": 1, "0,1": 2}
    kinds = [
        (place, AFTERGLOW, {"processors": place, "workers": count, "name": f"workers-{place}"})
        for place, count in places.items()]

    def fill(program):
        program.asked(names, *clients, "-n", 4)
        run.machine.limit(program.process, WORKER_SHARE * places[program.name])

    def measure(program):
        return program.asked(names, *clients, "-l", 2).rate

    turns = measured(run, kinds, rounds * WORKER_TURNS, fill, lambda *_: measure, echo=False)
    shown = []
    for first, second, both in zip(*(turns[place] for place in places)):
        one = (first + second) / 2
        shown.append({"a second, one worker": one, "a second, two workers": both, "two workers to one": both / one})
    return {OWN: shown}
