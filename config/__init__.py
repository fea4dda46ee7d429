"""What an operator can set, and how the process logs."""
