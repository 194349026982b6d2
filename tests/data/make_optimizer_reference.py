#!/usr/bin/env python3
"""Writes optimizer_reference.json and muon_reference.json: 100 steps of every optimizer in double precision, without jetrain.

The forms are Keras' (epsilon inside the root for Adagrad and RMSprop, before the bias correction for Adam) and, for
LARS, LAMB, RAdam, Lion, Muon and Lookahead, the papers'. Where PyTorch has the same form, it is asked to confirm the
numbers. There are two arrays: a kernel of three numbers, to which weight decay applies, and a bias of two, to which it
does not. Gradients are multiples of 2^-20: gradient[t][i] = ((37 t + 101 i) mod 1021 - 510) * scale[i].

Muon sees matrices besides, in a file of its own, which start at ((29 i) mod 113 - 56) / 128 (their gradients' scale is
2^-10): a high one, a wide one, and a convolution's kernel, (rows, columns, in, out). Lookahead stands around other
optimizers, in "lookahead".
"""
import json
import pathlib

import numpy as np
import torch

STEPS = 100
KEPT = (1, 2, 10, STEPS)
SCALE = np.array([2.0**-10, 2.0**-20, 1.0, 2.0**-13, 2.0**-20])
START = np.array([0.5, -0.25, 1.0, 0.0, 2.0])
DECAYS = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
ARRAYS = (slice(0, 3), slice(3, 5))


def gradient(t):
    return ((37 * t + 101 * np.arange(5)) % 1021 - 510) * SCALE


def sgd(w, g, t, s, lr=0.01, mu=0.0, nesterov=False):
    s["v"] = mu * s.get("v", 0 * w) - lr * g
    return w + (mu * s["v"] - lr * g if nesterov else s["v"])


def adagrad(w, g, t, s, lr=0.001, start=0.1, eps=1e-7):
    s["s"] = s.get("s", start) + g**2
    return w - lr * g / np.sqrt(s["s"] + eps)


def adadelta(w, g, t, s, lr=1.0, rho=0.95, eps=1e-7):
    s["s"] = rho * s.get("s", 0) + (1 - rho) * g**2
    d = np.sqrt(s.get("u", 0) + eps) / np.sqrt(s["s"] + eps) * g
    s["u"] = rho * s.get("u", 0) + (1 - rho) * d**2
    return w - lr * d


def rmsprop(w, g, t, s, lr=0.001, rho=0.9, mu=0.0, eps=1e-7):
    s["s"] = rho * s.get("s", 0) + (1 - rho) * g**2
    s["v"] = mu * s.get("v", 0) + lr * g / np.sqrt(s["s"] + eps)
    return w - s["v"]


def adam(w, g, t, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-7, decay=0.0):
    w = w - lr * decay * DECAYS * w
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    return w - lr * np.sqrt(1 - b2**t) / (1 - b1**t) * s["m"] / (np.sqrt(s["v"]) + eps)


def lars(w, g, t, s, lr=0.1, mu=0.9, trust=0.001, decay=1e-4):
    v = s.setdefault("v", 0 * w)
    for a in ARRAYS:
        wn, gn = np.linalg.norm(w[a]), np.linalg.norm(g[a])
        ratio = trust * wn / (gn + decay * wn) if DECAYS[a][0] and wn > 0 and gn > 0 else 1.0
        v[a] = mu * v[a] + lr * ratio * (g[a] + decay * DECAYS[a] * w[a])
    return w - v


def lamb(w, g, t, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-6, decay=0.01):
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    r = s["m"] / (1 - b1**t) / (np.sqrt(s["v"] / (1 - b2**t)) + eps) + decay * DECAYS * w
    w = w.copy()
    for a in ARRAYS:
        wn, rn = np.linalg.norm(w[a]), np.linalg.norm(r[a])
        w[a] -= lr * (wn / rn if wn > 0 and rn > 0 else 1.0) * r[a]
    return w


def radam(w, g, t, s, lr=0.001, b1=0.9, b2=0.999, eps=1e-8, decay=0.0):
    w = w - lr * decay * DECAYS * w
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    unbiased = s["m"] / (1 - b1**t)
    longest = 2 / (1 - b2) - 1
    length = longest - 2 * t * b2**t / (1 - b2**t)
    if length <= 5:
        return w - lr * unbiased
    variance = (longest - 4) * (longest - 2) / longest
    r = np.sqrt((length - 4) * (length - 2) / length / variance)
    return w - lr * r * unbiased * np.sqrt(1 - b2**t) / (np.sqrt(s["v"]) + eps)


def lion(w, g, t, s, lr=1e-4, b1=0.9, b2=0.99, decay=0.0):
    m = s.get("m", 0 * w)
    s["m"] = b2 * m + (1 - b2) * g
    return w - lr * (np.sign(b1 * m + (1 - b1) * g) + decay * DECAYS * w)


def orthogonalized(u, iterations):  # (outputs, inputs), as PyTorch keeps weights
    x = u / np.linalg.norm(u)
    for _ in range(iterations):
        xx = x @ x.T
        x = 3.4445 * x + (-4.7750 * xx + 2.0315 * xx @ xx) @ x
    return x


def muon(w, g, s, lr=0.02, mu=0.95, nesterov=True, iterations=5, decay=0.0):
    s["b"] = mu * s.get("b", 0) + g  # a sum, not a mean: the direction is the same
    u = (g + mu * s["b"] if nesterov else s["b"]).reshape(-1, w.shape[-1]).T
    step = np.sqrt(max(1, u.shape[0] / u.shape[1])) * orthogonalized(u, iterations)
    return w - lr * decay * w - lr * step.T.reshape(w.shape)


CASES = {
    "sgd": (sgd, {}),
    "sgd: {momentum: 0.9}": (sgd, {"mu": 0.9}),
    "sgd: {momentum: 0.9, nesterov: true}": (sgd, {"mu": 0.9, "nesterov": True}),
    "adagrad": (adagrad, {}),
    "adadelta": (adadelta, {}),
    "rmsprop": (rmsprop, {}),
    "rmsprop: {momentum: 0.5}": (rmsprop, {"mu": 0.5}),
    "adam": (adam, {}),
    "adamw": (adam, {"decay": 0.004}),
    "lars": (lars, {}),
    "lamb": (lamb, {}),
    "radam": (radam, {}),
    "radam: {beta_1: 0.95, epsilon: 1e-5, weight_decay: 0.01}": (radam, {"b1": 0.95, "eps": 1e-5, "decay": 0.01}),
    "lion": (lion, {}),
    "lion: {weight_decay: 0.5}": (lion, {"decay": 0.5}),
    "muon": (adam, {"lr": 3e-4, "b2": 0.95, "eps": 1e-10}),  # no matrix among these arrays
    "muon: {weight_decay: 0.1, adam: {learning_rate: 1e-3}}": (adam, {"b2": 0.95, "eps": 1e-10, "decay": 0.1}),
}
SHAPES = ((20, 12), (4, 37), (2, 3, 3, 5))
MUON = {
    "muon": {},
    "muon: {learning_rate: 0.1, nesterov: false, iterations: 7, weight_decay: 0.1}":
        {"lr": 0.1, "nesterov": False, "iterations": 7, "decay": 0.1},
}
LOOKAHEAD = {
    "sgd": (sgd, {}, 5, 0.8),
    "radam: {beta_1: 0.95, epsilon: 1e-5, weight_decay: 0.01}":  # Ranger
        (radam, {"b1": 0.95, "eps": 1e-5, "decay": 0.01}, 6, 0.5),
}
TORCH = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
    "sgd: {momentum: 0.9}": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "sgd: {momentum: 0.9, nesterov: true}": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "radam": lambda p: torch.optim.RAdam(p, lr=0.001, eps=1e-8),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-7),
}


def confirm(name, final):
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = TORCH[name]([w])
    for t in range(1, STEPS + 1):
        w.grad = torch.tensor(gradient(t))
        optimizer.step()
    assert np.allclose(w.detach().numpy(), final, rtol=1e-12, atol=0), name


after = {}
for name, (rule, options) in CASES.items():
    w, state, after[name] = START.copy(), {}, {}
    for t in range(1, STEPS + 1):
        w = rule(w, gradient(t), t, state, **options)
        if t in KEPT:
            after[name][str(t)] = w.tolist()
    if name in TORCH:
        confirm(name, w)

looking_ahead = {}
for name, (rule, options, every, share) in LOOKAHEAD.items():
    fast, slow, state, kept = START.copy(), START.copy(), {}, {}
    for t in range(1, STEPS + 1):
        fast = rule(fast, gradient(t), t, state, **options)
        if t % every == 0:
            fast = slow = (1 - share) * slow + share * fast
        if t in KEPT:
            kept[str(t)] = fast.tolist()
    looking_ahead[name] = {"every_steps": every, "share": share, "after": kept}

matrices = []
for name, options in MUON.items():
    for shape in SHAPES:
        count = int(np.prod(shape))
        start = ((29 * np.arange(count)) % 113 - 56) / 128
        w, state, kept = start.reshape(shape), {}, {}
        for t in range(1, STEPS + 1):
            g = ((37 * t + 101 * np.arange(count)) % 1021 - 510) * 2.0**-10
            w = muon(w, g.reshape(shape), state, **options)
            if t in (1, 10, STEPS):
                kept[str(t)] = w.ravel().round(12).tolist()
        matrices.append({"optimizer": name, "shape": shape, "after": kept})

out = pathlib.Path(__file__).with_name("optimizer_reference.json")
out.write_text(json.dumps({"scale": SCALE.tolist(), "start": START.tolist(), "after": after,
                           "lookahead": looking_ahead}, indent=1) + "\n")
out.with_name("muon_reference.json").write_text(json.dumps(matrices).replace('}, {', '},\n{') + "\n")
