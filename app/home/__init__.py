"""Each role's first page and the frame around every page, put together from the features' queries."""
