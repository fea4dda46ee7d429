"""The sample district: two schools, a centre, invented people, and enough that happened for a tour."""
