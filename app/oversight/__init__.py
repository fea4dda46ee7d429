"""The auditor's window: read the trail, verify it, print who may do what. Never the content."""
