"""Load by dnsperf, and what answering it costs."""

import random
import re
import subprocess

from machine import processor_seconds

# Ten million names that nobody asked before take ten minutes.
SECONDS_MAX = 1200


class Load:
    """What one run of dnsperf came to."""

    def __init__(self, text, seconds):
        self.sent = int(found(r"Queries sent:\s+(\d+)", text))
        self.completed = int(found(r"Queries completed:\s+(\d+)", text))
        self.rate = found(r"Queries per second:\s+([\d.]+)", text)
        self.good = int(found(r"NOERROR (\d+)", text))
        self.elapsed = found(r"Run time \(s\):\s+([\d.]+)", text)
        self.latencies = sorted(float(each) for each in re.findall(r"^> \S+ \S+ \S+ ([\d.]+)", text, re.M))
        self.seconds = seconds

    @property
    def microseconds(self):
        """Processor time of the resolver for each answered query."""
        return self.seconds / self.completed * 1e6 if self.completed else None

    def quantile(self, share):
        """Milliseconds within which this share of the answers came."""
        if not self.latencies:
            return None
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))] * 1000


def found(pattern, text):
    match = re.search(pattern, text, re.M)
    return float(match.group(1)) if match else 0.0


def dnsperf(machine, resolver, names, *options, address="127.0.0.1"):
    """Asks the names of a file; `resolver` is the process whose time counts."""
    before = processor_seconds(resolver)
    command = machine.within("client", 1, ["dnsperf", "-s", address, "-d", names, "-W", *map(str, options)])
    shown = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
    return Load(shown.stdout, processor_seconds(resolver) - before)


def dnsperf_begun(machine, names, *options):
    command = machine.within("client", 1, ["dnsperf", "-s", "127.0.0.1", "-d", names, "-W", *map(str, options)])
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def uniform(prefix, count):
    return (f"{prefix}{number}.wild.bench" for number in range(count))


def zipf(prefix, names, count, seed=1):
    """`count` names of `names`, the n-th most popular as often as 1/n (the inverse of the continuous law)."""
    draw = random.Random(seed)
    return (f"{prefix}{int(names ** draw.random()) - 1}.wild.bench" for _ in range(count))


def write(machine, file, names):
    return machine.write(file, "".join(f"{name} A\n" for name in names))
