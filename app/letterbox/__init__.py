"""The letterbox: a child writes, somebody answers, nobody else reads."""
