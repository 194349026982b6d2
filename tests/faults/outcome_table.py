"""What came of all faults, as Markdown."""

import collections

KINDS = ("right", "error", "not reached")


def row(words):
    return "| " + " | ".join(map(str, words)) + " |"


def table(outcomes, names, key):
    """A row for each value of key(outcome): how many, and how many of each kind."""
    broken = sorted({promise for outcome in outcomes for promise, _ in outcome.broken})
    groups = collections.defaultdict(list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    yield row([*names, "faults", "right result", "clean error", "not reached", "violations", *broken])
    yield row(["---"] * (len(names) + 5 + len(broken)))
    for value, group in [*sorted(groups.items()), (("all",) + ("",) * (len(names) - 1), outcomes)]:
        counts = collections.Counter(outcome.kind for outcome in group)
        promises = collections.Counter(promise for outcome in group for promise in {kind for kind, _ in outcome.broken})
        yield row([*value, len(group), *(counts[kind] for kind in KINDS), counts["violation"],
                   *(promises[promise] or "" for promise in broken)])


def violations(outcomes, command):
    for outcome in outcomes:
        if outcome.kind != "violation":
            continue
        yield f"- `{command} --repeat '{outcome.fault}'`"
        for promise, words in outcome.broken:
            yield f"  - {promise}: {' '.join(words.split())}"
        if outcome.said:
            yield f"  - it said: {' '.join(outcome.said.split())[:400]}"


def page(outcomes, headline, command):
    return "\n".join(lines_of(outcomes, headline, command)) + "\n"


def lines_of(outcomes, headline, command):
    outcomes = sorted(outcomes, key=lambda outcome: str(outcome.fault))
    yield f"# {headline}\n"
    yield from table(outcomes, ["verb", "call"], lambda o: (o.fault.case.split("/")[0], o.fault.call))
    yield "\n## By act\n"
    yield from table(outcomes, ["act"], lambda o: (o.fault.act,))
    yield "\n## By ranks\n"
    yield from table(outcomes, ["ranks", "rank"], lambda o: (str(o.fault.ranks), str(o.fault.rank)))
    yield "\n## By verb, call and act\n"
    yield from table(outcomes, ["verb", "call", "act"],
                     lambda o: (o.fault.case.split("/")[0], o.fault.call, o.fault.act))
    yield "\n## Violations\n"
    yield from violations(outcomes, command)
