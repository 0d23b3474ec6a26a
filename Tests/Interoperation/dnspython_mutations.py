#!/usr/bin/env python3
"""Signed record sets, changed in one place each, with dnspython's verdict on every one.

usage: dnspython_mutations.py SEED COUNT

Prints COUNT lines of JSON: the set, its RRSIG records and the zone's DNSKEY records in hexadecimal wire form, what was
changed, and whether dns.dnssec.validate accepts it at the time NOW. Needs dnspython 2.3 and cryptography.
"""
import json
import random
import struct
import sys

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = 1_700_000_000
ZONE = dns.name.from_text("example.test.")
IN = dns.rdataclass.IN

SETS = [
    ("www", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.200"]),
    ("www", "AAAA", ["2001:db8::1", "2001:db8::ff"]),
    ("", "NS", ["ns1.Example.test.", "NS2.other.test."]),
    ("", "SOA", ["ns1.Example.test. Host.example.test. 7 3600 900 86400 60"]),
    ("", "MX", ["10 Mail.example.test.", "20 mail2.Example.test.", "10 a.test."]),
    ("alias", "CNAME", ["WWW.example.test."]),
    ("t", "TXT", ['"Some Text" "more"', '"other"']),
    ("_sip._tcp", "SRV", ["1 2 5060 Sip.example.test.", "1 3 5060 sip2.example.test."]),
    ("*.wild", "A", ["192.0.2.3"]),
    ("x", "NSEC", ["Z.example.test. A MX RRSIG NSEC TYPE1234"]),
    ("d", "DNAME", ["Target.test."]),
    ("2t7b4g4vsa5smi47k61mv5bv1a22bojr", "NSEC3", ["1 0 5 aabb 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG"]),
    ("sub", "DS", ["12345 8 2 " + "ab" * 32, "12345 13 2 " + "cd" * 32]),
    ("svc", "SVCB", ["1 Svc.example.test. alpn=h2 port=8443"]),
    ("naptr", "NAPTR", ['10 20 "S" "SIP+D2U" "" _sip._udp.Example.test.']),
]


class Key:
    """A zone key and what signs with it."""

    def __init__(self, private, algorithm, flags=257):
        self.private = private
        self.record = dns.dnssec.make_dnskey(private.public_key(), algorithm, flags)

    def sign(self, rrset, **fields):
        """The RRSIG record of a set with these fields."""
        unsigned = dns.rdata.from_text(IN, "RRSIG", f"{rrset.rdtype.name} 8 0 0 0 0 0 . AAAA")
        unsigned = unsigned.replace(algorithm=self.record.algorithm, signature=b"", **fields)
        data, digest = dns.dnssec._make_rrsig_signature_data(rrset, unsigned), dns.dnssec._make_hash(self.record.algorithm)
        if isinstance(self.private, rsa.RSAPrivateKey):
            signature = self.private.sign(data, dns.dnssec.padding.PKCS1v15(), digest)
        elif isinstance(self.private, ec.EllipticCurvePrivateKey):
            size = 32 if self.record.algorithm == 13 else 48
            r, s = dns.dnssec.utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
            signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        else:
            signature = self.private.sign(data)
        return unsigned.replace(signature=signature)


STRANGER = Key(ed25519.Ed25519PrivateKey.generate(), 15)


def make_keys():
    return [
        Key(rsa.generate_private_key(65537, 1024), 8), Key(rsa.generate_private_key(65537, 2048), 8),
        Key(rsa.generate_private_key(3, 2048), 10), Key(ec.generate_private_key(ec.SECP256R1()), 13),
        Key(ec.generate_private_key(ec.SECP384R1()), 14), Key(ed25519.Ed25519PrivateKey.generate(), 15),
    ]


class Case:
    """A set in wire form that can be changed octet by octet."""

    # Signatures made before, by set and key.
    signed = {}

    def __init__(self, rng, keys):
        self.rng = rng
        self.key = rng.choice(keys)
        label, kind, data = rng.choice(SETS)
        self.owner = dns.name.from_text(label, ZONE) if label else ZONE
        self.type = dns.rdatatype.from_text(kind)
        self.ttl = 300
        records = [dns.rdata.from_text(IN, self.type, item) for item in data]
        self.set = dns.rrset.from_rdata_list(self.owner, self.ttl, records)
        self.what = "nothing"
        self.data = [record.to_wire() for record in records]
        self.keys = [self.key.record.to_wire()]
        # The asterisk does not count (RFC 4034 §3.1.3), which dnspython 2.3 overlooks when it signs.
        self.fields = {
            "labels": len(self.owner) - 1 - self.owner.is_wild(), "original_ttl": self.ttl,
            "inception": NOW - 1000, "expiration": NOW + 1000,
            "key_tag": dns.dnssec.key_id(self.key.record), "signer": ZONE,
        }
        signed = (label, kind, self.key)
        if signed not in Case.signed:
            Case.signed[signed] = self.key.sign(self.set, **self.fields).to_wire()
        self.signatures = [Case.signed[signed]]

    def flip(self, octets, first=0):
        position = self.rng.randrange(first, len(octets))
        changed = bytearray(octets)
        changed[position] ^= 1 << self.rng.randrange(8)
        return bytes(changed)

    def resign(self, **fields):
        """Has the zone's own key sign an RRSIG record with other fields."""
        self.signatures = [self.key.sign(self.set, **{**self.fields, **fields}).to_wire()]


def signature_start(octets):
    """Where the signature begins in RRSIG RDATA: behind 18 octets and the signer's name."""
    return 18 + dns.name.from_wire(octets, 18)[1]


def change_case(octets):
    """Other case of the letters, which leaves names equal and text different."""
    return octets.swapcase()


def mutate_data(case):
    index = case.rng.randrange(len(case.data))
    case.data[index] = case.flip(case.data[index])


def mutate_data_case(case):
    case.data = [change_case(item) for item in case.data]


def mutate_order(case):
    case.data.reverse()


def mutate_duplicate(case):
    case.data.insert(0, case.data[-1])


def mutate_drop(case):
    if len(case.data) > 1:
        case.data.pop(case.rng.randrange(len(case.data)))


def mutate_add(case):
    case.data.append(case.flip(case.data[0]))


def mutate_ttl(case):
    case.ttl = case.rng.choice([0, 1, 299, 301, 86400])


def mutate_owner_case(case):
    case.owner = dns.name.Name(tuple(label.swapcase() for label in case.owner.labels))


def mutate_owner(case):
    case.owner = dns.name.from_text(case.rng.choice(["other", "*", "a.b", "www.www"]), ZONE)


def mutate_expansion(case):
    if case.owner.is_wild():
        case.owner = dns.name.from_text(case.rng.choice(["q.wild", "r.s.wild", "*.t.wild"]), ZONE)
    else:
        case.owner = dns.name.from_text("below", case.owner)


def mutate_signature_field(case):
    octets = case.signatures[0]
    position = case.rng.randrange(signature_start(octets))
    case.signatures[0] = octets[:position] + case.flip(octets[position : position + 1]) + octets[position + 1 :]


def mutate_signer_case(case):
    octets = case.signatures[0]
    start = signature_start(octets)
    case.signatures[0] = octets[:18] + change_case(octets[18:start]) + octets[start:]


def mutate_signature(case):
    octets = case.signatures[0]
    start = signature_start(octets)
    case.signatures[0] = case.flip(octets, start)


def mutate_signature_length(case):
    octets = case.signatures[0]
    start = signature_start(octets)
    signature = octets[start:]
    changed = case.rng.choice(
        [signature[:-1], signature + b"\0", b"\0" + signature, b"", signature + signature, bytes(len(signature))]
    )
    case.signatures[0] = octets[:start] + changed


def mutate_signature_malleable(case):
    """The other root of an ECDSA signature, which is valid too; for RSA the signature plus the modulus."""
    octets = case.signatures[0]
    start = signature_start(octets)
    signature = octets[start:]
    if case.key.record.algorithm == 13:
        order, size = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, 32
        s = order - int.from_bytes(signature[size:], "big")
        case.signatures[0] = octets[:start] + signature[:size] + s.to_bytes(size, "big")
    elif case.key.record.algorithm in (8, 10):
        modulus = case.key.private.public_key().public_numbers().n
        value = int.from_bytes(signature, "big") + modulus
        if value < 1 << (8 * len(signature)):
            case.signatures[0] = octets[:start] + value.to_bytes(len(signature), "big")


def mutate_broken_beside(case):
    octets = case.signatures[0]
    case.signatures.insert(case.rng.randrange(2), case.flip(octets, signature_start(octets)))


def mutate_key(case):
    case.keys[0] = case.flip(case.keys[0])


def mutate_key_flags(case):
    flags = case.rng.choice([0, 1, 256, 257, 384, 385])
    case.keys[0] = struct.pack("!H", flags) + case.keys[0][2:]
    retag(case)


def mutate_key_protocol(case):
    case.keys[0] = case.keys[0][:2] + bytes([case.rng.choice([0, 2, 255])]) + case.keys[0][3:]
    retag(case)


def retag(case):
    """The zone signs anew for the key as it is now."""
    record = dns.rdata.from_wire(IN, dns.rdatatype.DNSKEY, case.keys[0], 0, len(case.keys[0]))
    case.resign(key_tag=dns.dnssec.key_id(record))


def mutate_other_keys(case):
    """Keys beside the right one: strangers, and one of the same tag and algorithm that does not fit."""
    twin = bytearray(case.keys[0])
    if len(twin) > 12:
        twin[6], twin[8] = twin[8], twin[6]
    case.keys.insert(case.rng.randrange(2), bytes(twin))


def mutate_no_key(case):
    case.keys = [STRANGER.record.to_wire()]


def mutate_times(case):
    offset = case.rng.choice([-5000, -1001, -1000, -999, 0, 999, 1000, 1001, 5000])
    case.resign(inception=NOW - 1000 + offset, expiration=NOW + 1000 + offset)


def mutate_times_swapped(case):
    case.resign(inception=NOW + 1000, expiration=NOW - 1000)


def mutate_original_ttl(case):
    case.resign(original_ttl=case.rng.choice([0, 60, 3600]))


def mutate_labels(case):
    case.resign(labels=case.rng.choice([0, 1, 2]))


MUTATIONS = [value for name, value in sorted(globals().items()) if name.startswith("mutate_")]


def verdict(case):
    """Whether dnspython believes it; what it cannot read it does not believe."""
    try:
        read = lambda kind, octets: dns.rdata.from_wire(IN, kind, octets, 0, len(octets))
        records = [read(case.type, item) for item in case.data]
        rrset = dns.rrset.from_rdata_list(case.owner, case.ttl, records)
        signatures = dns.rdataset.from_rdata_list(
            case.ttl, [read(dns.rdatatype.RRSIG, item) for item in case.signatures]
        )
        keys = dns.rdataset.from_rdata_list(300, [read(dns.rdatatype.DNSKEY, item) for item in case.keys])
        dns.dnssec.validate(rrset, (case.owner, signatures), {ZONE: keys}, None, NOW)
        return True
    except Exception:  # dnspython raises what cryptography and struct raise, too.
        return False


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    keys = make_keys()
    for index in range(count):
        case = Case(rng, keys)
        if index % 20:
            mutation = rng.choice(MUTATIONS)
            case.what = mutation.__name__[7:]
            mutation(case)
        print(
            json.dumps(
                {
                    "what": case.what, "owner": case.owner.to_wire().hex(), "type": int(case.type),
                    "ttl": case.ttl, "data": [item.hex() for item in case.data],
                    "signatures": [item.hex() for item in case.signatures],
                    "keys": [item.hex() for item in case.keys], "zone": ZONE.to_wire().hex(), "now": NOW,
                    "accepted": verdict(case),
                }
            )
        )


main()
