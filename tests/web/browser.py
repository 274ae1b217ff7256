"""A real browser without a window: what a page is once its scripts have run."""

import contextlib
import functools
import http.server
import shutil
import subprocess
import threading

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


def page(address, folder):
    """Give the page's HTML after its scripts; `folder` keeps the browser's own files."""
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={folder}", "--virtual-time-budget=10000", "--dump-dom", address,
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout
