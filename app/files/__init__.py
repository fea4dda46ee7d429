"""The psychological file of a student: one per student, sealed to the counselling room, entries signed."""
