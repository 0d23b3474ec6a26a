#!/usr/bin/env python3
"""Writes records and messages as dnspython sees them, one JSON object a line.

A record line has `type`, `text` (dnspython's words), `canonical` (the words this project writes) and `wire`.
A message line has `message` and `uncompressed`, both in hexadecimal.

    python3 dnspython_vectors.py > ../DNSWireTests/Fixtures/dnspython.jsonl
"""
import base64
import ipaddress
import json
import random
import re

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

rng = random.Random(1035)
HEX = {"DS", "CDS", "SSHFP", "TLSA", "SMIMEA", "ZONEMD", "NSEC3PARAM"}


def octets(low, high):
    return bytes(rng.randrange(256) for _ in range(rng.randint(low, high)))


def number(bits):
    return rng.choice([0, 1, 2**bits - 1, rng.randrange(2**bits)])


def label():
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return "".join(rng.choice(letters) for _ in range(rng.randint(1, 12)))


def name():
    return ".".join(label() for _ in range(rng.randint(1, 4))) + "." if rng.random() > 0.05 else "."


def string():
    data = octets(0, 20)
    return '"' + "".join(f"\\{octet:03d}" for octet in data) + '"'


def hexadecimal(low, high):
    return octets(low, high).hex()


def base64_text(low, high):
    return base64.b64encode(octets(low, high)).decode()


def ipv4():
    return str(ipaddress.IPv4Address(rng.getrandbits(32)))


def ipv6():
    return str(ipaddress.IPv6Address(rng.getrandbits(128) & rng.choice([2**128 - 1, 2**32 - 1 | 0xFF << 120])))


def types():
    return " ".join(rng.sample(["A", "NS", "SOA", "MX", "TXT", "AAAA", "RRSIG", "NSEC", "DNSKEY", "CAA", "TYPE1234"], 4))


def time():
    return f"{rng.randint(1971, 2100)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 23):02d}1259"


def digest(width):
    return hexadecimal(width, width)


GENERATORS = {
    "A": ipv4,
    "AAAA": ipv6,
    "NS": name,
    "CNAME": name,
    "PTR": name,
    "DNAME": name,
    "SOA": lambda: f"{name()} {name()} {number(32)} {number(31)} {number(31)} {number(31)} {number(31)}",
    "HINFO": lambda: f"{string()} {string()}",
    "MX": lambda: f"{number(16)} {name()}",
    "TXT": lambda: " ".join(string() for _ in range(rng.randint(1, 4))),
    "RP": lambda: f"{name()} {name()}",
    "AFSDB": lambda: f"{number(16)} {name()}",
    "LOC": lambda: f"{rng.randint(0, 89)} {rng.randint(0, 59)} {rng.randint(0, 59)}.{rng.randint(0, 999):03d} "
    f"{rng.choice('NS')} {rng.randint(0, 179)} {rng.randint(0, 59)} {rng.randint(0, 59)}.{rng.randint(0, 999):03d} "
    f"{rng.choice('EW')} {rng.randint(-999, 9999)}.{rng.randint(0, 99):02d}m {rng.randint(1, 9)}m 20m 300m",
    "SRV": lambda: f"{number(16)} {number(16)} {number(16)} {name()}",
    "NAPTR": lambda: f"{number(16)} {number(16)} {string()} {string()} {string()} {name()}",
    "KX": lambda: f"{number(16)} {name()}",
    "CERT": lambda: f"{number(16)} {number(16)} 8 {base64_text(1, 60)}",
    "APL": lambda: f"1:10.{rng.randint(0, 255)}.0.0/16 !1:192.168.38.0/28 2:2001:db8::/32",
    "DS": lambda: f"{number(16)} 8 2 {digest(32)}",
    "CDS": lambda: f"{number(16)} 13 4 {digest(48)}",
    "SSHFP": lambda: f"{rng.randint(1, 4)} 1 {digest(20)}",
    "RRSIG": lambda: f"{rng.choice(['A', 'SOA', 'TYPE999'])} 8 2 {number(31)} {time()} {time()} {number(16)} "
    f"{name()} {base64_text(32, 128)}",
    "NSEC": lambda: f"{name()} {types()}",
    "NSEC3": lambda: f"1 1 12 {hexadecimal(1, 9)} 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR {types()}",
    "NSEC3PARAM": lambda: f"1 0 {number(16)} {rng.choice(['-', hexadecimal(1, 9)])}",
    "DNSKEY": lambda: f"257 3 8 {base64_text(32, 128)}",
    "CDNSKEY": lambda: f"256 3 13 {base64_text(64, 64)}",
    "DHCID": lambda: base64_text(3, 40),
    "TLSA": lambda: f"{number(8)} {number(8)} {number(8)} {hexadecimal(1, 64)}",
    "SMIMEA": lambda: f"{number(8)} {number(8)} {number(8)} {hexadecimal(1, 64)}",
    "OPENPGPKEY": lambda: base64_text(3, 90),
    "CSYNC": lambda: f"{number(32)} {number(16)} {types()}",
    "ZONEMD": lambda: f"{number(32)} 1 1 {digest(48)}",
    "SVCB": lambda: f'{rng.randint(1, 9)} {name()} alpn="h2,h3" port={number(16)} ipv4hint={ipv4()},{ipv4()} '
    f"ipv6hint={ipv6()}",
    "HTTPS": lambda: f'1 . mandatory=alpn alpn="h2" ech="{base64_text(3, 30)}" key65001="{label()}"',
    "EUI48": lambda: "-".join(f"{octet:02x}" for octet in octets(6, 6)),
    "EUI64": lambda: "-".join(f"{octet:02x}" for octet in octets(8, 8)),
    "URI": lambda: f'{number(16)} {number(16)} "ftp://{label()}/{label()}"',
    "CAA": lambda: f'{rng.choice([0, 128])} issue "{label()}; policy=ev"',
    "NID": lambda: f"{number(16)} 0014:4fff:ff20:{rng.randrange(65536):04x}",
    "L32": lambda: f"{number(16)} {ipv4()}",
    "L64": lambda: f"{number(16)} 2001:0db8:1140:{rng.randrange(65536):04x}",
    "LP": lambda: f"{number(16)} {name()}",
    "X25": lambda: '"311061700956"',
    "RT": lambda: f"{number(16)} {name()}",
    "PX": lambda: f"{number(16)} {name()} {name()}",
    "TYPE65280": lambda: (lambda data: f"\\# {len(data)} {data.hex()}")(octets(1, 30)),
}


def record(kind):
    data = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), GENERATORS[kind]())
    chunked = {} if kind in ("SVCB", "HTTPS") else {"chunksize": 0}
    try:
        text = data.to_text(**chunked)
    except TypeError:
        text = data.to_text()
    return data, text


def canonical(kind, text):
    if kind in HEX:
        words = text.split(" ", 3)
        text = " ".join(words[:-1] + [words[-1].upper()])
        if kind == "SSHFP":
            text = text.upper()
    if kind == "NSEC3":
        words = text.split(" ")
        text = " ".join(words[:3] + [words[3].upper(), words[4].upper()] + words[5:])
    if kind == "TYPE65280":
        text = text.upper()
    if kind in ("SVCB", "HTTPS"):
        text = re.sub(r'(port|ipv4hint|ipv6hint|mandatory|ech)="([^"]*)"', r"\1=\2", text)
    return text


def main():
    for kind in GENERATORS:
        for _ in range(6):
            data, text = record(kind)
            line = {"type": kind, "text": text, "wire": data.to_wire().hex()}
            if kind not in ("LOC", "CERT"):
                line["canonical"] = canonical(kind, text)
            print(json.dumps(line))
    for _ in range(40):
        message = dns.message.make_query(name(), "A", use_edns=rng.choice([None, 0]), want_dnssec=False)
        message.id = rng.randrange(65536)
        message.flags |= dns.flags.QR
        for section in (message.answer, message.authority, message.additional):
            owner = dns.name.from_text(name())
            for kind in rng.sample(["A", "NS", "SOA", "MX", "SRV", "RRSIG", "TXT", "NSEC", "SVCB"], 3):
                section.append(dns.rrset.from_rdata(owner, rng.randrange(86400), record(kind)[0]))
        records = [
            {"name": str(rrset.name), "ttl": rrset.ttl, "type": dns.rdatatype.to_text(rrset.rdtype),
             "wire": rrset[0].to_wire().hex()}
            for section in (message.answer, message.authority, message.additional) for rrset in section
        ]
        print(json.dumps({"message": message.to_wire().hex(), "records": records}))


main()
