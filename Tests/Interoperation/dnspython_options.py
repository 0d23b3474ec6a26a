#!/usr/bin/env python3
"""Writes messages whose OPT records carry options as dnspython composes them, one JSON object a line.

    python3 dnspython_options.py > ../DNSWireTests/Fixtures/edns_options.jsonl
"""
import json

import dns.edns
import dns.message
import dns.name

OPTIONS = [
    ("nsid query", dns.edns.NSIDOption(b"")),
    ("nsid", dns.edns.NSIDOption(b"node-1.example")),
    ("subnet 192.0.2.0/24", dns.edns.ECSOption("192.0.2.0", 24, 0)),
    ("subnet 192.0.2.0/24 scope 16", dns.edns.ECSOption("192.0.2.0", 24, 16)),
    ("subnet 10.160.0.0/11", dns.edns.ECSOption("10.160.0.0", 11, 0)),
    ("subnet 0.0.0.0/0", dns.edns.ECSOption("0.0.0.0", 0, 0)),
    ("subnet 2001:db8:40::/56", dns.edns.ECSOption("2001:db8:40::", 56, 48)),
    ("expire query", dns.edns.GenericOption(9, b"")),
    ("expire 604800", dns.edns.GenericOption(9, (604800).to_bytes(4, "big"))),
    ("cookie client", dns.edns.CookieOption(bytes(range(8)), b"")),
    ("cookie both", dns.edns.CookieOption(bytes(range(8)), bytes(range(16)))),
    ("keepalive query", dns.edns.GenericOption(11, b"")),
    ("keepalive 100", dns.edns.GenericOption(11, (100).to_bytes(2, "big"))),
    ("padding 37", dns.edns.GenericOption(12, bytes(37))),
    ("chain example.com.", dns.edns.GenericOption(13, dns.name.from_text("example.com.").to_wire())),
    ("error 22", dns.edns.EDEOption(22, "all name servers silent")),
    ("error 18", dns.edns.EDEOption(18)),
    ("other", dns.edns.GenericOption(65001, b"any")),
]

for title, option in OPTIONS:
    query = dns.message.make_query("www.example.", "A", use_edns=0, payload=1232, options=[option], id=7)
    print(json.dumps({"option": title, "message": query.to_wire().hex()}))
