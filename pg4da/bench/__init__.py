"""Figures of speed, memory and cost against work, each with its spread."""
