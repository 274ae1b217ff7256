"""Work handed to an accelerator is waited for at a window's edges, if its library is there."""

FAKES = """
import types
calls = []

def fake(name, **parts):
    module = types.ModuleType(name)
    module.__dict__.update(parts)
    sys.modules[name] = module

class Cuda:
    initialised = True
    @staticmethod
    def is_initialized(): return Cuda.initialised
    @staticmethod
    def synchronize(): calls.append("torch")

class Runtime:
    @staticmethod
    def deviceSynchronize(): calls.append("cupy")
"""


def test_libraries_that_are_there_are_synchronised_at_both_edges(programs):
    told = programs.told(
        FAKES
        + """
fake("torch", cuda=Cuda)
fake("jax", effects_barrier=lambda: calls.append("jax"))
fake("cupy", cuda=types.SimpleNamespace(runtime=Runtime))
with submeter.measure("w") as window:
    started, calls[:] = sorted(calls), []
tell(started=started, ended=sorted(calls), missing=window.missing)
"""
    )
    assert told["started"] == told["ended"] == ["cupy", "jax", "torch"]
    assert not [each for each in told["missing"] if "torch" in each]


def test_a_device_that_the_program_has_not_touched_is_not_woken(programs):
    told = programs.told(
        FAKES
        + """
Cuda.initialised = False
fake("torch", cuda=Cuda)
with submeter.measure("w") as window:
    pass
tell(calls=calls)
"""
    )
    assert told["calls"] == []


def test_nothing_is_imported_for_it(programs):
    told = programs.told("""
        with submeter.measure("w") as window:
            pass
        tell(loaded=[name for name in ("torch", "jax", "cupy") if name in sys.modules])
    """)
    assert told["loaded"] == []


def test_a_device_that_fails_is_told_in_the_account_and_nothing_more(programs):
    told = programs.told(
        FAKES
        + """
def fails(): raise RuntimeError("CUDA error: device-side assert triggered")
Cuda.synchronize = staticmethod(fails)
fake("torch", cuda=Cuda)
fake("jax")  # one without the function: another version
fake("cupy", cuda=types.SimpleNamespace(runtime=Runtime))
with submeter.measure("w") as window:
    burn(0.02)
tell(missing=window.missing, calls=calls, energy=joules(window.energy))
"""
    )
    assert told["energy"][1] > 0
    assert told["calls"] == ["cupy", "cupy"], "the others are waited for all the same"
    assert len([each for each in told["missing"] if "device-side assert" in each]) == 1
    assert any(each.startswith("jax: could not wait") for each in told["missing"])
    assert any("device-side assert" in each for each in programs.only_entry()["missing"])


def test_a_half_imported_library_is_harmless(programs):
    told = programs.told(
        FAKES
        + """
fake("torch")
sys.modules["cupy"] = None
with submeter.measure("w") as window:
    burn(0.02)
tell(energy=joules(window.energy))
"""
    )
    assert told["energy"][1] > 0
