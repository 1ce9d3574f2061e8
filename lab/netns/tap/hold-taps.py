#!/usr/bin/python3
"""Opens the TAP devices named on standard input and holds them, as a virtual machine would hold its own.

A TAP has a carrier only while a process holds it. Frames sent to it are read and dropped.
"""

import fcntl
import os
import select
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000

poll = select.poll()
for name in sys.stdin.read().split():
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    poll.register(tap, select.POLLIN)

with open("/run/hold-taps.pid", "w") as file:
    file.write(str(os.getpid()))

while True:
    for tap, event in poll.poll():
        if not event & select.POLLIN:
            # The device was deleted.
            poll.unregister(tap)
            os.close(tap)
            continue
        try:
            os.read(tap, 65536)
        except OSError:
            poll.unregister(tap)
            os.close(tap)
