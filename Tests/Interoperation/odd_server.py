#!/usr/bin/env python3
"""A name server that does one thing wrong, over UDP alone: nothing listens on its TCP port.

    python3 odd_server.py MODE ADDRESS...

truncated   says that every answer is truncated
lame        points every question up to the root
malformed   answers with a record that ends before it should
refusing    answers REFUSED
"""
import selectors
import socket
import struct
import sys

ROOT_REFERRAL = b"\0" + struct.pack("!HHIH", 2, 1, 3600, 8) + b"\1a\4root\0"
HALF_A_RECORD = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + b"\x7f"


def question_of(query):
    end = 12
    while query[end]:
        end += 1 + query[end]
    return query[12 : end + 5]


def answer(mode, query):
    flags, answers, authorities, tail = {
        "truncated": (0x8600, 0, 0, b""),
        "lame": (0x8000, 0, 1, ROOT_REFERRAL),
        "malformed": (0x8400, 1, 0, HALF_A_RECORD),
        "refusing": (0x8005, 0, 0, b""),
    }[mode]
    return query[:2] + struct.pack("!HHHHH", flags, 1, answers, authorities, 0) + question_of(query) + tail


def main():
    mode, addresses = sys.argv[1], sys.argv[2:]
    waiting = selectors.DefaultSelector()
    for address in addresses:
        listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind((address, 53))
        waiting.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            query, peer = key.fileobj.recvfrom(4096)
            try:
                key.fileobj.sendto(answer(mode, query), peer)
            except IndexError:
                pass


main()
