"""Which faults to inject, of the calls that were counted."""

import collections
import re

from jobs import Fault

# What each kind of call may meet. Behind an act: + for all calls from there on, *K for K in a row.
ACTS = {
    "open": ("EACCES", "EMFILE", "EIO", "EINTR", "ESTALE", "kill"),
    "fopen": ("EACCES", "EMFILE", "EIO"),
    "opendir": ("EACCES", "EMFILE"),
    "read": ("EIO", "EINTR", "short", "kill"),
    "pread": ("EIO", "EINTR", "ESTALE", "short", "EINTR*3", "EIO+", "kill", "stop"),
    "fread": ("EIO",),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EINTR", "short", "ENOSPC+", "kill", "killafter", "sleep300", "stop"),
    "pwrite": ("EIO", "ENOSPC", "EDQUOT", "EINTR", "short", "EDQUOT+", "kill", "killafter", "sleep300"),
    "fwrite": ("EIO", "ENOSPC"),
    "fflush": ("EIO", "EDQUOT"),
    "fclose": ("EIO", "EDQUOT"),
    "copy": ("EIO", "ENOSPC", "short"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT", "kill", "killafter", "stop"),
    "close": ("EIO", "EDQUOT", "kill"),
    "rename": ("EIO", "EACCES", "EDQUOT", "kill", "killafter"),
    "ftruncate": ("EIO", "ENOSPC", "kill"),
    "fallocate": ("ENOSPC", "EDQUOT", "EIO", "EINTR", "ENOTSUP", "kill"),
    "flock": ("ENOLCK", "EIO", "EINTR"),
    "unlink": ("EIO", "EACCES", "kill", "killafter"),
    "mkdir": ("EACCES", "ENOSPC", "kill"),
    "stat": ("EACCES", "EIO", "ESTALE"),
    "allocation": ("ENOMEM",),
}


CASES_OF_SHORT = {1: ("generate/none", "inspect/none", "summary/jets", "config/jets", "preprocess/none",
                      "train/writes_cache", "train/resumes", "evaluate/none", "predict/none", "metrics/h5",
                      "report/svg", "export/onnx", "convert/to_npz", "study/grid", "scaling/report",
                      "train/reads_cache_of_sets", "preprocess/sets", "predict/sets"),
                  2: ("generate/none", "preprocess/none", "train/writes_cache", "evaluate/none")}


ALL = 0  # of the places


def is_short(case, ranks):
    return case.name in CASES_OF_SHORT[ranks]


def acts_of(case, ranks, call):
    """A rank that stands still is noticed by the others, where the config says after how many seconds."""
    stopping = ranks > 1 and case.verb in ("train", "study")
    return tuple(act for act in ACTS[call] if act != "stop" or stopping)


def label_of(path, root):
    """A file of the sweep by a name that is the same each time: work/out.h5, inputs/none.h5."""
    name = re.sub(r"^\d+/", "", path[len(str(root)) + 1:])
    return re.sub(r"tfevents\..*", "tfevents.", name)


def pattern_of(label):
    """FAULT_PATHS for it."""
    return f"/{label}" if label.endswith("tfevents.") else f"/{label}$"


def spread(count, most):
    """Of the numbers from 1 to count: the first, the last and some between, `most` in all."""
    if most <= 0 or count <= most:
        return set(range(1, count + 1))
    if most == 1:
        return {(count + 1) // 2}
    return {1 + round(i * (count - 1) / (most - 1)) for i in range(most)}


def faults_of(case, ranks, rank, calls, places):
    """Of one counting run, whose `calls` are (call, label): each call goes wrong in one way, the ways in turn, and
    `places` calls of each kind on each file in every way. Rank 0 of several does what a rank alone does."""
    for (call, label), count in collections.Counter(calls).items():
        if not case.watches(call, label):
            continue
        acts = acts_of(case, ranks, call)
        in_every_way = set() if places and ranks > 1 and rank == 0 else spread(count, places)
        for at in range(1, count + 1):
            for act in acts if at in in_every_way else acts[(at + rank) % len(acts):][:1]:
                yield Fault(case.name, ranks, rank, call, label, at, act)


def one_of_each_kind(faults):
    """For each verb, with sets apart, and kind of call one, of a rank alone, the acts in turn."""
    groups = collections.defaultdict(list)
    for fault in faults:
        if fault.ranks == 1:
            groups[fault.call, fault.case.split("/")[0], fault.case.endswith("sets")].append(fault)
    turn = collections.Counter()
    for (call, *_), group in sorted(groups.items()):
        acts = sorted({fault.act for fault in group}, key=ACTS[call].index)
        act = acts[turn[call] % len(acts)]
        turn[call] += 1
        fitting = [fault for fault in group if fault.act == act]
        yield fitting[len(fitting) // 2]


def is_read_of_a_table(fault):
    return (fault.case == "evaluate/none" and fault.ranks == 2 and fault.call == "pread" and
            fault.file.endswith("none.h5") and fault.act in ("EIO", "short"))


def is_collective_write(fault):
    """Rank 1's part in the files that ranks write together; and its opening of what they read together."""
    if fault.ranks != 2 or fault.rank != 1:
        return False
    if fault.file.startswith("inputs/"):
        return (fault.call, fault.act) == ("open", "EACCES")
    return fault.act == {"open": "EMFILE", "pwrite": "EIO", "close": "EDQUOT"}.get(fault.call, "EIO")


def short_choice(faults):
    """What CTest has time for."""
    chosen = [*one_of_each_kind(faults), *filter(is_read_of_a_table, faults), *filter(is_collective_write, faults)]
    return list(dict.fromkeys(chosen))
