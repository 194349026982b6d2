#!/usr/bin/env python3
"""Writes keras_model.h5, keras_weights.h5 and keras_nested.h5: weights as Keras 2 keeps them in HDF5
(keras/saving/hdf5_format.py, save_weights_to_hdf5_group): the first as model.save leaves them, under /model_weights
and beside model_config, the second as model.save_weights does. The third has the same layers in two models that are
layers of a third, the convolution frozen: a group for each inner model, in which trainable weights come first. Needs
h5py and NumPy, not Keras. The network is that of keras.yaml."""
import json
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


def layer(kind, name, **settings):
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **settings}}


def weighted(kind, name, activation, **settings):
    nothing = dict.fromkeys(["kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
                             "bias_constraint"])
    return layer(kind, name, **settings, activation=activation, use_bias=True,
                 kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
                 bias_initializer={"class_name": "Zeros", "config": {}}, **nothing)


INPUT = {"batch_input_shape": [None, 10, 10, 1], "dtype": "float32", "sparse": False, "ragged": False}
CONV2D = weighted("Conv2D", "conv2d", "relu", filters=3, kernel_size=[4, 4], strides=[1, 1], padding="same",
                  data_format="channels_last", dilation_rate=[1, 1], groups=1)
POOL = layer("MaxPooling2D", "max_pooling2d", pool_size=[2, 2], padding="valid", strides=[2, 2],
             data_format="channels_last")
NORM = layer("BatchNormalization", "batch_normalization", axis=[3], momentum=0.99, epsilon=0.001, center=True,
             scale=True)
FLATTEN = layer("Flatten", "flatten", data_format="channels_last")
DENSE = weighted("Dense", "dense", "relu", units=6)
DROPOUT = layer("Dropout", "dropout", rate=0.3, noise_shape=None, seed=None)
DENSE_1 = weighted("Dense", "dense_1", "softmax", units=2)


def sequential(name, input_name, shape, layers):
    first = {"class_name": "InputLayer", "config": INPUT | {"batch_input_shape": shape, "name": input_name}}
    return {"class_name": "Sequential", "config": {"name": name, "layers": [first, *layers]}}


def functional():
    """keras.Model(inputs, classifier(flatten(features(inputs)))); uses of models are counted from 1 on."""
    def node(layer, *inputs):
        nodes = [[[*i, {}] for i in inputs]] if inputs else []
        return layer | {"name": layer["config"]["name"], "inbound_nodes": nodes}

    frozen = json.loads(json.dumps(CONV2D))
    frozen["config"]["trainable"] = False
    features = sequential("features", "conv2d_input", [None, 10, 10, 1], [frozen, POOL, NORM])
    classifier = sequential("classifier", "dense_input", [None, 75], [DENSE, DROPOUT, DENSE_1])
    layers = [node({"class_name": "InputLayer", "config": INPUT | {"name": "input_1"}}),
              node(features, ["input_1", 0, 0]), node(FLATTEN, ["features", 1, 0]), node(classifier, ["flatten", 0, 0])]
    return {"class_name": "Functional", "config": {"name": "model", "trainable": True, "layers": layers,
            "input_layers": [["input_1", 0, 0]], "output_layers": [["classifier", 1, 0]]}}


def save_nested(group):
    """Keras saves layer.trainable_weights + layer.non_trainable_weights."""
    inner = {"input_1": [],
             "features": ["batch_normalization/gamma", "batch_normalization/beta", "conv2d/kernel", "conv2d/bias",
                          "batch_normalization/moving_mean", "batch_normalization/moving_variance"],
             "flatten": [], "classifier": ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]}
    group.attrs["layer_names"] = [name.encode() for name in inner]
    for name, weights in inner.items():
        below = group.create_group(name)
        below.attrs["weight_names"] = [f"{weight}:0".encode() for weight in weights]
        for weight in weights:
            below[f"{weight}:0"] = VALUES[f"{weight}:0"]


with h5py.File(os.path.join(here, "keras_weights.h5"), "w") as f:
    save_weights(f, list)
with h5py.File(os.path.join(here, "keras_model.h5"), "w") as f:
    f.attrs["keras_version"] = "2.11.0"
    f.attrs["model_config"] = json.dumps(sequential("sequential", "conv2d_input", [None, 10, 10, 1],
                                                    [CONV2D, POOL, NORM, FLATTEN, DENSE, DROPOUT, DENSE_1]))
    f.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy", "metrics": ["accuracy"]})
    save_weights(f.create_group("model_weights"), np.array)
    f.create_group("optimizer_weights").attrs["weight_names"] = []
with h5py.File(os.path.join(here, "keras_nested.h5"), "w") as f:
    f.attrs["keras_version"] = "2.11.0"
    f.attrs["model_config"] = json.dumps(functional())
    save_nested(f.create_group("model_weights"))
