"""What a package needs to bring its own policy, skill and cell: its entry points in pyproject.toml, and these."""
