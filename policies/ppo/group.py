"""The processes that learn together: one, or as many as torchrun has started, on one machine or several."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor


class Group:
    """rank: which process this is, from 0; size: how many there are. Averages are the same bits in each of them."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @property
    def first(self) -> bool:
        return self.rank == 0

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the processes, of tensors of one shape."""
        if self.size == 1:
            return value
        total = value.clone()
        dist.all_reduce(total)
        return total / self.size

    def average_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Put the mean gradient in place of each process's own."""
        held = [p for p in parameters if p.requires_grad]
        if self.size == 1:
            return
        for p in held:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        flat = self.mean(torch.cat([p.grad.flatten() for p in held]))
        start = 0
        for p in held:
            p.grad.copy_(flat[start : start + p.numel()].view_as(p))
            start += p.numel()

    def share(self, parameters: Iterable[Tensor]) -> None:
        """Give everyone the first one's values."""
        if self.size > 1:
            for p in parameters:
                dist.broadcast(p.data, 0)

    def any(self, flag: bool) -> bool:
        """Whether anyone says so."""
        return float(self.mean(torch.tensor(float(flag), device=device()))) > 0

    def wait(self) -> None:
        """Until everyone has come here."""
        if self.size > 1:
            dist.barrier()


def device() -> torch.device:
    """The GPU of this process, where there is one."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    return torch.device("cpu")


@contextmanager
def joined() -> Iterator[Group]:
    """The group that torchrun's variables describe, or this process alone. NCCL where there are GPUs, else gloo."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group()
        return
    chosen = device()
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Group(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
