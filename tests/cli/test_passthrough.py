"""A metered command notices nothing: streams, files, environment and exit code are its own."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE, PYTHON, SUBMETER, booking, cpu_seconds, finish

ACCOUNT = "submeter  "


def raw(meter, *words, **told):
    return subprocess.run(
        [SUBMETER, "run", "--", *words],
        cwd=meter.folder,
        env=meter.environ,
        check=False,
        timeout=PATIENCE,
        **told,
    )


def direct(meter, *words, **told):
    return subprocess.run(
        words, cwd=meter.folder, env=meter.environ, check=False, timeout=PATIENCE, **told
    )


def test_megabytes_of_bytes_pass_through_stdin_and_stdout_unchanged(meter):
    data = random.Random(0).randbytes(8 * 1024 * 1024)  # noqa: S311 - not for secrets
    done = raw(meter, "cat", input=data, capture_output=True)
    assert done.stdout == data
    assert done.returncode == 0


def test_bytes_that_are_no_text_pass_through_stderr_before_the_account(meter):
    data = bytes(range(256)) * 64
    (meter.folder / "data").write_bytes(data)
    done = raw(meter, "sh", "-c", "cat data >&2", capture_output=True)
    assert done.stderr.startswith(data)
    assert done.stdout == b""
    assert ACCOUNT.encode() in done.stderr[len(data) :]


def test_both_streams_on_one_pipe_keep_their_order(meter):
    program = (
        "import os\n"
        "for i in range(500): os.write(1, b'out %d\\n' % i); os.write(2, b'err %d\\n' % i)"
    )
    done = raw(meter, PYTHON, "-c", program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expected = "".join(f"out {i}\nerr {i}\n" for i in range(500)).encode()
    assert done.stdout.startswith(expected)


def test_stdout_holds_nothing_but_the_commands_own(meter):
    done = raw(meter, "true", capture_output=True)
    assert done.stdout == b""


def test_a_file_descriptor_from_the_shell_reaches_the_command(meter):
    (meter.folder / "file").write_text("through 63\n")
    line = f"{SUBMETER} run -- cat /dev/fd/63 63<file"
    done = direct(meter, "bash", "-c", line, capture_output=True)
    assert done.stdout == b"through 63\n"
    assert done.returncode == 0


def test_the_command_gets_no_descriptor_of_the_meters(meter):
    look = (PYTHON, "-c", "import os; print(sorted(os.listdir('/proc/self/fd')))")
    assert (
        raw(meter, *look, capture_output=True).stdout
        == direct(meter, *look, capture_output=True).stdout
    )


@pytest.mark.parametrize("language", [{}, {"LANG": "C"}, {"LC_ALL": "POSIX"}])
def test_the_environment_is_the_meters_own_and_the_id_of_the_entry(meter, language):
    kept = {k: v for k, v in meter.environ.items() if not k.startswith(("LC_", "LANG"))}
    meter.environ = {**kept, **language, "ODD": "a=b\n\x7f é"}
    look = ("env", "-0")
    metered = raw(meter, *look, capture_output=True)
    plain = direct(meter, *look, capture_output=True)
    added = set(metered.stdout.split(b"\0")) ^ set(plain.stdout.split(b"\0"))
    assert added == {f"SUBMETER_PARENT={meter.only_entry()['id']}".encode()}


def test_folder_umask_limits_and_ignored_signals_are_handed_on(meter):
    look = "pwd; umask; ulimit -n; ulimit -c; grep -E '^Sig(Blk|Ign)' /proc/$$/status"
    line = f"umask 027; ulimit -n 200; trap '' HUP; {{}} bash -c '{look}'"
    told = {"capture_output": True}
    metered = direct(meter, "bash", "-c", line.format(f"{SUBMETER} run --"), **told)
    plain = direct(meter, "bash", "-c", line.format(""), **told)
    assert metered.stdout == plain.stdout


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_exit_code_is_the_commands(meter, code):
    assert meter("run", "--", "sh", "-c", f"exit {code}").returncode == code
    assert meter.only_entry()["exit_code"] == code


@pytest.mark.parametrize("signal", [9, 11, 15])
def test_a_command_that_a_signal_kills_gives_128_and_the_signal(meter, signal):
    done = meter("run", "--", "sh", "-c", f"kill -{signal} $$")
    assert done.returncode == 128 + signal
    assert meter.only_entry()["exit_code"] == 128 + signal
    assert ACCOUNT in done.stderr


def test_a_pipe_that_is_closed_ends_the_command_as_it_would_without_the_meter(meter):
    line = f"{SUBMETER} run -- yes 2>account | head -1; echo ${{PIPESTATUS[0]}}"
    done = direct(meter, "bash", "-c", line, capture_output=True)
    assert done.stdout == b"y\n141\n"
    assert ACCOUNT in (meter.folder / "account").read_text()


def test_a_missing_command_is_127_and_says_so(meter):
    done = meter("run", "--", "no-such-command-here")
    assert done.returncode == 127
    assert "there is no such command" in done.stderr
    assert done.stderr.startswith("error[SM150]")
    assert meter.entries() == []


def test_a_file_that_is_not_executable_is_126_with_its_remedy(meter):
    (meter.folder / "plain").write_text("#!/bin/sh\n")
    done = meter("run", "--", "./plain")
    assert done.returncode == 126
    assert "chmod +x" in done.stderr


def test_an_executable_that_is_no_program_is_126(meter):
    path = meter.folder / "garbage"
    path.write_bytes(b"\x7fNOT A PROGRAM")
    path.chmod(0o755)
    done = meter("run", "--", str(path))
    assert done.returncode == 126
    assert done.stderr.startswith("error[SM150]")
    assert "Traceback" not in done.stderr


def test_a_folder_is_no_command(meter):
    assert meter("run", "--", str(meter.folder)).returncode == 126


def test_options_after_the_command_are_the_commands(meter):
    done = meter("run", "--name", "x", "--", "echo", "--name", "--json", "-", "--")
    assert done.stdout == "--name --json - --\n"


def test_the_dashes_may_be_left_out(meter):
    assert meter("run", "echo", "-n", "hello").stdout == "hello"


def test_a_missing_command_line_says_what_to_write(meter):
    for words in (["run"], ["run", "--"]):
        done = meter(*words)
        assert done.returncode == 2
        assert "submeter run -- python train.py" in done.stderr


def test_closed_standard_streams_do_not_change_the_exit_code(meter):
    for closing in ("2>&-", ">&-", "<&-", "<&- >&- 2>&-"):
        line = f"{SUBMETER} run -- sh -c 'exit 3' {closing}"
        done = direct(meter, "bash", "-c", line, capture_output=True)
        assert done.returncode == 3, closing
        assert b"Traceback" not in done.stderr, closing
    assert [each["exit_code"] for each in meter.entries()] == [3, 3, 3, 3]


def test_an_account_that_nobody_reads_does_not_change_the_exit_code(meter):
    reader, writer = os.pipe()
    with meter.start("run", "--", "sh", "-c", "exit 3", stderr=writer) as process:
        os.close(reader)
        os.close(writer)
        assert process.wait(PATIENCE) == 3
    assert meter.only_entry()["exit_code"] == 3


def test_an_account_that_cannot_be_written_does_not_change_the_exit_code(meter):
    with Path("/dev/full").open("w") as full:
        done = raw(meter, "sh", "-c", "exit 3", stderr=full, stdout=subprocess.PIPE)
    assert done.returncode == 3
    assert meter.only_entry()["exit_code"] == 3


def test_a_file_that_cannot_be_written_is_told_beside_the_account(meter):
    (meter.folder / "folder.json").mkdir()
    done = meter("run", "--json", "folder.json", "--csv", "a.csv", "--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert "error[SM100]: the result cannot be written" in done.stderr
    assert ACCOUNT in done.stderr
    assert (meter.folder / "a.csv").exists()


def test_a_file_in_no_folder_is_refused_before_the_command_is_started(meter):
    done = meter("run", "--json", "nowhere/a.json", "--", "touch", "started")
    assert done.returncode == 2
    assert "error[SM100]: the account could not be written there, nowhere/a.json" in done.stderr
    assert not (meter.folder / "started").exists()


def test_a_command_of_a_few_milliseconds_is_not_free(meter):
    meter("run", "--", "sh", "-c", "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done")
    entry = meter.only_entry()
    assert cpu_seconds(entry) > 0
    assert booking(entry, "cpu")["workload"] > 0


def test_memory_that_nobody_saw_is_unattributed_and_not_zero(meter):
    """A command can be over before its memory is looked at: then it held some, not none."""
    meter("run", "--json", "a.json", "--", "true")
    booked = booking(meter.only_entry(), "memory")
    told = json.loads((meter.folder / "a.json").read_text())
    if booked["workload"]:  # on a slow machine somebody looked in time
        assert told["energy"]["by_component"]["memory"]["value"] > 0
        return
    assert booked["unattributed"] == booked["meter"] > 0
    assert "memory" not in told["energy"]["by_component"]
    assert any(each.startswith("memory: ") for each in told["missing"])


def test_a_terminal_stays_a_terminal(meter):
    import pty

    look = "import os; print('terminals', [os.isatty(i) for i in range(3)])"
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(meter.folder)
        os.execve(SUBMETER, [SUBMETER, "run", "--", PYTHON, "-c", look], meter.environ)  # noqa: S606
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"terminals [True, True, True]" in seen


def test_input_is_not_read_ahead(meter):
    """What the command leaves on standard input is there for whoever comes next."""
    line = f"printf 'one\\ntwo\\n' | {{ {SUBMETER} run -- true 2>/dev/null; cat; }}"
    done = direct(meter, "bash", "-c", line, capture_output=True)
    assert done.stdout == b"one\ntwo\n"


def test_the_command_is_started_once(meter):
    log = meter.folder / "starts"
    process = meter.start("run", "--", "sh", "-c", f"echo started >> {log}")
    finish(process)
    assert log.read_text() == "started\n"
