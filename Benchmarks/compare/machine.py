"""Two network namespaces with a wire between them, processes in them, and what those cost."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

os.environ["PATH"] += ":/usr/sbin:/sbin"


class Skipped(Exception):
    """Something that the measurement needs is missing here."""


def run(*arguments):
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)


class Machine:
    """The namespaces `server` (name servers) and `client` (resolver and load). Gone when the block ends.

    The resolver has processor 0 for itself; name servers and load share processor 1.
    """

    def __enter__(self):
        if os.geteuid() != 0:
            raise Skipped("network namespaces need root")
        for tool in ["ip", "nsd", "dnsperf", "taskset", "cc"]:
            if not shutil.which(tool):
                raise Skipped(f"{tool} is not installed")
        self.folder = tempfile.mkdtemp(prefix="afterglow-compare-")
        self.names = {side: f"afterglow-{os.getpid()}-{side}" for side in ["server", "client"]}
        self.processes = []
        self.groups = []
        self.addresses = 0
        try:
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in list(self.processes):
            self.stop(process, signal.SIGKILL)
        for group in self.groups:
            os.rmdir(group)
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self):
        server, client = self.names["server"], self.names["client"]
        run("ip", "netns", "add", server)
        run("ip", "netns", "add", client)
        run("ip", "-n", server, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", client)
        for name in [server, client]:
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "link", "set", "wire", "up")
        for last in range(1, 7):
            run("ip", "-n", server, "addr", "add", f"10.53.0.{last}/24", "dev", "wire")
        run("ip", "-n", client, "addr", "add", "10.53.0.9/24", "dev", "wire")

    def address(self):
        """Another loopback address for a program in the namespace `client`; BIND only takes those that an interface has."""
        self.addresses += 1
        address = f"127.0.1.{self.addresses}"
        run("ip", "-n", self.names["client"], "addr", "add", f"{address}/8", "dev", "lo")
        return address

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def within(self, side, processor, arguments):
        """The command that runs `arguments` in a namespace on one processor."""
        pin = ["taskset", "-c", str(processor)] if os.cpu_count() > 1 else []
        return ["ip", "netns", "exec", self.names[side], *pin, *arguments]

    def start(self, side, processor, arguments, folder=None):
        log = open(self.path("log"), "ab")
        process = subprocess.Popen(
            self.within(side, processor, arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        log.close()
        self.processes.append(process)
        return process

    def limit(self, process, share):
        """Gives a process this share of one processor at most, by the kernel's control groups of either version."""
        period = 10_000
        quota = int(period * share)
        name = f"afterglow-{process.pid}"
        for parent, limits in [
            ("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": period, "cpu.cfs_quota_us": quota}),
            ("/sys/fs/cgroup", {"cpu.max": f"{quota} {period}"}),
        ]:
            group = os.path.join(parent, name)
            try:
                os.makedirs(group, exist_ok=True)
                if group not in self.groups:
                    self.groups.append(group)
                for file, value in [*limits.items(), ("cgroup.procs", process.pid)]:
                    with open(os.path.join(group, file), "w") as setting:
                        setting.write(str(value))
                return
            except OSError:
                continue
        raise Skipped("no control group limits processors here")

    def stop(self, process, kind=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(kind)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.processes:
            self.processes.remove(process)

    def packets(self):
        """Packets that the name servers' side has received so far."""
        shown = subprocess.run(
            ["ip", "netns", "exec", self.names["server"], "cat", "/sys/class/net/wire/statistics/rx_packets"],
            check=True, capture_output=True, text=True)
        return int(shown.stdout)


def processor_seconds(process):
    """User and system time of a process so far, from the kernel's accounting."""
    # Its clock, as clock_getcpuclockid gives it on Linux.
    return time.clock_gettime(~process.pid << 3 | 2)


def seconds_beside(process, thread):
    """Processor time of all threads that are not named so, to the nanosecond."""
    total = 0
    for task in os.scandir(f"/proc/{process.pid}/task"):
        with open(task.path + "/comm") as name, open(task.path + "/schedstat") as file:
            if name.read().strip() != thread:
                total += int(file.read().split()[0])
    return total / 1e9


def resident_octets(process):
    with open(f"/proc/{process.pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
