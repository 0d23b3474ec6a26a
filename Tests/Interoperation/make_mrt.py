#!/usr/bin/env python3
"""Writes MRT files for tests, and what other readers make of them.

    python3 make_mrt.py fixtures ../RoutingWireTests/Fixtures   # small files of every form
    python3 make_mrt.py story DIRECTORY       # an AS that leaves and returns: table.mrt and updates.mrt
    python3 make_mrt.py routes FILE [--reader bgpdump|mrtparse]  # a file's routes, one a line
    python3 make_mrt.py expect DIR     # checks that both readers agree, writes FILE.routes beside each file

A line of routes is `KIND|peer|AS|prefix|identifier|origins`: KIND is B for a table, A for an announcement,
W for a withdrawal; the identifier is that of RFC 7911 or 0; origins are the last AS of the path, or all of its
last set in ascending order. Neither reader knows RIB_GENERIC; its expected routes are written by hand.
`routes` needs bgpdump or the mrtparse package.
"""
import argparse
import ipaddress
import pathlib
import struct
import subprocess
import sys

TIME = 1_700_000_000


def record(kind, subtype, body, time=TIME, micro=None):
    if micro is not None:
        body = struct.pack(">I", micro) + body
    return struct.pack(">IHHI", time, kind, subtype, len(body)) + body


def prefix(text):
    network = ipaddress.ip_network(text)
    return bytes([network.prefixlen]) + network.network_address.packed[: (network.prefixlen + 7) // 8]


def attribute(kind, value, flags=0x40):
    if len(value) > 255:
        return struct.pack(">BBH", flags | 0x10, kind, len(value)) + value
    return struct.pack(">BBB", flags, kind, len(value)) + value


def as_path(path, size=4):
    """A path of numbers, with a set where an element is a tuple."""
    code = ">I" if size == 4 else ">H"
    out, run = b"", []

    def flush():
        nonlocal out, run
        if run:
            out += bytes([2, len(run)]) + b"".join(struct.pack(code, n) for n in run)
        run = []

    for element in path:
        if isinstance(element, tuple):
            flush()
            out += bytes([1, len(element)]) + b"".join(struct.pack(code, n) for n in element)
        else:
            run.append(element if size == 4 or element < 65536 else 23456)
    flush()
    return out


def attributes(path, hop="10.0.0.1", size=4, as4=None, reach=None, communities=()):
    out = attribute(1, b"\0") + attribute(2, as_path(path, size))
    if hop and ":" not in hop:
        out += attribute(3, ipaddress.ip_address(hop).packed)
    if communities:
        out += attribute(8, b"".join(struct.pack(">HH", *c) for c in communities), 0xC0)
    if reach is not None:
        out += attribute(14, reach, 0x80)
    if as4:
        out += attribute(17, as_path(as4), 0xC0)
    return out


def bgp(kind, body):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


def update(withdrawn=b"", attrs=b"", routes=b""):
    head = struct.pack(">H", len(withdrawn)) + withdrawn + struct.pack(">H", len(attrs)) + attrs
    return bgp(2, head + routes)


def peer_index(peers, view=b"main"):
    body = bytes([192, 0, 2, 254]) + struct.pack(">H", len(view)) + view + struct.pack(">H", len(peers))
    for address, number in peers:
        packed = ipaddress.ip_address(address).packed
        kind = (1 if len(packed) == 16 else 0) | (2 if number > 65535 else 0)
        body += bytes([kind, 10, 0, 0, 1]) + packed + struct.pack(">I" if kind & 2 else ">H", number)
    return record(13, 1, body)


def table(sequence, text, entries, identifiers=False, generic=False):
    six = ":" in text
    body = struct.pack(">I", sequence)
    if generic:
        body += struct.pack(">HB", 2 if six else 1, 1)
    body += prefix(text) + struct.pack(">H", len(entries))
    for peer, identifier, attrs in entries:
        body += struct.pack(">HI", peer, TIME)
        if identifiers:
            body += struct.pack(">I", identifier)
        body += struct.pack(">H", len(attrs)) + attrs
    subtype = 6 if generic else 4 if six else 2
    return record(13, subtype + (6 if identifiers else 0), body)


def short_reach(hop):
    packed = ipaddress.ip_address(hop).packed
    return bytes([len(packed)]) + packed


def reach(routes, hop="2001:db8::1"):
    packed = ipaddress.ip_address(hop).packed
    return struct.pack(">HBB", 2, 1, len(packed)) + packed + b"\0" + routes


def bgp4mp(message, subtype, peer=("192.0.2.1", 64500), kind=16, micro=None, time=TIME):
    wide = subtype in (4, 5, 7, 9, 11)
    address = ipaddress.ip_address(peer[0])
    local = ipaddress.ip_address("192.0.2.254" if address.version == 4 else "2001:db8::fe")
    body = struct.pack(">IIHH" if wide else ">HHHH", peer[1], 65000, 0, 1 if address.version == 4 else 2)
    return record(kind, subtype, body + address.packed + local.packed + message, time, micro)


def fixtures():
    peers = [("192.0.2.1", 64500), ("192.0.2.2", 4200000002), ("2001:db8::3", 64503)]
    plain = attributes((64500, 64510, 5089))
    six = attributes((64503, 4200000099), hop=None, reach=short_reach("2001:db8::3"))
    yield "table_dump_v2.mrt", peer_index(peers) + table(
        0, "0.0.0.0/0", [(0, 0, attributes((64500,)))]
    ) + table(1, "192.0.2.0/24", [(0, 0, plain), (1, 0, attributes((4200000002, 13335)))]) + table(
        2, "198.51.100.128/25", [(1, 0, attributes((4200000002, 64511, (64513, 64512))))]
    ) + table(3, "203.0.113.7/32", [(0, 0, attributes((64500, 5089), communities=[(64500, 1)] * 80))]
    ) + table(4, "2001:db8::/32", [(2, 0, six)]) + table(5, "2001:db8:0:1::/64", [(2, 0, six), (0, 0, six)])
    yield "table_dump_v2_addpath.mrt", peer_index(peers) + table(
        0, "192.0.2.0/24", [(0, 1, plain), (0, 2, attributes((64500, 64999)))], identifiers=True
    ) + table(1, "2001:db8::/32", [(2, 9, six)], identifiers=True)
    yield "table_dump_v2_generic.mrt", peer_index(peers) + table(
        0, "192.0.2.0/24", [(0, 0, plain)], generic=True)
    old = b""
    for sequence, text in enumerate(["192.0.2.0/24", "10.0.0.0/8"]):
        network = ipaddress.ip_network(text)
        attrs = attributes((64500, 70000), size=2, as4=(64500, 70000))
        old += record(12, 1, struct.pack(">HH", 0, sequence) + network.network_address.packed + bytes(
            [network.prefixlen, 1]) + struct.pack(">I", TIME) + bytes([192, 0, 2, 1]) + struct.pack(
            ">HH", 64500, len(attrs)) + attrs)
    yield "table_dump.mrt", old
    v4 = prefix("192.0.2.0/24") + prefix("198.51.100.0/25")
    v6 = prefix("2001:db8::/32") + prefix("2001:db8:1::/48")
    gone6 = attribute(15, struct.pack(">HB", 2, 1) + v6, 0x80)
    yield "bgp4mp.mrt", b"".join([
        bgp4mp(struct.pack(">HH", 5, 6), 0),
        bgp4mp(bgp(1, bytes([4]) + struct.pack(">HHIB", 64500, 90, 1, 0)), 1),
        bgp4mp(bgp(4, b""), 1),
        bgp4mp(update(attrs=attributes((64500, 70000), size=2, as4=(64500, 70000)), routes=v4), 1),
        bgp4mp(update(withdrawn=prefix("192.0.2.0/24")), 1),
        bgp4mp(struct.pack(">HH", 6, 1), 0),
    ])
    far = ("2001:db8::3", 4200000003)
    yield "bgp4mp_as4.mrt", b"".join([
        bgp4mp(struct.pack(">HH", 5, 6), 5, far),
        bgp4mp(update(attrs=attributes((4200000003, 5089)), routes=v4), 4, far),
        bgp4mp(update(attrs=attributes((4200000003, 5089), hop=None, reach=reach(v6))), 4, far),
        bgp4mp(update(attrs=gone6), 4, far),
        bgp4mp(update(withdrawn=v4), 4, far),
        bgp4mp(update(), 4, far),
    ])
    yield "bgp4mp_et.mrt", b"".join([
        bgp4mp(update(attrs=attributes((64500, 5089)), routes=v4), 4, kind=17, micro=250_000),
        bgp4mp(update(withdrawn=v4), 4, kind=17, micro=750_000),
    ])
    several = b"".join(struct.pack(">I", i) + prefix("192.0.2.0/24") for i in (1, 2))
    yield "bgp4mp_addpath.mrt", b"".join([
        bgp4mp(update(attrs=attributes((64500, 5089)), routes=several), 9),
        bgp4mp(update(withdrawn=several), 9),
    ])


def line(kind, peer, number, network, path="", identifier=0):
    """`path` as bgpdump prints it: numbers, sets in braces with commas."""
    last = str(path).split()[-1:] or [""]
    members = last[0].strip("{}").split(",")
    origins = ",".join(str(n) for n in sorted({int(m) for m in members if m}))
    network = str(ipaddress.ip_network(network))
    return f"{kind}|{ipaddress.ip_address(peer)}|{number}|{network}|{identifier}|{origins if kind != 'W' else ''}"


def from_bgpdump(path):
    text = subprocess.run(["bgpdump", "-m", path], capture_output=True, text=True, check=True).stdout
    for row in text.splitlines():
        field = row.split("|")
        if field[2] not in ("A", "B", "W"):
            continue
        identifier = field.pop(6) if field[0].endswith("_AP") else 0
        yield line(*field[2:6], field[6] if field[2] != "W" else "", identifier)


def from_mrtparse(path):
    from mrtparse import Reader

    def name(value):
        return next(iter(value))

    def join(value):
        segments = []
        for segment in value:
            members = [str(m) for m in segment["value"]]
            segments.append("{" + ",".join(members) + "}" if name(segment["type"]) == 1 else " ".join(members))
        return " ".join(segments)

    def read(attrs):
        found = {}
        for one in attrs:
            found[name(one["type"])] = one["value"]
        path = join(found.get(2, []))
        if 17 in found:
            long = join(found[17])
            missing = len(path.split()) - len(long.split())
            if missing >= 0:
                path = " ".join(path.split()[:missing] + long.split())
        return path, found

    peers = []
    for entry in Reader(path):
        data = entry.data
        kind, subtype = name(data["type"]), name(data["subtype"])
        if kind == 13 and subtype == 1:
            peers = data["peer_entries"]
        elif kind == 13:
            where = data.get("nlri", [data])[0] if "nlri" in data else data
            for one in data["rib_entries"]:
                peer = peers[one["peer_index"]]
                network = f"{where['prefix']}/{where['length' if 'length' in where else 'prefix_length']}"
                path = read(one["path_attributes"])[0]
                yield line("B", peer["peer_ip"], peer["peer_as"], network, path, one.get("path_id", 0))
        elif kind == 12:
            yield line("B", data["peer_ip"], data["peer_as"], f"{data['prefix']}/{data['length']}",
                       read(data["path_attributes"])[0])
        elif "bgp_message" in data and name(data["bgp_message"]["type"]) == 2:
            message = data["bgp_message"]
            path, found = read(message["path_attributes"])
            who = data["peer_ip"], data["peer_as"]
            gone = message["withdrawn_routes"] + found.get(15, {}).get("withdrawn_routes", [])
            come = message["nlri"] + found.get(14, {}).get("nlri", [])
            for one in gone:
                yield line("W", *who, f"{one['prefix']}/{one['length']}", "", one.get("path_id", 0))
            for one in come:
                yield line("A", *who, f"{one['prefix']}/{one['length']}", path, one.get("path_id", 0))


READERS = {"bgpdump": from_bgpdump, "mrtparse": from_mrtparse}


def expect(folder):
    for path in sorted(pathlib.Path(folder).glob("*.mrt")):
        if path.stem.endswith("_generic"):
            continue
        told = {}
        for name, reader in READERS.items():
            try:
                told[name] = sorted(reader(str(path)))
            except Exception as error:
                print(f"{path.name}: {name} cannot read it: {error!r}", file=sys.stderr)
        lists = list(told.values())
        if len(lists) == 2 and lists[0] != lists[1]:
            print(f"{path.name}: the readers differ", file=sys.stderr)
            for left in sorted(set(lists[0]) ^ set(lists[1])):
                print("   ", left, "bgpdump" if left in lists[0] else "mrtparse", file=sys.stderr)
        best = max(lists, key=len)
        path.with_suffix(".routes").write_text("".join(f"{row}\n" for row in best))
        print(f"{path.name}: {len(best)} routes, {' and '.join(told)}", file=sys.stderr)


def story(folder):
    """AS5089 withdraws all of its IPv4 routes after 30 minutes, returns after 70, leaves again two minutes later,
    and is back after 150; routes of other networks change every minute all the while."""
    own = ["62.252.0.0/14", "62.253.162.0/24", "80.0.0.0/13", "81.96.0.0/12", "82.0.0.0/11", "194.168.4.0/24"]
    others = [f"198.{18 + n // 256}.{n % 256}.0/24" for n in range(400)]
    octets = peer_index([("192.0.2.1", 64500)])
    for number, text in enumerate(own):
        octets += table(number, text, [(0, 0, attributes([64500, 3356, 5089]))])
    for number, text in enumerate(others):
        octets += table(1000 + number, text, [(0, 0, attributes([64500, 64600 + number % 40]))])
    (folder / "table.mrt").write_bytes(octets)
    whole = b"".join(prefix(text) for text in own)
    changes = {30: "down", 70: "up", 72: "down", 150: "up"}
    octets = b""
    for minute in range(1, 200):
        at = TIME + minute * 60
        text = others[minute]
        route = update(attrs=attributes([64500, 64700, 64600 + minute % 40]), routes=prefix(text))
        octets += bgp4mp(route, 4, time=at)
        if changes.get(minute) == "down":
            octets += bgp4mp(update(withdrawn=whole), 4, time=at)
        elif changes.get(minute) == "up":
            octets += bgp4mp(update(attrs=attributes([64500, 3356, 5089]), routes=whole), 4, time=at)
    (folder / "updates.mrt").write_bytes(octets)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fixtures").add_argument("directory")
    commands.add_parser("expect").add_argument("directory")
    commands.add_parser("story").add_argument("directory")
    routes = commands.add_parser("routes")
    routes.add_argument("file")
    routes.add_argument("--reader", choices=READERS, default="bgpdump")
    given = parser.parse_args()
    if given.command == "fixtures":
        folder = pathlib.Path(given.directory)
        folder.mkdir(parents=True, exist_ok=True)
        for name, octets in fixtures():
            (folder / name).write_bytes(octets)
    elif given.command == "story":
        story(pathlib.Path(given.directory))
    elif given.command == "expect":
        expect(given.directory)
    else:
        for row in READERS[given.reader](given.file):
            print(row)


if __name__ == "__main__":
    main()
