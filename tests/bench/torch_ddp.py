"""Training and inference rates of the notebook's network in PyTorch, to hold beside jetrain's on the same cores.

    mpirun -np 2 --bind-to core python3 tests/bench/torch_ddp.py --batch 256

Every process trains a replica on its share of the global batch (DistributedDataParallel over gloo). The data are
random images as sparse as jets', already in memory: PyTorch is not charged for reading. Median of ten stretches. All
ranks on one node.
"""

import argparse
import os
import statistics
import time

import torch
from torch import distributed, nn


def network():
    layers, channels = [], 1
    for block in range(2):
        for _ in range(2):
            layers += [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(channels, 8, 4), nn.ReLU()]  # Keras' padding: same
            channels = 8
        if block == 0:
            layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    for features in (3200, 64, 64):
        layers += [nn.Linear(features, 64), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 2))


def rate(work, jets, seconds):
    """Jets a second in the median of ten stretches that take `seconds` together."""
    work()
    rates = []
    for _ in range(10):
        steps, begin = 0, time.perf_counter()
        while steps == 0 or time.perf_counter() - begin < seconds / 10:
            work()
            steps += 1
        rates.append(steps * jets / (time.perf_counter() - begin))
    return statistics.median(rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=256, help="global batch size")
    parser.add_argument("--steps", type=int, default=400, help="training steps")
    arguments = parser.parse_args()

    rank = int(os.environ.get("OMPI_COMM_WORLD_RANK", 0))
    ranks = int(os.environ.get("OMPI_COMM_WORLD_SIZE", 1))
    distributed.init_process_group("gloo", init_method="tcp://127.0.0.1:29511", rank=rank, world_size=ranks)
    torch.set_num_threads(1)
    torch.manual_seed(rank)
    jets = arguments.batch // ranks
    shape = (jets, 1, 40, 40)
    images = (torch.rand(shape) * (torch.rand(shape) < 0.03)).to(memory_format=torch.channels_last)
    labels = torch.randint(2, (jets,))
    model = nn.parallel.DistributedDataParallel(network().to(memory_format=torch.channels_last))
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()

    rates = []
    for _ in range(10):  # ranks take the same number of steps: each waits for the others
        begin = time.perf_counter()
        for _ in range(arguments.steps // 10):
            step()
        rates.append(arguments.steps // 10 * jets * ranks / (time.perf_counter() - begin))
    training = statistics.median(rates[1:])
    with torch.inference_mode():
        inference = rate(lambda: model.module(images), jets, 5) * ranks
    if rank == 0:
        print(f"PyTorch {torch.__version__}, {ranks} ranks, batch {arguments.batch}: "
              f"training {training:.0f} jets/s, inference {inference:.0f} jets/s")


main()
