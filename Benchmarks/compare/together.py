"""Rows in which all programs are up at once, each at an address of its own, and are asked in short turns one after the other: what
else the machine does falls on all alike, and a figure is the median of many turns."""

import sys

from load import dnsperf, found, uniform, write, zipf
from programs import CLIENTS, echo_started, printed, started
from report import BUSY, FLOOR, best_peer
from resolvers import AFTERGLOW

# Short turns in each of the turns that are asked for: of half a second of queries as fast as they are answered at a scale of 0.3, and
# of seconds for latencies.
CACHED_TURNS = 10
LATENCY_TURNS = 5
SECONDS = 1


class Program:
    """A program that is up and answers at an address of its own."""

    def __init__(self, run, name, address, process):
        self.run, self.name, self.address, self.process = run, name, address, process

    def asked(self, names, *options):
        return dnsperf(self.run.machine, self.process, names, *options, address=self.address)


def programs(run, resolvers, busy, fill):
    """Starts the resolvers and the program that only sends datagrams back; with `busy` Afterglow also with busy polling. `fill` has each
    know the names that will be asked."""
    up = []
    kinds = [(each.name, each, {}) for each in resolvers]
    if busy and AFTERGLOW in resolvers:
        kinds.append((BUSY, AFTERGLOW, {"more": "busy-poll: 50us", "name": "busy"}))
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
    address = run.machine.address()
    return up + [Program(run, FLOOR, address, echo_started(run, "echo", address))]


def measured(run, resolvers, count, fill, turn, busy=False):
    """Every program's figures: a list for each, of short turns in which who goes first moves on.

    `turn` is called with all programs before each turn, and returns what measures one of them.
    """
    every = programs(run, resolvers, busy, fill)
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


def cached(run, resolvers, rounds):
    names = write(run.machine, "names", uniform("name", 10_000))

    def measure(program):
        return {"µs a query": program.asked(names, *CLIENTS, "-n", run.scaled(10)).microseconds}

    def fill(program):
        program.asked(names, *CLIENTS, "-n", 2)

    return measured(run, resolvers, rounds * CACHED_TURNS, fill, lambda *_: measure)


def popular(run, resolvers, rounds):
    """As `cached` with `--names` names in the cache, asked as people do: most of them hardly ever, other ones in each turn."""
    every = write(run.machine, "fill", uniform("mass", run.names))

    def turn(number, _):
        drawn = write(run.machine, "popular", zipf("mass", run.names, run.scaled(100_000), seed=number))
        return lambda program: {"µs a query": program.asked(drawn, *CLIENTS, "-n", 1).microseconds}

    def fill(program):
        program.asked(every, "-c", 4, "-q", 100, "-n", 1)

    return measured(run, resolvers, rounds * CACHED_TURNS, fill, turn)


def latency(run, resolvers, rounds):
    names = write(run.machine, "names", uniform("name", 10_000))
    rates = []

    def fill(program):
        program.asked(names, *CLIENTS, "-n", 2)

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

    return measured(run, resolvers, rounds * LATENCY_TURNS, fill, turn, busy=True)
