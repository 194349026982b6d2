#!/usr/bin/env python3
"""Writes golden_lorentz.json: two of LorentzNet's blocks (arXiv:2201.08187) on a leaf of two made-up jets with beams, by
numpy in double precision, written down from their equations independently of jetrain: in training, where batch norms
look at the leaf, and behind it, where they have averages. Parameters by jetrain's names."""
import json
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_lorentz.json")
UNITS, BLOCKS, STEP, EPSILON, COUNTS = 5, 2, 0.5, 1e-5, (4, 2)
METRIC = np.array([1.0, -1.0, -1.0, -1.0])
rng = np.random.default_rng(3)
p, averages = {}, {}


def array(name, *shape, start=0.0):
    if name not in p:
        p[name] = (start + rng.normal(0, 0.5, shape)).astype(np.float32).astype(np.float64)
    return p[name]


def dense(name, x, outputs, bias=True):
    y = x @ array(name + "_kernel", x.shape[1], outputs)
    return y + array(name + "_bias", outputs) if bias else y


def norm(name, x, training):
    if name not in averages:
        averages[name] = (rng.normal(0, 0.5, UNITS).astype(np.float32).astype(np.float64),
                          rng.uniform(0.5, 2, UNITS).astype(np.float32).astype(np.float64))
    mean, variance = (x.mean(0), x.var(0)) if training else averages[name]
    gamma, beta = array(name + "_gamma", UNITS, start=1), array(name + "_beta", UNITS)
    return (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta


def relu(x):
    return np.maximum(x, 0)


def psi(t):
    return np.sign(t) * np.log(1 + np.abs(t))


def square(a):
    return (a * a) @ METRIC


def network(jets, training):
    x = np.concatenate([np.concatenate([jet, [[2**0.5, 0, 0, 1], [2**0.5, 0, 0, -1]]]) for jet in jets])
    owner = np.concatenate([np.full(len(jet) + 2, number) for number, jet in enumerate(jets)])
    is_beam = np.concatenate([np.r_[np.zeros(len(jet)), 1, 1] for jet in jets])
    i, j = np.nonzero((owner[:, None] == owner[None, :]) & ~np.eye(len(x), dtype=bool))
    others = np.bincount(i, minlength=len(x))[:, None]
    scalars = np.stack([psi(square(x)), is_beam], 1)
    h = dense("embedding", scalars, UNITS)
    for b in range(BLOCKS):
        name = f"block_{b + 1}"
        edges = [h[i], h[j], psi(square(x[i] - x[j]))[:, None], psi((x[i] * x[j]) @ METRIC)[:, None]]
        hidden = relu(norm(name + "_edge_norm", dense(name + "_edge_1", np.concatenate(edges, 1), UNITS, False), training))
        m = relu(dense(name + "_edge_2", hidden, UNITS))
        s = np.zeros_like(h)
        np.add.at(s, i, m / (1 + np.exp(-dense(name + "_gate", m, 1))))
        if b + 1 < BLOCKS:
            c = dense(name + "_move_2", relu(dense(name + "_move_1", m, UNITS)), 1, False)
            moves = np.zeros_like(x)
            np.add.at(moves, i, (x[i] - x[j]) * c)
            x = x + STEP * moves / others
        z = norm(name + "_node_norm", dense(name + "_node_1", np.concatenate([h, s, scalars], 1), UNITS), training)
        h = h + dense(name + "_node_2", relu(z), UNITS)
    return h[is_beam == 0]


def jet(count):
    p3 = rng.normal(0, 3, (count, 3))
    return np.concatenate([np.sqrt((p3**2).sum(1, keepdims=True)) * 1.01, p3], 1).astype(np.float32).astype(np.float64)


jets = [jet(count) for count in COUNTS]
results = {"training": network(jets, True), "inference": network(jets, False)}
for name, (mean, variance) in averages.items():
    p[name + "_moving_mean"], p[name + "_moving_variance"] = mean, variance

with open(PATH, "w") as file:
    json.dump({"parameters": {name: values.ravel().tolist() for name, values in p.items()},
               "momenta": np.concatenate(jets).tolist(),
               **{name: y.round(9).tolist() for name, y in results.items()}}, file)
    file.write("\n")
