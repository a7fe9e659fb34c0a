"""Starts a pool of toys, tells their processes, and waits to be killed."""

import time


def main() -> None:
    from toy_practice import Toy

    from pg4da.policies.ppo.pool import Pool, Progress

    with Pool(Toy, [Progress(), Progress()]) as pool:
        pool.fetch(0)
        pool.fetch(1)
        print(*pool.pids(), flush=True)
        time.sleep(600)


if __name__ == "__main__":
    main()
