#!/usr/bin/env python3
"""stages_test.py PROJECT: the includes keep to the order of the stages.

src/CMakeLists.txt says which stages there are and what each may use (jetrain_stage(NAME USES ...)). Here it is checked
that a stage uses only stages declared before it, that every include in src/ is of the stage itself or of one that it
may use, that what is said to be used is used, that no headers include each other in a circle, that no two headers
define a type of one name (the linker would take either's functions for both), and that public headers (include/)
include the standard library and each other only.
"""

import pathlib
import re
import sys

from stages import declared_stages

project = pathlib.Path(sys.argv[1]).resolve()
complaints = []


def includes_of(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r'#include "([^"]+)"', line):
            yield number, match[1]


stages = declared_stages(project, complaints)
used = {name: set() for name in stages}
graph = {}
sources = sorted(p for p in (project / "src").rglob("*") if p.suffix in (".hpp", ".cpp"))
for path in sources:
    stage = path.relative_to(project / "src").parts[0]
    if stage not in stages and stage != "app":
        complaints.append(f"{path.relative_to(project)}: stands in no stage that src/CMakeLists.txt declares")
        continue
    for number, name in includes_of(path):
        place = f"{path.relative_to(project)}:{number}"
        if name.startswith("jetrain/"):
            if not (project / "include" / name).exists():
                complaints.append(f"{place}: there is no public header {name}")
            continue
        if name == "tensorboard.pb.h":  # generated
            continue
        target = project / "src" / name
        if not target.exists():
            complaints.append(f'{place}: "{name}" is no header in src/; name it with its stage')
            continue
        graph.setdefault(path, []).append(target)
        other = pathlib.PurePath(name).parts[0]
        if other == stage:
            continue
        if stage == "app":
            continue
        used[stage].add(other)
        if other not in stages[stage]:
            complaints.append(f"{place}: {stage} may not use {other} (src/CMakeLists.txt)")
for name, uses in stages.items():
    for idle in sorted(set(uses) - used[name] - {"core"}):
        complaints.append(f"src/CMakeLists.txt: {name} does not use {idle}; take it from the line")

for path in sorted((project / "include").rglob("*.hpp")):
    graph[path] = []
    for number, name in includes_of(path):
        if not name.startswith("jetrain/") or not (project / "include" / name).exists():
            complaints.append(f"{path.relative_to(project)}:{number}: a public header includes {name}")
        else:
            graph[path].append(project / "include" / name)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r"#include <([^>]+)>", line)
        if match and (("/" in match[1] or match[1].endswith(".h")) and match[1] != "mpi.h"):
            complaints.append(f"{path.relative_to(project)}:{number}: a public header includes <{match[1]}>")


def find_circles():
    done, walking = set(), []

    def walk(path):
        if path in done:
            return
        if path in walking:
            names = [str(p.relative_to(project)) for p in walking[walking.index(path):] + [path]]
            complaints.append("headers in a circle: " + " -> ".join(names))
            return
        walking.append(path)
        for target in graph.get(path, []):
            walk(target)
        walking.pop()
        done.add(path)

    for path in sorted(graph):
        walk(path)


def find_types_of_one_name():
    known = {}
    for path in sources + sorted((project / "include").rglob("*.hpp")):
        if path.suffix != ".hpp":
            continue
        space = ""
        for line in path.read_text().splitlines():
            if match := re.match(r"namespace (\S+) \{", line):
                space = match[1]
            if match := re.match(r"(?:struct|class|enum class) (\w+)(?: final)?(?: : [^;]*)? ?\{", line):
                other = known.setdefault((space, match[1]), path)
                if other != path:
                    complaints.append(f"{path.relative_to(project)}: {other.relative_to(project)} has a type "
                                      f"{space}::{match[1]}, too; give one of them another name")


find_circles()
find_types_of_one_name()
for complaint in complaints:
    print(complaint)
print(f"{len(stages)} stages, {len(sources)} files in src/, {len(complaints)} complaints")
sys.exit(1 if complaints else 0)
