"""Programs that are measured, from their start to their first answer, and the C programs beside this file."""

import subprocess
import time
from os.path import dirname, exists, join

from machine import wait_for
from signed import SAMPLE

CLIENTS = ["-c", 4, "-q", 50]


def answers(run, name="ready.wild.bench", address="127.0.0.1"):
    command = run.machine.within("client", 1, ["dig", "-r", f"@{address}", "+tries=1", "+time=1", "+short", name])
    return subprocess.run(command, capture_output=True, text=True).stdout.startswith("192.0.2.1")


def started(run, resolver, signed=False, address="127.0.0.1", **own):
    """Starts a resolver and waits for its first answer; one that gives none is stopped again."""
    process = run.start(resolver, signed, address=address, **own)
    name = SAMPLE if signed else "ready.wild.bench"
    if not wait_for(lambda: answers(run, name, address)):
        run.machine.stop(process)
        raise RuntimeError("gave no answer within 30 s of its start")
    return process


def built(run, name, *libraries):
    """One of the C programs beside this file, compiled when it is first asked for."""
    program = run.machine.path(name)
    if not exists(program):
        source = join(dirname(__file__), name + ".c")
        subprocess.run(["cc", "-O2", "-o", program, source, *libraries], check=True)
    return program


def echo_started(run, source, address="127.0.0.1"):
    echo = built(run, source, *(["-luring"] if source == "echo_uring" else []))
    process = run.machine.start("client", 0, [echo, address, "53"])
    time.sleep(0.2)
    return process


def printed(run, name, *arguments):
    """What one of the C programs prints, run where load comes from."""
    command = run.machine.within("client", 1, [built(run, name), *map(str, arguments)])
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
