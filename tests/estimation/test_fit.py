"""The figures in the package are those that the script gives, where its tables are at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from submeter.estimation import coefficients

ROOT = Path(__file__).parents[2]
FACTS = os.environ.get("SUBMETER_FACTS", "")


@pytest.mark.slow
@pytest.mark.skipif(not FACTS, reason="SUBMETER_FACTS does not name the folder of published tables")
def test_the_script_gives_the_figures_of_the_package():
    program = (
        "from pathlib import Path\n"
        "from scripts import fit_cpu_load_curve as fitting\n"
        f"found = fitting.fit(Path({FACTS!r}, 'specpower_idle_full.csv'),"
        f" Path({FACTS!r}, 'specpower_profiles.csv'))\n"
        "print(fitting.written(found, fitting.coverage(found)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    fresh: dict[str, object] = {"__name__": "fresh"}
    exec(done.stdout, fresh)  # noqa: S102 - the script's own output
    for name in ("HOST", "SMALL", "MEMORY", "HOSTS", "HOST_MODELS", "ROWS", "COVERAGE"):
        # As text: the classes of the fresh module are its own.
        assert str(fresh[name]) == str(getattr(coefficients, name))


def test_the_docs_show_the_coverage_of_the_package():
    page = (ROOT / "docs/reference/models/cpu-load-curve.md").read_text(encoding="utf-8")
    for row in coefficients.COVERAGE:
        assert f"| {row.load} | {row.servers:.1%} | {row.models:.1%} |" in page
