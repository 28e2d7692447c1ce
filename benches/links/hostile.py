"""Servers that do everything wrong, beside servers that do not."""

import gzip
import random
import socket
import struct
import tempfile
import threading
import time
import zlib

from program import Ran

OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"


def page(send, _):
    send(OK + b"content-type: text/plain\r\n\r\nAn ordinary page of words.\n")


def endless_body(send, _):
    send(OK + b"content-type: text/plain\r\n\r\n")
    while True:
        send(b"words without an end " * 4096)


def gzip_bomb(send, _):
    send(OK + b"content-type: text/html\r\ncontent-encoding: gzip\r\n\r\n")
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    while True:
        send(packer.compress(bytes(1 << 24)))


def gzip_quine(send, _):
    # Members without an end, each of them small.
    send(OK + b"content-type: text/html\r\ncontent-encoding: gzip\r\n\r\n")
    member = gzip.compress(bytes(1 << 20))
    while True:
        send(member)


def one_byte_a_second(send, _):
    send(OK + b"content-length: 100000\r\n\r\n")
    while True:
        send(b"x")
        time.sleep(1)


def endless_headers(send, _):
    send(OK)
    for n in range(10**9):
        send(b"x-header-%d: words\r\n" % n)


def giant_header(send, _):
    send(OK + b"x-header: ")
    while True:
        send(b"words " * 4096)


def slow_head(send, _):
    for byte in OK * 1000:
        send(bytes([byte]))
        time.sleep(0.5)


def redirect_circle(send, path):
    send(b"HTTP/1.1 302 Found\r\nlocation: %s\r\ncontent-length: 0\r\n\r\n" % (b"/b" if path == "/" else b"/"))


def redirect_chain(send, _):
    send(b"HTTP/1.1 302 Found\r\nlocation: /%d\r\ncontent-length: 0\r\n\r\n" % random.getrandbits(64))


def redirect_inward(send, _):
    send(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n")


def short_length(send, _):
    send(OK + b"content-length: 100\r\n\r\nfour")


def huge_length(send, _):
    send(OK + b"content-length: 1000000000000000\r\n\r\nfour")
    time.sleep(3600)


def garbled_chunks(send, _):
    send(OK + b"transfer-encoding: chunked\r\n\r\n4\r\nfour\r\nfffffffffffffffff\r\n")


def endless_hints(send, _):
    while True:
        send(b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n")


def endless_trailers(send, _):
    send(OK + b"transfer-encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n")
    while True:
        send(b"x-trailer: words\r\n" * 100)


def tiny_chunks(send, _):
    send(OK + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        send(b"1;extension=words\r\nx\r\n" * 1000)


def no_http(send, _):
    send(b"220 mail.example ESMTP\r\n")


def silence(_, __):
    time.sleep(3600)


def deep_page(send, _):
    send(OK + b"content-type: text/html\r\n\r\n<!doctype html>" + b"<div>" * 3_000_000)


HOSTILE = [endless_body, gzip_bomb, gzip_quine, one_byte_a_second, endless_headers, giant_header, slow_head,
           redirect_circle, redirect_chain, redirect_inward, short_length, huge_length, garbled_chunks, endless_hints,
           endless_trailers, tiny_chunks, no_http, silence, deep_page]


def serve(act):
    """A server that does this to everybody; its address."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def answer(client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(65536)
                if not more:
                    return
                head += more
            act(client.sendall, head.split(b" ")[1].decode())
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            if act is short_length:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            client.close()

    def listen():
        while True:
            client, _ = listener.accept()
            threading.Thread(target=answer, args=(client,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def run(short):
    acts = HOSTILE[:12] if short else HOSTILE
    good = [serve(page) for _ in range(10)]
    bad = {serve(act): act.__name__ for act in acts}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        limits = ["--timeout", "8" if short else "20", "--allow-private", "127.0.0.1"]
        ran = Ran(["fetch", *bad, *good, *limits, "--json"], folder)
        links = {link["url"]: link for link in ran.json().get("links", [])}
    delivered = sum(links.get(url, {}).get("state") == "read" for url in good)
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    lines = []
    for url, name in bad.items():
        told = next((line for line in errors if url.rstrip("/") in line), None)
        lines.append(f"{name:18} {(told or 'NOT TOLD').replace(url, '')[7:]}")
        if told is None:
            wrong.append(f"{name}: nothing was said")
    lines.append(f"{len(bad)} hostile servers: {len(errors)} errors, {delivered} of {len(good)} other links delivered, "
                 f"{ran.seconds:.1f} s, peak {ran.peak:.0f} MiB, exit {ran.code}")
    if delivered != len(good):
        wrong.append("other links were not delivered")
    if ran.peak > 128:
        wrong.append("more than 128 MiB")
    return lines, wrong
