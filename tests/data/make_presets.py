#!/usr/bin/env python3
"""Makes presets/*: small files as the collections of this field publish them, by h5py and NumPy, and
presets/expected.json: the momenta and classes that they mean, by NumPy.

    /usr/bin/python3 make_presets.py presets

Momenta are E, px, py, pz in GeV, computed in double and rounded once to float32. Padding is left out; a jet's
constituents stand in the file's order.
"""

import json
import pathlib
import sys

import h5py
import numpy as np

to = pathlib.Path(sys.argv[1])
to.mkdir(exist_ok=True)
rng = np.random.default_rng(20)
JETS = 7
expected = {}


def jets(places, most=6):
    """pT, eta, phi, mass (JETS, places) of constituents about an axis each, by falling pT, zeros behind; the axes."""
    n = rng.integers(1, most + 1, JETS)
    kept = np.arange(places) < n[:, None]
    pt = -np.sort(-rng.exponential(60, (JETS, places)) - 1, axis=1)
    axis_eta, axis_phi = rng.uniform(-2, 2, JETS), rng.uniform(-np.pi, np.pi, JETS)
    eta = axis_eta[:, None] + rng.normal(0, 0.3, (JETS, places))
    phi = axis_phi[:, None] + rng.normal(0, 0.3, (JETS, places))
    mass = rng.uniform(0, 0.5, (JETS, places))
    return [np.where(kept, x, 0) for x in (pt, eta, phi, mass)] + [n, axis_eta, axis_phi]


def momenta(pt, eta, phi, energy):
    return np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)


def expect(name, p4, n, labels):
    expected[name] = {
        "momenta": [p4[j, : n[j]].astype(np.float32).astype(float).ravel().tolist() for j in range(JETS)],
        "labels": None if labels is None else [int(x) for x in labels],
    }


def double(x):
    return x.astype(np.float64)


labels = np.arange(JETS) % 2

# ATLAS Top Tagging Open Data: a dataset a quantity, MeV.
pt, eta, phi, mass, n, _, _ = jets(200)
energy = np.where(pt > 0, np.hypot(pt * np.cosh(eta), mass), 0)
columns = {k: (v * scale).astype("f4") for k, v, scale in
           (("pt", pt, 1000), ("eta", eta, 1), ("phi", phi, 1), ("E", energy, 1000))}
with h5py.File(to / "atlas_top_tagging.h5", "w") as f:
    for k, v in columns.items():
        f.create_dataset(f"fjet_clus_{k}", data=v, compression="gzip", chunks=(3, 200))
    f["fjet_clus_taste"] = (v > 0).astype("i4")
    for k in ("pt", "eta", "phi", "m"):
        f[f"fjet_{k}"] = np.ones(JETS, "f4")
    f["labels"] = labels.astype("i4")
    f["training_weights"] = np.linspace(0.5, 2, JETS)
p = {k: double(v) for k, v in columns.items()}
p4 = momenta(p["pt"], p["eta"], p["phi"], p["E"]) / 1000
expect("atlas_top_tagging", p4, n, labels)

# JetNet: etarel, phirel, ptrel, mask; pt, eta, mass, number; a file a class.
for name in ("g", "t"):
    pt, eta, phi, mass, n, axis_eta, axis_phi = jets(30)
    jet_pt = pt.sum(1)
    kept = pt > 0
    features = np.stack([np.where(kept, eta - axis_eta[:, None], 0), np.where(kept, phi - axis_phi[:, None], 0),
                         pt / jet_pt[:, None], kept], -1).astype("f4")
    of_jets = np.stack([jet_pt, axis_eta, np.full(JETS, 80.0), n], -1).astype("f4")
    with h5py.File(to / f"jetnet_{name}.hdf5", "w") as f:
        f["particle_features"] = features
        f["jet_features"] = of_jets
    x, j = double(features), double(of_jets)
    abs_pt, abs_eta = x[..., 2] * j[:, None, 0], x[..., 0] + j[:, None, 1]
    expect(f"jetnet_{name}", momenta(abs_pt, abs_eta, x[..., 1], abs_pt * np.cosh(abs_eta)), n,
           np.full(JETS, 1 if name == "t" else 0))

# EnergyFlow: pt, y, phi, pid in a .npz, compressed.
pt, eta, phi, mass, n, _, _ = jets(20)
X = np.stack([pt, eta, phi, np.where(pt > 0, 211, 0)], -1)
np.savez_compressed(to / "energyflow.npz", X=X, y=labels.astype("f8"))
expect("energyflow", momenta(pt, eta, phi, pt * np.cosh(eta)), n, labels)

# PELICAN: E, px, py, pz.
pt, eta, phi, mass, n, _, _ = jets(200)
Pmu = momenta(pt, eta, phi, np.where(pt > 0, np.hypot(pt * np.cosh(eta), mass), 0))
with h5py.File(to / "pelican.h5", "w") as f:
    f.create_dataset("Pmu", data=Pmu, compression="gzip")
    f["Nobj"] = n
    f["is_signal"] = labels.astype("i1")
expect("pelican", Pmu, n, labels)

# OmniLearn: deta, dphi, log(1 - pt / jet), log pt, log(1 - E / jet), log E, dR; jets without phi.
pt, eta, phi, mass, n, axis_eta, axis_phi = jets(150)
energy = np.where(pt > 0, np.hypot(pt * np.cosh(eta), mass), 0)
kept = pt > 0
deta, dphi = np.where(kept, eta - axis_eta[:, None], 0), np.where(kept, phi - axis_phi[:, None], 0)
log = lambda x: np.log(np.where(kept, x, 1))
part = lambda x: np.log(np.where(kept, 1 - x / (2 * x.sum(1))[:, None], 1))
data = np.stack([deta, dphi, part(pt), log(pt), part(energy), log(energy), np.hypot(deta, dphi)], -1)
jet = np.stack([2 * pt.sum(1), axis_eta, np.full(JETS, 120.0), n], -1)
with h5py.File(to / "omnilearn.h5", "w") as f:
    f.create_dataset("data", data=data, compression="gzip")
    f["jet"] = jet
    f["pid"] = labels.astype("f8")
expect("omnilearn", momenta(np.exp(data[..., 3]), data[..., 0] + jet[:, None, 1], data[..., 1],
                            np.exp(data[..., 5])), n, labels)

# Aspen Open Jets: px, py, pz, E and seven more; no labels.
pt, eta, phi, mass, n, _, _ = jets(150)
p4 = momenta(pt, eta, phi, pt * np.cosh(eta)).astype("f4")
candidates = np.zeros((JETS, 150, 11), "f4")
candidates[..., :3], candidates[..., 3] = p4[..., 1:], p4[..., 0]
candidates[..., 8:10] = np.where(pt > 0, 1, 0)[..., None] * [1, 211]
with h5py.File(to / "aspen.h5", "w") as f:
    f.create_dataset("PFCands", data=candidates, compression="gzip")
    f["jet_kinematics"] = np.ones((JETS, 4), "f4")
expect("aspen", p4, n, None)

# Flavour tagging: compound datasets, invalid tracks NaN.
pt, eta, phi, mass, n, axis_eta, _ = jets(40)
tracks = np.zeros((JETS, 40), [("d0", "f2"), ("pt", "f4"), ("deta", "f4"), ("dphi", "f4"), ("valid", "?")])
kept = pt > 0
tracks["pt"] = np.where(kept, 1000 * pt, np.nan)
tracks["deta"] = np.where(kept, eta - axis_eta[:, None], np.nan)
tracks["dphi"] = np.where(kept, rng.normal(0, 0.3, pt.shape), np.nan)
tracks["valid"] = kept
of_jets = np.zeros(JETS, [("pt", "f4"), ("eta", "f4"), ("HadronConeExclTruthLabelID", "i4"), ("flavour_label", "i4")])
of_jets["pt"], of_jets["eta"] = 1000 * pt.sum(1), axis_eta
of_jets["flavour_label"] = np.arange(JETS) % 3
with h5py.File(to / "flavour_tagging.h5", "w") as f:
    f["jets"] = of_jets
    f.create_dataset("tracks", data=tracks, compression="gzip")
t_pt, t_eta, t_phi = (double(tracks[k]) for k in ("pt", "deta", "dphi"))
t_eta = t_eta + double(of_jets["eta"])[:, None]
expect("flavour_tagging", momenta(t_pt, t_eta, t_phi, t_pt * np.cosh(t_eta)) / 1000, n, of_jets["flavour_label"])

(to / "expected.json").write_text(json.dumps(expected))
