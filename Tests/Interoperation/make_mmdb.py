#!/usr/bin/env python3
"""Writes small databases in MaxMind's format and what the maxminddb package makes of them.

    python3 make_mmdb.py ../RoutingTests/Fixtures

Needs the packages mmdb_writer, netaddr and maxminddb. A line of NAME.expected is `address|prefix length|AS|name`, the
AS empty where there is none. The prefix length of an IPv4 address counts IPv4 bits.
"""
import io
import ipaddress
import pathlib
import random
import sys

import maxminddb
from mmdb_writer import MMDBWriter
from netaddr import IPSet

FORMS = {
    "geolite": ("GeoLite2-ASN", lambda n, name: {
        "autonomous_system_number": n, "autonomous_system_organization": name}),
    "ipinfo": ("ipinfo generic_asn_free.mmdb", lambda n, name: {
        "asn": f"AS{n}", "as_name": name, "as_domain": "example.com", "country_code": "GB"}),
    "dbip": ("DBIP-ASN-Lite (compat=GeoLite2-ASN)", lambda n, name: {
        "autonomous_system_number": n, "autonomous_system_organization": name}),
}
NETWORKS = [
    ("82.0.0.0/14", 5089, "NTL"), ("82.1.128.0/17", 64500, "CUSTOMER"), ("1.0.0.0/24", 13335, "CLOUDFLARENET"),
    ("129.134.0.0/17", 32934, "FACEBOOK"), ("198.51.100.128/25", 4200000001, "PRIVATE"),
    ("2a03:2880::/32", 32934, "FACEBOOK"), ("2001:db8:1::/48", 64501, "Ünïcode"),
]


def widen(octets, bits):
    """The same database with tree records of 28 or 32 bits, which mmdb_writer keeps for large ones."""
    place = octets.rindex(b"record_size") + len(b"record_size")
    assert octets[place:place + 2] == b"\xa1\x18"
    with_size = octets[:place + 1] + bytes([bits]) + octets[place + 2:]
    nodes = maxminddb.Reader(io.BytesIO(octets), maxminddb.MODE_FD).metadata().node_count
    tree = b""
    for node in range(nodes):
        left, right = (int.from_bytes(octets[node * 6 + i:node * 6 + i + 3], "big") for i in (0, 3))
        if bits == 28:
            middle = (left >> 24) << 4 | right >> 24
            tree += (left & 0xFFFFFF).to_bytes(3, "big") + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3, "big")
        else:
            tree += left.to_bytes(4, "big") + right.to_bytes(4, "big")
    return tree + with_size[nodes * 6:]


def main(folder):
    rng = random.Random(7)
    for name, (kind, data) in FORMS.items():
        for version, bits in ((6, 28), (6, 24), (6, 32), (4, 24)):
            if version == 4 and name != "geolite" or bits in (24, 32) and version == 6 and name != "dbip":
                continue
            writer = MMDBWriter(
                ip_version=version, database_type=kind, ipv4_compatible=version == 6, int_type="u32")
            for network, number, who in NETWORKS:
                if version == 4 and ":" in network:
                    continue
                writer.insert_network(IPSet([network]), data(number, who))
            stem = f"{name}-{version}-{bits}"
            path = pathlib.Path(folder) / f"{stem}.mmdb"
            writer.to_db_file(str(path))
            if bits != 24:
                path.write_bytes(widen(path.read_bytes(), bits))
            rows = []
            with maxminddb.open_database(str(path), maxminddb.MODE_MEMORY) as database:
                print(stem, database.metadata().record_size, database.metadata().node_count)
                for network, *_ in NETWORKS:
                    network = ipaddress.ip_network(network)
                    if version == 4 and network.version == 6:
                        continue
                    for address in (network[0], network[-1], network[rng.randrange(network.num_addresses)],
                                    network[0] - 1, network[-1] + 1):
                        found, length = database.get_with_prefix_len(str(address))
                        number = who = ""
                        if found:
                            number = found.get("autonomous_system_number") or found["asn"][2:]
                            who = found.get("autonomous_system_organization") or found.get("as_name")
                        rows.append(f"{address}|{length if found else ''}|{number}|{who}")
            (pathlib.Path(folder) / f"{stem}.expected").write_text("".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    main(sys.argv[1])
