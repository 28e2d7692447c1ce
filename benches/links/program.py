"""The program under test: run, timed, weighed."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("FORKFUL_SHARED", ROOT / "../shared"))


def program():
    named = os.environ.get("FORKFUL")
    built = [ROOT / "target/release/forkful", ROOT / "target/debug/forkful"]
    return named or str(next((path for path in built if path.exists()), built[0]))


class Ran:
    """What a command left: streams, code, seconds, and its peak memory in MiB."""

    def __init__(self, arguments, folder, before=()):
        begun = time.time()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([*before, program(), *arguments], cwd=folder, stdout=out, stderr=err,
                                     stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "HOME": str(folder)})
            _, status, usage = os.wait4(child.pid, 0)
            self.seconds = time.time() - begun
            out.seek(0), err.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.code = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss / 1024

    def json(self):
        return json.loads(self.out) if self.out.strip() else {}


def many_files():
    """Each connection is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
