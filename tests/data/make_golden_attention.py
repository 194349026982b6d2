#!/usr/bin/env python3
"""Writes golden_attention.json: a block of the Particle Transformer (arXiv:2202.03772) on one made-up jet, by numpy in
double precision, written down from its equations independently of jetrain. Parameters by jetrain's names."""
import json
import math
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_attention.json")
N, D, HEADS, HIDDEN, EPSILON = 5, 6, 2, 9, 1e-5
rng = np.random.default_rng(3)
p = {}


def array(name, *shape, start=0.0):
    p[name] = (start + rng.normal(0, 0.5, shape)).astype(np.float32).astype(np.float64)
    return p[name]


def norm(name, x):
    mean, variance = x.mean(1, keepdims=True), x.var(1, keepdims=True)
    gamma, beta = array(name + "_gamma", x.shape[1], start=1), array(name + "_beta", x.shape[1])
    return (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta


def dense(name, x, outputs):
    return x @ array(name + "_kernel", x.shape[1], outputs) + array(name + "_bias", outputs)


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


x = rng.normal(0, 1, (N, D)).astype(np.float32).astype(np.float64)
pairs = rng.normal(0, 1, (N * (N - 1) // 2, HEADS)).astype(np.float32).astype(np.float64)
bias = np.zeros((HEADS, N, N))
i, j = np.tril_indices(N, -1)
bias[:, i, j] = bias[:, j, i] = pairs.T

qkv = dense("qkv", norm("norm_input", x), 3 * D)
scale = array("head_scale", HEADS, start=1)
heads = []
for h in range(HEADS):
    size = D // HEADS
    q, k, v = (qkv[:, part * D + h * size:part * D + (h + 1) * size] for part in range(3))
    weights = np.exp(q @ k.T / math.sqrt(size) + bias[h])
    heads.append(scale[h] * (weights / weights.sum(1, keepdims=True)) @ v)
x1 = x + norm("norm_attention", dense("projection", np.concatenate(heads, 1), D))
inner = norm("norm_hidden", gelu(dense("up", norm("norm_middle", x1), HIDDEN)))
output = dense("down", inner, D)
y = array("residual_scale", D, start=1) * x1 + output

with open(PATH, "w") as file:
    json.dump({"parameters": {name: values.ravel().tolist() for name, values in p.items()}, "x": x.tolist(),
               "pairs": pairs.tolist(), "y": y.round(9).tolist()}, file)
    file.write("\n")
