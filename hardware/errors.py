"""A device that can't be used, or that gave up: what is wrong and what a person can do about it."""

from __future__ import annotations


class DeviceError(Exception):
    """device: its name in the cell, such as "left arm"; problem: what is wrong; remedy: what to do, one sentence."""

    def __init__(self, device: str, problem: str, remedy: str = "") -> None:
        super().__init__(f"{device}: {problem}" + (f"; {remedy}" if remedy else ""))
        self.device = device
        self.problem = problem
        self.remedy = remedy
