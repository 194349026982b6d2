"""Runs jetrain under the preloaded libraries, alone or under mpirun, and never waits longer than it was told."""

import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

ROOT_ALLOWED = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
QUIET_MPI = {"OMPI_MCA_btl_vader_single_copy_mechanism": "none", "OMPI_MCA_rmaps_base_oversubscribe": "1",
             "OMPI_MCA_hwloc_base_binding_policy": "none", "OMP_NUM_THREADS": "1"}
WITHOUT_DAEMON = {"OMPI_MCA_ess_singleton_isolated": "1"}  # a process alone starts in two thirds of the time


@dataclasses.dataclass(frozen=True)
class Fault:
    """Call number `at` of this kind on this file, on one rank of so many, goes wrong.

    `act` is what fault_rule.hpp knows; behind it may stand + (all from there on) or *K (K in a row).
    """
    case: str
    ranks: int
    rank: int
    call: str
    file: str
    at: int
    act: str

    def __str__(self):
        return ":".join(map(str, dataclasses.astuple(self)))

    @staticmethod
    def parse(text):
        case, ranks, rank, call, file, at, act = text.split(":")
        return Fault(case, int(ranks), int(rank), call, file, int(at), act)

    def how(self):
        """FAULT_ACT and FAULT_COUNT."""
        if self.act.endswith("+"):
            return self.act[:-1], "0"
        act, _, count = self.act.partition("*")
        return act, count or "1"

    @property
    def errno_name(self):
        act = self.how()[0]
        return act if act.startswith("E") else None

    @property
    def ends_the_process(self):
        return self.how()[0] in ("kill", "killafter", "stop")


@dataclasses.dataclass
class Result:
    status: int
    out: str
    err: str
    hung: bool
    log: str

    def was_hit(self):
        return "\nhit " in "\n" + self.log

    def calls(self):
        """(name, path) of each call that was counted, in order."""
        lines = (line.split(" ", 2) for line in self.log.splitlines())
        return [(words[1], words[2]) for words in lines if words[0] == "call"]


class Bench:
    """The program and the libraries under test, and a folder for all that is made; it goes with the sweep."""

    def __init__(self, build, jetrain, timeout):
        built = pathlib.Path(build).resolve()
        self.jetrain = str(pathlib.Path(jetrain).resolve() if jetrain else built / "jetrain")
        self.tools = built / "tests" / "faults"
        self.timeout = timeout
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="faults."))
        self.inputs = self.root / "inputs"
        self.sessions = pathlib.Path(tempfile.mkdtemp(prefix="faults."))  # MPI's own files
        self._count = 0
        self._lock = threading.Lock()

    def close(self):
        for folder in (self.root, self.sessions):
            shutil.rmtree(folder, ignore_errors=True)

    def new_place(self):
        """An empty folder ROOT/NUMBER."""
        with self._lock:
            self._count += 1
            place = self.root / str(self._count)
        place.mkdir()
        return place

    @staticmethod
    def remove(place):
        shutil.rmtree(place, ignore_errors=True)

    def run(self, arguments, place, ranks=1, shim=None, told=None):
        """`jetrain arguments` in PLACE/work; `told`: the library's variables."""
        log = place / "log"
        log.unlink(missing_ok=True)
        # Open MPI's jobs may fail where another one removes the folder that they share.
        session = self.sessions / place.name
        session.mkdir()
        environment = dict(os.environ, **ROOT_ALLOWED, **QUIET_MPI, OMPI_MCA_orte_tmpdir_base=str(session))
        told = dict(told or {}, FAULT_LOG=str(log))
        if shim:
            told["LD_PRELOAD"] = str(self.tools / f"{shim}.so")
        command = [self.jetrain, *arguments]
        if ranks == 1:
            environment.update(told, **WITHOUT_DAEMON)
        else:
            exports = [word for name, value in told.items() for word in ("-x", f"{name}={value}")]
            command = ["mpirun", "-np", str(ranks), "--oversubscribe", "--bind-to", "none", *exports, *command]
        process = subprocess.Popen(command, cwd=place / "work", env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        hung = False
        try:
            out, err = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            hung = True
            end_ranks(log)
            out, err = end(process)
        end_ranks(log)
        shutil.rmtree(session, ignore_errors=True)
        text = log.read_text(errors="replace") if log.exists() else ""
        return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), hung, text)


def end(process):
    """Its output, when it has been asked to end, and after three seconds made to."""
    for end_signal in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, end_signal)
        except ProcessLookupError:
            pass
        try:
            return process.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    return b"", b""


def end_ranks(log):
    """Stopped and hanging ranks outlive their mpirun; which processes they are stands in the log."""
    if not log.exists():
        return
    for line in log.read_text(errors="replace").splitlines():
        words = line.split()
        if words[0] != "process":
            continue
        try:
            environment = pathlib.Path("/proc", words[1], "environ").read_bytes()
            if f"FAULT_LOG={log}".encode() in environment.split(b"\0"):
                os.kill(int(words[1]), signal.SIGKILL)
        except (OSError, ValueError):
            pass  # it has ended
