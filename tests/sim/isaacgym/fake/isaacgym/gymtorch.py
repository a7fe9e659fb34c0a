"""Tensors are handed through as they are."""


def wrap_tensor(tensor):  # type: ignore[no-untyped-def]
    return tensor.torch


def unwrap_tensor(tensor):  # type: ignore[no-untyped-def]
    from isaacgym.gymapi import Tensor

    assert tensor.is_contiguous()
    return Tensor(tensor)
