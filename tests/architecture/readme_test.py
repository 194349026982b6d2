#!/usr/bin/env python3
"""readme_test.py FOLDER: what the READMEs say can be found.

Every relative link leads to a file, and to a heading in it; README.md is short and leads to READMEs only; no page knows
a path of somebody's machine. In the project's folder (installed pages stand alone) also: files that are named as code
exist, src/README.md's table of stages is that of src/CMakeLists.txt, and every verb is in README.md and
src/app/README.md.
"""

import pathlib
import re
import sys

from stages import declared_stages

MOST_LINES = 250  # of README.md
NAMED_FILE = re.compile(r"[a-z0-9_./-]+\.(hpp|cpp|proto|py|sh|bash|sbatch|yaml|txt)")
MACHINE_PATH = re.compile(r"(?<![\w.~$}])/(root|home|Users|work|tmp|mnt|scratch|opt|srv)/")
MADE_BY_RUNNING = ("build/", "runs/")

folder = pathlib.Path(sys.argv[1]).resolve()
in_project = (folder / "src/CMakeLists.txt").exists()
complaints = []


def pages():
    for path in sorted([*folder.rglob("README.md"), *folder.rglob("CONTRIBUTING.md")]):
        if not str(path.relative_to(folder)).startswith(MADE_BY_RUNNING):
            yield path


def prose_of(path):
    """The page without what stands between fences, and its lines that are code."""
    return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors_of(path):
    """GitHub's: lower case, without punctuation, words joined by dashes."""
    anchors = set()
    for heading in re.findall(r"^#+ (.+)$", prose_of(path), re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchors.add(re.sub(r"[^\w\- ]", "", heading).replace(" ", "-"))
    return anchors


def check_links(page, name):
    text = re.sub(r"`[^`\n]*`", "", prose_of(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        path = (page.parent / place).resolve() if place else page
        if not path.is_file():
            complaints.append(f"{name}: there is no {place}")
        elif anchor and anchor not in anchors_of(path):
            complaints.append(f"{name}: {place or 'it'} has no heading #{anchor}")
        elif name == "README.md" and path.name not in ("README.md", "CONTRIBUTING.md", "LICENSE"):
            complaints.append(f"README.md: {target} leads to no folder's README")


def check_named_files(page, name):
    everything = {p.name for p in folder.rglob("*") if not str(p.relative_to(folder)).startswith(MADE_BY_RUNNING)}
    roots = [folder, page.parent, folder / "src", folder / "tests", folder / "configs", folder / "launch"]
    for word in re.findall(r"`([^`\n]+)`", prose_of(page)):
        if not NAMED_FILE.fullmatch(word) or word.startswith(MADE_BY_RUNNING):
            continue
        if "/" in word and not any((root / word).exists() for root in roots):
            complaints.append(f"{name}: there is no {word}")
        if "/" in word or name.startswith("include/"):  # whose readers have files of their own
            continue
        if word.endswith((".hpp", ".cpp", ".sh", ".sbatch")) and word not in everything:
            complaints.append(f"{name}: there is no {word} anywhere")


def check_stages():
    stages = declared_stages(folder, complaints)
    rows = {}
    for name, uses in re.findall(r"^\| `(\w+)` \|[^|\n]*\| ([^|\n]*) \|$", (folder / "src/README.md").read_text(), re.MULTILINE):
        rows[name] = [] if uses == "-" else uses.split(", ")
    for name, uses in stages.items():
        if rows.pop(name, None) != uses:
            complaints.append(f"src/README.md: the row of the stage {name} should end in | {', '.join(uses) or '-'} |")
    for name in rows:
        complaints.append(f"src/README.md: {name} is no stage of src/CMakeLists.txt")


def check_verbs():
    sources = "".join(p.read_text() for p in sorted((folder / "src/app").glob("*.cpp")))
    verbs = re.findall(r"app\.add_subcommand\(\s*\"(\w+)\"", sources)
    if len(verbs) < 9:
        complaints.append("src/app: found few verbs")
    for verb in verbs:
        for page in ("README.md", "src/app/README.md"):
            if not re.search(rf"^\| `{verb}\b", (folder / page).read_text(), re.MULTILINE):
                complaints.append(f"{page}: no row of a table begins with the verb {verb}")


found = list(pages())
if len(found) < 5:
    complaints.append(f"found {len(found)} pages only")
for page in found:
    name = str(page.relative_to(folder))
    check_links(page, name)
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if MACHINE_PATH.search(line):
            complaints.append(f"{name}:{number}: a path of somebody's machine: {line.strip()}")
    if in_project:
        check_named_files(page, name)
if (lines := len((folder / "README.md").read_text().splitlines())) > MOST_LINES:
    complaints.append(f"README.md has {lines} lines, more than {MOST_LINES}")
if in_project:
    check_stages()
    check_verbs()

for complaint in complaints:
    print(complaint)
print(f"{len(found)} pages, {len(complaints)} complaints")
sys.exit(1 if complaints else 0)
