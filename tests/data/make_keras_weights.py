#!/usr/bin/env python3
"""Writes keras_model.h5 and keras_weights.h5: weights as Keras 2 keeps them in HDF5 (keras/saving/hdf5_format.py,
save_weights_to_hdf5_group): the first as model.save leaves them, under /model_weights and beside other things, the second
as model.save_weights does. Needs h5py and NumPy, not Keras. The network is that of keras.yaml."""
import os

import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(4)
LAYERS = [
    ("conv2d", [("kernel", (4, 4, 1, 3)), ("bias", (3,))]),
    ("max_pooling2d", []),
    ("batch_normalization", [("gamma", (3,)), ("beta", (3,)), ("moving_mean", (3,)), ("moving_variance", (3,))]),
    ("flatten", []),
    ("dense", [("kernel", (75, 6)), ("bias", (6,))]),
    ("dropout", []),
    ("dense_1", [("kernel", (6, 2)), ("bias", (2,))]),
]
VALUES = {f"{layer}/{name}:0": rng.uniform(0.1, 1, shape).astype("f4") for layer, weights in LAYERS for name, shape in weights}


def save_weights(f, texts):
    """`texts` turns a list of bytes into what h5py stores: h5py 2 made texts of equal length of it, h5py 3 makes texts of
    variable length."""
    f.attrs["layer_names"] = texts([layer.encode("utf8") for layer, _ in LAYERS])
    f.attrs["backend"] = "tensorflow".encode("utf8")
    f.attrs["keras_version"] = "2.11.0".encode("utf8")
    for layer, weights in sorted(LAYERS):
        group = f.create_group(layer)
        names = [f"{layer}/{name}:0".encode("utf8") for name, _ in weights]
        group.attrs["weight_names"] = texts(names)
        for name in names:
            values = VALUES[name.decode()]
            dataset = group.create_dataset(name, values.shape, dtype=values.dtype)
            dataset[:] = values


with h5py.File(os.path.join(here, "keras_weights.h5"), "w") as f:
    save_weights(f, list)
with h5py.File(os.path.join(here, "keras_model.h5"), "w") as f:
    f.attrs["keras_version"] = "2.11.0"
    f.attrs["model_config"] = "{}"
    save_weights(f.create_group("model_weights"), np.array)
    f.create_group("optimizer_weights").attrs["weight_names"] = []
