"""What can be wrong with a file of weights; no torch here, so that the message can be given without it."""


class WeightsError(ValueError):
    """A file of weights that cannot be used; the message names the file and says why."""
