"""The demo's models give right answers, and its joules are entered once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def pages():
    pytest.importorskip("PIL", reason="needs what `make demo` installs")
    from demo import pages

    return pages


def test_text_read_in_full_scores_one_and_spaces_do_not_count(pages):
    assert pages.score("the meter\nbehind", "the meterbehind") == 1


def test_text_misread_or_made_up_scores_less(pages):
    assert pages.score("the meter", "the metre") == pytest.approx(7 / 8)
    assert pages.score("the meter behind", "the meter") == pytest.approx(8 / 14)
    assert pages.score("", "the meter") == 0


def test_file_types_are_asked_of_the_same_files_each_time():
    from demo import file_types

    chosen = file_types.files(3)
    assert chosen == file_types.files(3)
    assert {path.suffix for path in chosen} >= {".py", ".md"}


def run(script: str, home: Path) -> str:
    """Run Python with the demo's models, away from this process and its strict warnings."""
    environ = {**os.environ, "SUBMETER_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, env=environ, text=True,
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.system
@pytest.mark.parametrize("name", ["file_types", "pages"])
def test_a_model_is_right_and_loading_is_told_from_querying(name, tmp_path):
    pytest.importorskip("PIL", reason="needs what `make demo` installs")
    script = f"""if True:
        import json
        from demo import workload, {name}
        result = workload.do({name}.task(1))
        counts = dict(result.query.counts)
        joules = [each.energy.value for each in (result.load, result.query, result.whole)]
        print(json.dumps([result.right, counts, joules]))"""
    right, counts, (load, query, whole) = json.loads(run(script, tmp_path))
    assert right > 0.8
    assert counts["requests"] >= 1
    assert load > 0
    assert query > 0
    assert load + query == pytest.approx(whole, rel=0.05)
    assert not list(tmp_path.rglob("*.wal")), "entered, though it is metered from outside"


@pytest.mark.system
def test_the_demo_enters_its_joules_once_and_says_where(tmp_path):
    pytest.importorskip("PIL", reason="needs what `make demo` installs")
    if Path(sys.prefix) != REPOSITORY / ".venv":
        pytest.skip("demo/run.sh uses .venv, and these tests run in another environment")
    environ = {**os.environ, "SUBMETER_HOME": str(tmp_path)}
    done = subprocess.run(
        ["demo/run.sh"], cwd=REPOSITORY, env=environ, text=True, capture_output=True,
        check=True, timeout=180,
    )  # fmt: skip
    assert f"in{tmp_path}/ledger" in "".join(done.stderr.split())  # lines may be broken anywhere
    submeter = shutil.which("submeter", path=str(REPOSITORY / ".venv" / "bin"))
    assert submeter is not None
    listed = subprocess.run(
        [submeter, "ledger", "list", "--json", "-"], env=environ, text=True, capture_output=True,
        check=True,
    )  # fmt: skip
    (entry,) = json.loads(listed.stdout)["entries"]
    assert (entry["name"], entry["stage"], entry["state"]) == ("demo", "inference", "final")
