"""The stages as src/CMakeLists.txt declares them, jetrain_stage(NAME USES stage... LINKS ...), for the tests beside."""

import re


def declared_stages(project, complaints):
    """Each stage with the stages that it uses, in their order; complains of one that is used before it is declared."""
    text = re.sub(r"#[^\n]*", "", (project / "src/CMakeLists.txt").read_text())
    stages = {}
    for words in re.findall(r"^jetrain_stage\(([^)]*)\)", text, re.MULTILINE):
        name, *rest = words.split()
        uses = []
        if rest and rest[0] == "USES":
            for word in rest[1:]:
                if word in ("LINKS", "EXTRA"):
                    break
                uses.append(word)
        for used in uses:
            if used not in stages:
                complaints.append(f"src/CMakeLists.txt: {name} uses {used}, which is not declared before it")
        stages[name] = uses
    if len(stages) < 5:
        complaints.append("src/CMakeLists.txt: found next to no stages")
    return stages
