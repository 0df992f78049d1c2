"""A TCP proxy in front of a unix socket, whose connections can be reset, or left half open."""

import contextlib
import socket
import struct
import threading
from pathlib import Path


class Proxy:
    """Passes on what it gets at `port`, both ways."""

    def __init__(self, target: Path) -> None:
        self.target, self.lock = target, threading.Lock()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.deaf: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.listener.close()
        self.reset()

    def reset(self) -> None:
        """End every connection with a TCP RST.."""
        pairs = self._take()
        for inner, outer in pairs:
            inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            for end in (inner, outer):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it
                end.close()

    def go_silent(self) -> None:
        """Leave every connection half open: nothing is passed on and nobody is told. New ones work."""
        pairs = self._take()
        with self.lock:
            for inner, outer in pairs:
                self.deaf |= {inner, outer}
        for _, outer in pairs:
            with contextlib.suppress(OSError):
                outer.shutdown(socket.SHUT_RDWR)  # the broker's side knows; ours does not

    def _take(self) -> list[tuple[socket.socket, socket.socket]]:
        with self.lock:
            pairs, self.pairs = self.pairs, []
        return pairs

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = self.listener.accept()
                outer = socket.socket(socket.AF_UNIX)
                try:
                    outer.connect(str(self.target))
                except OSError:
                    inner.close()
                    continue
                with self.lock:
                    self.pairs.append((inner, outer))
                for one, other in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if one not in self.deaf:
                    other.sendall(data)
        if one not in self.deaf:
            for end in (one, other):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
