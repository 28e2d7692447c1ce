"""Every spelling of every address that is not anybody's, with the kernel as witness.

In a network namespace of its own, in which every address leads to loopback, a resolver at 9.9.9.9 and web servers at
global addresses, the program is run under strace: each connect of a stream socket to an address that
is not global is a broken promise.
"""

import ipaddress
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from program import SHARED, Ran

WEB, DNS = "93.184.216.34", "9.9.9.9"
SPECIAL_4 = ["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3",
             "127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.0.0.170",
             "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.254", "198.18.0.1", "198.19.255.254", "198.51.100.1",
             "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"]
SPECIAL_6 = ["::", "::1", "100::1", "100:0:0:1::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002::1",
             "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff05::2", "4000::1", "8000::1",
             "64:ff9b:1::1", "1::1", "fe00::1"]


def spellings_4(address):
    """The ways in which browsers let people write an IPv4 address."""
    a, b, c, d = (int(part) for part in address.split("."))
    whole = int(ipaddress.IPv4Address(address))
    wide = address.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    circled = {str(n): chr(0x2460 + n - 1) for n in range(1, 10)} | {"0": "⓪"}
    return [address, address + ".", str(whole), hex(whole), f"0{whole:o}", f"{a}.{b}.{c * 256 + d}", f"{a}.{(b << 16) + (c << 8) + d}",
            f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"0x{a:x}.0{b:o}.{c}.{d}", f"0X{whole:X}",
            "".join(f"%{ord(char):02x}" for char in address), wide, address.replace(".", "。"), address.replace(".", "．"),
            "".join(circled.get(char, char) for char in address), f"user:pass@{address}", address[:3] + "\t" + address[3:]]


def embedded(address):
    """The ways in which an IPv4 address travels in an IPv6 one."""
    a, b, c, d = (int(part) for part in address.split("."))
    high, low = f"{a * 256 + b:x}", f"{c * 256 + d:x}"
    turned = f"{(a * 256 + b) ^ 0xFFFF:x}:{(c * 256 + d) ^ 0xFFFF:x}"
    return [f"::{address}", f"::ffff:{address}", f"::ffff:{high}:{low}", f"0:0:0:0:0:FFFF:{address}", f"::ffff:0:{address}",
            f"64:ff9b::{address}", f"64:ff9b:1::{address}", f"2002:{high}:{low}::1", f"2001:0:4136:e378:8000:63bf:{turned}",
            f"2001:4860::5efe:{address}", f"2001:4860::200:5efe:{address}", f"fe80::5efe:{address}"]


def corpus():
    hosts = [host for address in SPECIAL_4 for host in spellings_4(address)]
    hosts += [f"[{text}]" for address in SPECIAL_4 for text in embedded(address)]
    hosts += [f"[{text}]" for address in SPECIAL_6 for text in (address, ipaddress.IPv6Address(address).exploded, address.upper())]
    hosts += ["localhost", "LOCALHOST", "localhost.", "a.localhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "%6c%6f%63%61%6c%68%6f%73%74", "[fe80::1%25eth0]"]
    urls = [f"http://{host}/" for host in hosts] + [f"https://{host}:8443/x" for host in hosts[::3]]
    table = SHARED / "security/url-wpt/urltestdata.json"
    if table.exists():
        for case in json.loads(table.read_text()):
            if isinstance(case, dict):
                urls += [case["input"]] + [case[key] for key in ("href",) if case.get(key)]
    fit = [url for url in urls if "\0" not in url and not url.startswith("-") and url.isprintable() or "\t" in url]
    return list(dict.fromkeys(url for url in fit if all(not 0xD800 <= ord(char) < 0xE000 for char in url) and "\0" not in url))


def ordinary():
    words = ["essay", "blog", "news", "www", "talk", "wiki", "docs", "people", "notes", "paper"]
    ends = ["example-site.com", "uni-harbour.edu", "bücher-regal.de", "3blue1brown.com", "10.com", "0x7f.org", "a-b-c.co.uk", "localhost.run",
            "internal.tools", "127-0-0-1.net", "日本語.jp", "x.ai", "metadata.google.com", "private.org", "loopback.io", "corp.dev",
            "192.info", "ip6.me", "fe80.fr", "nip.io.example.org"]
    return [f"http://{word}.{end}/" for word in words for end in ends]


class Names(threading.Thread):
    """A resolver that knows every name, and lies about some."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((DNS, 53))
        self.turn = 0

    def addresses(self, name):
        self.turn += 1
        first = name.split(".")[0]
        if not name.endswith("rebind.net"):
            return [WEB]
        if first.startswith("four"):
            return [SPECIAL_4[int(first[4:]) % len(SPECIAL_4)]]
        if first.startswith("six"):
            return [SPECIAL_6[int(first[3:]) % len(SPECIAL_6)]]
        if first.startswith("in"):
            return [embedded(SPECIAL_4[int(first[2:]) % len(SPECIAL_4)])[int(first[2:]) % 12]]
        if first.startswith("both"):
            return ["10.0.0.1", WEB, "::1"]
        return [WEB if self.turn % 2 else "127.0.0.1"]

    def run(self):
        while True:
            query, asker = self.socket.recvfrom(512)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            kind = struct.unpack(">H", query[at + 1:at + 3])[0]
            family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
            found = [text for text in self.addresses(".".join(labels).lower()) if family == (socket.AF_INET6 if ":" in text else socket.AF_INET)]
            body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, 4 if kind == 1 else 16) + socket.inet_pton(family, text) for text in found)
            self.socket.sendto(query[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, len(found), 0, 0) + query[12:at + 5] + body, asker)


def web():
    """Leads wherever `?to=` says, and is an ordinary page otherwise."""
    listener = socket.create_server((WEB, 80), backlog=256)

    def answer(client):
        with client:
            head = client.recv(65536).decode("latin-1")
            target = re.search(r"[?]to=(\S+)", head)
            if target:
                location = bytes.fromhex(target[1])
                client.sendall(b"HTTP/1.1 302 Found\r\nlocation: " + location + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            else:
                text = f"An ordinary page of {head.splitlines()[1]}\n".encode()
                client.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(text) + text)

    def listen():
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()


def connects(trace):
    """Addresses that stream sockets were connected to, by the words of strace."""
    found, streams = [], set()
    for line in pathlib.Path(trace).read_text(errors="replace").splitlines():
        opened = re.search(r"socket\((AF_INET6?), SOCK_(\w+)[^)]*\)\s+= (\d+)", line)
        if opened:
            (streams.add if opened[2] == "STREAM" else streams.discard)(opened[3])
        called = re.search(r'connect\((\d+), .*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"', line)
        if called and called[1] in streams:
            found.append(called[2])
    return found


def inner(short):
    """The part that runs in the namespace; prints one JSON value."""
    def ip(*words):
        subprocess.run(["ip", *words], check=True)
    ip("link", "set", "lo", "up")
    for address in (WEB, DNS):
        ip("addr", "add", f"{address}/32", "dev", "lo")
    # Every address there is leads here, so that a connect is never refused for want of a way.
    ip("route", "add", "local", "default", "dev", "lo")
    ip("-6", "route", "add", "local", "default", "dev", "lo")
    Names().start()
    web()
    urls = corpus()[:: 6 if short else 1]
    names = [f"http://{kind}{n}.rebind.net/" for kind in ("four", "six", "in") for n in range(27)]
    names += [f"http://{kind}{n}.rebind.net/{n}" for kind in ("both", "turn") for n in range(20)]
    redirects = [f"http://r{n}.example-site.com/?to={url.encode().hex()}" for n, url in enumerate(urls)]
    plain = ordinary()
    dialled, states = [], {}
    with tempfile.TemporaryDirectory() as folder:
        def under_strace(arguments, seconds=3):
            trace = f"{folder}/trace{len(states)}"
            before = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", trace]
            ran = Ran([*arguments, "--timeout", str(seconds), "--no-robots", "--json", "--max-links", "100000"], folder, before)
            for link in ran.json().get("links", []) if ran.out.strip() else []:
                states[link["url"]] = link["state"]
            dialled.extend(connects(trace))
            os.remove(trace)
            return ran
        crashed = 0
        for group in (urls, names, redirects, plain):
            for start in range(0, len(group), 400):
                part = group[start:start + 400]
                ran = under_strace(["fetch", *part], 30 if group is plain else 3)
                crashed += ran.code not in (0, 1, 2, 4) or "panicked" in ran.err
        # The same as links of a thread, which strangers write.
        text = "".join(f"[word](<{url}>)\n\n" for url in urls + redirects[:: 4])
        pathlib.Path(folder, "thread.md").write_text("# Thread Export\n\n## Tweet 1\n\n" + text)
        ran = under_strace(["fetch", "thread.md", "--follow", "--store", "other"])
        crashed += ran.code not in (0, 1, 2, 4) or "panicked" in ran.err
        strange = [address for address in dialled if not is_global(address)]
    refused = [url for url in plain if states.get(url) != "read"]
    print(json.dumps({"urls": len(urls), "names": len(names), "redirects": len(redirects), "dialled": len(dialled),
                      "strange": strange[:20], "n_strange": len(strange), "ordinary": len(plain), "refused": refused[:20],
                      "crashed": crashed}))


def is_global(text):
    address = ipaddress.ip_address(text)
    return address.is_global and not address.is_multicast


def run(short):
    if os.geteuid() or not shutil.which("strace") or not shutil.which("ip"):
        return ["left out: it needs root, strace and iproute2"], []
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolver:
        resolver.write(f"nameserver {DNS}\noptions timeout:5 attempts:3\n")
        resolver.flush()
        here = pathlib.Path(__file__)
        script = f'mount --bind {resolver.name} /etc/resolv.conf && exec {sys.executable} {here} {"short" if short else "full"}'
        ran = subprocess.run(["unshare", "-n", "-m", "sh", "-c", script], capture_output=True, text=True)
    if ran.returncode:
        return [], [f"the namespace does not work: {ran.stderr[-400:]}"]
    told = json.loads(ran.stdout.splitlines()[-1])
    lines = [f"{told['urls']} spellings, each also behind a redirect and as a link of a thread; {told['names']} names that resolve inward or turn",
             f"{told['dialled']} connects, {told['n_strange']} to an address that is not global {told['strange'] or ''}",
             f"{len(told['refused'])} wrong refusals of {told['ordinary']} ordinary names {told['refused'] or ''}"]
    wrong = []
    if told["n_strange"]:
        wrong.append("an address was dialled that is nobody's to dial")
    if told["refused"]:
        wrong.append("an ordinary name was refused")
    if told["crashed"]:
        wrong.append(f"{told['crashed']} runs ended otherwise than they should")
    if not short and told["urls"] < 1000:
        wrong.append(f"only {told['urls']} spellings: is the shared data here?")
    return lines, wrong


if __name__ == "__main__":
    inner(sys.argv[1] == "short")
