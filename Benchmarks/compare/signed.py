"""A signed Internet beside that of `servers.py`: the same three levels, ECDSA P-256 throughout, a key signing key and a zone
signing key in each zone, NSEC.

`www.domN.tldM.` are what is asked. `sample.tld0.` is sound and `altered.tld0.` has an address that nobody signed: they tell
whether a resolver validates.
"""

import base64
import hashlib
import os
import shutil
import subprocess

from machine import Skipped
from servers import START, TLDS, serve

SAMPLE, ALTERED = "www.sample.tld0", "www.altered.tld0"
ALGORITHM = 13


class Keys:
    """One pair of keys by which every zone is signed: making thousands of pairs would measure nothing more."""

    def __init__(self, machine):
        self.machine = machine
        self.pairs = [self._make("-k"), self._make()]

    def _make(self, *options):
        command = ["ldns-keygen", "-a", "ECDSAP256SHA256", *options, "key."]
        made = subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.machine.folder)
        file = made.stdout.strip()
        with open(self.machine.path(file + ".key")) as record:
            data = record.read().split(";")[0].split("DNSKEY", 1)[1].split()
        return self.machine.path(file + ".private"), file.rsplit("+", 1)[1], " ".join(data[:3]), "".join(data[3:])

    def files(self, origin):
        """Writes the keys under a zone's name; what ldns-signzone takes for them, key signing key last."""
        bases = []
        for private, tag, numbers, key in self.pairs:
            base = self.machine.path(f"K{origin}+{ALGORITHM:03}+{tag}")
            os.symlink(private, base + ".private")
            self.machine.write(os.path.basename(base) + ".key", f"{origin} 3600 IN DNSKEY {numbers} {key}\n")
            bases.append(base)
        return bases[::-1]

    def delegation_signer(self, origin):
        """The DS record of a zone: digest type 2 over owner and RDATA (RFC 4509)."""
        _, tag, numbers, key = self.pairs[0]
        flags, protocol, algorithm = map(int, numbers.split())
        owner = b"".join(bytes([len(label)]) + label.encode() for label in origin.split(".") if label) + b"\0"
        data = flags.to_bytes(2, "big") + bytes([protocol, algorithm]) + base64.b64decode(key)
        digest = hashlib.sha256(owner + data).hexdigest()
        return f"{origin} 3600 IN DS {int(tag)} {ALGORITHM} 2 {digest}\n"


class SignedInternet:
    """Name servers with `domains` signed delegations of three levels."""

    def __init__(self, machine, domains):
        for tool in ["ldns-keygen", "ldns-signzone"]:
            if not shutil.which(tool):
                raise Skipped(f"{tool} is not installed")
        self.machine = machine
        self.domains = domains
        self.keys = Keys(machine)
        self.hints = machine.write("signed.hints", ". 3600000 IN NS ns.root.\nns.root. 3600000 IN A 10.53.0.4\n")
        self.anchor = machine.write("signed.anchor", self.keys.delegation_signer("."))
        self._sign(self._zones())

    def names(self):
        return [f"www.dom{number}.tld{number % TLDS}" for number in range(self.domains)]

    def _zones(self):
        """The text of every zone, by its level and its origin."""
        root = "@ NS ns.root.\nns.root. A 10.53.0.4\n"
        tlds = {f"tld{n}.": "@ NS ns\nns A 10.53.0.5\n" for n in range(TLDS)}
        for origin in tlds:
            root += f"{origin} NS ns.{origin}\nns.{origin} A 10.53.0.5\n" + self.keys.delegation_signer(origin)
        leaves = {}
        names = [(f"dom{n}", f"tld{n % TLDS}.") for n in range(self.domains)]
        for name, tld in names + [("sample", "tld0."), ("altered", "tld0.")]:
            origin = f"{name}.{tld}"
            tlds[tld] += f"{name} NS ns.{name}\nns.{name} A 10.53.0.6\n" + self.keys.delegation_signer(origin)
            leaves[origin] = "@ NS ns\nns A 10.53.0.6\nwww A 192.0.2.1\n"
        return [(4, {".": root}), (5, tlds), (6, leaves)]

    def _sign(self, levels):
        commands = []
        for _, zones in levels:
            for origin, text in zones.items():
                file = self.machine.write(f"signed.{origin}", START + text)
                commands.append(" ".join(["ldns-signzone", "-o", origin, "-f", file, file, *self.keys.files(origin)]))
        subprocess.run(
            ["xargs", "-P", str(os.cpu_count()), "-I{}", "sh", "-c", "{}"], input="\n".join(commands), text=True,
            check=True, cwd=self.machine.folder)
        altered = self.machine.path("signed.altered.tld0.")
        with open(altered) as file:
            text = file.read().replace("192.0.2.1\n", "192.0.2.66\n")
        self.machine.write("signed.altered.tld0.", text)
        for last, zones in levels:
            serve(self.machine, last, {origin: self.machine.path(f"signed.{origin}") for origin in zones})
