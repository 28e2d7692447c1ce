"""Many writers, a full disk, single bits, and media that cannot be written."""

import json
import os
import random
import shutil
import subprocess
import time

from desk import PROGRAM, ROOT, Desk


def writers(n_writers, n_turns):
    """Processes that append to one branch, with verify and gc beside them."""
    desk = Desk().furnish()
    started = time.monotonic()
    script = (
        'for i in $(seq "$2"); do "$0" --store store record -b main --question "writer $1 turn $i" '
        "--answer answer.txt -q || echo failed; done")
    spawn = lambda writer: subprocess.Popen(
        ["sh", "-c", script, PROGRAM, str(writer), str(n_turns)], cwd=desk.folder, env=desk.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    processes = [spawn(writer) for writer in range(n_writers)]
    wrong, n_verified = [], 0
    while any(process.poll() is None for process in processes):
        fault = desk.verify()
        n_verified += 1
        if fault:
            wrong.append(f"verify beside the writers: {fault[:200]}")
        swept = desk.run("gc", "--prune", "--keep", "0d", "-q")
        if swept.returncode:
            wrong.append(f"gc beside the writers: {swept.stderr[:200]}")
    for writer, process in enumerate(processes):
        said = process.stdout.read().strip()
        if said:
            wrong.append(f"writer {writer}: {said[:200]}")
    seconds = time.monotonic() - started
    asked = [one for one in desk.questions() if one.startswith("writer")]
    expected = sorted(f"writer {writer} turn {turn + 1}" for writer in range(n_writers) for turn in range(n_turns))
    if asked != expected:
        wrong.append(f"{len(set(asked))} of {len(expected)} reachable, {len(asked) - len(set(asked))} twice")
    fault = desk.verify()
    if fault:
        wrong.append(fault[:200])
    desk.close()
    told = f"{n_writers} writers x {n_turns} turns in {seconds:.1f} s, verify and gc {n_verified} times beside"
    return told, wrong


def full_disk(sizes):
    """Turns until the disk is full, at every size; what was said to be kept is there once there is room."""
    desk = Desk().furnish()
    disk = desk.path("disk")
    os.makedirs(disk)
    wrong, n_full = [], 0
    for kib in sizes:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", disk], capture_output=True).returncode:
            desk.close()
            return "skipped: tmpfs cannot be mounted here", []
        try:
            kept, store = [], os.path.join(disk, "store")
            if desk.run("import", "mail.forkful", store=store).returncode == 0:
                kept.append("theirs")
            filler = os.path.join(disk, "filler")
            for number in range(12):
                question = f"turn {number} " + "x" * 4000
                ran = desk.run("record", "both", "-b", "main", "--question", question, "--answer", "answer.txt", store=store)
                if ran.returncode == 0:
                    kept.append(question[:100])
                else:
                    n_full += 1
                    if not ran.stderr.strip():
                        wrong.append(f"{kib} KiB: failed without a word")
                if number == 5:
                    # The rest of the disk goes to somebody else.
                    try:
                        with open(filler, "wb") as file:
                            file.write(b"0" * kib * 1024)
                    except OSError:
                        pass
            if os.path.exists(filler):
                os.remove(filler)
            subprocess.run(["mount", "-o", f"remount,size={kib + 65536}k", disk], check=True)
            if kept:
                fault = desk.verify(store=store)
                if fault:
                    wrong.append(f"{kib} KiB: {fault[:200]}")
                else:
                    there = desk.questions(store=store)
                    lost = [one for one in kept if not any(other.startswith(one) for other in there)]
                    if lost:
                        wrong.append(f"{kib} KiB: lost {[one[:10] for one in lost]}")
                    again = desk.run("record", "both", "-b", "main", "--question", "after", "--answer", "answer.txt", store=store)
                    if again.returncode:
                        wrong.append(f"{kib} KiB: does not go on: {again.stderr}")
        finally:
            subprocess.run(["umount", disk], check=True)
    desk.close()
    return f"{len(list(sizes))} sizes of disk, {n_full} writes that did not fit", wrong


def bits(n_flips):
    """Single bits of the store's file: found, or nothing that can be read is other than it was."""
    desk = Desk().furnish()
    for number in range(8):
        desk.must("fork", "cards", "-b", f"side-{number}")
        desk.must("record", "-b", f"side-{number}", "--question", f"side {number}", "--answer", "answer.txt")
    sound = open(desk.path("store", "store.db"), "rb").read()
    branches = ["main", "cards"] + [f"side-{number}" for number in range(8)]
    shown = {branch: desk.must("show", branch) for branch in branches}
    everything = desk.must("export") + desk.must("log", "--json")
    rng, wrong = random.Random(11), []
    found = harmless = readable = asked = 0
    while found < n_flips and found + harmless < n_flips * 20:
        place = rng.randrange(len(sound) * 8)
        damaged = bytearray(sound)
        damaged[place // 8] ^= 1 << place % 8
        shutil.rmtree(desk.path("store"))
        os.makedirs(desk.path("store"))
        with open(desk.path("store", "store.db"), "wb") as file:
            file.write(damaged)
        fault = desk.verify()
        if not fault:
            harmless += 1
            if harmless % 10 == 0 and desk.must("export") + desk.must("log", "--json") != everything:
                wrong.append(f"bit {place} changes what is read, unseen")
            continue
        found += 1
        if "panicked" in fault:
            wrong.append(f"bit {place}: panicked")
        if found % 10 == 0:
            for branch in branches:
                asked += 1
                ran = desk.run("show", branch)
                # The first line is the bundle's name: names are held by the journal, which verify replays.
                if ran.returncode == 0 and ran.stdout.partition("\n")[2] != shown[branch].partition("\n")[2]:
                    wrong.append(f"bit {place}: {branch} reads otherwise")
                readable += ran.returncode == 0
    desk.close()
    share = 100 * readable // max(1, asked)
    return f"{found} flips found, {harmless} in bytes that hold nothing; {share} % of branches read on", wrong


def media():
    """A newer format, a read-only medium, odd paths, odd clocks."""
    desk = Desk().furnish()
    wrong = []
    for name in ("with blank", "q'uote\"s", "new\nline", "tab\there", "ünï–çødé 猫", "-dash", "%41?x=1#y", "a;b&c|d"):
        folder = desk.path(name)
        ran = desk.run("import", "mail.forkful", f"--store={folder}")
        if ran.returncode or not os.path.exists(os.path.join(folder, "store.db")):
            wrong.append(f"path {name!r}: {ran.stderr.strip()[:200]}")
        elif desk.questions(store=folder) != ["theirs"]:
            wrong.append(f"path {name!r}: not the same tree")
    for epoch in ("0", "1", "1444000000", "2075000000", "-62000000000", "253402300799"):
        desk.environment["SOURCE_DATE_EPOCH"] = epoch
        ran = desk.run("record", "-b", "main", "--question", f"at {epoch}", "--answer", "answer.txt")
        if ran.returncode:
            wrong.append(f"clock {epoch}: {ran.stderr.strip()[:200]}")
    if desk.verify() or len(desk.questions()) != 7:
        wrong.append("clocks: the tree is not whole")
    told = "8 paths, 6 clocks"
    disk = desk.path("disk")
    os.makedirs(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True).returncode == 0
    if mounted:
        try:
            shutil.copytree(desk.path("store"), os.path.join(disk, "store"))
            store, expected = os.path.join(disk, "store"), desk.questions()
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            before = {name: os.stat(os.path.join(store, name)).st_mtime_ns for name in os.listdir(store)}
            for verb in (["log"], ["show", "main"], ["verify"], ["export"]):
                ran = desk.run(*verb, store=store)
                if ran.returncode:
                    wrong.append(f"read-only: {verb}: {ran.stderr.strip()[:200]}")
            ran = desk.run("record", "-b", "main", "--question", "no", "--answer", "answer.txt", store=store)
            if ran.returncode == 0 or not ran.stderr.strip():
                wrong.append("read-only: a turn was said to be kept")
            after = {name: os.stat(os.path.join(store, name)).st_mtime_ns for name in os.listdir(store)}
            if before != after:
                wrong.append("read-only: something was written")
            told += ", a read-only medium"
        finally:
            subprocess.run(["umount", disk], check=True)
    desk.close()
    return told, wrong
