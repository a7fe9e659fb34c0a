"""A toy to learn on: when hemmed in push at the bright side, else grasp with a low turn. Workers import it too."""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from pg4da.policies.ppo.sight import Outcome, Sight

SIZE = 6
GRASP = [14, 15, 20, 21]


class Toy:
    """Ends after a good grasp or four motions."""

    def __init__(self, number: int) -> None:
        self.number = number

    def begin(self, number: int) -> Sight:
        self.rng = np.random.default_rng([self.number, number])
        self.left = 4
        return self.look()

    def look(self) -> Sight:
        self.hemmed, self.bright_left = (bool(b) for b in self.rng.random(2) < 0.5)
        color = np.zeros((SIZE, SIZE, 3), np.uint8)
        color[..., 0] = 255 * self.hemmed
        color[:, : SIZE // 2, 1] = 255 * self.bright_left
        color[:, SIZE // 2 :, 1] = 255 * (not self.bright_left)
        grasp = np.zeros(SIZE * SIZE, bool)
        grasp[GRASP] = True
        height = np.zeros((SIZE, SIZE), np.float16)
        return Sight(color, height, (0, 0), np.zeros((2, SIZE, SIZE), np.float32), grasp, ~grasp)

    def move(self, motion: list[int]) -> tuple[Outcome, Sight | None]:
        push = motion[-1] < 0
        bright = (motion[0] % SIZE < SIZE // 2) == self.bright_left
        success = bright if push else motion[-1] < 120
        reward = 0.0 if push != self.hemmed else 1.0 if success else 0.5
        self.left -= 1
        ended = "lifted" if reward == 1.0 and not push else "" if self.left else "motions used up"
        return Outcome(reward, bool(reward == 1.0), push, True, ended), None if ended else self.look()

    def close(self) -> None:
        pass


class Uneven(Toy):
    """Number 0 is slow, so that number 1 is steps ahead of it."""

    def move(self, motion: list[int]) -> tuple[Outcome, Sight | None]:
        time.sleep(0.05 if self.number == 0 else 0.0)
        return super().move(motion)


class Faulty(Toy):
    """Number 1 goes wrong at its second motion, in the way that the environment variable names."""

    moves = 0

    def move(self, motion: list[int]) -> tuple[Outcome, Sight | None]:
        self.moves += 1
        if self.number == 1 and self.moves == 2:
            fault = os.environ["TOY_FAULT"]
            if fault == "raise":
                raise RuntimeError("the toy broke")
            if fault == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(600)
        return super().move(motion)
