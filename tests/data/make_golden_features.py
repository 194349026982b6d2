#!/usr/bin/env python3
"""Writes golden_features.h5: high-level features and four-channel images of golden_images.h5's jets, by numpy.

Independent of jetrain: everything in double precision, but for the angles that decide a pixel, which are rounded to
float32 as in make_golden_images.py.
"""
import os

import h5py
import numpy as np

from make_golden_images import BINS, HALF_WIDTH, rotated

NAMES = ["mass", "pt", "eta", "multiplicity", "width", "pt_dispersion", "tau_1", "tau_2", "tau_3", "tau_21", "tau_32"]


def wrap(phi):
    return (phi + np.pi) % (2 * np.pi) - np.pi


def tau(pt, eta, phi, count, radius=0.8):
    def distances(axes):
        return np.stack([np.hypot(eta - a, wrap(phi - b)) for a, b in axes])

    axes = []
    for _ in range(count):
        weight = pt if not axes else pt * distances(axes).min(axis=0)
        best = np.argmax(weight)
        axes.append((eta[best], phi[best]))
    for _ in range(10):
        near = distances(axes).argmin(axis=0)
        for k, (a, b) in enumerate(axes):
            mine = near == k
            if mine.any():
                axes[k] = (a + np.average(eta[mine] - a, weights=pt[mine]),
                           wrap(b + np.average(wrap(phi[mine] - b), weights=pt[mine])))
    return (pt * distances(axes).min(axis=0)).sum() / (pt.sum() * radius)


def features(jet):
    e, px, py, pz = jet.astype(np.float64).T
    pt = np.hypot(px, py)
    eta, phi = np.arcsinh(pz / pt), np.arctan2(py, px)
    total = jet.astype(np.float64).sum(axis=0)
    jet_pt = np.hypot(total[1], total[2])
    jet_eta, jet_phi = np.arcsinh(total[3] / jet_pt), np.arctan2(total[2], total[1])
    mass = np.sqrt(max(0, total[0] ** 2 - (total[1:] ** 2).sum()))
    width = (pt * np.hypot(eta - jet_eta, wrap(phi - jet_phi))).sum() / pt.sum()
    taus = [tau(pt, eta, phi, n) for n in (1, 2, 3)]
    ratio = [b / a if a > 0 else 0 for a, b in zip(taus, taus[1:])]
    return [mass, jet_pt, jet_eta, len(pt), width, np.sqrt((pt**2).sum()) / pt.sum(), *taus, *ratio]


def channels(jet):
    """Sums of pT, E and the four-vector, and counts, by pixel; each channel divided by its largest."""
    e, px, py, pz = jet.T
    pt, u, w = rotated(jet)
    span = [-HALF_WIDTH, HALF_WIDTH]

    def summed(weights):
        return np.histogram2d(u, w, BINS, [span, span], weights=weights)[0]

    squared = summed(e) ** 2 - summed(px) ** 2 - summed(py) ** 2 - summed(pz) ** 2
    found = [summed(pt), summed(e), np.sqrt(np.maximum(squared, 0)), summed(np.ones_like(e))]
    return np.stack([c / c.max() for c in found]).astype(np.float32)


if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    with h5py.File(os.path.join(folder, "golden_images.h5")) as golden:
        momenta = golden["constituents"][:].reshape(-1, 200, 4)
    jets = [jet[jet.any(axis=1)] for jet in momenta]
    with h5py.File(os.path.join(folder, "golden_features.h5"), "w") as file:
        file["features"] = np.array([features(jet) for jet in jets])
        file.create_dataset("images", data=np.stack([channels(jet) for jet in jets[:20]]).reshape(20, -1),
                            compression="gzip", compression_opts=9, shuffle=True)
