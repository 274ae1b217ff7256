"""A real browser without a window: what a page is once its scripts have run."""

import contextlib
import functools
import http.server
import itertools
import json
import os
import re
import shutil
import subprocess
import threading
import time

LONGEST = 60
"""How long a page may take to its end [s]."""
VERIFIED = r'id="verdict"'
"""What a page shows once it has verified a bundle."""
_WHOLE = "document.documentElement.outerHTML"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *told):
        """Say nothing."""


@contextlib.contextmanager
def site(folder):
    """Serve a folder on loopback; gives its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(address, folder, until=""):
    """Give the page's HTML once it matches `until`, or has stood still for a second.

    Real time is waited for: a browser's virtual clock does not see its threads at work at hashes.
    `folder` keeps the browser's own files.
    """
    with _browser(folder) as ask:
        target = ask("Target.createTarget", url="about:blank")["targetId"]
        told = ask("Target.attachToTarget", targetId=target, flatten=True)
        session = told["sessionId"]
        ask("Page.navigate", session, url=address)
        shown, since = "", time.monotonic()
        for _ in range(LONGEST * 10):
            time.sleep(0.1)
            seen = ask("Runtime.evaluate", session, expression=_WHOLE)["result"].get("value", "")
            if seen != shown:
                shown, since = seen, time.monotonic()
            if re.search(until, shown) if until else time.monotonic() - since > 1:
                return shown
    raise AssertionError(f"the page does not come to its end: {shown}")


@contextlib.contextmanager
def _browser(folder):
    """Start a browser; gives what asks it a command of the DevTools protocol, through two pipes."""
    (theirs, to), (back, own) = os.pipe(), os.pipe()
    words = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
        f"--user-data-dir={folder}",
    ]  # fmt: skip
    # It reads and writes at 3 and 4; the shell hands them on, whatever their numbers here.
    script = f'exec "$@" 3<&{theirs} 4>&{own}'
    running = subprocess.Popen(
        ["/bin/bash", "-c", script, "browser", *words], pass_fds=(theirs, own),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    os.close(own)
    numbers = itertools.count(1)
    with os.fdopen(to, "wb", 0) as asked, os.fdopen(back, "rb") as answers:

        def ask(method, session="", **told):
            number = next(numbers)
            message = {"id": number, "method": method, "params": told}
            if session:
                message["sessionId"] = session
            asked.write(json.dumps(message).encode() + b"\0")
            while True:
                answer = json.loads(_message(answers))
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    return answer["result"]

        try:
            yield ask
        finally:
            running.terminate()
            running.wait(30)


def _message(answers):
    """Read up to the next NUL."""
    found = bytearray()
    while (letter := answers.read(1)) != b"\0":
        assert letter, "the browser ended"
        found += letter
    return found
