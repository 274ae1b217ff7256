"""Quality that a reader's browser works out anew is what Python worked out."""

import html
import json
import random
import re
import shutil
from pathlib import Path

import pytest

from submeter import web
from submeter.benchmarks.metrics import METRICS, metric_of
from tests.web.browser import page, site

RATIOS = {"accuracy", "F1", "ROUGE-L", "WER", "CER", "none"}
"""Metrics that are one sum over another, which tests of whole bundles cover, or no measure."""
PAGE = """<!doctype html><body><script type="module">
import { METRICS } from "./verify.js";
const told = await (await fetch("./marks.json")).json();
const found = told.map(([name, marks]) => METRICS[name](marks));
const shown = document.body.appendChild(document.createElement("pre"));
shown.textContent = JSON.stringify(found);
</script></body>"""


def some_marks(chance, pictures):
    """Give marks of pictures with things of three kinds, found by somebody who errs."""
    mark = metric_of("mAP@0.5").mark
    marks = []
    for _ in range(pictures):
        truth = [
            [chance.choice("abc"), 1.0, 20 * i, 0, 10, 10] for i in range(chance.randint(0, 4))
        ]
        found = [
            [chance.choice([label, label, "a"]), round(chance.random(), 1),
             x + chance.choice((0, 3, 9)), y, width, height]
            for label, _, x, y, width, height in truth * chance.randint(0, 2)
        ]  # fmt: skip
        marks.append(mark(found, truth))
    return marks


@pytest.mark.system
def test_every_metric_that_a_bundle_may_name(tmp_path):
    chance = random.Random(5)  # noqa: S311 - no secret
    sets = [("mAP@0.5", some_marks(chance, each)) for each in (1, 2, 5, 20, 60)]
    sets += [("mAP@0.5", [(0.0,)]), ("VQA accuracy", [(0.6, 1.0), (1.0, 1.0)])]
    sets += [
        ("SQuAD F1", [(0.4, 0.0), (1.0, 1.0), (0.0, 0.0)]),
        ("nDCG@10", [(0.63, 1.0), (0.0, 1.0)]),
    ]
    sets += [("solved", [(1.0, 1.0), (0.0, 1.0)]), ("pass@1", [(1.0, 1.0), (1.0, 1.0)])]
    tied = [(float(chance.randint(0, 5)), float(chance.randint(0, 5))) for _ in range(30)]
    sets += [("Spearman", tied), ("Spearman", [(1.0, 2.0), (1.0, 3.0)])]
    assert {name for name, _ in sets} >= set(METRICS) - RATIOS
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copy(Path(web.__file__).parent / "static" / "verify.js", folder)
    (folder / "marks.json").write_text(json.dumps(sets))
    (folder / "index.html").write_text(PAGE)
    with site(folder) as address:
        shown = page(f"{address}/index.html", tmp_path / "a", "</pre>")
    found = re.search(r"<pre>(.*)</pre>", shown)
    assert found is not None, shown
    expected = [metric_of(name).overall(marks) for name, marks in sets]
    assert json.loads(html.unescape(found[1])) == pytest.approx(expected, rel=1e-9)
    assert len(set(expected)) > 4
