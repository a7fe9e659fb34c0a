"""The skills that come with pg4da. Packages add theirs through the entry point group `pg4da.skills`."""

from __future__ import annotations

from pg4da.skills.checks import CheckCell, CheckTally
from pg4da.skills.decide import Decide
from pg4da.skills.grasp import MakeGrasp
from pg4da.skills.observe import Forget, Observe
from pg4da.skills.place import GoHome, HoldUp, Place
from pg4da.skills.plan import PlanMotion
from pg4da.skills.push import MakePush
from pg4da.skills.recover import Recover
from pg4da.skills.skill import Skill
from pg4da.skills.verify import Verify
from pg4da.skills.whereabouts import CheckBin, CheckTarget

BUILT_IN: tuple[type[Skill], ...] = (
    CheckBin, CheckCell, CheckTally, CheckTarget, Decide, Forget, GoHome, HoldUp, MakeGrasp, MakePush, Observe, Place,
    PlanMotion, Recover, Verify,
)  # fmt: skip

SKILLS: dict[str, type[Skill]] = {skill.name: skill for skill in BUILT_IN}
