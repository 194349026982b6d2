#!/usr/bin/env python3
"""Makes one call after the other fail, in each verb that reads or writes, and judges what comes of it.

After each fault: a status that is not 0, or the bits of the undisturbed run; at most one message, with the true cause;
no hang; nothing half-written, nothing left behind; and what was broken off goes on to the bits of the undisturbed run.
A counting run finds the calls of each case; each of them then goes wrong in each way that ACTS (plan.py) has for it, in
a job of one rank, and on either rank of two. Status 0: no promise was broken.
"""

import argparse
import concurrent.futures
import pathlib
import random
import signal
import sys
import time

import cases
import materials
import outcome_table
import plan
from injector import Injector
from jobs import Bench, Fault


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release", help="folder of the build (%(default)s)")
    parser.add_argument("--jetrain", help="another program than the build's")
    parser.add_argument("--short", action="store_true", help="what CTest runs: each verb and kind of call once, with sets "
                        "once more, each read of a table and each collective write")
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


def faults_to_inject(injector, chosen):
    """What the command line asks for, shuffled."""
    faults = []
    for case in injector.cases.values():
        for ranks in chosen.ranks or (1, 2):
            if ranks > 1 and not case.collective or chosen.short and not plan.is_short(case, ranks):
                continue
            with_memory = not case.watched and (not chosen.short or case.verb == "evaluate")
            places = plan.ALL if chosen.short and ranks > 1 else chosen.places
            faults += injector.faults(case, ranks, places, with_memory)
    faults = [fault for fault in faults if wanted(fault, chosen)]
    if chosen.short:
        faults = plan.short_choice(faults)
    random.Random(1).shuffle(faults)
    return faults


def wanted(fault, chosen):
    return ((not chosen.call or fault.call in chosen.call) and (not chosen.act or fault.act in chosen.act) and
            (not chosen.file or any(part in fault.file for part in chosen.file)))


def inject_all(injector, faults, chosen):
    """The outcomes, as far as the time allows."""
    begun = time.monotonic()
    outcomes = []

    def inject(fault):
        if chosen.minutes and time.monotonic() - begun > 60 * chosen.minutes:
            return None
        return injector.inject(fault)

    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        for outcome in pool.map(inject, faults):
            if outcome is None:
                continue
            outcomes.append(outcome)
            if outcome.kind == "violation":
                print(f"{outcome.fault}: {'; '.join(words for _, words in outcome.broken)}", flush=True)
            if len(outcomes) % 200 == 0:
                print(f"{len(outcomes)} of {len(faults)} faults, {time.monotonic() - begun:.0f} s", flush=True)
    return outcomes


def repeat(bench, text):
    """Whether a promise is broken."""
    fault = Fault.parse(text)
    injector = Injector(bench, [case for case in cases.cases() if case.name == fault.case])
    injector.count(injector.cases[fault.case], fault.ranks, fault.rank, "file_faults")
    outcome = injector.inject(fault, show=True)
    print(f"{outcome.kind}: {'; '.join(words for _, words in outcome.broken)}")
    return outcome.kind == "violation"


def sweep(bench, chosen):
    """Whether a promise is broken."""
    names = chosen.verb or [case.verb for case in cases.cases()]
    injector = Injector(bench, [case for case in cases.cases() if case.verb in names or case.name in names])
    faults = faults_to_inject(injector, chosen)
    if not faults:
        sys.exit("there is no such fault")
    minutes = injector.estimate(faults, chosen.jobs)
    of_cases = len({fault.case for fault in faults})
    print(f"{len(faults)} faults in {of_cases} cases, about {minutes:.0f} minutes", flush=True)
    if chosen.estimate:
        return False
    begun = time.monotonic()
    outcomes = inject_all(injector, faults, chosen)
    headline = f"{len(outcomes)} of {len(faults)} faults, {time.monotonic() - begun:.0f} s"
    text = outcome_table.page(outcomes, headline, f"python3 tests/faults/sweep.py --build {chosen.build}")
    if chosen.table:
        pathlib.Path(chosen.table).write_text(text)
    print(text.partition("\n## By act")[0] if chosen.table else text)
    return any(outcome.kind == "violation" for outcome in outcomes)


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the folder goes
    bench = Bench(chosen.build, chosen.jetrain, chosen.timeout)
    try:
        materials.make(bench)
        broken = repeat(bench, chosen.repeat) if chosen.repeat else sweep(bench, chosen)
    finally:
        bench.close()
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
