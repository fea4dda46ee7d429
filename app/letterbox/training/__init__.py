"""How the screening's model is made and measured, at build time, with what requirements-dev.txt names."""
