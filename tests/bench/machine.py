"""What this machine is, and what processes on it have used (from /proc)."""

import os
import platform
import re
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def facts(postgres: str) -> str:
    """One line for the head of a report."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(os.sched_getaffinity(0))
    kind = model[1] if model else platform.machine()
    return f"{cores} cores ({kind}), Python {platform.python_version()}, {postgres}"


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children.setdefault(parent_of(int(folder.name)), []).append(int(folder.name))
        except (OSError, IndexError):
            continue  # it has just ended
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """What a process and everything that it ever started have used."""
    used = 0
    for one in family(pid):
        try:
            used += sum(map(int, _stat(one)[11:15]))  # user, system, and the same of children that ended
        except OSError:
            continue
    return used / TICKS


def peak_memory_mb(pid: int) -> float:
    """The most that one process ever had in memory."""
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(peak[1]) / 1024 if peak else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, and so on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
