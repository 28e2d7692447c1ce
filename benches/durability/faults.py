"""Commands that are killed at a system call, or whose system calls fail."""

import itertools

from desk import COMMANDS, Desk, counts, judge, keep, restore


def spread(points, most):
    """At most so many of the points, evenly taken."""
    points = list(points)
    if len(points) <= most:
        return points
    return [points[index * len(points) // most] for index in range(most)]


def kills(most):
    """kill -9 at every system call of every command."""
    desk = Desk().furnish()
    keep(desk)
    before = desk.questions()
    points = []
    for name in COMMANDS:
        calls = counts(desk, name)
        calls.pop("execve", None)
        points += [(name, call, number) for call, n in sorted(calls.items()) for number in range(1, n + 1)]
    wrong, killed = [], 0
    chosen = spread(points, most)
    for name, call, number in chosen:
        restore(desk)
        inject = f"inject={call}:signal=SIGKILL:when={number}"
        ran = desk.run(*COMMANDS[name][0], tracer=("strace", "-f", "-qq", "-o", "/dev/null", "-e", inject))
        killed += ran.returncode != 0
        fault = judge(desk, name, ran, before)
        if fault:
            wrong.append(f"{name} at {call} {number}: {fault}")
    desk.close()
    return f"{len(chosen)} kill points over {len(COMMANDS)} commands, {killed} died", wrong


def errors(most):
    """Writes, syncs, renames and opens that fail, once or from then on."""
    desk = Desk().furnish()
    keep(desk)
    before = desk.questions()
    points = []
    for name in ("record", "import", "pack", "export", "fork"):
        calls = counts(desk, name)
        for call in ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "openat", "unlink", "mmap"):
            for number, error, when in itertools.product(
                    range(1, calls.get(call, 0) + 1), ("EIO", "ENOSPC", "EDQUOT"), ("", "+")):
                points.append((name, call, number, error, when))
    wrong, failed = [], 0
    chosen = spread(points, most)
    for name, call, number, error, when in chosen:
        restore(desk)
        inject = f"inject={call}:error={error}:when={number}{when}"
        ran = desk.run(*COMMANDS[name][0], tracer=("strace", "-f", "-qq", "-o", "/dev/null", "-e", inject))
        failed += ran.returncode != 0
        fault = judge(desk, name, ran, before)
        # Where writing itself fails, nobody can be told.
        is_mute = call in ("write", "mmap", "openat") or ran.returncode == 0
        if not fault and not is_mute and not ran.stderr.strip():
            fault = "failed without a word"
        if not fault and ran.returncode not in (0, 1, 5, 127, -6, -11) and "panicked" in ran.stderr:
            fault = "panicked"
        if fault:
            wrong.append(f"{name}, {call} {number}{when} gives {error}: {fault}")
    desk.close()
    return f"{len(chosen)} failing calls, {failed} commands failed", wrong
