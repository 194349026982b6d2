#!/usr/bin/env bash
# teacher_test.sh JETRAIN: train.teacher gives the same bits on any ranks and threads, from a cache, resumed, and whether
# scores come from a file or from the model; an ensemble teaches its mean; what is no teacher of these jets is refused.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../support/same_bits.sh"

"$jetrain" generate jets.h5 --jets 400 --seed 3 >/dev/null
"$jetrain" generate more.h5 --jets 100 --seed 4 >/dev/null
config=student.yaml
cat >$config <<'YAML'
data: {files: [jets.h5], split: {method: random, validation: 0.25}}
input: constituents
constituents: {most: 20, features: [pt_fraction, eta_rel, phi_rel]}
model: {layers: [{dense: {units: 8, activation: relu}}, sum_pool, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 50, epochs: 2}
early_stopping: {enabled: false}
YAML
cat >teacher.yaml <<'YAML'
data: {files: [jets.h5], split: {method: random, validation: 0.25}}
image: {bins: 12}
model: {layers: [flatten, {dense: {units: 9, activation: relu}}, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 50, epochs: 3}
YAML
train teacher.yaml first 2 1
train teacher.yaml second 2 1 --set seed=2
"$jetrain" predict first/best.h5 jets.h5 first.h5 >/dev/null
"$jetrain" predict first/best.h5 jets.h5 trains.h5 --split train >/dev/null
"$jetrain" predict first/best.h5 jets.h5 first.csv >/dev/null
"$jetrain" predict second/best.h5 jets.h5 second.h5 >/dev/null

# An image network teaches a network of sets: from its model, on all shapes of a job; a file of its scores is as good.
matrix taught --set train.teacher.model=first/best.h5 --set train.teacher.temperature=2
grep -q "^teacher: first/best.h5, accuracy 0\.[0-9]*, AUC 0\.[0-9]* on the 300 jets that train; weight 0.5, temperature 2" taught-1x1.txt ||
  fail "the teacher is not named: $(cat taught-1x1.txt)"
for scores in first.h5 trains.h5 first.csv; do
  train $config "by-$scores" 3 1 --set train.teacher.scores=$scores --set train.teacher.temperature=2
  same taught-1x1 "by-$scores"
done
train $config cached 2 1 --set data.cache=other.cache.h5
train $config cached-file 2 1 --set data.cache=other.cache.h5 --set train.teacher.scores=trains.h5 --set train.teacher.temperature=2
grep -q "from the cache" cached-file.txt || fail "$(cat cached-file.txt)"
same taught-1x1 cached-file
differ taught-1x1 cached

# Labels do not count where the weight is 1: class weights of 0.5 are a factor, then, of all that counts.
train $config mixed 1 2 --set train.teacher.model=first/best.h5
train $config pure 1 2 --set train.teacher.model=first/best.h5 --set train.teacher.weight=1
differ mixed pure
differ mixed taught-1x1

# An ensemble: the mean of two models, in the training or by metrics --ensemble --out.
train $config both 2 1 --set train.teacher.model=[first/best.h5,second/best.h5]
grep -q "^teacher: the mean of 2 models" both.txt || fail "$(cat both.txt)"
"$jetrain" metrics --ensemble first.h5 second.h5 --out mean.h5 --bootstrap 0 >/dev/null
train $config by-mean 1 1 --set train.teacher.scores=mean.h5
same both by-mean

# result.json and best.h5 say who taught.
/usr/bin/python3 - <<'PYTHON' || fail "the record is wrong"
import h5py, json, numpy as np
result = json.load(open("both/result.json"))["teacher"]
hashes = [json.load(open(f"{r}/result.json"))["weights_hash"] for r in ("first", "second")]
assert result["files"] == ["first/best.h5", "second/best.h5"] and result["weights_hashes"] == hashes, result
with h5py.File("mean.h5") as f, h5py.File("trains.h5") as g:
    rows = np.isin(f["row"][:], g["row"][:])
    score, label = f["score"][rows], f["label"][rows]
assert result["jets"] == len(label) == 300
assert abs(result["accuracy"] - ((score > 0.5) == label).mean()) < 1e-12, result
above = (score[label == 1][:, None] > score[label == 0]).mean()
assert abs(result["auc"] - above) < 1e-3, (result, above)
with h5py.File("both/best.h5") as f:
    assert "second/best.h5" in f["config"][()].decode()
PYTHON

# A teacher who may know jets that validate here is doubted; one of the same split is not.
train $config doubted 1 1 --set train.teacher.model=second/best.h5
grep -q "^warning: train.teacher.model: second/best.h5 was trained on files that validate here" doubted.txt || fail "$(cat doubted.txt)"
grep -q "^warning: train.teacher" taught-1x1.txt && fail "a teacher of the same split is doubted"

train $config other-files 1 1 --set train.teacher.model=first/best.h5 --set data.files='[jets.h5, more.h5]'
grep -q "^warning: train.teacher.model: first/best.h5 was trained on files that validate here" other-files.txt || fail "$(cat other-files.txt)"
"$jetrain" lr-find $config --set train.teacher.model=first/best.h5 --steps 10 --out rates >rates.txt 2>&1 || fail "$(cat rates.txt)"

# A temperature does not make the loss outgrow what a batch may sum up to.
train $config hot 1 1 --set train.teacher.model=first/best.h5 --set train.teacher.temperature=1000

# Folds of a study, whose training jets are drawn from those that are read once, are taught as a training by itself is.
"$MPIRUN" 2 "$jetrain" study $config --out study --set study.folds=2 --set train.teacher.scores=first.h5 --quiet >/dev/null
train study/trial_0001/config.yaml alone 1 1
same study/trial_0001 alone
for run in study/trial_0001 alone; do
  grep -A 9 '"teacher"' $run/result.json | contains '"jets": 200' || fail "not the jets that train: $(cat $run/result.json)"
done

# Three classes, which the file names; one output, for which the probability of class 1 counts.
/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
labels = np.arange(240) % 3
with h5py.File("rows.h5", "w") as f:
    f["x"], f["y"] = (rng.normal(size=(240, 4)) + labels[:, None]).astype("f4"), labels
with h5py.File("first.h5") as f, h5py.File("wrong.h5", "w") as g:
    scores, rows = f["score"][:], f["row"][:]
    for name, value in {"label": f["label"][:], "row": rows}.items(): g[name] = value
    g["score"] = np.log(scores / (1 - scores))
def copy(name, change):
    with h5py.File("first.h5") as f, h5py.File(name, "w") as g:
        arrays = {k: f[k][:] for k in ("score", "label", "row")}
        change(arrays)
        for k, v in arrays.items(): g[k] = v
copy("labels.h5", lambda a: a["label"].__setitem__(7, 1 - a["label"][7]) if a["row"][7] == 7 else 1 / 0)
copy("falling.h5", lambda a: a["row"].__setitem__(slice(3, 5), a["row"][[4, 3]]))
copy("cut.h5", lambda a: a.update({k: v[:200] for k, v in a.items()}))
with h5py.File("sums.h5", "w") as f:
    f["label"], f["row"], f["outputs"] = labels, np.arange(240), np.full((240, 3), 0.3, "f4")
    f["score"] = np.full(240, 0.3, "f4")
copy("rowless.h5", lambda a: a.pop("row"))
copy("nan.h5", lambda a: a["score"].__setitem__(5, np.nan))
PYTHON
cat >classes.yaml <<'YAML'
data: {files: [rows.h5], arrays: {features: x, labels: y}, classes: [u, c, b]}
model: {layers: [{dense: {units: 5, activation: relu}}, {dense: {units: 3, activation: softmax}}]}
train: {batch_size: 30, epochs: 2}
YAML
train classes.yaml three 1 1
"$jetrain" predict three/best.h5 rows.h5 three.h5 >/dev/null
train classes.yaml three-model 2 1 --set train.teacher.model=three/best.h5
train classes.yaml three-file 1 2 --set train.teacher.scores=three.h5
same three-model three-file
one='model.layers=[{dense: {units: 8, activation: relu}}, sum_pool, {dense: {units: 1, activation: sigmoid}}]'
train $config one-model 1 1 --set "$one" --set train.loss=binary_cross_entropy --set train.teacher.model=first/best.h5
train $config one-file 3 1 --set "$one" --set train.loss=binary_cross_entropy --set train.teacher.scores=first.h5
same one-model one-file

refused "wrong.h5: its scores are no probabilities" --set train.teacher.scores=wrong.h5
refused "labels.h5 says of row 7 that its label is" --set train.teacher.scores=labels.h5
refused "falling.h5: its rows do not ascend (4 stands before 3)" --set train.teacher.scores=falling.h5
refused "cut.h5 says nothing of row 2[0-9]* of the files that train (it has 200 jets)" --set train.teacher.scores=cut.h5
refused "rowless.h5 has 400 jets, and 300 train" --set train.teacher.scores=rowless.h5
refused "first.h5 has 400 jets, and 300 train: with data.cache" --set train.teacher.scores=first.h5 --set data.cache=other.cache.h5
refused "nan.h5, row 5" --set train.teacher.scores=nan.h5
refused "jets.h5 has no dataset score: name them as .jetrain predict. does" --set train.teacher.scores=jets.h5
refused "three/best.h5 is of plain arrays, and this training of jets" --set train.teacher.model=three/best.h5
refused "leave out one of them" --set train.teacher.model=first/best.h5 --set train.teacher.scores=first.h5
refused "says neither scores" --set train.teacher.weight=1
refused "but the loss is mean_squared_error" --set train.teacher.model=first/best.h5 --set train.loss=mean_squared_error
refused "none.h5" --set train.teacher.model=none.h5
config=classes.yaml
refused "the probabilities of jet 0 (from 0) sum to 0.9, not to 1" --set train.teacher.scores=sums.h5
refused "the classes of three.h5 are u, c, b, but those of data.classes b, c, u" --set train.teacher.scores=three.h5 --set data.classes=[b,c,u]

# A run goes on with the same teacher, wherever its file is, and not with another.
mv first.h5 moved.h5
rm by-first.h5/result.json
"$jetrain" train student.yaml --out by-first.h5 --resume --set train.teacher.scores=second.h5 --set train.teacher.temperature=2 >other.txt 2>&1 &&
  fail "went on with another teacher"
grep -q "not those that the checkpoint was trained on" other.txt || fail "$(cat other.txt)"
"$jetrain" train student.yaml --out by-first.h5 --resume --set train.teacher.scores=moved.h5 --set train.teacher.temperature=2 >moved.txt 2>&1 ||
  fail "$(cat moved.txt)"
same taught-1x1 by-first.h5
