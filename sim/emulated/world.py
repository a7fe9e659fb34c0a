"""The MuJoCo cell behind emulated controllers: hardware.emulator.world.SteppedWorld.

One thread steps it; everything else may come from any thread.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from pathlib import Path

from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.sim.board import HeldBoard
from pg4da.sim.emulated.arm import EmulatedArm
from pg4da.sim.emulated.cell import EmulatedCell
from pg4da.sim.emulated.gripper import EmulatedGripper
from pg4da.sim.emulated.sight import Sight
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.truth import GroundTruth


class ArmInTheWay(ValueError):
    """A new scene can't be laid out where an arm stands."""


class EmulatedWorld:
    """The same model, scene and seed as `--cell sim`, in the emulator's time."""

    def __init__(
        self,
        scene: Scene,
        *,
        seed: int = 0,
        camera_noise: bool = False,
        objects_dir: Path | None = None,
        board: HeldBoard | None = None,
    ) -> None:
        """board: in a gripper, to calibrate the camera with."""
        self._lock = threading.RLock()
        self._camera_noise, self._objects_dir = camera_noise, objects_dir
        self._board = board
        self._cell = EmulatedCell(scene, seed=seed, objects_dir=objects_dir, board=board)
        self._sight = Sight(self._cell, seed, camera_noise)
        self._arms = {name: self._make_arm(name) for name in ARM_BASES}
        self._grippers = {name: self._make_gripper(name) for name in ARM_BASES}
        self.scene = scene

    def _make_arm(self, name: str) -> EmulatedArm:
        return EmulatedArm(lambda: self._cell.servoed(name), self._lock)

    def _make_gripper(self, name: str) -> EmulatedGripper:
        return EmulatedGripper(lambda: self._cell.gripper(name), self._lock)

    @property
    def arms(self) -> Mapping[str, EmulatedArm]:
        return self._arms

    @property
    def grippers(self) -> Mapping[str, EmulatedGripper]:
        return self._grippers

    @property
    def timestep(self) -> float:
        """Seconds of simulated time in a step."""
        return float(self._cell.model.opt.timestep)

    @property
    def truth(self) -> GroundTruth:
        """What only the simulator knows, for evaluation."""
        return self._cell.truth

    def now(self) -> float:
        """Seconds of simulated time since the start."""
        return self._cell.clock.now()

    def step(self) -> None:
        """Let one timestep pass."""
        with self._lock:
            self._cell.advance(self.timestep)

    def picture(self) -> CameraFrame:
        """What the camera sees now; the world goes on while it is drawn."""
        with self._sight.drawing:
            with self._lock:
                self._sight.look(self._cell)
            return self._sight.draw()

    def lay_out(self, scene: Scene, seed: int = 0) -> None:
        """Other objects, as the scene has them; arms, grippers and time stay.

        Raises ArmInTheWay, and then nothing has changed.
        """
        new = EmulatedCell(scene, seed=seed, objects_dir=self._objects_dir, board=self._board)
        sight = Sight(new, seed, self._camera_noise)
        with self._sight.drawing, self._lock:
            new.take_over(self._cell)
            if new.arms_touch_objects:
                raise ArmInTheWay("an arm stands where objects of the new scene lie; send the arms home first")
            self._cell, self._sight, self.scene = new, sight, scene
        gc.collect()  # a cell's objects hold each other and a model of some MB: 5 MB more with every scene without this
