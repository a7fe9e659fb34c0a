"""One episode from its seed to its result, in whatever process this runs."""

from __future__ import annotations

import gc
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from pg4da.evaluation.episode import Episode, EpisodeResult, broken, result_of
from pg4da.evaluation.judge import Ending, Verdict, judge
from pg4da.evaluation.memory import peak_memory
from pg4da.evaluation.settings import Settings
from pg4da.evaluation.witness import Witness

if TYPE_CHECKING:
    from pg4da.mission.events import Observer
    from pg4da.run import RunRequest, RunResult
    from pg4da.sim.scenes.scene import Scene

PICTURE_WIDTH = 900


def run_episode(settings: Settings, version: str, out: str, episode: Episode) -> EpisodeResult:
    """Play and judge an episode. An error on the way is a failed episode with the error as its reason."""
    try:
        result, witness = play(settings, version, episode)
        return result if result.completed else with_picture(result, witness, Path(out))
    except Exception as error:
        write_trace(Path(out), episode)
        return broken(episode, settings.policy, version, "episode_error", f"{type(error).__name__}: {error}")
    finally:
        gc.collect()  # a run's objects hold each other and a model of tens of MB: without this a worker grows to 1 GB


def play(
    settings: Settings, version: str, episode: Episode, observers: tuple[Observer, ...] = (), record: Path | None = None
) -> tuple[EpisodeResult, Witness]:
    """Run the mission on the jittered scene. `record`: folder for the recorder's pictures and film."""
    from pg4da.run import run_mission

    witness = Witness()
    request = make_request(settings, episode, starting_scene(settings, episode), record)
    run = run_mission(request, observers=(witness, *observers))
    if not witness.ended:
        raise RuntimeError("the witness of this run failed, so nothing is known of how it went")
    verdict = judge(witness.motions, ending(run, witness))
    return outcome(settings, version, episode, run, witness, verdict), witness


def starting_scene(settings: Settings, episode: Episode) -> Scene:
    """The scene as this trial begins: read, jittered by the trial's seed, settled."""
    from pg4da.sim.scenes.jitter import jitter
    from pg4da.sim.scenes.reader import read_scene

    objects = Path(settings.objects_dir) if settings.objects_dir else None
    scene = read_scene(Path(episode.path), target_line=settings.target_line, objects_dir=objects)
    return jitter(scene, episode.seed, objects)


def make_request(settings: Settings, episode: Episode, scene: Scene, record: Path | None) -> RunRequest:
    from pg4da.run import RunRequest

    return RunRequest(
        mission=settings.mission,
        cell=settings.cell,
        scene=scene,
        policy=settings.policy,
        weights=Path(settings.weights) if settings.weights else None,
        seed=episode.seed,
        out=record,
        film=record is not None,
        objects_dir=Path(settings.objects_dir) if settings.objects_dir else None,
        camera_noise=settings.camera_noise,
        timestep=settings.timestep,
        hang_bound=None,  # the pool has a limit of its own, and no robot hangs on it
    )


def ending(run: RunResult, witness: Witness) -> Ending:
    failure = run.failure
    return Ending(
        success=run.outcome == "success",
        code=failure.code if failure else "",
        phase=failure.phase if failure else "",
        message=failure.message if failure else "",
        retrieved=witness.retrieved,
        outside=[f"object {index + 1}" for index in witness.outside],
        target_lost=witness.target_lost,
    )


def outcome(
    settings: Settings, version: str, episode: Episode, run: RunResult, witness: Witness, verdict: Verdict
) -> EpisodeResult:
    grasps = [motion for motion in witness.motions if motion.kind == "grasp"]
    return result_of(
        episode,
        settings.policy,
        version,
        completed=verdict.completed,
        motions=len(witness.motions),
        pushes=len(witness.motions) - len(grasps),
        grasp_attempts=len(grasps),
        grasp_successes=sum(motion.success for motion in grasps),
        arm_motions=sum(motion.arms for motion in witness.motions),
        sim_time_s=round(run.sim_time_s, 3),
        wall_time_s=round(run.wall_time_s, 3),
        max_speed=witness.max_speed,
        max_launch_speed=witness.max_launch_speed,
        peak_memory=round(peak_memory(), 1),
        cause=verdict.cause,
        phase=verdict.phase,
        message=verdict.message,
    )


def failure_file(out: Path, episode: Episode | EpisodeResult, suffix: str) -> Path:
    """Where something about a failed episode is kept; makes the folder."""
    folder = out / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{episode.scene.replace('/', '__')}__{episode.trial}{suffix}"


def with_picture(result: EpisodeResult, witness: Witness, out: Path) -> EpisodeResult:
    """The result with the last picture of the run kept beside it."""
    from dataclasses import replace

    from PIL import Image

    pixels = witness.picture()
    if pixels is None:
        return result
    picture = Image.fromarray(pixels)
    picture.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH))
    path = failure_file(out, result, ".jpg")
    picture.save(path, quality=82)
    return replace(result, picture=str(path.relative_to(out)))


def write_trace(out: Path, episode: Episode) -> None:
    """The whole traceback of an episode's error, for whoever mends it."""
    failure_file(out, episode, ".txt").write_text(traceback.format_exc())
