"""A large download that is stopped and one that breaks: what arrived stays, the rest is asked for."""

import hashlib
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

from program import Ran, program

BODY = random.Random(4711).randbytes(4 << 20).hex().encode()


class Server:
    """Gives half of a file and then says nothing, breaks, or goes on, as it is told."""

    def __init__(self):
        self.mode, self.ranges, self.sent = "stall", [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/big.txt"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        try:
            head = client.recv(65536).decode()
            asked = re.search(r"range: bytes=(\d+)-", head)
            start = int(asked[1]) if asked else 0
            self.ranges.append(start)
            status = f"206 Partial Content\r\ncontent-range: bytes {start}-{len(BODY) - 1}/{len(BODY)}" if asked else "200 OK"
            client.sendall(f'HTTP/1.1 {status}\r\netag: "1"\r\ncontent-type: text/plain\r\ncontent-length: {len(BODY) - start}\r\n\r\n'.encode())
            end = len(BODY) if self.mode == "whole" else (start + len(BODY)) // 2
            client.sendall(BODY[start:end])
            self.sent += end - start
            if self.mode == "stall":
                time.sleep(3600)
        except OSError:
            pass
        finally:
            client.close()


def run(_):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server()
        words = ["fetch", server.url, "--allow-private", "127.0.0.1", "--store", f"{folder}/store"]
        child = subprocess.Popen([program(), *words], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while server.sent < len(BODY) // 2:
            time.sleep(0.05)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        said = child.communicate()[1].strip().splitlines()
        stopped = child.returncode
        server.mode = "break"
        broken = Ran([*words, "--timeout", "20"], folder)
        server.mode = "whole"
        whole = Ran([*words, "-o", "big.txt"], folder)
        file = pathlib.Path(folder, "big.txt")
        same = file.exists() and hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(BODY).digest()
        third = Ran(words, folder)
    lines = [f"{len(BODY)} bytes: stopped by Ctrl-C with exit {stopped} ({said[-1] if said else ''})",
             f"asked for from byte {server.ranges}, {server.sent} bytes sent in all, the file is {'whole' if same else 'NOT whole'}",
             f"a broken one ends with exit {broken.code}, the last one with {whole.code}, once kept {third.code} without a request"]
    if stopped != 130 or not same or server.sent > len(BODY) + (1 << 20) or third.code:
        wrong.append("what arrived was not kept")
    return lines, wrong
