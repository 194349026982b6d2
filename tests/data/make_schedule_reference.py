#!/usr/bin/env python3
"""Writes schedule_reference.json: the learning rate's factor before each step under every schedule that is a function
of the step alone, without jetrain. Where PyTorch has the same schedule, it is asked to confirm the numbers; LorentzNet's
are, at the beginnings of its epochs, those that its authors' training logged (sdogsq/LorentzNet-release,
logs/top/pretrained/train-result.json).

PyTorch's OneCycleLR counts its ways in steps less one: its up phase ends at step pct_start * total_steps - 1. It is given
the total and the share with which its turning points are ours.
"""
import json
import math
import pathlib
from fractions import Fraction

import torch

STEPS = 5  # of an epoch


def along(anneal, start, end, share):
    share = min(1.0, share)
    left = 1 - share if anneal == "linear" else (1 + math.cos(math.pi * share)) / 2
    return end + (start - end) * left


def one_cycle(t, epochs, start=0.1, up=8.0, down=8.0, end=1.667e-4, anneal="linear"):
    if t < up:
        return along(anneal, start, 1, t / up)
    if t < up + down:
        return along(anneal, 1, start, (t - up) / down)
    return along(anneal, start if down > 0 else 1, end, (t - up - down) / (epochs - up - down))


def flat_with_decay(t, epochs, share=0.3, final=0.01, by_epoch=False):
    if not by_epoch:
        return final ** max(0.0, (t - (1 - share) * epochs) / (share * epochs))
    decay = max(1, int(share * epochs))
    return final ** (max(0, int(t) - (epochs - decay) + 1) / decay)


def cosine_restarts(t, epochs, first=4, growth=2, cycles=0, final=0.0, warmup=0.0, start=0.0, peak=1.0):
    if t < warmup:
        return start + (1 - start) * t / warmup
    t, length, cycle, top = Fraction(round((t - warmup) * STEPS), STEPS), Fraction(str(first)), 1, 1.0
    while t >= length and cycle != cycles:
        t, length, cycle, top = t - length, length * growth, cycle + 1, top * peak
    return along("cosine", max(top, final), final, float(t / length))


def polynomial(t, epochs, power=1.0, final=0.0):
    return (1 - final) * (1 - t / epochs) ** power + final


def averaging(t, epochs, rule, options, begin, factor, anneal_epochs=1.0, anneal="cosine"):
    """The rate of stochastic weight averaging, held from epoch `begin` on."""
    if t < begin - 1:
        return rule(t, epochs, **options)
    if anneal_epochs == 0:
        return factor
    return along(anneal, rule(begin - 1, epochs, **options), factor, (t - (begin - 1)) / anneal_epochs)


CASES = {
    "schedule: {one_cycle: {}}": (20, one_cycle, {}),
    "schedule: {one_cycle: {start_factor: 0.04, up_epochs: 3.6, down_epochs: 0, end_factor: 4e-6, anneal: cosine}}":
        (12, one_cycle, {"start": 0.04, "up": 3.6, "down": 0.0, "end": 4e-6, "anneal": "cosine"}),
    "schedule: {one_cycle: {up_epochs: 2, down_epochs: 2.5, anneal: cosine}}":
        (6, one_cycle, {"up": 2.0, "down": 2.5, "anneal": "cosine"}),
    "schedule: {flat_with_decay: {}}": (20, flat_with_decay, {}),
    "schedule: {flat_with_decay: {by_epoch: true}}": (20, flat_with_decay, {"by_epoch": True}),
    "schedule: {flat_with_decay: {decay_share: 0.5, final_factor: 0.1, by_epoch: true}}":
        (7, flat_with_decay, {"share": 0.5, "final": 0.1, "by_epoch": True}),
    "schedule: {cosine_restarts: {}}": (35, cosine_restarts, {}),
    "schedule: {cosine_restarts: {first_epochs: 3, growth: 1, cycles: 2, final_factor: 0.1}}":
        (8, cosine_restarts, {"first": 3, "growth": 1, "cycles": 2, "final": 0.1}),
    "schedule: {cosine_restarts: {cycles: 3, final_factor: 0.002}}, warmup: {epochs: 4, start_factor: 0.2}":
        (35, cosine_restarts, {"cycles": 3, "final": 0.002, "warmup": 4.0, "start": 0.2}),
    "schedule: {cosine_restarts: {first_epochs: 1.6, growth: 3, final_factor: 0.05}}":
        (9, cosine_restarts, {"first": 1.6, "growth": 3, "final": 0.05}),
    "schedule: {cosine_restarts: {first_epochs: 2, growth: 1, peak_factor: 0.5, final_factor: 0.2}}":
        (10, cosine_restarts, {"first": 2, "growth": 1, "peak": 0.5, "final": 0.2}),
    "schedule: {cosine_restarts: {first_epochs: 1, cycles: 3, peak_factor: 0.7}}":
        (7, cosine_restarts, {"first": 1, "cycles": 3, "peak": 0.7}),
    "schedule: {cosine_restarts: {first_epochs: 0.4, growth: 1, final_factor: 0.1}}":
        (4, cosine_restarts, {"first": 0.4, "growth": 1, "final": 0.1}),
    "schedule: {cosine_restarts: {first_epochs: 0.2, final_factor: 0.1}}":
        (13, cosine_restarts, {"first": 0.2, "final": 0.1}),
    "schedule: {polynomial: {}}": (10, polynomial, {}),
    "schedule: {polynomial: {power: 0.9, final_factor: 0.01}}": (10, polynomial, {"power": 0.9, "final": 0.01}),
    "schedule: {polynomial: {power: 2}}": (10, polynomial, {"power": 2.0}),
    "schedule: {polynomial: {}}, average: {equal: {from_epoch: 6, learning_rate_factor: 0.25, anneal_epochs: 2}}":
        (10, averaging, {"rule": polynomial, "options": {}, "begin": 6, "factor": 0.25, "anneal_epochs": 2.0}),
    "average: {equal: {from_epoch: 4, learning_rate_factor: 0.5, anneal_epochs: 2, anneal: linear}}":
        (8, averaging, {"rule": polynomial, "options": {"final": 1.0}, "begin": 4, "factor": 0.5,
                        "anneal_epochs": 2.0, "anneal": "linear"}),
    "average: {equal: {from_epoch: 3, learning_rate_factor: 0.1, anneal_epochs: 0}}":
        (5, averaging, {"rule": polynomial, "options": {"final": 1.0}, "begin": 3, "factor": 0.1,
                        "anneal_epochs": 0.0}),
}


def of_torch(make, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def confirm(rates, make, every=1):
    """Every so-many-th step's is what a schedule of PyTorch says, stepped as often."""
    ours = rates[::every]
    theirs = of_torch(make, len(ours))
    assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(ours, theirs)), (ours, theirs)


def torch_one_cycle(epochs, up, start, end, anneal, three):
    total = epochs * STEPS + 1
    return lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=total, pct_start=(up * STEPS + 1) / total, anneal_strategy=anneal,
        div_factor=1 / start, final_div_factor=start / end, three_phase=three)


def weaver(epochs):  # weaver/train.py of hqucms/weaver-core, --lr-scheduler flat+decay: once an epoch
    decay = max(1, int(epochs * 0.3))
    return lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(
        optimizer, milestones=list(range(epochs - decay, epochs)), gamma=0.01 ** (1 / decay))


LORENTZNET = [
    0.0002, 0.0004, 0.0006, 0.0008, 0.001, 0.0008535533905932737, 0.0005, 0.00014644660940672628, 0.001,
    0.0009619397662556434, 0.0008535533905932737, 0.000691341716182545, 0.0005, 0.0003086582838174551,
    0.00014644660940672628, 3.806023374435663e-05, 0.001, 0.0009903926402016153, 0.0009619397662556434,
    0.0009157348061512727, 0.0008535533905932737, 0.0007777851165098011, 0.000691341716182545, 0.0005975451610080642,
    0.0005, 0.00040245483899193594, 0.0003086582838174551, 0.00022221488349019903, 0.00014644660940672628,
    8.426519384872733e-05, 3.806023374435663e-05, 9.607359798384786e-06]

reference = {}
for keys, (epochs, rule, options) in CASES.items():
    reference[keys] = {"epochs": epochs, "steps": STEPS,
                       "factors": [rule(s / STEPS, epochs, **options) for s in range(epochs * STEPS)]}
factors = [case["factors"] for case in reference.values()]
confirm(factors[0], torch_one_cycle(20, 8, 0.1, 1.667e-4, "linear", True))
confirm(factors[1], torch_one_cycle(12, 3.6, 0.04, 4e-6, "cos", False))
confirm(factors[4], weaver(20), every=STEPS)
confirm(factors[6], lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 4 * STEPS, 2))
confirm(factors[9],
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 8, 3, eta_min=0.05))
confirm(factors[12],
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2, 1, eta_min=0.1))
confirm(factors[16], lambda optimizer: torch.optim.lr_scheduler.PolynomialLR(optimizer, 10 * STEPS, 2))
confirm(factors[18][3 * STEPS:],
        lambda optimizer: torch.optim.swa_utils.SWALR(optimizer, 0.5, 2 * STEPS, anneal_strategy="linear"))
without_floor = [cosine_restarts(t, 35, warmup=4.0, start=0.2) for t in range(32)]
assert all(math.isclose(1e-3 * a, b, rel_tol=1e-12) for a, b in zip(without_floor, LORENTZNET))
out = pathlib.Path(__file__).with_name("schedule_reference.json")
out.write_text(json.dumps(reference, indent=None).replace('}, "', '},\n"') + "\n")
