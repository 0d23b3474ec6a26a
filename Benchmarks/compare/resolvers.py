"""The resolvers that are compared, with one thread and a cache that holds everything asked; validating where there is an
anchor, a file with the root's DS record."""

import os
import shutil

MEGABYTES = 2048


def reserve(names):
    """Has every cache be as large as so many names need with any of them, should that be more."""
    global MEGABYTES
    MEGABYTES = max(MEGABYTES, names * 1000 >> 20)


class Resolver:
    """A resolver as it is started; `configure` writes its files, which are named after it, and returns its command: it answers
    at `address`, port 53."""

    keeps_cache_in_memory = True

    def __init__(self, name, program, configure):
        self.name = name
        self.program = program
        self.configure = configure

    @property
    def is_installed(self):
        return shutil.which(self.program) is not None


def afterglow(machine, hints, anchor=None, address="127.0.0.1", snapshot=False, workers=1, more="", name="afterglow",
        megabytes=None):
    """`more` is further lines of its configuration, `name` what its file and folder are called, `megabytes` another limit of its cache."""
    state = machine.path("state-" + name)
    text = f"""listen: [{{ address: {address}, port: 53 }}]
workers: {workers}
state-directory: {state}
cache: {{ memory: {megabytes or MEGABYTES}MiB, snapshot: {str(snapshot).lower()} }}
resolver: {{ root-hints: {hints}, ipv6: false }}
dnssec: {f"{{ trust-anchors: {anchor} }}" if anchor else "{ mode: off }"}
routing: {{ origin-dns: off }}
http: off
{more}
"""
    shutil.rmtree(state, ignore_errors=True)
    return [binary(), "serve", "--config", machine.write(name + ".conf", text)]


def binary():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.environ.get("AFTERGLOW_BINARY", os.path.join(root, ".build/release/afterglow"))


def ds(anchor):
    """The data of the anchor's DS record."""
    with open(anchor) as file:
        return file.read().split(" DS ")[1].strip()


def unbound(machine, hints, anchor=None, address="127.0.0.1"):
    text = f"""server:
    interface: {address}
    do-ip6: no
    num-threads: 1
    username: ""
    chroot: ""
    pidfile: ""
    directory: "{machine.path()}"
    use-syslog: no
    module-config: "{'validator iterator' if anchor else 'iterator'}"
    {f'trust-anchor-file: "{anchor}"' if anchor else ''}
    root-hints: "{hints}"
    msg-cache-size: {MEGABYTES // 3}m
    rrset-cache-size: {MEGABYTES * 2 // 3}m
    infra-cache-numhosts: 100000
remote-control:
    control-enable: no
"""
    return ["unbound", "-d", "-c", machine.write("unbound.conf", text)]


def knot(machine, hints, anchor=None, address="127.0.0.1"):
    folder = machine.path("kresd")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    text = f"""net.ipv6 = false
net.listen('{address}', 53)
trust_anchors.remove('.')
{f"trust_anchors.add_file('{anchor}', true)" if anchor else ""}
modules = {{ 'hints > iterate' }}
hints.root_file('{hints}')
cache.open({MEGABYTES} * MB, 'lmdb://{folder}')
"""
    return ["kresd", "-n", "-q", "-c", machine.write("kresd.conf", text), folder]


def powerdns(machine, hints, anchor=None, address="127.0.0.1"):
    folder = machine.path("powerdns")
    os.makedirs(folder, exist_ok=True)
    lua = machine.write("powerdns/anchor.lua", f'clearTA()\naddTA(".", "{ds(anchor)}")\n' if anchor else "")
    text = f"""local-address={address}
local-port=53
query-local-address=0.0.0.0
hint-file={hints}
threads=1
dnssec={"validate" if anchor else "off"}
lua-config-file={lua}
allow-from=127.0.0.0/8
dont-query=
max-cache-entries=8000000
max-packetcache-entries=4000000
daemon=no
disable-syslog=yes
quiet=yes
loglevel=3
socket-dir={folder}
"""
    machine.write("powerdns/recursor.conf", text)
    return ["pdns_recursor", f"--config-dir={folder}"]


def bind(machine, hints, anchor=None, address="127.0.0.1"):
    numbers, digest = ds(anchor).rsplit(" ", 1) if anchor else ("", "")
    static = f'trust-anchors {{ . static-ds {numbers} "{digest}"; }};'
    text = f"""options {{
  directory "{machine.path()}";
  listen-on {{ {address}; }};
  listen-on-v6 {{ none; }};
  recursion yes;
  allow-query {{ any; }};
  dnssec-validation {"yes" if anchor else "no"};
  max-cache-size {MEGABYTES}m;
  pid-file none;
  session-keyfile none;
  empty-zones-enable no;
  recursive-clients 100000;
}};
controls {{}};
{static if anchor else ""}
zone "." {{ type hint; file "{hints}"; }};
"""
    return ["named", "-f", "-4", "-n", "1", "-c", machine.write("named.conf", text)]


AFTERGLOW = Resolver("Afterglow", binary(), afterglow)
PEERS = [
    Resolver("Unbound", "unbound", unbound),
    Resolver("Knot Resolver", "kresd", knot),
    Resolver("PowerDNS Recursor", "pdns_recursor", powerdns),
    Resolver("BIND", "named", bind),
]
# Its cache is a file that it maps: the kernel's page cache, not its own memory.
PEERS[1].keeps_cache_in_memory = False
