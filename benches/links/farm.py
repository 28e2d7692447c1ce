"""A thousand links on two hundred hosts, and what becomes of them the second time."""

import asyncio
import collections
import pathlib
import tempfile
import threading

from program import Ran, many_files

WORDS = "Whoever relearns a thing pays for it once, and whoever keeps a record of it pays a little every day. "


class Farm:
    """Hosts on loopback addresses of their own; the last one is slow."""

    def __init__(self, n_hosts, n_links, slow=0.3, usual=0.02):
        self.n_hosts, self.n_links, self.slow, self.usual = n_hosts, n_links, slow, usual
        self.requests, self.under_way, self.most = collections.Counter(), collections.Counter(), collections.Counter()
        self.changed = set()
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.listen(started)), daemon=True).start()
        started.wait()

    async def listen(self, started):
        server = await asyncio.start_server(self.answer, "0.0.0.0", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                path = head.split(" ")[1]
                host = next(line[5:].strip() for line in head.lower().splitlines() if line.startswith("host:"))
                self.requests[host] += path != "/robots.txt"
                self.under_way[host] += 1
                self.most[host] = max(self.most[host], self.under_way[host])
                await asyncio.sleep(self.slow if host == self.host(self.n_hosts - 1) else self.usual)
                self.under_way[host] -= 1
                place = host + path
                tag = f'"{place in self.changed}"'
                if path == "/robots.txt":
                    writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                elif f"if-none-match: {tag}".lower() in head.lower():
                    writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
                else:
                    extra = "<p>One sentence more than before.</p>" if place in self.changed else ""
                    body = (f"<!doctype html><html><head><title>Page {place}</title></head><body><article><h1>Page {place}</h1>"
                            f"{''.join(f'<p>{place} {n}. {WORDS * 3}</p>' for n in range(8))}{extra}</article></body></html>").encode()
                    writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\netag: {tag}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def host(self, n):
        return f"h{n}.farm.test"

    def links(self, host=None):
        hosts = range(self.n_hosts) if host is None else [host]
        per_host = self.n_links // self.n_hosts
        return [f"http://{self.host(n)}/page{k}" for k in range(per_host) for n in hosts]

    def flags(self):
        names = [f"{self.host(n)}=127.0.{1 + n // 200}.{1 + n % 200}:{self.port}" for n in range(self.n_hosts)]
        return ["--allow-private", "*.farm.test", "--max-links", "5000", *[word for name in names for word in ("--resolve", name)]]


def thread(folder, links):
    posts = "\n".join(f"## Tweet {n + 1}\n\nRead {link}\n" for n, link in enumerate(links))
    pathlib.Path(folder, "thread.md").write_text(f"# Thread Export\n\n- Author: @ada\n\n{posts}")


def run(short):
    many_files()
    # A second is what a slow site takes; the farm itself, one Python process, needs half of one for a thousand.
    farm = Farm(40, 200) if short else Farm(200, 1000, slow=1.0)
    wrong, lines = [], []
    with tempfile.TemporaryDirectory() as folder:
        slowest = Ran(["fetch", *farm.links(farm.n_hosts - 1), *farm.flags(), "--store", "slow"], folder)
        farm.requests.clear(), farm.most.clear()
        thread(folder, farm.links())
        fetched = Ran(["fetch", "thread.md", "--follow", *farm.flags(), "--json"], folder)
        states = collections.Counter(link["state"] for link in fetched.json()["links"])
        counts = sorted(farm.requests.values())
        came = next((line for line in fetched.err.splitlines() if line.startswith("Fetched ")), "")
        lines.append(f"{len(farm.links())} links on {farm.n_hosts} hosts: {dict(states)}, {came}, read too in {fetched.seconds:.2f} s "
                     f"(the slowest host alone {slowest.seconds:.2f} s), {fetched.cpu:.2f} s CPU, peak {fetched.peak:.0f} MiB")
        lines.append(f"requests per host {counts[0]} to {counts[-1]}, at most {max(farm.most.values())} at a time")
        if states["read"] != len(farm.links()) or max(farm.most.values()) > 4:
            wrong.append("not every link came, or a host was pressed")
        farm.requests.clear()
        pack = ["pack", "thread.md", "--follow", "--lock", "links.lock", *farm.flags(), "--json"]
        first, second = Ran(pack, folder), Ran(pack, folder)
        locked = Ran([*pack, "--locked", "--offline"], folder)
        ids = [ran.json().get("bundle") for ran in (first, second, locked)]
        lines.append(f"pack twice and --locked --offline: {len(set(ids))} bundle id, {sum(farm.requests.values())} requests, "
                     f"{locked.seconds:.2f} s locked, peak {locked.peak:.0f} MiB")
        farm.changed.add(f"{farm.host(3)}/page1")
        diff = Ran(["diff", "--web", "--lock", "links.lock", "--json", *farm.flags()], folder)
        changed = [link for link in diff.json()["links"] if link["change"] != "same"]
        lines.append(f"after one page changed, diff --web in {diff.seconds:.2f} s: {changed}")
        again = Ran([*pack, "--locked", "--offline"], folder)
        refreshed = Ran([*pack, "--refresh"], folder)
        lines.append(f"locked still the same id: {again.json().get('bundle') == ids[0]}; refreshed another: {refreshed.json().get('bundle') != ids[0]}")
        if len(set(ids)) != 1 or sum(1 for _ in changed) != 1 or again.json().get("bundle") != ids[0]:
            wrong.append("the lock does not hold")
    return lines, wrong
