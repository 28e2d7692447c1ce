"""A store of its own for every case, and what forkful says of it."""

import json
import os
import re
import shutil
import subprocess
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAM = os.environ.get("FORKFUL_BIN", os.path.join(ROOT, "target", "debug", "forkful"))


class Desk:
    """A folder with sources, a store with a bundle and one turn, and a file to import."""

    def __init__(self, parent=None):
        self.folder = tempfile.mkdtemp(prefix="forkful-durability-", dir=parent)
        self.environment = {"HOME": os.path.join(self.folder, "home"), "SOURCE_DATE_EPOCH": "1760000000",
                            "PATH": os.environ["PATH"]}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def run(self, *arguments, store="store", tracer=(), timeout=60):
        command = [*tracer, PROGRAM, "--store", store, *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              timeout=timeout, errors="replace")

    def must(self, *arguments, store="store"):
        ran = self.run(*arguments, store=store)
        if ran.returncode != 0:
            raise AssertionError(f"{arguments}: exit {ran.returncode}: {ran.stderr}")
        return ran.stdout

    def furnish(self):
        for name in ("essay.md", "thread.md"):
            shutil.copy(os.path.join(ROOT, "examples", name), self.folder)
        self.write("answer.txt", "An answer.\n")
        self.must("pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md")
        self.must("record", "cards", "-b", "main", "--question", "first", "--answer", "answer.txt")
        self.must("pack", "essay.md", "thread.md", "--name", "both", "-q", "-o", "both.md", store="theirs")
        self.must("record", "both", "-b", "others", "--question", "theirs", "--answer", "answer.txt", store="theirs")
        self.must("export", "-o", "mail.forkful", store="theirs")
        return self

    def questions(self, store="store"):
        """Every question that a branch leads to, sorted."""
        log = json.loads(self.must("log", "--json", store=store))
        return sorted(one["preview"] for one in log["messages"] if one["role"] == "user")

    def verify(self, store="store"):
        """Nothing, or what is wrong."""
        ran = self.run("verify", store=store)
        return None if ran.returncode == 0 else (ran.stdout + ran.stderr).strip() or f"exit {ran.returncode}"

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


# What a command does: its words, and the question that stands in the tree once it said that it is done.
COMMANDS = {
    "record": (["record", "-b", "main", "--question", "second", "--answer", "answer.txt"], "second"),
    "fork": (["fork", "main", "-b", "aside"], None),
    "pack": (["pack", "thread.md", "--name", "posts", "-q", "-o", "posts.md"], None),
    "import": (["import", "mail.forkful"], "theirs"),
    "undo": (["undo"], None),
    "export": (["export", "-o", "out.forkful"], None),
    "verify": (["verify"], None),
}


def has_strace():
    """Whether strace is here and may trace."""
    try:
        return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def counts(desk, name):
    """How often a command makes each system call, on a fresh copy of the store."""
    trace = desk.path("trace")
    restore(desk)
    desk.run(*COMMANDS[name][0], tracer=("strace", "-f", "-qq", "-o", trace))
    found = {}
    for line in open(trace, errors="replace"):
        call = re.match(r"\d+\s+(\w+)\(", line)
        if call:
            found[call[1]] = found.get(call[1], 0) + 1
    return found


def keep(desk):
    """Remembers the store as it is."""
    shutil.copytree(desk.path("store"), desk.path("kept"))


def restore(desk):
    """The store as it was remembered."""
    shutil.rmtree(desk.path("store"), ignore_errors=True)
    shutil.copytree(desk.path("kept"), desk.path("store"))
    for name in os.listdir(desk.folder):
        if name.endswith(".part") or name in ("out.forkful", "posts.md"):
            os.remove(desk.path(name))


def judge(desk, name, ran, before):
    """What a command that was disturbed left behind: nothing to say, or why it is wrong."""
    wrong = desk.verify()
    if wrong:
        return f"the store is not sound: {wrong[:200]}"
    after = desk.questions()
    question = COMMANDS[name][1]
    if name != "undo" and any(one not in after for one in before):
        return f"lost {set(before) - set(after)}"
    if ran.returncode == 0 and question and question not in after:
        return "said done, and it is not there"
    if len(after) != len(set(after)):
        return f"twice: {after}"
    if name == "export" and ran.returncode == 0:
        if desk.run("import", "out.forkful", store="check").returncode != 0:
            return "said exported, and the file is not whole"
        shutil.rmtree(desk.path("check"), ignore_errors=True)
    return None
