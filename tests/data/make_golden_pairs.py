#!/usr/bin/env python3
"""Writes golden_pairs.json: what the constituents of a made-up jet are to each other, by numpy in double precision.

Independent of jetrain. Among the momenta are constituents of one direction, of azimuths on both sides of pi, without
mass, along the beam, very soft and very hard.
"""
import json
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_pairs.json")


def momenta():
    rng = np.random.default_rng(1)
    pt = np.exp(rng.uniform(-3, 6, 12))
    eta, phi = rng.normal(0.4, 0.4, 12), np.pi + rng.normal(0, 0.4, 12)
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], 1)
    p[:6, 0] = np.sqrt(p[:6, 0] ** 2 + 0.14 ** 2)
    special = [2 * p[0], [50, -50, 1e-3, 0], [50, -50, -1e-3, 0], [10, 0, 0, 10], [1e-6, 1e-6, 0, 0], [3000, 0, 1, -2999.9]]
    return np.concatenate([p, special]).astype(np.float32)


def pairs(p):
    e, px, py, pz = p.astype(np.float64).T
    ln = lambda x: np.log(np.maximum(x, 1e-8))
    pt = np.maximum(np.hypot(px, py), 1e-8)
    y = 0.5 * np.log(np.maximum(e + pz, 1e-8) / np.maximum(e - pz, 1e-8))
    phi = np.arctan2(py, px)
    mass2 = e * e - px * px - py * py - pz * pz
    i, j = np.tril_indices(len(p), -1)
    dphi = np.remainder(phi[i] - phi[j] + np.pi, 2 * np.pi) - np.pi
    delta = np.hypot(y[i] - y[j], dphi)
    low = np.minimum(pt[i], pt[j])
    m2 = mass2[i] + mass2[j] + 2 * (e[i] * e[j] - px[i] * px[j] - py[i] * py[j] - pz[i] * pz[j])
    return np.stack([ln(low * delta), ln(low / (pt[i] + pt[j])), ln(delta), ln(m2)], 1)


p = momenta()
with open(PATH, "w") as file:
    json.dump({"momenta": [[float(x) for x in row] for row in p], "pairs": pairs(p).round(9).tolist()}, file)
    file.write("\n")
