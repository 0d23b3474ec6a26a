#!/usr/bin/env python3
"""Stands before a name server and puts a Report-Channel option (RFC 9567) into its answers, which name servers of today's
distributions cannot send: over UDP and TCP, with everything else as the server gave it.

    python3 report_channel.py ADDRESS SERVER AGENT
"""
import socket
import struct
import sys
import threading

import dns.edns
import dns.message
import dns.name

ADDRESS, SERVER, AGENT = sys.argv[1:]
REPORT_CHANNEL = 18
OPTION = dns.edns.GenericOption(REPORT_CHANNEL, dns.name.from_text(AGENT).to_wire())


def marked(octets):
    answer = dns.message.from_wire(octets)
    if answer.edns < 0:
        return octets
    answer.use_edns(answer.edns, answer.ednsflags, answer.payload, options=list(answer.options) + [OPTION])
    return answer.to_wire(max_size=65535)


def received(stream, count):
    octets = b""
    while len(octets) < count:
        part = stream.recv(count - len(octets))
        if not part:
            raise EOFError
        octets += part
    return octets


def framed(stream):
    return received(stream, *struct.unpack("!H", received(stream, 2)))


def datagrams():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as clients:
        clients.bind((ADDRESS, 53))
        while True:
            query, client = clients.recvfrom(65535)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                server.settimeout(2)
                server.connect((SERVER, 53))
                try:
                    server.send(query)
                    clients.sendto(marked(server.recv(65535)), client)
                except OSError as error:
                    print(f"a query over UDP was not answered: {error}", flush=True)


def converse(client):
    with client, socket.create_connection((SERVER, 53), timeout=10) as server:
        try:
            while True:
                query = framed(client)
                server.sendall(struct.pack("!H", len(query)) + query)
                answer = marked(framed(server))
                client.sendall(struct.pack("!H", len(answer)) + answer)
        except (EOFError, OSError):
            pass


threading.Thread(target=datagrams, daemon=True).start()
with socket.create_server((ADDRESS, 53)) as streams:
    while True:
        threading.Thread(target=converse, args=(streams.accept()[0],), daemon=True).start()
