"""The ground: one transaction per request, clock, errors, ids, forms and paging."""
