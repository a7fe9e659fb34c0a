"""The program that an arm's child process runs: `python -m pg4da.hardware.ur5e.child FD`.

It can't outlive its use: it ends when the other end of the socket closes, and an alarm ends it when it hangs.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys

from pg4da.hardware.ur5e.channel import Channel, Closed, Message
from pg4da.hardware.ur5e.client import RtdeClient, Settings
from pg4da.hardware.ur5e.serve import Loop

HANGS = 2.0  # s of a cycle after which the process ends, whatever holds the interpreter
LAST_WORDS = 1.0  # s to hand over what is still to be sent
ENDING = 3.0  # s to end the program on the controller
PRIORITY = -10  # niceness: set points go before other work of the machine


def alarm(seconds: float) -> None:
    """The kernel ends this process then, unless this is called again."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def main(end: int) -> None:
    """Serve until the end; leaves by the short way, since what is left of the library may hang or crash."""
    channel, settings = begin(end)
    alarm(settings.connect_timeout)
    try:
        client = RtdeClient(settings)
    except (RuntimeError, ImportError, OSError) as error:
        _say(channel, Message("refused", {"problem": str(error) or type(error).__name__}))
        os._exit(1)
    if Loop(channel, client, settings, lambda: alarm(HANGS)).run():
        alarm(ENDING)
        client.close()
    _say(channel, Message("closed"))
    os._exit(0)


def hurry() -> None:
    """Ahead of others, where the user is allowed to ask for that; all threads that the library starts as well."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    except PermissionError:
        return


def begin(end: int) -> tuple[Channel, Settings]:
    """The way to the driver, and what it says first. What is pressed at the terminal is the driver's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hurry()
    alarm(HANGS)
    channel = Channel(socket.socket(fileno=end))
    try:
        while True:
            select.select([channel], [], [], HANGS)
            for message in channel.receive():
                return channel, Settings(**message.data)
    except Closed:
        os._exit(1)


def _say(channel: Channel, message: Message) -> None:
    alarm(LAST_WORDS)
    try:
        channel.send(message)
        while channel.waiting:
            select.select([], [channel], [], LAST_WORDS)
            channel.flush()
    except Closed:
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
