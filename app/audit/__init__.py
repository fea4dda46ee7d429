"""The trail: every deed and every look, kept in the deed's own transaction and sealed into Merkle trees."""
