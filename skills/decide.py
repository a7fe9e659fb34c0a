"""Decide: ask the policy for the next motion."""

from __future__ import annotations

from pg4da.policies.types import Decision, Grasp, NoAction, Observation
from pg4da.skills.codes import ends_with
from pg4da.skills.services import services
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps


class Decide(Skill):
    """The learned or hand-written choice between pushing and grasping. Fails with `no_action`."""

    name = "decide"
    step_bound = THINKING
    codes = ends_with(no_action="the policy finds nothing to do")

    class Inputs(Ports):
        observation: Observation

    class Outputs(Ports):
        decision: Decision
        choice: str

    def run(self, inputs: Inputs) -> Steps:
        """One decision, its candidates best first."""
        yield
        try:
            decision = self.context.policy.decide(inputs.observation, self.context.rng)
        except NoAction as error:
            services(self.context).tally.idle(str(error))
            raise SkillFailure("no_action", Phase.PLANNING, str(error)) from error
        self.context.emit("decision", {"observation": inputs.observation, "decision": decision})
        return self.Outputs(decision=decision, choice="grasp" if isinstance(decision.action, Grasp) else "push")
