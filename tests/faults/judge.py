"""What came of a fault: the right result, a clean error, or which promises were broken."""

import dataclasses
import errno
import os
import re
import typing

from contents import contents, listing, of_text

# Said of a file that is as it should be, these are untrue: only a call on it failed.
UNTRUE = ("damaged", "opy the file again", "not an HDF5 file", "has no column", "no preset fits", "stale", "cut off", "truncated",
          "checksum", "No such file or directory")
TRUE_OF = {"is the disk full": ("ENOSPC", "EDQUOT"), "No space left on device": ("ENOSPC",),
           "Disk quota exceeded": ("EDQUOT",), "Permission denied": ("EACCES",), "Input/output error": ("EIO",)}
OPERATION_FAILED = re.compile(r"(reading|writing)\b.*\bfailed")
CRASH = re.compile(r"terminate called|crashed: |[Ss]egmentation fault|Aborted|exited on signal (4|6|7|8|11)\b|"
                   r"Signal: (Segmentation|Aborted)")
CRASH_STATUS = {-4, -6, -7, -8, -11, 132, 134, 135, 136, 139}
MAY_DIFFER = re.compile(r"(^|/)checkpoints(/epoch_\d+_step_\d+\.h5)?$")


@dataclasses.dataclass
class Reference:
    """What the undisturbed command leaves."""
    contents: typing.Dict[str, str]
    files: typing.Dict[str, str]
    said: str


@dataclasses.dataclass
class Outcome:
    fault: object
    kind: str  # "right", "error" (a clean one), "not reached", or "violation"
    broken: typing.List[str]
    said: str


def results_of(case, bench, work, out):
    return {path: of_text(out) if kind == "stdout" else contents(bench, kind, work / path)
            for path, kind in case.results}


def reference_of(case, bench, place, result):
    work = place / "work"
    return Reference(results_of(case, bench, work, result.out), listing(work), result.out + result.err)


def messages(err):
    return [line for line in err.splitlines() if line.startswith("jetrain: ")]


def untrue_words(fault, said, reference):
    """Words about the cause that are not true of this fault, and were not said without it."""
    errors = (fault.errno_name,)
    words = [word for word in UNTRUE] + [word for word, true_of in TRUE_OF.items() if errors[0] not in true_of]
    return [word for word in words if word in said and word not in reference.said]


def names_cause(fault, message):
    if fault.call == "allocation":
        return "memory" in message
    text = os.strerror(getattr(errno, fault.errno_name))
    return text in message or bool(OPERATION_FAILED.search(message))


def half_written(case, bench, work, before, reference):
    """Results that are neither absent, nor as before, nor as they should be."""
    files = listing(work)
    for path, kind in case.results:
        if kind == "stdout" or files.get(path) == before.get(path):
            continue
        if contents(bench, kind, work / path) != reference.contents[path]:
            yield path


def left_behind(fault, work, before, reference):
    for path in listing(work):
        if path in before or path in reference.files or MAY_DIFFER.search(path):
            continue
        if fault.call == "unlink" and fault.file.endswith(path):
            continue  # nobody could remove it
        yield path


def spoken(fault, result, reference):
    """What is wrong with what was said."""
    said = messages(result.err)
    if len(said) > 1:
        yield "messages", f"{len(said)} messages"
    if words := untrue_words(fault, result.out + result.err, reference):
        yield "untrue", f"untrue: {', '.join(words)}"
    if result.status == 0 or result.hung or fault.ends_the_process:
        return
    if not said:
        yield "silent", f"status {result.status} without a message"
    elif fault.errno_name and not any(names_cause(fault, line) for line in said):
        yield "cause", "the message does not name the cause"


def requeued(fault, result, work):
    """A job that ended because a rank stands still is to be started again."""
    if fault.act != "stop" or result.hung or not any(work.glob("**/checkpoints/*.h5")):
        return
    if result.status not in (0, 75):
        yield "status", f"status {result.status}, not 75, although there is a checkpoint"


def goes_on(case, fault, bench, place, reference):
    """What is wrong with the next, undisturbed run of the command."""
    work = place / "work"
    result = bench.run(case.words(bench, again=True), place, fault.ranks)
    if result.hung or result.status != 0:
        yield "next", f"the next run: status {'hang' if result.hung else result.status}: {result.err.strip()[-300:]}"
        return
    found = results_of(case, bench, work, result.out)
    for path, content in reference.contents.items():
        if path != "stdout" and found[path] != content:
            yield "resume", f"the next run leaves another {path}"
    for path in left_behind(fault, work, {}, reference):
        yield "left", f"the next run leaves {path} behind"


def broken_promises(case, fault, bench, place, before, reference, result):
    """(kind, words) of each."""
    work = place / "work"
    if result.hung:
        yield "hang", f"no end after {bench.timeout:.0f} s"
    crashed = CRASH.search(result.err) or result.status in CRASH_STATUS
    if crashed and not result.hung:
        yield "crash", f"status {result.status}: a crash"
    yield from spoken(fault, result, reference)
    yield from requeued(fault, result, work)
    if result.status == 0:
        found = results_of(case, bench, work, result.out)
        for path, content in reference.contents.items():
            if found[path] != content:
                yield "wrong", f"status 0 and another {path}"
    elif not case.keeps_what_it_did:
        for path in half_written(case, bench, work, before, reference):
            yield "half", f"{path} is neither as before nor whole"
    if not fault.ends_the_process and not result.hung:
        for path in left_behind(fault, work, before, reference):
            yield "left", f"leaves {path} behind"
    if result.status != 0 and (case.keeps_what_it_did or fault.ends_the_process or result.hung):
        yield from goes_on(case, fault, bench, place, reference)


def judge(case, fault, bench, place, before, reference, result):
    said = "\n".join(messages(result.err)) or result.err.strip()[-300:]
    if not result.was_hit():
        return Outcome(fault, "not reached", [], said)
    broken = list(broken_promises(case, fault, bench, place, before, reference, result))
    kind = "violation" if broken else "right" if result.status == 0 else "error"
    return Outcome(fault, kind, broken, said)
