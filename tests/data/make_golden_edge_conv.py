#!/usr/bin/env python3
"""Writes golden_edge_conv.json: blocks of ParticleNet (Phys. Rev. D 101 (2020) 056019) on a few made-up jets, by numpy in
double precision, edge by edge with whole products over [x_i, x_j - x_i], independently of jetrain. Parameters by jetrain's
names; outputs with the statistics of these jets (training) and with running averages (inference)."""
import json
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_edge_conv.json")
EPSILON = 1e-5
COUNTS = [5, 1, 0, 3, 12]  # constituents of the jets
rng = np.random.default_rng(4)


def numbers(*shape, start=0.0, deviation=0.5):
    return (start + rng.normal(0, deviation, shape)).astype(np.float32).astype(np.float64)


def neighbours_of(points, k):
    """Of each row, the k nearest others, or all."""
    edges = []
    for i, point in enumerate(points):
        by_distance = sorted((float(((point - other) ** 2).sum()), j) for j, other in enumerate(points) if j != i)
        edges.append([j for _, j in by_distance[:k]])
    return edges


def normalised(values, p, prefix, suffix, training):
    if training:
        mean, variance = values.mean(0), values.var(0)
    else:
        mean, variance = p[prefix + "moving_mean" + suffix], p[prefix + "moving_variance" + suffix]
    return (values - mean) / np.sqrt(variance + EPSILON) * p[prefix + "gamma" + suffix] + p[prefix + "beta" + suffix]


def edge_conv(jets, points, p, k, units, pool, projects, training):
    rows = np.concatenate(jets)
    values, of_row, row = [], [], 0
    for jet, where in zip(jets, points):
        for i, neighbours in enumerate(neighbours_of(where, k)):
            for j in neighbours:
                values.append(np.concatenate([jet[i], jet[j] - jet[i]]))
                of_row.append(row)
            row += 1
    values, of_row = np.array(values), np.array(of_row)
    for unit in range(len(units)):
        suffix = "" if unit == 0 else f"_{unit}"
        values = np.maximum(normalised(values @ p["kernel" + suffix], p, "", suffix, training), 0)
    pooled = np.zeros((len(rows), units[-1]))
    for i in range(len(rows)):
        if (of_row == i).any():
            pooled[i] = getattr(np, pool)(values[of_row == i], axis=0)
    shortcut = normalised(rows @ p["shortcut_kernel"], p, "shortcut_", "", training) if projects else rows
    return np.maximum(pooled + shortcut, 0)


def parameters(channels, units, projects):
    p = {}
    for prefix, suffix, inputs, outputs in [("", "" if u == 0 else f"_{u}", 2 * channels if u == 0 else units[u - 1], n)
                                            for u, n in enumerate(units)] + [("shortcut_", "", channels, units[-1])]:
        if prefix and not projects:
            continue
        p[prefix + "kernel" + suffix] = numbers(inputs, outputs)
        p[prefix + "gamma" + suffix] = numbers(outputs, start=1)
        p[prefix + "beta" + suffix] = numbers(outputs)
        p[prefix + "moving_mean" + suffix] = numbers(outputs)
        p[prefix + "moving_variance" + suffix] = np.abs(numbers(outputs, start=2))
    return p


cases = []
for channels, distance, pool, k, units in [(4, "angles", "mean", 3, [5, 18, 6]), (4, "features", "max", 4, [7, 4]),
                                           (3, "features", "mean", 16, [5])]:
    projects = units[-1] != channels
    p = parameters(channels, units, projects)
    jets = [numbers(n, channels, deviation=1) for n in COUNTS]
    angles = [numbers(n, 2, deviation=1) for n in COUNTS]
    points = angles if distance == "angles" else jets
    case = {"channels": channels, "distance": distance, "pool": pool, "neighbours": k, "units": units, "counts": COUNTS,
            "parameters": {name: values.ravel().tolist() for name, values in p.items()},
            "x": np.concatenate(jets).tolist(), "angles": np.concatenate(angles).tolist()}
    for training in (True, False):
        y = edge_conv(jets, points, p, k, units, pool, projects, training)
        case["training" if training else "inference"] = y.round(9).tolist()
    cases.append(case)
with open(PATH, "w") as file:
    json.dump(cases, file)
    file.write("\n")
