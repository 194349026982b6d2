#!/usr/bin/env python3
"""Writes figures_reference.json: accuracy, AUC and background rejection as scikit-learn and numpy have them.

The samples follow from whole numbers, so that the test can make them again: jet i has the label
(1103515245 i + 12345) mod 2^31 mod 3 == 0, and the score (s + 250 label) / 1250 with s = (48271 i) mod 1009; `tied`
rounds the score to two digits. 1/eps_B is read off the curve, straight between its points.
"""
import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, roc_auc_score, roc_curve

JETS = 3000
EFFICIENCIES = (0.3, 0.4, 0.5, 0.7)


def figures(labels, scores):
    background, signal, _ = roc_curve(labels, scores, drop_intermediate=False)
    rejections = []
    for efficiency in EFFICIENCIES:
        at = np.argmax(signal >= efficiency)
        share = (efficiency - signal[at - 1]) / (signal[at] - signal[at - 1])
        rejections.append(1 / (background[at - 1] + share * (background[at] - background[at - 1])))
    return [accuracy_score(labels, scores > 0.5), roc_auc_score(labels, scores), *rejections]


i = np.arange(JETS, dtype=np.int64)
labels = ((1103515245 * i + 12345) % 2**31 % 3 == 0).astype(int)
scores = ((48271 * i) % 1009 + 250 * labels) / 1250
reference = {
    "jets": JETS,
    "signal_efficiencies": EFFICIENCIES,
    "untied": figures(labels, scores),
    "tied": figures(labels, np.floor(scores * 100 + 0.5) / 100),
}
out = pathlib.Path(__file__).with_name("figures_reference.json")
out.write_text(json.dumps(reference, indent=1) + "\n")
