"""One picture of what the camera saw and what the policy made of it."""

from __future__ import annotations

import textwrap

import cv2
import numpy as np

from pg4da.policies.types import Action, Array, Decision, Grasp, Observation, Push, PushPath
from pg4da.skills.perception.canvas import Bytes, Color, View, clutter_view, dot, heat, outline, polyline, title, write

PANEL = 480  # pixels
LEGEND = 240
ARM_COLORS: dict[str | None, Color] = {"left": (255, 150, 30), "right": (60, 210, 255), None: (255, 255, 255)}
TARGET: Color = (0, 255, 0)
RUNNER_UP: Color = (170, 170, 170)
RUNNERS_UP = 3
JAW = 0.012  # m, half length of a drawn jaw
HIGHEST = 0.10  # m, the red end of the height map; higher where objects are


def _jaws(image: Bytes, view: View, centre: Array, axis: Array, opening: float, color: Color, thickness: int) -> None:
    """A bar along the closing axis (2,) with a jaw at each end."""
    axis = axis / max(float(np.linalg.norm(axis)), 1e-9)
    across = np.array([-axis[1], axis[0]])
    ends = [centre + s * axis * opening / 2 for s in (-1.0, 1.0)]
    polyline(image, view, np.array(ends), color, max(1, thickness - 1))
    for end in ends:
        polyline(image, view, np.array([end - JAW * across, end + JAW * across]), color, thickness + 1)


def _push(image: Bytes, view: View, path: PushPath, width: float, color: Color, thickness: int) -> None:
    """An arrow along the path, the fingers at its start."""
    points = np.asarray(path.points)[:, :2]
    polyline(image, view, points, color, thickness)
    way = points[-1] - points[-2]
    way = way / max(float(np.linalg.norm(way)), 1e-9)
    side = np.array([-way[1], way[0]])
    barbs = [points[-1] - 0.014 * way + s * 0.008 * side for s in (-1.0, 1.0)]
    polyline(image, view, np.array([barbs[0], points[-1], barbs[1]]), color, thickness)
    _jaws(image, view, points[0], np.array([np.cos(path.yaw), np.sin(path.yaw)]), max(width, 0.02), color, thickness)


def _grasp(image: Bytes, view: View, grasp: Grasp, color: Color, thickness: int) -> None:
    """Jaws at the contact, and the approach: the longer its line, the more the gripper is tilted."""
    centre, z = grasp.pose[:2, 3], grasp.pose[:2, 2]
    polyline(image, view, np.array([centre - 0.08 * z, centre]), color, thickness)
    _jaws(image, view, centre, grasp.pose[:2, 0], grasp.opening, color, thickness)
    dot(image, view, centre, color, 3)


def draw_action(image: Bytes, view: View, action: Action, color: Color | None = None, thickness: int = 2) -> None:
    """Draw an action in place; without a colour each arm has its own."""
    if isinstance(action, Grasp):
        _grasp(image, view, action, color or ARM_COLORS.get(action.arm, ARM_COLORS[None]), thickness)
        return
    for path in action.paths:
        _push(image, view, path, action.width, color or ARM_COLORS.get(path.arm, ARM_COLORS[None]), thickness)


def way_of(decision: Decision | None) -> Array:
    """Points (n, 2) that the fingertips of the chosen action go through."""
    paths = decision.action.paths if decision is not None and isinstance(decision.action, Push) else ()
    return np.concatenate([np.zeros((0, 2)), *(np.asarray(p.points)[:, :2] for p in paths)])


def plan_panel(observation: Observation, decision: Decision | None, view: View) -> Bytes:
    """Colour map with the target's outline, the next best candidates in grey and the chosen one."""
    image = np.ascontiguousarray(view.crop(observation.color), np.uint8)
    outline(image, view, observation.target_mask, TARGET)
    if decision is not None:
        for action in reversed(decision.candidates[1 : 1 + RUNNERS_UP]):
            draw_action(image, view, action, RUNNER_UP, 1)
        draw_action(image, view, decision.action)
    title(image, "plan on the colour map")
    return image


def height_panel(observation: Observation, view: View) -> Bytes:
    """Height map; what was not measured is hatched dark."""
    top = max(HIGHEST, float(view.crop(observation.height).max()))
    colors = heat(observation.height, top)
    colors[~observation.seen] = colors[~observation.seen] // 2
    image = np.ascontiguousarray(view.crop(colors), np.uint8)
    outline(image, view, observation.target_mask, (255, 255, 255))
    bar = heat(np.linspace(top, 0, 120, dtype=np.float32)[:, None], top).repeat(14, axis=1)
    image[PANEL - 140 : PANEL - 20, PANEL - 24 : PANEL - 10] = bar
    write(image, [f"{1000 * top:.0f} mm"], (PANEL - 78, PANEL - 132), ink=(255, 255, 255))
    write(image, ["0"], (PANEL - 38, PANEL - 20), ink=(255, 255, 255))
    title(image, "height (dark: not measured)")
    return image


def score_panel(observation: Observation, decision: Decision | None, view: View) -> Bytes:
    """The policy's score map, or where the target can hide, laid over the picture in grey."""
    hidden = not observation.target_seen and bool(observation.hiding.any())
    scores = observation.hiding if hidden or decision is None else decision.score_map
    name = "where the target can hide" if hidden else "score map" if decision is not None else "no score map yet"
    grey = cv2.cvtColor(cv2.cvtColor(observation.color, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    span = float(np.ptp(scores))
    level = (scores - scores.min()) / span if span > 0 else np.zeros_like(scores)
    alpha = np.where(level > 0.02, 0.25 + 0.5 * level, 0.0)[..., None]
    mixed = np.clip((1 - alpha) * grey + alpha * heat(level, 1.0), 0, 255).astype(np.uint8)
    image = np.ascontiguousarray(view.crop(mixed), np.uint8)
    outline(image, view, observation.target_mask, TARGET)
    title(image, name)
    return image


def _describe(action: Action) -> list[str]:
    """A line or two on an action."""
    if isinstance(action, Push):
        arms = " + ".join(path.arm or "any arm" for path in action.paths)
        lines = [f"push to {action.purpose}", f"  {arms}, width {1000 * action.width:.0f} mm"]
    else:
        tilt = np.degrees(np.arccos(np.clip(-action.pose[2, 2], -1.0, 1.0)))
        lines = [f"grasp, {action.arm or 'any arm'}, tilt {tilt:.0f} deg"]
        lines.append(f"  width {1000 * action.width:.0f}, open {1000 * action.opening:.0f} mm")
    return [*lines, f"  score {action.score:.3f}"]


def legend_panel(observation: Observation, decision: Decision | None) -> Bytes:
    """Words beside the maps."""
    image = np.full((PANEL, LEGEND, 3), 245, np.uint8)
    seen = f"seen, {100 * observation.visible_share:.0f} % visible" if observation.target_seen else "not seen"
    lines = [f"t = {observation.stamp:.1f} s", f"target: {seen}"]
    if decision is not None:
        lines += [f"isolation {decision.isolation:.2f}", f"{len(decision.candidates)} candidates", ""]
        lines += _describe(decision.action)
        lines += textwrap.wrap(decision.action.reason, 26)
    write(image, lines, (12, 26))
    keys = [("target", TARGET), ("left arm", ARM_COLORS["left"]), ("right arm", ARM_COLORS["right"])]
    keys += [("either arm", ARM_COLORS[None]), ("next best", RUNNER_UP)]
    for k, (name, color) in enumerate(keys):
        y = PANEL - 110 + 22 * k
        cv2.line(image, (14, y), (44, y), (20, 20, 20), 6, cv2.LINE_AA)
        cv2.line(image, (14, y), (44, y), color, 4, cv2.LINE_AA)
        write(image, [name], (54, y + 5))
    return image


def camera_panel(observation: Observation, view: View, size: tuple[int, int]) -> Bytes:
    """The camera's picture round the clutter, (height, width) = size."""
    frame, side = observation.view, view.n * view.grid.resolution
    x = view.grid.x_min + view.left * view.grid.resolution + np.array([0.0, side])
    y = view.grid.y_min + view.grid.size - view.top * view.grid.resolution - np.array([0.0, side])
    corners = np.array([[a, b, 0.0] for a in x for b in y])
    rays = (corners - frame.T_world_camera[:3, 3]) @ frame.T_world_camera[:3, :3]
    pixels = (rays @ np.asarray(frame.K).T)[:, :2] / rays[:, 2:]
    centre, height = pixels.mean(axis=0), float(np.ptp(pixels[:, 1]))
    patch = (round(height * size[1] / size[0]), round(height))
    part = cv2.getRectSubPix(np.ascontiguousarray(frame.rgb), patch, (float(centre[0]), float(centre[1])))
    image = np.ascontiguousarray(cv2.resize(part, size[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    title(image, "camera")
    return image


def decision_picture(observation: Observation, decision: Decision | None = None) -> Bytes:
    """Plan, camera, height and score map with a legend, (960, 1200, 3) uint8 RGB.

    Maps and camera are cropped to the clutter and enlarged. Without a decision the plan shows the target alone.
    """
    view = clutter_view(observation, PANEL, way_of(decision))
    camera = camera_panel(observation, view, (PANEL, PANEL + LEGEND))
    upper = np.hstack([plan_panel(observation, decision, view), camera])
    lower = [height_panel(observation, view), score_panel(observation, decision, view)]
    return np.vstack([upper, np.hstack([*lower, legend_panel(observation, decision)])])
