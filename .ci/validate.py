"""Reads requests of forkful with the typed models of the official clients; see .ci/validate."""

import http.server
import importlib
import json
import os
import pathlib
import pkgutil
import subprocess
import sys
import tempfile
import threading
import typing

import pydantic
import typing_extensions

FORKFUL = sys.argv[1]

# One answer with a thought that wants to go back, as each protocol tells it.
ANSWERS = {
    "openai-chat": [
        {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]},
        {"choices": [{"index": 0, "delta": {"content": "One card a job [s1]."}, "finish_reason": "stop"}]},
    ],
    "openai-responses": [
        {"type": "response.output_item.done",
         "item": {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "e1"}},
        {"type": "response.output_text.delta", "delta": "One card a job [s1]."},
        {"type": "response.completed", "response": {"status": "completed", "output": []}},
    ],
    "anthropic": [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 3}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s1"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "One card a job [s1]."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ],
    "gemini": [
        {"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "One card a job [s1]."}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "", "thoughtSignature": "dDE="}]}, "finishReason": "STOP"}]},
    ],
    "ollama": [
        {"model": "m", "message": {"thinking": "Hm.", "content": "One card a job [s1]."}, "done": False},
        {"message": {"content": ""}, "done": True, "done_reason": "stop"},
    ],
}

# Flags that change a body; each is tried by itself, and the last all at once.
EVERYWHERE = [[], ["--max-output", "1k"], ["--temperature", "0.5"], ["--reasoning", "low"], ["--system", "system.txt"]]
EVERYWHERE.append([flag for flags in EVERYWHERE if flags[:1] != ["--temperature"] for flag in flags])

# Models of which each is written another way.
MODELS = {
    "openai-chat": ["gpt-4o-mini", "gpt-5.6", "o4-mini"],
    "openai-responses": ["gpt-4o-mini", "gpt-5.6", "o4-mini"],
    "anthropic": ["claude-opus-4-8", "claude-sonnet-4-5", "claude-3-7-sonnet-latest"],
    "gemini": ["gemini-2.5-flash", "gemini-3-pro"],
    "ollama": ["qwen3:4b"],
}
PROVIDERS = {"openai-chat": "openai", "openai-responses": "openai", "anthropic": "anthropic", "gemini": "gemini", "ollama": "ollama"}


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        protocol = self.server.protocol
        lines = "{}\n" if protocol == "ollama" else "data: {}\n\n"
        body = "".join(lines.format(json.dumps(event)) for event in ANSWERS[protocol])
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson" if protocol == "ollama" else "text/event-stream")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def strict(package):
    """Makes every typed dictionary of a package refuse what it does not know."""
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        try:
            members = vars(importlib.import_module(module.name)).values()
        except ImportError:
            continue
        for member in members:
            if typing_extensions.is_typeddict(member):
                member.__pydantic_config__ = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def dictionaries(package, *names):
    strict(package)
    types = tuple(getattr(importlib.import_module(module), name) for module, name in names)
    return pydantic.TypeAdapter(typing.Union[types])


def readers():
    import anthropic.types
    import openai.types
    from google.genai import types as genai
    import ollama

    chat = "openai.types.chat.completion_create_params"
    responses = "openai.types.responses.response_create_params"
    messages = "anthropic.types.message_create_params"
    chats = dictionaries(openai.types, (chat, "CompletionCreateParamsStreaming"), (chat, "CompletionCreateParamsNonStreaming"))
    items = dictionaries(openai.types, (responses, "ResponseCreateParamsStreaming"), (responses, "ResponseCreateParamsNonStreaming"))
    blocks = dictionaries(anthropic.types, (messages, "MessageCreateParamsStreaming"), (messages, "MessageCreateParamsNonStreaming"))

    def gemini(body):
        unknown = set(body) - {"contents", "systemInstruction", "generationConfig"}
        assert not unknown, f"unknown fields: {unknown}"
        for content in body["contents"]:
            genai.Content.model_validate(content)
        if "systemInstruction" in body:
            genai.Content.model_validate(body["systemInstruction"])
        genai.GenerationConfig.model_validate(body.get("generationConfig", {}))

    def claude(body):
        # The client's types no longer have it; its servers read it for the models that know it.
        blocks.validate_python({name: value for name, value in body.items() if name != "temperature"})

    class Request(ollama._types.ChatRequest, extra="forbid"):
        # Fields of the server that its client does not have: they keep it from cutting a prompt in silence.
        truncate: bool | None = None
        shift: bool | None = None

    class Options(ollama.Options, extra="forbid"):
        pass

    def local(body):
        Request.model_validate(body)
        Options.model_validate(body.get("options", {}))

    return {
        "openai-chat": chats.validate_python,
        "openai-responses": items.validate_python,
        "anthropic": claude,
        "gemini": gemini,
        "ollama": local,
    }


class Batches(http.server.BaseHTTPRequestHandler):
    """Takes a file of questions and a batch, as either provider does, and keeps what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.sent.append((self.path, body))
        if self.path.endswith("/files"):
            told = {"id": "file-1", "object": "file"}
        elif "messages" in self.path:
            told = {"id": "msgbatch_1", "processing_status": "in_progress", "request_counts": {"processing": 2}}
        else:
            told = {"id": "batch_1", "status": "validating", "request_counts": {}}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_):
        pass


def batches(read):
    """What is sent for a batch: its creation, and each question in it."""
    import anthropic.types
    import openai.types

    messages = dictionaries(anthropic.types, ("anthropic.types.messages.batch_create_params", "BatchCreateParams"))
    files = dictionaries(openai.types, ("openai.types.batch_create_params", "BatchCreateParams"))
    for protocol in ["openai-chat", "openai-responses", "anthropic"]:
        with tempfile.TemporaryDirectory() as folder, http.server.HTTPServer(("127.0.0.1", 0), Batches) as server:
            place = {"cwd": folder, "env": {"HOME": folder, "FORKFUL_STORE": f"{folder}/store", "PATH": os.environ["PATH"]}}
            pathlib.Path(folder, "essay.md").write_text("# On cards\n\nKeep one card a job. Burn the rest.\n")
            pathlib.Path(folder, "questions.txt").write_text("What is kept?\nWhat burns?\n")
            run("pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md", **place)
            server.sent = []
            threading.Thread(target=server.serve_forever, daemon=True).start()
            root = "/v1" if protocol.startswith("openai") else ""
            url = f"http://127.0.0.1:{server.server_port}{root}"
            model = MODELS[protocol][0]
            run("ask", "cards", "--each", "questions.txt", "--batch", "-m", model, "--protocol", protocol, "--base-url", url, **place)
            server.shutdown()
            made = json.loads(server.sent[-1][1])
            if protocol == "anthropic":
                messages.validate_python(made)
                questions = [request["params"] for request in made["requests"]]
            else:
                files.validate_python(made)
                lines = [json.loads(line) for line in server.sent[0][1].decode().splitlines() if line.startswith("{")]
                assert all(set(line) == {"custom_id", "method", "url", "body"} for line in lines), lines
                assert all(line["url"] == made["endpoint"] for line in lines), lines
                questions = [line["body"] for line in lines]
            assert len(questions) == 2, questions
            for body in questions:
                read[protocol](body)
                assert not body.get("stream"), body
            print(f"{protocol}: a batch of {len(questions)} is as the client describes it")


def run(*arguments, **more):
    done = subprocess.run([FORKFUL, *arguments], capture_output=True, text=True, **more)
    if done.returncode != 0:
        sys.exit(f"error: forkful {' '.join(arguments)}\n{done.stderr}")
    return done.stdout


def main():
    read = readers()
    for protocol, validate in read.items():
        with tempfile.TemporaryDirectory() as folder:
            place = {"cwd": folder, "env": {"HOME": folder, "FORKFUL_STORE": f"{folder}/store", "PATH": os.environ["PATH"]}}
            pathlib.Path(folder, "essay.md").write_text("# On cards\n\nKeep one card a job. Burn the rest.\n")
            pathlib.Path(folder, "system.txt").write_text("Answer in one sentence.\n")
            run("pack", "essay.md", "--name", "cards", "-q", "-o", "cards.md", **place)
            server = http.server.HTTPServer(("127.0.0.1", 0), Server)
            server.protocol = protocol
            threading.Thread(target=server.serve_forever, daemon=True).start()
            root = "/v1" if protocol.startswith("openai") else ""
            url = f"http://127.0.0.1:{server.server_port}{root}"
            n_bodies = 0
            for model in MODELS[protocol]:
                branch = f"b{n_bodies}"
                asked = ["-m", model, "--protocol", protocol]
                run("ask", "cards", "What is kept?", "-b", branch, "--base-url", url, *asked, **place)
                for flags in EVERYWHERE + ([["--citations"]] if protocol == "anthropic" else []):
                    for address in ["cards", branch]:
                        whom = ["--provider", PROVIDERS[protocol], *asked]
                        body = json.loads(run("ask", address, "And why?", "--dry-run", *whom, *flags, **place))
                        try:
                            validate(body)
                        except Exception as error:
                            sys.exit(f"error: {protocol}, {model}, {' '.join(flags)}: {error}\n{json.dumps(body)[:2000]}")
                        n_bodies += 1
            server.shutdown()
            print(f"{protocol}: {n_bodies} bodies are as the client describes them")
    batches(read)
    # A check that refuses nothing would pass as well.
    for protocol, validate in read.items():
        try:
            validate({"model": "m", "max_tokens": 1, "stream": True, "messages": [], "input": "x", "contents": [], "harbour": 1})
        except Exception:
            continue
        sys.exit(f"error: the description of {protocol} refuses nothing")


main()
