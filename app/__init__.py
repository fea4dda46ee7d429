"""Xinxia keeps the counselling records of schools sealed to the people who care for the student."""
