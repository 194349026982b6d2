#!/usr/bin/env python3
"""Writes weighted_figures.json: figures of weighted jets of two and of four classes, by their definitions in numpy.

They are what scikit-learn's `accuracy_score`, `roc_auc_score` and `roc_curve` give with `sample_weight` (of several
classes: `multi_class="ovr", average="macro"`), but are computed here without it: the AUC as the weighted share of
(signal, background) pairs in the right order, where a tie is half a pair, and efficiencies as weighted shares above
each score. 1/eps_B is read off the curve, straight between its points.

The samples follow from whole numbers, so that the test can make them again. Jet i has h(a) = (a i + 12345) mod 2^31;
two classes: label h(1103515245) mod 3 == 0, score ((48271 i) mod 1009 + 250 label) / 1250, rounded down to 1/50;
four classes: label h(1103515245) mod 4, output k ((48271 i + (k + 3) (i^2 mod 1009)) mod 1009 + 250 [k == label]) / 5000.
Weights: ((7919 i) mod 97 + 1) / 50; `signed`: the same less 1/2.
"""
import json
import pathlib

import numpy as np

JETS = 1200
EFFICIENCIES = (0.3, 0.5, 0.7)
OUT = pathlib.Path(__file__).with_name("weighted_figures.json")


def auc(signal, scores, w):
    s, b = np.flatnonzero(signal), np.flatnonzero(~signal)
    right = (scores[s][:, None] > scores[b][None]) + 0.5 * (scores[s][:, None] == scores[b][None])
    return float((right * w[s][:, None] * w[b][None]).sum() / (w[s].sum() * w[b].sum()))


def efficiencies(kind, scores, w):
    """The weighted share of `kind` at or above each distinct score, falling, from 0 on."""
    return np.array([0.0] + [w[kind & (scores >= t)].sum() / w[kind].sum() for t in np.unique(scores)[::-1]])


def rejections(signal, scores, w):
    s, b = efficiencies(signal, scores, w), efficiencies(~signal, scores, w)
    found = []
    for efficiency in EFFICIENCIES:
        at = np.argmax(s >= efficiency)
        share = (efficiency - s[at - 1]) / (s[at] - s[at - 1])
        found.append(float(1 / (b[at - 1] + share * (b[at] - b[at - 1]))))
    return found


def accuracy(predicted, labels, w):
    return float(w[predicted == labels].sum() / w.sum())


i = np.arange(JETS, dtype=np.int64)
weights = {"unweighted": np.ones(JETS), "positive": ((7919 * i) % 97 + 1) / 50}
weights["signed"] = weights["positive"] - 0.5
h = (1103515245 * i + 12345) % 2**31

reference = {"jets": JETS, "signal_efficiencies": EFFICIENCIES, "two": {}, "four": {}}
labels = (h % 3 == 0).astype(int)
scores = np.floor(((48271 * i) % 1009 + 250 * labels) / 1250 * 50) / 50
for name, w in weights.items():
    reference["two"][name] = [accuracy(scores > 0.5, labels, w), auc(labels == 1, scores, w),
                              *rejections(labels == 1, scores, w)]

CLASSES, SIGNAL = 4, 2
labels = h % CLASSES
outputs = np.stack([((48271 * i + (k + 3) * (i * i % 1009)) % 1009 + 250 * (labels == k)) / 5000 for k in range(CLASSES)], 1)
for name, w in weights.items():
    each = [auc(labels == k, outputs[:, k], w) for k in range(CLASSES)]
    figures = [accuracy(outputs.argmax(1), labels, w), float(np.mean(each)), *each]
    for k in range(CLASSES):
        if k == SIGNAL:
            continue
        pair = (labels == SIGNAL) | (labels == k)
        s, b = outputs[pair, SIGNAL], outputs[pair, k]
        both = np.where(s + b > 0, s + b, 1)
        figures += rejections(labels[pair] == SIGNAL, np.where(s + b > 0, s / both, 0.5), w[pair])
    confusion = [[float(w[(labels == t) & (outputs.argmax(1) == p)].sum()) for p in range(CLASSES)] for t in range(CLASSES)]
    reference["four"][name] = {"figures": figures, "confusion": confusion}
OUT.write_text(json.dumps(reference, indent=1) + "\n")
