#!/usr/bin/env python3
"""Writes golden_attention.json and golden_class_attention.json: blocks of the Particle Transformer (arXiv:2202.03772) on
a made-up jet, by numpy in double precision, written down from their equations independently of jetrain. Parameters by
jetrain's names."""
import json
import math
import os

import numpy as np

DIRECTORY = os.path.dirname(os.path.abspath(__file__))
N, D, HEADS, HIDDEN, EPSILON = 5, 6, 2, 9, 1e-5
rng = np.random.default_rng(3)
p = {}


def array(name, *shape, start=0.0):
    if name not in p:
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


def attention(q, k, v, scale, bias):
    heads = []
    for h in range(HEADS):
        size = D // HEADS
        of_head = slice(h * size, (h + 1) * size)
        weights = np.exp(q[:, of_head] @ k[:, of_head].T / math.sqrt(size) + bias[h])
        heads.append(scale[h] * (weights / weights.sum(1, keepdims=True)) @ v[:, of_head])
    return np.concatenate(heads, 1)


def feed_forward(x1):
    inner = norm("norm_hidden", gelu(dense("up", norm("norm_middle", x1), HIDDEN)))
    output = dense("down", inner, D)
    return array("residual_scale", D, start=1) * x1 + output


def write(name, values):
    with open(os.path.join(DIRECTORY, name), "w") as file:
        json.dump({"parameters": {name: values.ravel().tolist() for name, values in p.items()}, **values}, file)
        file.write("\n")


qkv = dense("qkv", norm("norm_input", x), 3 * D)
attended = attention(*np.split(qkv, 3, 1), array("head_scale", HEADS, start=1), bias)
y = feed_forward(x + norm("norm_attention", dense("projection", attended, D)))
write("golden_attention.json", {"x": x.tolist(), "pairs": pairs.tolist(), "y": y.round(9).tolist()})

# Class attention, of that jet and of one without constituents: the same weights, a token each.
tokens = rng.normal(0, 1, (2, D)).astype(np.float32).astype(np.float64)
p.clear()
results = []
for token, constituents in zip(tokens, (x, x[:0])):
    token = token[None]
    query = dense("query", token, D)
    key_value = dense("key_value", norm("norm_input", np.concatenate([token, constituents])), 2 * D)
    attended = attention(query, *np.split(key_value, 2, 1), array("head_scale", HEADS, start=1), np.zeros(HEADS))
    results.append(feed_forward(token + norm("norm_attention", dense("projection", attended, D)))[0])
write("golden_class_attention.json",
      {"x": x.tolist(), "tokens": tokens.tolist(), "y": np.array(results).round(9).tolist()})
