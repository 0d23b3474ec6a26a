"""Starts the command given as JSON and prints the milliseconds until it answers a query on 127.0.0.1."""

import json
import socket
import struct
import subprocess
import sys
import time

QUERY = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + b"\x05ready\x04wild\x05bench\x00\x00\x01\x00\x01"
SECONDS_MAX = 20

asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.connect(("127.0.0.1", 53))
asker.settimeout(0.001)
begin = time.monotonic()
process = subprocess.Popen(json.loads(sys.argv[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while time.monotonic() < begin + SECONDS_MAX:
        try:
            asker.send(QUERY)
            answer = asker.recv(4096)
        except (ConnectionRefusedError, TimeoutError, socket.timeout):
            time.sleep(0.0005)
            continue
        if answer[3] & 0xF == 0 and answer[7] > 0:
            print((time.monotonic() - begin) * 1000)
            break
finally:
    process.kill()
    process.wait()
