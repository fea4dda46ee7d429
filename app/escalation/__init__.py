"""Concerns on their way through the three tiers: whose turn it is, by when, who may read, and the hand-over."""
