#!/usr/bin/env python3
"""Makes one call after the other fail, in each verb that reads or writes, and judges what comes of it.

After each fault: a status that is not 0, or the bits of the undisturbed run; at most one message, with the true cause;
no hang; nothing half-written, nothing left behind; and what was broken off goes on to the bits of the undisturbed run.
A counting run finds the calls of each case; each of them then goes wrong in each way that ACTS (plan.py) has for it, in
a job of one rank, and on either rank of two. Status 0: no promise was broken.
"""

import argparse
import concurrent.futures
import random
import signal
import sys
import time

import cases
import judge
import materials
import outcome_table
import plan
from jobs import Bench, Fault

SMALLEST_ALLOCATION = "100000"  # bytes; smaller ones are those of MPI, HDF5 and the C++ library too


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release", help="folder of the build (%(default)s)")
    parser.add_argument("--jetrain", help="another program than the build's")
    parser.add_argument("--short", action="store_true", help="what CTest runs: each verb and kind of call once, each "
                        "read of a table and each collective write")
    parser.add_argument("--verb", action="append", help="only this verb, or case (train, train/none); may be repeated")
    parser.add_argument("--call", action="append", help="only this kind of call (pread)")
    parser.add_argument("--act", action="append", help="only this act (EIO)")
    parser.add_argument("--file", action="append", help="only files whose names hold this")
    parser.add_argument("--ranks", type=int, action="append", help="only jobs of so many ranks (1 and 2)")
    parser.add_argument("--places", type=int, default=1, help="of the calls of one kind on one file so many go wrong "
                        "in every way, the others in one way each; 0: all in every way (%(default)s)")
    parser.add_argument("--minutes", type=float, help="end after so many, the faults having been shuffled")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="at the same time (%(default)s)")
    parser.add_argument("--timeout", type=float, default=20, help="seconds after which a job hangs (%(default)s)")
    parser.add_argument("--estimate", action="store_true", help="only say how many faults there are, and how long "
                        "they take")
    parser.add_argument("--repeat", metavar="FAULT", help="only this one, and show what it says and leaves")
    parser.add_argument("--table", help="write the outcome to this file, in Markdown")
    return parser.parse_args()


def told(call, paths, rank, at=0, act="", count="1"):
    """What the preloaded library is told."""
    more = {"FAULT_BYTES": SMALLEST_ALLOCATION} if call == "allocation" else {"FAULT_CALLS": call, "FAULT_PATHS": paths}
    return dict(more, FAULT_RANK=str(rank), FAULT_AT=str(at), FAULT_ACT=act, FAULT_COUNT=count)


class Sweep:
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
        reference = self.references.setdefault((case.name, ranks), found)
        if found.contents != reference.contents:
            different = [path for path in found.contents if found.contents[path] != reference.contents[path]]
            sys.exit(f"{case.name}: two undisturbed runs leave another {', '.join(different)}")
        return [(name, path if call else plan.label_of(path, self.bench.root)) for name, path in result.calls()]

    def faults(self, chosen):
        """All that the cases' calls allow, of what is wanted; of jobs of two ranks, rank by rank."""
        for case in self.cases.values():
            for ranks in chosen.ranks or (1, 2):
                if ranks > 1 and not case.collective or chosen.short and case.name not in plan.CASES_OF_SHORT[ranks]:
                    continue
                in_whole = chosen.short and ranks > 1
                for rank in range(ranks):
                    for shim in ("file_faults", "memory_faults"):
                        if shim == "memory_faults" and (case.watched or chosen.short and case.verb != "evaluate"):
                            continue
                        calls = self.count(case, ranks, rank, shim)
                        yield from plan.faults_of(case, ranks, rank, calls, plan.ALL if in_whole else chosen.places)

    def inject(self, fault, show=False):
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


def wanted(fault, chosen):
    return ((not chosen.call or fault.call in chosen.call) and (not chosen.act or fault.act in chosen.act) and
            (not chosen.file or any(part in fault.file for part in chosen.file)))


def inject_all(sweep, faults, chosen):
    """The outcomes, as far as the time allows."""
    begun = time.monotonic()
    outcomes = []

    def one(fault):
        if chosen.minutes and time.monotonic() - begun > 60 * chosen.minutes:
            return None
        return sweep.inject(fault)

    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        for outcome in pool.map(one, faults):
            if outcome is None:
                continue
            outcomes.append(outcome)
            if outcome.kind == "violation":
                print(f"{outcome.fault}: {'; '.join(words for _, words in outcome.broken)}", flush=True)
            if len(outcomes) % 200 == 0:
                print(f"{len(outcomes)} of {len(faults)} faults, {time.monotonic() - begun:.0f} s", flush=True)
    return outcomes


def repeat(bench, text):
    fault = Fault.parse(text)
    sweep = Sweep(bench, [case for case in cases.cases() if case.name == fault.case])
    sweep.count(sweep.cases[fault.case], fault.ranks, fault.rank, "file_faults")
    outcome = sweep.inject(fault, show=True)
    print(f"{outcome.kind}: {'; '.join(words for _, words in outcome.broken)}")
    return outcome.kind == "violation"


def sweep_all(bench, chosen):
    names = chosen.verb or [case.verb for case in cases.cases()]
    sweep = Sweep(bench, [case for case in cases.cases() if case.verb in names or case.name in names])
    faults = [fault for fault in sweep.faults(chosen) if wanted(fault, chosen)]
    if chosen.short:
        faults = plan.short_choice(faults)
    random.Random(1).shuffle(faults)
    minutes = sweep.estimate(faults, chosen.jobs)
    of_cases = len({fault.case for fault in faults})
    print(f"{len(faults)} faults in {of_cases} cases, about {minutes:.0f} minutes", flush=True)
    if chosen.estimate:
        return False
    begun = time.monotonic()
    outcomes = inject_all(sweep, faults, chosen)
    headline = f"{len(outcomes)} of {len(faults)} faults, {time.monotonic() - begun:.0f} s"
    lines = list(outcome_table.page(outcomes, headline, f"python3 tests/faults/sweep.py --build {chosen.build}"))
    if chosen.table:
        with open(chosen.table, "w") as file:
            file.write("\n".join(lines) + "\n")
    print("\n".join(lines[:lines.index("\n## By act\n")]))
    return any(outcome.kind == "violation" for outcome in outcomes)


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the folder goes
    bench = Bench(chosen.build, chosen.jetrain, chosen.timeout)
    try:
        materials.make(bench)
        broken = repeat(bench, chosen.repeat) if chosen.repeat else sweep_all(bench, chosen)
    finally:
        bench.close()
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
