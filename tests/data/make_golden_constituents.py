#!/usr/bin/env python3
"""Writes golden_constituents.h5: what networks see of constituents, by numpy in double precision, of ten of
golden_images.h5's jets and of edge cases. Independent of jetrain.

Of all jets one behind the other: `constituents` (rows, 4), `counts` (jets), `sums` (jets, 4), rounded to float32; `jet`,
`leading` and `weighted_mean` (rows, 12), the features as they are with each axis; `usual` (rows, 12), those of the axis
`jet` shifted, scaled and clipped as the Particle Transformer's top_kin.yaml does it.
"""
import os

import h5py
import numpy as np

NAMES = ["eta_rel", "phi_rel", "log_pt", "log_e", "log_pt_rel", "log_e_rel", "delta_r", "pt_fraction", "px", "py", "pz", "e"]
USUAL = {"log_pt": (1.7, 0.7), "log_e": (2.0, 0.7), "log_pt_rel": (-4.7, 0.7), "log_e_rel": (-4.7, 0.7), "delta_r": (0.2, 4.0)}


def at_least(x):
    return np.maximum(x, 1e-8)


def direction(px, py, pz):
    return np.arcsinh(pz / at_least(np.hypot(px, py))), np.arctan2(py, px)


def features(jet, total, axis):
    e, px, py, pz = jet.astype(np.float64).T
    jet_e, jet_px, jet_py, jet_pz = total.astype(np.float64)
    pt, jet_pt = np.hypot(px, py), np.hypot(jet_px, jet_py)
    eta, phi = direction(px, py, pz)
    axis_eta, axis_phi = direction(jet_px, jet_py, jet_pz)
    sign = -1 if axis_eta < 0 else 1
    if axis == "leading":
        axis_eta, axis_phi, sign = eta[0], phi[0], 1
    deta = (eta - axis_eta) * sign
    dphi = np.mod(phi - axis_phi + np.pi, 2 * np.pi) - np.pi
    z = pt / pt.sum() if pt.sum() > 0 else 0 * pt
    if axis == "weighted_mean":
        deta, dphi = deta - (z * deta).sum(), dphi - (z * dphi).sum()
    return np.stack([deta, dphi, np.log(at_least(pt)), np.log(at_least(e)), np.log(at_least(pt) / at_least(jet_pt)),
                     np.log(at_least(e) / at_least(jet_e)), np.hypot(deta, dphi), z, px, py, pz, e], axis=1)


def usual(raw):
    for k, name in enumerate(NAMES):
        if name in USUAL:
            shift, scale = USUAL[name]
            raw[:, k] = np.clip((raw[:, k] - shift) * scale, -5, 5)
    return raw


def edge_cases():
    yield [[50, 30, 40, 0]]                                      # one constituent, eta 0
    yield [[90, -30, -1e-3, -80], [5, -1, 1e-3, -4]]             # phi near -pi and pi, eta below 0
    yield [[1000, 0, 0, 1000]]                                   # along the beam
    yield [[200, 100, 0, 150], [300, 0, 0, -300], [1, 0, 0, 0]]  # along it beside others; at rest
    yield [[1e-6, 1e-7, 0, 1e-6], [2e-30, 1e-30, 0, 1e-30]]      # tiny
    yield [[1e30, 1e30, 0, 1e29], [1e4, 0, -1e4, 1]]             # huge
    yield [[10, 6, 0, 8], [10, -6, 0, -8]]                       # a sum at rest
    yield [[130, 50, 0, 120], [13, 0, -5, -12], [13, -5, 0, 12], [26, -10, 1e-20, 24]]  # far from the axis
    yield np.zeros((0, 4))


if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    with h5py.File(os.path.join(folder, "golden_images.h5")) as golden:
        momenta = golden["constituents"][:10].reshape(-1, 200, 4)
    jets = [jet[jet.any(axis=1)] for jet in momenta] + [np.array(jet, np.float32) for jet in edge_cases()]
    sums = [jet.astype(np.float64).sum(axis=0).astype(np.float32) for jet in jets]
    # The sum is over all; a network may be given the leading ones only.
    jets = [jet[:40] for jet in jets]
    with h5py.File(os.path.join(folder, "golden_constituents.h5"), "w") as file:
        options = dict(compression="gzip", compression_opts=9, shuffle=True)
        file.create_dataset("constituents", data=np.concatenate(jets), **options)
        file["counts"] = np.array([len(jet) for jet in jets])
        file["sums"] = np.stack(sums)
        for axis in ("jet", "leading", "weighted_mean"):
            found = [features(jet, total, axis) for jet, total in zip(jets, sums) if len(jet)]
            file.create_dataset(axis, data=np.concatenate(found), **options)
            if axis == "jet":
                file.create_dataset("usual", data=usual(np.concatenate(found)), **options)
