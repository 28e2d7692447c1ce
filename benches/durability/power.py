"""Power that goes away: what a disk may hold at any moment, made from a trace of the writes.

A write is on the disk for certain once its file was synced, and a name once its folder was; before
that any of the pending writes may be there, whole, torn at 512 bytes, or not at all. Images are made
for moments all along the trace, and everything that was said to be done by then must be in them.
"""

import os
import random
import re
import shutil

from desk import Desk

CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+=\s+(-?\d+|0x[0-9a-f]+)")
FILE = re.compile(r"^(\d+|AT_FDCWD)<([^>]*)>")


def unhex(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Disk:
    """The durable bytes of each file, and what is pending."""

    def __init__(self, folder, rng):
        self.rng = rng
        self.durable = {name: open(os.path.join(folder, name), "rb").read() for name in os.listdir(folder)}
        self.live = dict(self.durable)
        self.pending = {}

    def change(self, name, change):
        self.pending.setdefault(name, []).append(change)
        self.live[name] = apply(self.live.get(name, b""), change)

    def sync(self, name):
        if name in self.live:
            self.durable[name] = self.live[name]
            self.pending[name] = []

    def unlink(self, name):
        self.live.pop(name, None)
        self.pending.setdefault(name, []).append(("unlink",))

    def image(self, folder, nothing=False):
        """One state that the disk may be in."""
        os.makedirs(folder)
        for name in set(self.durable) | set(self.pending):
            content = self.durable.get(name)
            for change in self.pending.get(name, []):
                lot = self.rng.random()
                if nothing or lot < 0.4:
                    continue
                if change[0] == "unlink":
                    content = None
                    continue
                if change[0] == "write" and lot < 0.6:
                    cut = self.rng.randrange(0, len(change[2]) + 1, 512) if len(change[2]) >= 512 else 0
                    change = ("write", change[1], change[2][:cut])
                content = apply(content or b"", change)
            if content is not None:
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)


def apply(content, change):
    if change[0] == "cut":
        return content[:change[1]].ljust(change[1], b"\0")
    _, offset, data = change
    content = content.ljust(offset, b"\0")
    return content[:offset] + data + content[offset + len(data):]


def events(trace, folder):
    """Writes, syncs and acknowledgements of a trace, in order."""
    for line in open(trace, errors="replace"):
        call = CALL.match(line)
        if not call or call[3].startswith("-"):
            continue
        name, arguments = call[1], call[2]
        file = FILE.match(arguments)
        path = (unhex(file[2]).decode(errors="replace") if file[2].startswith("\\x") else file[2]) if file else ""
        own = os.path.basename(path) if os.path.dirname(path) == folder else None
        if name == "write" and arguments.startswith("2<"):
            yield ("said", unhex(re.search(r'"(.*)"', arguments)[1]).decode(errors="replace"))
        elif name == "pwrite64" and own and not own.endswith("-shm"):
            data, offset = re.search(r'"([^"]*)"', arguments)[1], arguments.rsplit(", ", 1)[1]
            yield ("change", own, ("write", int(offset), unhex(data)))
        elif name == "ftruncate" and own and not own.endswith("-shm"):
            yield ("change", own, ("cut", int(arguments.rsplit(", ", 1)[1])))
        elif name in ("fsync", "fdatasync"):
            yield ("sync", own) if own else ("folder",)
        elif name == "unlink":
            gone = unhex(re.search(r'"(.*)"', arguments)[1]).decode()
            if os.path.dirname(gone) == folder and not gone.endswith("-shm"):
                yield ("unlink", os.path.basename(gone))


def power(n_images, n_turns=6, has_sync=True):
    """Images of a store in which turns are recorded; without sync, as if no sync had been called."""
    rng = random.Random(7)
    desk = Desk().furnish()
    folder = desk.path("store")
    disk = Disk(folder, rng)
    moments, said = [], {"first"}
    for number in range(n_turns):
        question = f"turn {number}"
        trace = desk.path("trace")
        desk.run("record", "-b", "main", "--question", question, "--answer", "answer.txt", tracer=(
            "strace", "-f", "-qq", "-y", "-xx", "-s", "200000", "-o", trace, "-e",
            "trace=pwrite64,write,ftruncate,fsync,fdatasync,unlink"), store=folder)
        moments += [(question, event) for event in events(trace, folder)]
    n_images = max(n_images, len(moments))
    made, lost, wrong = 0, 0, []
    for number, (question, event) in enumerate(moments, 1):
        if event[0] == "change":
            disk.change(event[1], event[2])
        elif event[0] == "unlink":
            disk.unlink(event[1])
        elif event[0] == "sync" and has_sync:
            disk.sync(event[1])
        elif event[0] == "said" and "Recorded" in event[1]:
            said.add(question)
        for attempt in range(number * n_images // len(moments) - made):
            shutil.rmtree(desk.path("image"), ignore_errors=True)
            disk.image(desk.path("image"), nothing=attempt == 0)
            made += 1
            fault = desk.verify(store="image")
            if not fault:
                missing = said - set(desk.questions(store="image"))
                fault = f"lost {sorted(missing)}" if missing else None
            if fault:
                lost += 1
                wrong.append(f"after {event[0]} of {question}: {fault[:200]}")
    desk.close()
    return made, lost, wrong
