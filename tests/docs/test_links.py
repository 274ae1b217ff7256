"""Links between pages resolve, and every page is reached from the index."""

import re

import pytest

from tests.docs.pages import DOCS, ROOT, anchors, pages, read, without_code

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def links(page):
    """Give the links of a page that stay in the repository."""
    found = LINK.findall(without_code(read(page)))
    return [each for each in found if not re.match(r"[a-z]+:", each)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(read(target)), link


def test_the_index_leads_to_every_page():
    index = DOCS / "index.md"
    reached = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    # Results of benchmarks stand beside what made them.
    wanted = {page for page in DOCS.rglob("*.md") if DOCS / "benchmarks" not in page.parents}
    assert sorted(wanted - reached - {index}) == []


def test_pages_named_in_the_program_exist():
    named = set()
    for source in (ROOT / "src").rglob("*.py"):
        named |= set(re.findall(r"docs/[\w/-]+\.md", read(source)))
    assert sorted(each for each in named if not (ROOT / each).is_file()) == []
