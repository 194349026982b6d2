#!/usr/bin/env python3
"""Writes adam_reference.json: 100 steps of Adam in Keras' form, in double precision, without jetrain.

Keras adds epsilon to sqrt(v) before the bias is corrected (Kingma and Ba, the efficient form at the end of
section 2); PyTorch adds it afterwards. Gradients are multiples of 2^-20, so that both sides start from equal
numbers: gradient[t][i] = ((37 t + 101 i) mod 1021 - 510) * scale[i].
"""
import json
import pathlib

import numpy as np

LEARNING_RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7
STEPS = 100
scale = np.array([2.0**-10, 2.0**-20, 1.0, 2.0**-13, 2.0**-20])
w = np.array([0.5, -0.25, 1.0, 0.0, 2.0])
m = np.zeros_like(w)
v = np.zeros_like(w)
index = np.arange(len(w))
after = {}
for t in range(1, STEPS + 1):
    g = ((37 * t + 101 * index) % 1021 - 510) * scale
    m += (g - m) * (1 - BETA_1)
    v += (g * g - v) * (1 - BETA_2)
    rate = LEARNING_RATE * np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    w = w - rate * m / (np.sqrt(v) + EPSILON)
    if t in (1, 2, 10, STEPS):
        after[str(t)] = w.tolist()
out = pathlib.Path(__file__).with_name("adam_reference.json")
out.write_text(json.dumps({"scale": scale.tolist(), "start": [0.5, -0.25, 1.0, 0.0, 2.0], "after": after}, indent=1) + "\n")
