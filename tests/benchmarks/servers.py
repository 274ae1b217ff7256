"""A server of chat completions on loopback, in this process or in one of its own."""

import contextlib
import http.server
import json
import subprocess
import sys
import threading
import time


class Server(http.server.ThreadingHTTPServer):
    """Keeps what it was asked, and what to do wrong next."""

    def __init__(self, faults):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.faults = [], list(faults)


class Handler(http.server.BaseHTTPRequestHandler):
    """Streams as many tokens as were asked for; what it was asked is kept in `server.asked`."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, self.headers.get("Authorization")))
        faults = self.server.faults
        fault = faults.pop(0) if faults else ""
        if fault.isdigit():
            content = json.dumps({"error": "model not found"}).encode()
            self.send_response(int(fault))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for i in range(body.get("max_tokens", 3)):
            time.sleep(0.001)
            piece: dict[str, object] = {"text": f"w{i} "}
            if "messages" in body:
                thinks = fault in ("reasoning", "reasoning_content") and i == 0
                piece = {"delta": {fault if thinks else "content": f"w{i} "}}
            self.event({"choices": [piece]})
            if fault == "cut":
                return
            if fault == "nonsense":
                self.wfile.write(b"data: {nonsense\n\n")
                return
        count = body.get("max_tokens", 3)
        self.event({"choices": [{"finish_reason": "length"}]})
        usage = {"prompt_tokens": 5, "completion_tokens": count,
                 "completion_tokens_details": {"reasoning_tokens": 1}}  # fmt: skip
        self.event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def event(self, told):
        self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())

    def log_message(self, *told):
        """Say nothing."""


@contextlib.contextmanager
def served(*faults):
    """Serve from a thread of this process; gives the server."""
    server = Server(faults)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def process():
    """Serve from a process of its own; gives the process and its port."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.servers"], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    try:
        yield running, int(running.stdout.readline())
    finally:
        running.terminate()
        running.communicate()


if __name__ == "__main__":
    with served() as its_own:
        sys.stdout.write(f"{its_own.server_port}\n")
        sys.stdout.flush()
        threading.Event().wait()
