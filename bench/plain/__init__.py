"""The plain twin: the same pages from the same rows, readable, without keys, grants, signatures and trail.

Frame, templates, forms, CSRF, transaction and durability are the product's own, so that what is left between
the two is what sealing and the trail cost, and nothing else.
"""
