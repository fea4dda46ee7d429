"""The way in without an account: a school's public address, numbers for help, a visit of half an hour, the way out."""
