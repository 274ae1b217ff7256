"""Where the pages are, and what they say."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
TOP = tuple(ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY"))


def pages():
    """Give every page: those of docs/, and those at the top of the repository."""
    return [*sorted(DOCS.rglob("*.md")), *TOP]


def read(page):
    return page.read_text(encoding="utf-8")


def without_blocks(text):
    """Give the text without fenced blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def without_code(text):
    """Give the text without fenced blocks and code spans, in which a link is no link."""
    return re.sub(
        r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def blocks(text, *languages):
    """Give the fenced blocks in one of `languages`."""
    found = re.findall(r"^```(\S*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [body for language, body in found if language in languages]


def anchors(text):
    """Give the anchors of a page's headings, as forges make them."""
    titles = re.findall(r"^#+ (.+)$", without_blocks(text), flags=re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in kept}
