"""Trains on the toy in double precision, alone or under torchrun: FOLDER ENVIRONMENTS UPDATES [resume]."""

import sys
from pathlib import Path

import torch


def main() -> None:
    from safetensors.torch import save_file
    from toy_agent import toy_agent
    from toy_practice import Toy

    from pg4da.policies.ppo.group import joined
    from pg4da.policies.ppo.training import Plan, Training

    folder, environments, updates = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with joined() as group:
        agent = toy_agent(double=True)
        if not group.first:  # whatever the others begin with
            torch.nn.init.normal_(agent.actor_critic.cells[-1].weight)
        training = Training(agent, Toy, Plan(environments, updates, 5, folder), group)
        if "resume" in sys.argv:
            training.resume()
        training.run()
        save_file({k: v.contiguous() for k, v in agent.state_dict().items()}, folder / f"end{group.rank}.safetensors")


if __name__ == "__main__":
    main()
