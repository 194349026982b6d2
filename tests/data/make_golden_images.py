#!/usr/bin/env python3
"""make_golden_images.py JETS.h5: writes golden_images.h5, 100 jets of JETS.h5 and their images by numpy.

The angles are computed in double and rounded to float32: numpy's float32 arctan2 and arctanh differ between
builds by some units in the last place. Constituent 1 lies on a pixel border by construction: since version 2 of
the image its w is exactly 0; in version 1 rounding decides between two pixels.
"""
import os
import sys

import h5py
import numpy as np

JETS, BINS, HALF_WIDTH = 100, 40, 0.8


def rounded(function, *arguments):
    return function(*(a.astype(np.float64) for a in arguments)).astype(np.float32)


def rotated(jet, version=2):
    """pT, u, w of a jet, (n, 4) float32 with E, px, py, pz in GeV, constituents beyond the padding only."""
    px, py, pz = jet[:, 1], jet[:, 2], jet[:, 3]
    pt = np.sqrt(px * px + py * py)
    eta = rounded(np.arctanh, pz / np.sqrt(pt * pt + pz * pz))
    phi = rounded(np.arctan2, py, px)
    eta = eta - eta[0]
    pi = np.float32(np.pi)
    phi = np.mod(phi - phi[0] + pi, 2 * pi) - pi
    length = np.sqrt(eta[1] * eta[1] + phi[1] * phi[1]) if len(jet) > 1 else 0
    if length == 0:
        return pt, eta.astype(np.float64), phi.astype(np.float64)
    a, b = np.float64(eta[1] / length), np.float64(phi[1] / length)
    eta, phi = eta.astype(np.float64), phi.astype(np.float64)
    u, w = a * eta + b * phi, -b * eta + a * phi
    if version >= 2:
        w[1] = 0
    return pt, u, w


def image(jet, version=2):
    pt, u, w = rotated(jet, version)
    span = [-HALF_WIDTH, HALF_WIDTH]
    sums, _, _ = np.histogram2d(u, w, BINS, [span, span], weights=pt)
    return (sums / sums.max() if sums.max() > 0 else sums).astype(np.float32)


def main():
    import tables

    with tables.open_file(sys.argv[1]) as jets:
        block = jets.root.table.table.read(0, JETS)["values_block_0"][:, :800]
    momenta = np.ascontiguousarray(block.reshape(JETS, 200, 4))
    of_version = {v: np.stack([image(jet[jet.any(axis=1)], v) for jet in momenta]) for v in (1, 2)}
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_images.h5")
    with h5py.File(out, "w") as file:
        options = dict(compression="gzip", compression_opts=9, shuffle=True)
        file.create_dataset("constituents", data=momenta.reshape(JETS, 800), **options)
        for version, images in of_version.items():
            file.create_dataset(f"images_{version}", data=images.reshape(JETS, BINS * BINS), **options)


if __name__ == "__main__":
    main()
