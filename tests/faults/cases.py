"""Each verb that reads or writes, with each kind of its inputs and outputs."""

import dataclasses
import shutil
import typing

RUN = (("run/result.json", "json"), ("run/history.csv", "csv"), ("run/best.h5", "bytes"))
STDOUT = (("stdout", "stdout"),)


@dataclasses.dataclass(frozen=True)
class Case:
    name: str  # VERB/KIND
    arguments: str  # words; INPUTS/ is where materials.py puts what it makes
    results: typing.Tuple  # (path, kind as contents.py knows them)
    before: typing.Dict[str, str] = dataclasses.field(default_factory=dict)  # path there: path in INPUTS
    goes_on: str = ""  # the option with which the same command goes on after it was broken off
    is_made_of_members: bool = False  # a folder of runs, which the same command goes on with
    collective: bool = True  # more than rank 0 calls the file system
    needs: str = ""  # another program
    watched: typing.Tuple = ()  # files whose calls go wrong: those that no other case of the verb has; none: all

    @property
    def verb(self):
        return self.name.split("/")[0]

    @property
    def keeps_what_it_did(self):
        return bool(self.goes_on) or self.is_made_of_members

    def watches(self, call, file):
        return not self.watched or call != "allocation" and any(part in file for part in self.watched)

    def words(self, bench, again=False):
        words = [word.replace("INPUTS", str(bench.inputs)) for word in self.arguments.split()]
        if again and self.goes_on:
            words = [word for word in words if word not in ("--overwrite", self.goes_on)] + [self.goes_on]
        return words

    def lay_out(self, bench, place):
        """PLACE/work as it is before the command."""
        work = place / "work"
        work.mkdir()
        for path, source in self.before.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (bench.inputs / source).is_dir() else shutil.copy2
            copy(bench.inputs / source, work / path)
        return work


def train(kind, arguments, *watched, **more):
    return Case(f"train/{kind}", f"train {arguments} --out run --quiet", RUN, goes_on="--resume", watched=watched,
                **more)


def writes(name, arguments, *results, old="old.h5", **more):
    """Where the results stand, older files are in the way: they may be replaced as a whole, and be nothing else."""
    before = {path: old for path, kind in results if kind != "stdout"}
    return Case(name, f"{arguments} --overwrite", results, before=before, **more)


def cases():
    """Those that this machine can run."""
    return [case for case in all_cases() if not case.needs or shutil.which(case.needs)]


def all_cases():
    model, arrays = "INPUTS/run/best.h5", "INPUTS/run_arrays/best.h5"
    out = ("out.h5", "hdf5")
    alone = {"collective": False}
    drawn = {"collective": False, "needs": "gnuplot"}
    for kind in ("none", "gzip", "blosc"):
        yield writes(f"generate/{kind}", f"generate out.h5 --jets 320 --seed 5 --compression {kind}", out)
    yield writes("generate/line", "generate out.h5 --kind line --rows 320", out)
    for kind in ("none", "gzip", "blosc"):
        yield Case(f"inspect/{kind}", f"inspect INPUTS/{kind}.h5", STDOUT, **alone)
    yield Case("summary/jets", "summary INPUTS/jets.yaml", STDOUT, **alone)
    yield Case("config/jets", "config INPUTS/jets.yaml", STDOUT, **alone)
    for kind in ("none", "blosc"):
        yield writes(f"preprocess/{kind}", f"preprocess INPUTS/jets.yaml out.h5 --set data.files=INPUTS/{kind}.h5",
                     out)

    yield train("none", "INPUTS/jets.yaml")
    for kind in ("gzip", "blosc"):
        yield train(kind, f"INPUTS/jets.yaml --set data.files=INPUTS/{kind}.h5", f"{kind}.h5")
    for kind in ("contiguous", "chunked", "compact"):
        yield train(kind, f"INPUTS/arrays.yaml --set data.files=INPUTS/{kind}.h5", f"{kind}.h5")
    cached = "INPUTS/jets.yaml --set data.cache=cache.h5"
    yield train("writes_cache", cached, "cache.h5", "none.h5")
    yield train("reads_cache", cached, "cache.h5", before={"cache.h5": "cache.h5"})
    for kind in ("stored", "deflated"):
        yield train(f"npz_{kind}", f"INPUTS/jets.yaml --set data.files=INPUTS/{kind}.npz --set data.preset=energyflow "
                    "--set data.split.method=tail", f"{kind}.npz")
    yield train("sets", "INPUTS/sets.yaml", "none.h5", "best.h5")
    cached = "INPUTS/sets.yaml --set data.cache=cache.h5"
    yield train("writes_cache_of_sets", cached, "cache.h5", "none.h5")
    yield train("reads_cache_of_sets", cached, "cache.h5", before={"cache.h5": "cache_sets.h5"})
    yield train("validation_file", "INPUTS/jets.yaml --set data.files=[] --set data.split.method=files "
                "--set data.train_files=INPUTS/none.h5 --set data.validation_files=INPUTS/gzip.h5",
                "none.h5", "gzip.h5")
    yield train("resumes", "INPUTS/jets.yaml --resume", "work/run", before={"run": "stopped"})
    yield train("from_weights", "INPUTS/jets.yaml --set train.start.model=INPUTS/run/best.h5", "inputs/run/best.h5")
    yield train("tensorboard", "INPUTS/jets.yaml --set log.tensorboard=true", "tensorboard")

    measures = (("out.json", "bytes"), ("roc.csv", "bytes"))
    for kind in ("none", "gzip", "blosc"):
        yield writes(f"evaluate/{kind}", f"evaluate {model} INPUTS/{kind}.h5 --json out.json --roc roc.csv", *measures,
                     watched=() if kind == "none" else (f"{kind}.h5",))
    for kind in ("contiguous", "chunked", "compact"):
        yield writes(f"evaluate/{kind}", f"evaluate {arrays} INPUTS/{kind}.h5 --json out.json", measures[0],
                     watched=(f"{kind}.h5",))
    yield Case("evaluate/test_set", "evaluate run/best.h5 INPUTS/none.h5 --split test --json out.json", measures[:1],
               before={"run": "run"}, watched=("test_set_used",))
    for kind in ("none", "gzip", "blosc"):
        yield writes(f"predict/{kind}", f"predict {model} INPUTS/{kind}.h5 out.h5", out,
                     watched=() if kind == "none" else (f"{kind}.h5",))
    yield writes("predict/sets", "predict INPUTS/run_sets/best.h5 INPUTS/none.h5 out.h5", out, watched=("none.h5",))
    yield writes("predict/csv", f"predict {model} INPUTS/none.h5 out.csv", ("out.csv", "bytes"), watched=("out.csv",))
    for kind in ("contiguous", "chunked", "compact"):
        yield writes(f"predict/{kind}", f"predict {arrays} INPUTS/{kind}.h5 out.h5", out,
                     watched=(f"{kind}.h5", "out.h5"))
    yield writes("preprocess/sets", "preprocess INPUTS/sets.yaml out.h5 --set data.files=INPUTS/none.h5",
                 ("out.h5", "bytes"), watched=("none.h5", "out.h5"))
    yield writes("predict/grid", f"predict {arrays} --grid=0:1:9 out.h5", out, **alone)

    for kind in ("scores.csv", "scores.h5", "scores.npy INPUTS/labels.npy"):
        name = kind.split()[0].replace("scores.", "")
        yield writes(f"metrics/{name}", f"metrics INPUTS/{kind} --json out.json --roc roc.csv", *measures, **alone)
    yield writes("metrics/ensemble", "metrics --ensemble INPUTS/scores.h5 INPUTS/scores_2.h5 --out out.h5", out,
                 **alone)
    yield writes("report/html", "report INPUTS/run --predictions INPUTS/scores.csv --out out.html",
                 ("out.html", "text"), **drawn)
    yield writes("report/svg", "report --predictions INPUTS/scores.h5 --format svg --out pictures",
                 ("pictures/roc.svg", "text"), **drawn)
    yield writes("export/onnx", f"export {model} out.onnx", ("out.onnx", "bytes"), **alone)
    yield writes("convert/to_keras", f"convert {model} out.h5", ("out.h5", "bytes"), **alone)
    yield writes("convert/to_npz", f"convert {model} out.npz", ("out.npz", "bytes"), **alone)
    yield writes("convert/from_keras", "convert INPUTS/keras.h5 out.h5 --config INPUTS/jets.yaml", ("out.h5", "bytes"),
                 **alone)
    yield writes("convert/from_npz", "convert INPUTS/weights.npz out.h5 --config INPUTS/jets.yaml", ("out.h5", "bytes"),
                 **alone)

    members = (("study/study.csv", "csv"), ("study/ranking.csv", "bytes"), ("study/trial_0000/result.json", "json"),
               ("study/trial_0001/best.h5", "bytes"))
    yield Case("study/grid", "study INPUTS/study.yaml --out study --quiet", members, is_made_of_members=True,
               watched=("study.", "ranking", "trial_0001"))
    yield Case("scaling/run", "scaling run INPUTS/jets.yaml --out study --repeat 1 --quiet",
               (("study/strong_r0001_t01_0/result.json", "json"),), is_made_of_members=True,
               watched=("scaling.yaml", "point", "strong_r0001_t01_0"))
    pages = (("out.html", "text"), ("out.csv", "bytes"), ("out.json", "bytes"))
    yield Case("scaling/report", "scaling report scaling --out out.html", pages, before={"scaling": "scaling"}, **drawn)
    yield Case("scaling/project", "scaling project scaling --out out.html", pages[:2], before={"scaling": "scaling"},
               **drawn)
