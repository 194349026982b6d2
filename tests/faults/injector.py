"""Counts the calls of the undisturbed cases, and injects one fault at a time."""

import sys
import time

import judge
import plan

SMALLEST_ALLOCATION = "100000"  # bytes; smaller ones are those of MPI, HDF5 and the C++ library too


def told(call, paths, rank, at=0, act="", count="1"):
    """What the preloaded library is told."""
    more = {"FAULT_BYTES": SMALLEST_ALLOCATION} if call == "allocation" else {"FAULT_CALLS": call, "FAULT_PATHS": paths}
    return dict(more, FAULT_RANK=str(rank), FAULT_AT=str(at), FAULT_ACT=act, FAULT_COUNT=count)


class Injector:
    """Knows the cases, what they leave when nothing goes wrong, and how long that takes."""

    def __init__(self, bench, chosen):
        self.bench = bench
        self.cases = {case.name: case for case in chosen}
        self.references = {}  # (case, ranks)
        self.seconds = {}  # of the undisturbed job, the same

    def count(self, case, ranks, rank, shim):
        """The calls of that rank; the first time, what the case leaves becomes its reference."""
        place = self.bench.new_place()
        case.lay_out(self.bench, place)
        begun = time.monotonic()
        call = "allocation" if shim == "memory_faults" else ""
        result = self.bench.run(case.words(self.bench), place, ranks, shim, told(call, f"{self.bench.root}/", rank))
        self.seconds[case.name, ranks] = time.monotonic() - begun
        if result.status != 0:
            sys.exit(f"{case.name} fails undisturbed, status {result.status}: {result.out}{result.err}")
        found = judge.reference_of(case, self.bench, place, result)
        if None in found.contents.values():
            sys.exit(f"{case.name} leaves not all of {', '.join(found.contents)}")
        self.bench.remove(place)
        reference = self.references.setdefault((case.name, ranks), found)
        if found.contents != reference.contents:
            different = [path for path in found.contents if found.contents[path] != reference.contents[path]]
            sys.exit(f"{case.name}: two undisturbed runs leave another {', '.join(different)}")
        return [(name, path if call else plan.label_of(path, self.bench.root)) for name, path in result.calls()]

    def faults(self, case, ranks, places, with_memory):
        """All that the case's calls allow, rank by rank."""
        for rank in range(ranks):
            for shim in ("file_faults", "memory_faults") if with_memory else ("file_faults",):
                yield from plan.faults_of(case, ranks, rank, self.count(case, ranks, rank, shim), places)

    def inject(self, fault, show=False):
        """Its outcome."""
        case = self.cases[fault.case]
        place = self.bench.new_place()
        work = case.lay_out(self.bench, place)
        before = judge.listing(work)
        act, count = fault.how()
        shim = "memory_faults" if fault.call == "allocation" else "file_faults"
        result = self.bench.run(case.words(self.bench), place, fault.ranks, shim,
                                told(fault.call, plan.pattern_of(fault.file), fault.rank, fault.at, act, count))
        if show:
            print(f"status {result.status}\n{result.out}{result.err}{result.log}")
            print(f"it leaves {', '.join(judge.listing(work))}")
        reference = self.references[fault.case, fault.ranks]
        outcome = judge.judge(case, fault, self.bench, place, before, reference, result)
        self.bench.remove(place)
        return outcome

    def estimate(self, faults, jobs):
        """Minutes; half of the faults cost a second job, which goes on or cleans up."""
        return 1.5 * sum(self.seconds[fault.case, fault.ranks] for fault in faults) / jobs / 60
