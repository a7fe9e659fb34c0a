"""Makes the picture of docs/calibration.md anew: python docs/make_calibration_picture.py"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from pg4da.calibrating.collect import Collector, guided, picture_size
from pg4da.calibrating.overlay import draw
from pg4da.calibrating.subject import ROUGHLY
from pg4da.hardware.calibration.board import IN_THE_GRIPPER, Board
from pg4da.hardware.calibration.guide import body_of, choose, in_order, views_wanted
from pg4da.hardware.calibration.views import Setup, View
from pg4da.hardware.frames import inverse
from pg4da.run import RunRequest, find_scene
from pg4da.sim.board import HeldBoard
from pg4da.sim.cell import MujocoCell

PICTURE = Path(__file__).parent / "images" / "calibration.png"
VIEWS = 7


def main() -> None:
    """Some views of the simulated cell, the last one as the page shows it."""
    cell = MujocoCell(find_scene(RunRequest()), board=HeldBoard.by_hand("left"))
    frame = cell.camera.capture()
    setup, arm = Setup(Board(), frame.K, picture_size(frame.rgb)), cell.arms["left"]
    assert arm.base is not None
    others = body_of(cell.arms["right"])
    wanted = views_wanted(arm.kinematics, arm.base[:2, 3], setup, ROUGHLY, IN_THE_GRIPPER, cell.workspace, others)
    poses = in_order(choose(wanted, VIEWS + 1), arm.kinematics.forward(arm.state.q))
    views: list[View] = []
    for index, looked, _ in guided(Collector(cell, arm, setup), poses[:-1], 1):
        if looked is not None and looked.view is not None:
            following = inverse(ROUGHLY) @ poses[index + 1] @ IN_THE_GRIPPER
            shown = draw(looked.frame.rgb, setup, looked.seen, views, following)
            views.append(looked.view)
    Image.fromarray(shown).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
