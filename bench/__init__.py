"""The measurements: each figure a ratio against a baseline in the same run, never a timed test."""
