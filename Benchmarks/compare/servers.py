"""The Internet of the comparison: NSD as root, as top level domains, and as the domains below them.

`wild.bench.` has every name, at the address of the root: one exchange a query once its delegation is known.
`domN.tldM.` are delegations of three levels, on three addresses, with glue.
"""

TLDS = 10
START = "$TTL 1h\n@ SOA ns.bench. hostmaster.bench. 1 1h 15m 2w 5m\n"


class Internet:
    """Name servers in a machine's server namespace, with `domains` delegations of three levels; unsigned, so without an anchor."""

    anchor = None

    def __init__(self, machine, domains):
        self.machine = machine
        self.domains = domains
        self.hints = machine.write("hints", ". 3600000 IN NS ns.bench.\nns.bench. 3600000 IN A 10.53.0.1\n")
        self._root()
        self._tlds()
        self._leaves()

    def names(self):
        return [f"www.dom{number}.tld{number % TLDS}" for number in range(self.domains)]

    def _root(self):
        tlds = "".join(f"tld{n}. NS ns.tld{n}.\nns.tld{n}. A 10.53.0.2\n" for n in range(TLDS))
        zones = {
            ".": "@ NS ns.bench.\nbench. NS ns.bench.\nns.bench. A 10.53.0.1\n" + tlds,
            "bench.": "@ NS ns\nns A 10.53.0.1\nwild NS ns\n",
            "wild.bench.": "@ NS ns.bench.\n* A 192.0.2.1\n",
        }
        serve(self.machine, 1, {origin: self._file(f"zone{origin}", text) for origin, text in zones.items()})

    def _tlds(self):
        texts = {f"tld{n}.": "@ NS ns\nns A 10.53.0.2\n" for n in range(TLDS)}
        for number in range(self.domains):
            name = f"dom{number}"
            texts[f"tld{number % TLDS}."] += f"{name} NS ns.{name}\nns.{name} A 10.53.0.3\n"
        serve(self.machine, 2, {origin: self._file(f"zone{origin}", text) for origin, text in texts.items()})

    def _leaves(self):
        leaf = self._file("leaf", "@ NS ns\nns A 10.53.0.3\n* A 192.0.2.1\n")
        serve(self.machine, 3, {f"dom{n}.tld{n % TLDS}.": leaf for n in range(self.domains)})

    def _file(self, name, text):
        return self.machine.write(name, START + text)


def serve(machine, last, zones):
    """Serves zones, from files by their origins, at 10.53.0.`last`."""
    path = machine.path
    text = f"""server:
  ip-address: 10.53.0.{last}
  server-count: 1
  username: ""
  database: ""
  rrl-ratelimit: 0
  pidfile: ""
  zonesdir: "{path()}"
  xfrdfile: "{path(f'xfrd{last}')}"
  zonelistfile: "{path(f'zonelist{last}')}"
  xfrdir: "{path()}"
remote-control:
  control-enable: no
"""
    text += "".join(f'zone:\n  name: "{name}"\n  zonefile: "{file}"\n' for name, file in zones.items())
    configuration = machine.write(f"nsd{last}.conf", text)
    machine.start("server", 1, ["nsd", "-d", "-c", configuration])
