"""The Robotiq 2F-140: palm, two parallelogram fingers that mirror each other, rubber pads."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from pg4da.hardware.description.shapes import Color, Painter, set_inertia
from pg4da.hardware.robotiq_2f140.linkage import CLOSED_ANGLE, HINGE_X, HINGE_Z, LINK, OPEN_TILT
from pg4da.hardware.robotiq_2f140.parameters import COUPLING, LENGTH, MASS

METAL: Color = (0.62, 0.64, 0.67)
BODY: Color = (0.16, 0.17, 0.19)
RUBBER: Color = (0.08, 0.08, 0.09)

SIDES = ("a", "b")  # the fingers at tool +x and -x
GRIPPER_JOINTS = ("finger_a", "finger_b", "tip_a", "tip_b")  # all four stand at linkage.angle(width)

PAD_WIDTH, PAD_LENGTH, PAD_THICKNESS, FINGER_THICKNESS = 0.027, 0.065, 0.0075, 0.014  # m
PAD_FRICTION = (1.0, 0.01, 0.0003)
# Friction creeps by (1 - impedance) and the time constant; how deep pads sink in goes with damping ratio² as well. Too
# stiff, they lose contact for a step whenever the hand turns. A half-cylinder gripped 9 mm beside its middle and 23°
# askew, so that friction must bear a quarter to a third of 40 N (two such grips, turn in 3 s); a cube and a
# half-cylinder carried across the cell; steps of the cube with less than half the force, of 1,558:
#   0.99, time constant 8 ms, damping ratio 2   both rolled out of the fingers   0.8 mm, 0.8 mm and 0.1°   3
#   0.995, 8 ms, 2                              8° and 13°
#   0.997, 8 ms, 2                              4.4° and 5.5°                    0.9 mm, 0.8 mm and 0.1°  11
#   0.997, 8 ms, 3                              3.9° and 5.6°                    0.8 mm, 0.8 mm and 0.1°   7  chosen
#   0.997, 12 ms, 2                             6.4° and 8.6°                    1.7 mm, 2.0 mm and 3.6°  11
#   0.998, 8 ms, 2                              3.3° and 3.0°                    0.9 mm, 0.7 mm and 0.4°  12
# MuJoCo's noslip solver, 3 iterations, would leave 0.1° and 0.3° and cost 45 % more CPU in clutter.
PAD_SOLREF = (0.008, 3.0)
PAD_SOLIMP = (0.997, 0.9985, 0.0005, 0.5, 2.0)
LINK_SOLREF = (0.004, 1.0)
LINK_SOLIMP = (0.99, 0.999, 0.001, 0.5, 2.0)

KNUCKLE_MASS, TIP_MASS = 0.08, 0.10  # kg, estimated from the maker's total


def add_gripper(spec: mujoco.MjSpec, parent: mujoco.MjsBody, name: str, z: float) -> None:
    """Mount a gripper, coupling first, at height z [m] on `parent`'s z axis; its fingers close along parent's x.

    Adds bodies `{name}/palm`, `{name}/finger_a|b`, `{name}/tip_a|b`, their joints, and the site `{name}/tool`.
    """
    spec.compiler.degree = False  # joint ranges are in radians
    palm = parent.add_body(name=f"{name}/palm", pos=[0.0, 0.0, z + COUPLING], gravcomp=1.0)
    palm_mass = MASS - 2 * (KNUCKLE_MASS + TIP_MASS)
    set_inertia(palm, palm_mass, np.array([0.0, 0.0, 0.04]), (8e-4, 8e-4, 5e-4), np.eye(3))
    _paint_palm(Painter(palm, f"{name}/palm"))
    palm.add_site(name=f"{name}/tool", pos=[0.0, 0.0, LENGTH], size=[0.004])
    for side, turn in zip(SIDES, (0.0, math.pi), strict=True):
        _add_finger(palm, name, side, turn)
    _couple(spec, name)


def _paint_palm(paint: Painter) -> None:
    paint.cylinder((0, 0, -COUPLING), (0, 0, 0.005), 0.0375, METAL)
    paint.box((-0.044, -0.0375, 0.005), (0.044, 0.0375, 0.066), BODY)
    paint.decoration(paint.box((-0.030, -0.038, 0.020), (0.030, 0.038, 0.045), METAL))


def _add_finger(palm: mujoco.MjsBody, name: str, side: str, turn: float) -> None:
    """One finger in a half-space of its own: x outwards, so both sides are the same code turned about z."""
    half = OPEN_TILT / 2
    about_z = np.array([math.cos(turn / 2), 0.0, 0.0, math.sin(turn / 2)])
    tilt = np.array([math.cos(half), 0.0, math.sin(half), 0.0])
    quat = np.zeros(4)
    mujoco.mju_mulQuat(quat, about_z, tilt)
    pos = [HINGE_X * math.cos(turn), 0.0, HINGE_Z]
    knuckle = palm.add_body(name=f"{name}/finger_{side}", pos=pos, quat=quat, gravcomp=1.0)
    set_inertia(knuckle, KNUCKLE_MASS, np.array([0.0, 0.0, LINK / 2]), (8e-5, 8e-5, 1e-5), np.eye(3))
    _add_hinge(knuckle, f"{name}/finger_{side}", -1.0)
    Painter(knuckle, f"{name}/finger_{side}").capsule((0, 0, 0), (0, 0, LINK), 0.011, METAL)

    back = [math.cos(half), 0.0, -math.sin(half), 0.0]
    tip = knuckle.add_body(name=f"{name}/tip_{side}", pos=[0.0, 0.0, LINK], quat=back, gravcomp=1.0)
    set_inertia(tip, TIP_MASS, np.array([-0.02, 0.0, 0.04]), (8e-5, 8e-5, 1e-5), np.eye(3))
    _add_hinge(tip, f"{name}/tip_{side}", 1.0)
    _paint_tip(Painter(tip, f"{name}/tip_{side}"))


def _add_hinge(body: mujoco.MjsBody, name: str, sign: float) -> None:
    body.add_joint(
        name=name,
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[0.0, sign, 0.0],
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        range=[-0.02, CLOSED_ANGLE + 0.02],
        armature=0.005,
        damping=0.05,
    )


def _paint_tip(paint: Painter) -> None:
    """Pad first (its inner face is the one that touches at width 0), then the finger behind it and its root."""
    top = LENGTH - HINGE_Z - LINK
    inner, half = -HINGE_X, PAD_WIDTH / 2
    pad = paint.box((inner, -half, top - PAD_LENGTH), (inner + PAD_THICKNESS, half, top), RUBBER)
    pad.priority = 1
    pad.condim = 4
    pad.friction = list(PAD_FRICTION)
    pad.solref = list(PAD_SOLREF)
    pad.solimp = list(PAD_SOLIMP)
    back = paint.box(
        (inner + PAD_THICKNESS, -half, top - PAD_LENGTH - 0.01), (inner + FINGER_THICKNESS, half, top), METAL
    )
    root = paint.capsule((-0.004, 0, 0), (-0.0185, 0, top - PAD_LENGTH), 0.0095, METAL)
    for geom in (back, root):
        geom.solref = list(LINK_SOLREF)


def _couple(spec: mujoco.MjSpec, name: str) -> None:
    """One motor moves both fingers, and the tips stay parallel to the palm."""
    follows = (("finger_b", "finger_a"), ("tip_a", "finger_a"), ("tip_b", "finger_b"))
    for joint, leader in follows:
        spec.add_equality(
            type=mujoco.mjtEq.mjEQ_JOINT,
            objtype=mujoco.mjtObj.mjOBJ_JOINT,
            name=f"{name}/{joint}",
            name1=f"{name}/{joint}",
            name2=f"{name}/{leader}",
            data=[0.0, 1.0, *[0.0] * (mujoco.mjNEQDATA - 2)],
            solref=list(LINK_SOLREF),
            solimp=list(LINK_SOLIMP),
        )
    moving = [f"{name}/{part}_{side}" for part in ("finger", "tip") for side in SIDES]
    bodies = [f"{name}/palm", *moving]
    for i, first in enumerate(bodies):
        for second in bodies[i + 1 :]:
            spec.add_exclude(bodyname1=first, bodyname2=second)
